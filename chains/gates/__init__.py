"""Checks of the instrument on messages whose truth is planted: no result counts while one fails."""
