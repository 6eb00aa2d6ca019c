"""Measures of drift: what became of the truth in a message."""
