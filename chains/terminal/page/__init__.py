"""The page that `view` serves: an inbox for each person in a seat; runs, trials, comparisons and laws for the owner.

It knows no more than the rooms above it: the inbox is `running.people.worklist`, a trial is told by
`analysis.results.trial_story`, and `compare` and `law` are the verbs, run beside it.

Names to know: `server.application`, `guard.Guard`, `links.Links`, `open_runs.OpenRuns`.
"""
