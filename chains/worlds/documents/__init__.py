"""Notes as documents: memos, minutes, tickets and mail threads that carry a worker's facts in passing.

Imports: facts, settings, world.

Names to know: `form.NoteForm`, `notes.write_notes`, `notes.Notes`. The English stands as data
in the files beside: wordings of facts for each setting, frames and layouts for each form, and filler.
"""
