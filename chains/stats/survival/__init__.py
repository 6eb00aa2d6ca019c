"""Survival along the chain without a law: hazards, Kaplan-Meier, log-rank, losses of chains together.

Imports: fit, observations.

Names to know: `survival.Survival`, `logrank.log_rank`, `ranks.rank_law`, `aggregate.Aggregate`,
`loss_correlation.together`.
"""
