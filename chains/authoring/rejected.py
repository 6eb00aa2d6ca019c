"""The error for a sentence that can't become a statement; it is left out and counted by its reason."""


class Untyped(Exception):
    """A sentence is left out; the message is the reason as it is counted and shown."""
