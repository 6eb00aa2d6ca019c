"""The run log: its records, its index, and the one file that appends to it.

Imports: organisation.turn_key, scoring.reading, models.provider.

Names to know: `log.Log`, `records.Step`, `records.TrialEnd`, `index.scan`.
"""
