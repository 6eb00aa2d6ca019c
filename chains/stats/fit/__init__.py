"""Maximum likelihood for every law: the likelihood, its hazards, the instrument's error, and resampled worlds.

Names to know: `estimates.Estimate`, `likelihood.Counts`, `inference.fitted`, `world_bootstrap.percentiles`.
"""
