"""What is meant at the top: ranked goals and limits as clauses, and what workers must choose by them.

Imports: facts.

Names to know: `charter.Charter`, `charter.Clause`, `assignment.Assignment`, `goal_catalog.GOALS`.
"""
