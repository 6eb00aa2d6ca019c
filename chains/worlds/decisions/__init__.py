"""Decisions: what the executive chooses, what it pays, and how facts as heard change the odds.

Imports: facts.

Names to know: `decision.Decision`, `decision.Option`, `belief_weights.heard_weight`.
"""
