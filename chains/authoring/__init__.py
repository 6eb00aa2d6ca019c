"""Worlds from a person's own documents: facts are proposed, checked, confirmed and written to a world file.

Imports: worlds, models, scoring, organisation.prompts.

Names to know: `proposing.propose`, `checking.failures`, `drafting.draft`, `worldfile.WorldFile`.
"""
