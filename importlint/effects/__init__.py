"""What calls, writes and imports do besides computing: the catalogue of import effects."""
