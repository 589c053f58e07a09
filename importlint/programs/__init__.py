"""Programs: which files run as `__main__`, how they are started, and what says so."""
