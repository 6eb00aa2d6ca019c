"""The outcomes of a finished trial besides the fates of facts: decisions, actions, stops.

Imports: worlds, models, scoring, organisation.

Names to know: `decisions.read_loop`, `actions.read_deeds`, `stops.asked_to_step_in`.
"""
