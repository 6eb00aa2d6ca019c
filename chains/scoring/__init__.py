"""Scoring: the instrument that reads facts in a text, readers of choices and ratings, and measures of both.

Imports: fates, worlds, models.provider, stats.price.

Names to know: `facts.instrument.Instrument`, `facts.reader.Reader`, `reading.Reading`, `reading.Outcome`,
`measures.measures.MEASURES`, `replies.choice.read_choice`, `replies.status.status_in`.
"""
