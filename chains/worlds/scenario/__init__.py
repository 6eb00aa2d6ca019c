"""Scenarios: one generator of worlds a file, found by its name.

Imports: facts, decisions, charters, rules, settings, world, scenario_registry.
"""
