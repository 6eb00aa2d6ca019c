"""Differences between two conditions on the same worlds, and several tests at once.

Names to know: `paired.Paired`, `paired.paired_all`, `shares.share_by_world`, `multiplicity.holm`.
"""
