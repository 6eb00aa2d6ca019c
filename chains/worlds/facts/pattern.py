"""A common cause: what nobody can see who knows one fact of it, and everybody who hears them together.

    F02  Compressor K-214 failed its trial run on 4 May with a gasket from Ilmar.
    F05  Compressor K-230 failed its trial run on 19 May with a gasket from Ilmar.
    F08  Compressor K-251 failed its trial run on 2 June with a gasket from Ilmar.

Each is one bad day of one machine; together they say that gaskets from Ilmar
fail. The facts of a pattern are dealt to different workers, so that it can be
seen only where reports come together, and only by whom hears of all of them.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Pattern(BaseModel):
    """Several facts with one cause."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
    cause: Annotated[str, Field(pattern=r"\S")]
    """By the name that every one of its facts gives: "Ilmar"."""
    part: Annotated[str, Field(pattern=r"\S")]
    """What came from there, in the singular: "gasket"."""
    facts: Annotated[tuple[str, ...], Field(min_length=2)]
    """The ids of its facts."""

    @property
    def plural(self) -> str:
        """What came from there, in the plural."""
        return f"{self.part[:-1]}ies" if self.part.endswith("y") else f"{self.part}s"

    @property
    def text(self) -> str:
        """The pattern in a sentence, as a seat may put it that has seen it."""
        return f"{self.plural.capitalize()} from {self.cause} are behind {len(self.facts)} trial runs."
