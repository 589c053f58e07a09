"""Measurements: what importlint costs beside its peers, beside a bare parse, and as projects grow."""
