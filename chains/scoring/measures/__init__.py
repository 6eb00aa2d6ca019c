"""One number for one message or trial, each found by its name.

Imports: worlds, facts, replies, reading, stats.price.

Names to know: `measures.MEASURES`, `measures.Heard`, `fate_shares.shares_by_hop`, `regret.TERMS`.
"""
