"""A run on the machines of a Ray cluster: workers drive trials, one actor keeps the limits, one log holds it all.

Imports: experiments, models, organisation.turn_key, log, record_file, reply_source, run_record, runner, spending,
token_estimate.

Ray is an extra: it is imported where it is used, and only when a run asks for it.

Names to know: `drive.drive_on`, `supervisor.Supervisor`, `worker.Worker`, `keeper.Keeper`, `shard_log.Joined`,
`on_ray.RayCrew`.
"""
