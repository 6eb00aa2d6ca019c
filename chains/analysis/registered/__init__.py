"""What was registered before the data: power for it, its tests, and whether a run may call itself confirmatory.

Imports: experiments, running, stats.

Names to know: `confirmatory.standing`, `power_plan.planned`, `registered_law.exponents_tested`.
"""
