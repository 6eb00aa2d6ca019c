"""Quotes: where the facts of a world stand in documents, and whether a person has confirmed each.

A world made from documents is *verified* once a person has confirmed every
fact that has a quote. Until then every result made on it carries a note.
"""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Document(BaseModel):
    """A document as the world file names it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    """Its file's name, without folders."""
    sha256: str
    """SHA-256 of its text, in hexadecimal."""


class Quote(BaseModel):
    """Words of a document, exactly as they stand there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    document: str
    """Its name."""
    start: Annotated[int, Field(ge=0)]
    """The place of the first character in the document's text, without a byte order mark."""
    end: int
    """The place after the last character."""
    text: Annotated[str, Field(pattern=r"\S")]

    @model_validator(mode="after")
    def _as_long(self) -> Self:
        if self.end - self.start != len(self.text):
            raise ValueError(
                f"the quote has {len(self.text)} characters, and {self.start} to {self.end} are not as many"
            )
        return self


class Quoted(BaseModel):
    """A fact's quote, and whether a person has confirmed that the fact says what the quote says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fact: str
    quote: Quote
    confirmed: bool


class Sources(BaseModel):
    """The documents behind a world."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    documents: tuple[Document, ...]
    quoted: tuple[Quoted, ...]
    renamed: tuple[tuple[str, str], ...] = ()
    """Names in the documents, each with the invented one that the facts have."""

    @property
    def unverified(self) -> tuple[str, ...]:
        """The ids of the facts that nobody has confirmed."""
        return tuple(one.fact for one in self.quoted if not one.confirmed)
