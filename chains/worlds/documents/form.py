"""The forms that a worker's notes can have."""

from typing import Literal, NamedTuple, get_args

VERSION = "documents-1"
"""Version of the documents: any change of their text changes it. A run says which it was made with."""
Form = Literal["list", "memo", "minutes", "tickets", "thread", "mixed"]
FORMS: tuple[Form, ...] = get_args(Form)
FEWEST_WORDS, MOST_WORDS = 150, 3000
"""How long a worker's notes can be asked to be."""
MOST_FILLER = 0.9
FILLER = 0.3
"""Share of filler if neither a share nor a length is asked for."""


class NoteForm(NamedTuple):
    """In what form workers have their notes."""

    form: Form = "list"
    words: int | None = None
    """How long a worker's notes are, filled up with filler; None: as long as the facts and the share of filler ask."""
    filler: float | None = None
    """Share of the words that are filler; None: what `words` leaves, or `FILLER`."""

    @property
    def listed(self) -> bool:
        """Whether the notes are a list of plain sentences, one a fact."""
        return self.form == "list"
