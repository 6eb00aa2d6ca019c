"""Who reports to whom, who speaks when, and what each seat is asked.

Imports: worlds, models.provider, models.spec, models.channel, scoring.

Names to know: `hierarchy.Hierarchy`, `plan.Plan`, `plan.Turn`, `planning.plan_of`, `task.task`, `cast.Cast`,
`prompts.Prompt`. A remedy is one file in `remedies/`. `cast` says who holds each seat, a model or a
person, and how; `prompts` has the holes that a prompt may have.
"""
