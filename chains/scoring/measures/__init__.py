"""One number for one message or trial, each found by its name.

Imports: scoring.facts, scoring.replies, worlds.

Names to know: `measures.MEASURES`, `measures.Heard`, `fate_shares.shares_by_hop`, `regret.TERMS`.
"""
