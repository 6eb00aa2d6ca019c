"""Retention corrected for the instrument's measured error.

Imports: validation, analysis.compare, stats.measurement_error.

Names to know: `correction.measured_beside`, `by_hop.errors_beside`, `comparison.retention_corrected`.
"""
