"""What became of the truth in a text: the instrument, other things read in replies, and measures of both.

Imports: errors, fates, worlds, models.provider, stats.

Names to know: `facts.instrument.Instrument`, `facts.reader.Reader`, `reading.Reading`, `reading.Outcome`,
`measures.measures.MEASURES`, `replies.choice.read_choice`, `replies.status.status_in`.
"""
