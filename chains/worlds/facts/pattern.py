"""A common cause: nobody can see it from one fact, and everybody who hears its facts together can.

    F02  Compressor K-214 failed its trial run on 4 May with a gasket from Ilmar.
    F05  Compressor K-230 failed its trial run on 19 May with a gasket from Ilmar.
    F08  Compressor K-251 failed its trial run on 2 June with a gasket from Ilmar.

Each fact is one bad day of one machine; together they show that gaskets from
Ilmar fail. The facts of a pattern are dealt to different workers, so that only a
seat that hears all of them can see it.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Pattern(BaseModel):
    """Several facts with one cause."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
    cause: Annotated[str, Field(pattern=r"\S")]
    """The name that each of its facts gives: "Ilmar"."""
    part: Annotated[str, Field(pattern=r"\S")]
    """The part that came from there, in the singular: "gasket"."""
    facts: Annotated[tuple[str, ...], Field(min_length=2)]
    """The ids of its facts."""

    @property
    def plural(self) -> str:
        """The part in the plural."""
        return f"{self.part[:-1]}ies" if self.part.endswith("y") else f"{self.part}s"

    @property
    def text(self) -> str:
        """The pattern in one sentence, as a seat that has seen it might say."""
        return f"{self.plural.capitalize()} from {self.cause} are behind {len(self.facts)} trial runs."
