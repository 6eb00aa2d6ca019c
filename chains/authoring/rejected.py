"""Why a sentence can't become a statement that the instrument reads: it is left out, and counted by its reason."""


class Untyped(Exception):
    """A sentence that is left out; its text is the reason, as it is counted and shown."""
