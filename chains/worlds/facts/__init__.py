"""Truth at the bottom: facts with typed slots, the kinds that they are drawn from, and their wordings.

Imports: rng.

Names to know: `ledger.Fact`, `ledger.Slot`, `ledger.Statement`, `fact_kinds.Kind`, `status_rule.StatusRule`.
"""
