"""Statistics: arrays in, estimates out. Nothing here knows a run, a text or a model.

Imports: errors, fates.

Names to know: `law.decay_law.law`, `observations.observations.Observations`, `fit.estimates.Estimate`,
`paired.paired.Paired`, `survival.survival.Survival`, `decisions.signal_detection.Table`,
`measurement_error.correction.ErrorRates`, `power`.
"""
