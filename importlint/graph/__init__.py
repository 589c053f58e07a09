"""Which module imports which, by which statement, and when: the import graph and questions about its shape."""
