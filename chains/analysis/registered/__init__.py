"""What was registered before the data: power for it, its tests, and whether a run may call itself confirmatory.

Imports: worlds, stats, experiments, running.

Names to know: `confirmatory.standing`, `power_plan.planned`, `registered_law.exponents_tested`.
"""
