"""Where a scenario plays: nouns, people and figures of one kind of place a file.

Imports: facts.
"""
