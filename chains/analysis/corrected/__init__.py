"""Retention corrected for the instrument's measured error.

Imports: stats, scoring, experiments, running, validation, compare, results.

Names to know: `correction.measured_beside`, `by_hop.errors_beside`, `comparison.retention_corrected`,
`by_labels.corrected_by_labels`.
"""
