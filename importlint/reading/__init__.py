"""From the paths of files to their facts, on more than one processor and with what earlier runs remember."""
