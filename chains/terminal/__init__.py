"""The terminal: one file a verb, and the views that they print. Nothing imports this room.

Imports: every other room.

Names to know: `command_line.parse`, `dispatch.dispatch`, `verbs`, `views`, `views.output`.
"""
