"""Chains that others logged, with the world that they are about, as runs like any other: read, kept and measured.

Imports: models, stats, organisation, experiments, running.

Names to know: `message_file.read_messages`, `otel_traces.read_traces`, `imported_run.keep_chains`.
"""
