"""Runs: written down, estimated, driven, reused and replayed."""
