"""Who reports to whom, who speaks when, and what each seat is asked.

Imports: worlds, models.provider, models.spec, models.channel, scoring.

Names to know: `hierarchy.Hierarchy`, `hierarchy.Seat`, `plan.Plan`, `plan.Turn`, `turn_key.Key`, `cast.Cast`,
`prompts.Prompt`. A remedy is one file in `remedies/`.
"""
