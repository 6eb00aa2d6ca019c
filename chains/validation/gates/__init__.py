"""Checks of the instrument and the estimators against planted truth; no model is needed.

Imports: worlds, models, stats, scoring.facts.

Names to know: `calibration.calibrate`, `gate.Gate`.
"""
