"""What runs show: results by hop, comparisons, registered verdicts, figures corrected for the instrument's error.

Imports: worlds, models, stats, scoring, organisation, experiments, running, validation.

Names to know: `results.run_results.results`, `compare.comparison.compare`, `registered.confirmatory.standing`,
`corrected.correction`, `observations.of_runs`. What goes out stands in
`exports/`; chains that others logged in `imports/`, with a world, and in `archives/`, without one.
"""
