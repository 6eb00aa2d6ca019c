"""The instrument: the fate of each statement of a world in a message, by rules.

Imports: worlds, models, text, reading, replies.

Names to know: `instrument.Instrument`, `reader.Reader`, `fate_rules`, `inventions.invented`, `belief.believed`,
`certainty_reader.certainty_told`.
"""
