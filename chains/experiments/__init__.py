"""Experiments as people write them: settings, factors, hypotheses; and what follows from a condition's settings.

Imports: organisation, scoring.measures, models.spec, stats, worlds.documents.form, worlds.facts.certainty,
worlds.scenario_registry.

Names to know: `experiment.Experiment`, `experiment.Condition`, `experiment.TrialId`, `experiment.read_experiment`,
`settings.ConditionSettings`, `hypotheses.Hypothesis`, `condition_plan.planned`, `overrides.override`.
"""
