"""Remedies: what an experiment can add to a chain to protect the truth, each with a placebo of equal budget.

Imports: organisation.plan, organisation.cast, organisation.decision_turns.

Names to know: `base.Remedy`, `registry.REMEDIES`, `audit.Audit`.
"""
