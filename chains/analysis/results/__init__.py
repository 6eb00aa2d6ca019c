"""What was read in one run, by condition and hop, and one file for each further view of it.

Imports: worlds, models, stats, scoring, organisation, experiments, running, registered.

Names to know: `run_results.Results`, `run_results.results`, `trial_story.story`.
"""
