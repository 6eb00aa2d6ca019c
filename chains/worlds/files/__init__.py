"""World files that people write, and the documents that their facts are quoted from.

Imports: facts, decisions, charters, world.

Names to know: `world_file.read_world`, `source_documents.read_document`.
"""
