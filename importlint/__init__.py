"""importlint: a static linter that knows what Python's `import` will do before Python does it."""

__version__ = "0.1.0"
