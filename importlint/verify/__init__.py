"""What really happens: imports each module first with the environment's Python, and compares. This runs code."""
