"""A run on the machines of a Ray cluster: workers drive trials, one actor keeps limits and people's answers.

Imports: experiments, models, organisation.hierarchy, organisation.turn_key, folders, log, people, record_file,
reply_source, run_record, runner, spending, token_estimate.

Ray is an extra: it is imported where it is used, and only when a run asks for it.

Names to know: `drive.drive_on`, `supervisor.Supervisor`, `worker.Worker`, `keeper.Keeper`, `shared_desk.SharedDesk`,
`shard_log.Joined`, `on_ray.RayCrew`.
"""
