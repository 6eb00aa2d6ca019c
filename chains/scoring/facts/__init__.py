"""The instrument: the fate of each statement of a world in a message, by rules.

Imports: scoring.text, worlds.

Names to know: `instrument.Instrument`, `reader.Reader`, `fate_rules`, `inventions.invented`, `belief.believed`.
"""
