"""Settings of scenarios, one per file: the nouns, people and figures of one kind of place.

Imports: facts.
"""
