"""What one run leaves to the next: facts by the content they were read from, results by all that they depend on."""
