"""Source text to facts: reading, parsing, extracting, and judging conditions. Knows one file at a time."""
