"""Remedies: what an experiment can add to a chain to protect the truth, each with a placebo of equal budget.

A remedy is one file here, by rule (`verbatim_and_provenance`) or asking a model (`audit`), named in `remedy`.

Imports: worlds, models, scoring, plan, task, cast, decision_turns, hierarchy, selection.

Names to know: `remedy.Remedy`, `remedy.remedy`, `remedy.REMEDIES`, `audit.Audit`.
"""
