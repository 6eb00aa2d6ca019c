"""Two arms held against each other, paired by world and replicate.

Imports: worlds, models, stats, scoring, organisation, experiments, running, validation, results.

Names to know: `comparison.compare`, `comparison.Comparison`, `arms.RunHeard`, `hypothesis_tests.tested`,
`fail_if.Failing`, `side_by_side.select`.
"""
