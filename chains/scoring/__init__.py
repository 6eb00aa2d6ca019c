"""What became of the truth in a text: the instrument, other things read in replies, and measures of both.

Imports: fates, worlds, models.provider.

Names to know: `facts.instrument.Instrument`, `facts.reader.Reader`, `reading.Reading`, `reading.Outcome`,
`measures.measures.MEASURES`, `replies.choice.read_choice`, `replies.status.status_in`.
"""
