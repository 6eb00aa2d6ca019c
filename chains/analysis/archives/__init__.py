"""Chains that others published: read, kept as runs, and summarised. The main path does not need this room.

Imports: errors, stats, running.

Names to know: `archive_run.Archive`, `archive_run.read_archive`, `summary.measured`, `attractors.released`.
"""
