"""From run.json to a finished log: trials driven, logged, resumed, reused and replayed.

Imports: experiments, organisation, scoring, models, worlds.

Whoever holds a seat is asked by `reply_source.ReplySource`: a model, a person, or the log. `runner.drive` decides which
trial runs when and where.

Names to know: `run_record.RunRecord`, `prepare.prepare`, `log.log.Log`, `trial.run_trial`, `runner.drive`,
`replay.replay`, `folders.find_run`, `reply_source.ReplySource`.
"""
