"""Reads what replies say besides facts: a choice among options, a rating, an overall status.

Imports: worlds, text.

Names to know: `choice.read_choice`, `choice.read_order`, `rating.read_ratings`, `status.status_in`.
"""
