"""Intent at the top: ranked goals and limits as clauses, and the choices that workers make by them.

Imports: facts.

Names to know: `charter.Charter`, `charter.Clause`, `assignment.Assignment`, `goal_catalog.GOALS`.
"""
