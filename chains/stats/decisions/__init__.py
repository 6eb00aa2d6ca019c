"""Decisions as signals seen or missed.

Imports: fit.

Names to know: `signal_detection.Table`, `signal_detection.differing`, `quantity_names.FIGURES`.
"""
