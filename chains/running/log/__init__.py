"""The run log: its records, its index, and the one file that appends to it.

Imports: models.provider, scoring.reading, organisation.turn_key, organisation.sitting, folders.

Names to know: `log.Log`, `records.Step`, `records.TrialEnd`, `index.LogIndex`.
"""
