"""Checks of the instrument and the estimators against planted truth; no model is needed.

Imports: scoring.facts, models.channel, worlds.

Names to know: `calibration.calibrate`, `gate.Gate`.
"""
