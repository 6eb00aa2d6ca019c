"""Two arms held against each other, paired by world and replicate.

Imports: analysis.results, running, stats.

Names to know: `comparison.compare`, `comparison.Comparison`, `arms.RunHeard`, `hypothesis_tests.tested`,
`fail_if.Failing`.
"""
