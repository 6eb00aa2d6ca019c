"""Verbs: one file each, with a `main(arguments)` that returns the exit status.

Imports: every room but this one's dispatcher.
"""
