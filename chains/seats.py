"""What one seat does: it hears, is prompted, and asks its model or its person for a reply.

A seat reads nothing but its own notes (a worker) or the latest messages of
those who report to it. What it is told besides stands in its prompt.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from chains.draw import Draw, seed_of
from chains.hierarchy import Hierarchy, Seat
from chains.models.names import Source
from chains.models.provider import Occasion, Request
from chains.prompts import Prompt
from chains.worlds.world import World

NO_REPORT = "(no report)"
"""What the seat above reads where a seat refused, was filtered or said nothing."""

PERSON = "person"
"""The model of a seat that a person holds."""


class Waiting(NamedTuple):
    """Instead of a message: the seat is a person's and has not answered yet."""

    seat: str


Speak = Callable[[str, Mapping[str, str | None]], Awaitable[str | Waiting | None]]
"""The message of a turn, given its name and the messages so far, by turn; None for no report."""
Climb = Callable[[Speak], Awaitable[tuple[str, ...]]]
"""A way to take every turn of a trial, each after those that it hears; returns the seats that wait for a person."""


Shape = Callable[[dict[str, Any], Source], dict[str, Any]]
"""Puts the form that a reply must have into a request's settings."""


def unshaped(settings: dict[str, Any], _source: Source) -> dict[str, Any]:
    """Leave the form of the reply to the model's own settings."""
    return settings


class Part(BaseModel):
    """What a seat is cast as in one condition."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    """The model's name, or `person`."""
    prompt: Prompt
    words: int
    """The word budget, for prompts that have that hole."""
    settings: Mapping[str, Any] = Field(default_factory=dict)
    """What the condition sets in place of the model's own settings: temperature, max_tokens."""
    tasks: Mapping[str, Prompt] = Field(default_factory=dict)
    """In the whole loop, the prompts of the seat's further tasks: `order`, `relay`, `act`."""

    @property
    def human(self) -> bool:
        """Whether a person holds the seat."""
        return self.model == PERSON


class Cast(BaseModel):
    """Who is who in one trial: everything but the models that fixes what each seat is asked."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    world: World
    replicate: int
    hierarchy: Hierarchy
    parts: Mapping[str, Part]
    """Each seat's part."""
    dealt: Mapping[str, tuple[str, ...]]
    """The ids of the facts that each worker holds."""
    sources: Mapping[str, Source]
    """What each model's name stands for; a person's has none."""
    loop: bool = False
    """Whether the executive decides, its order goes down and workers act."""

    def notes(self, worker: str) -> str:
        """Return what a worker knows: its facts in words, one a line."""
        facts = [self.world.fact(name) for name in self.dealt[worker]]
        lines = []
        for fact in facts:
            draw = Draw("rendering", self.world.digest, self.replicate, fact.id)
            lines.append(f"- {fact.render(draw.integer(0, len(fact.templates) - 1))}")
        return "\n".join(lines)

    def request(self, seat: Seat, said: Mapping[str, str | None], turn: int = 0) -> Request:
        """Put the question to a seat, given what those who report to it said last."""
        part = self.parts[seat.name]
        if seat.role == "worker":
            heard = [self.notes(seat.name)]
        else:
            heard = [(said[name] or NO_REPORT).strip() for name in self.hierarchy.reports_of(seat.name)]
        return self.ask(seat, part.prompt, self._holes(seat, part, heard), heard, turn)

    def ask(
        self,
        seat: Seat,
        prompt: Prompt,
        holes: Mapping[str, Any],
        heard: Sequence[str],
        turn: int,
        shape: Shape = unshaped,
        **more: Any,
    ) -> Request:
        """Fill a prompt and say with which settings a seat is asked.

        Args:
            seat: Who is asked.
            prompt: What is asked.
            holes: What stands in the prompt's holes.
            heard: The texts that the seat was given, for the length of its reply and for the synthetic channel.
            turn: The number of the seat's turn, of which its sampling seed is made.
            shape: What form the reply must have.
            more: What the occasion holds besides.
        """
        part = self.parts[seat.name]
        model, settings = part.model, {}
        if not part.human:
            source = self.sources[part.model]
            seed = seed_of("sampling", self.world.digest, self.replicate, seat.name, turn)
            own = shape(source.settings(_lines(heard)), source)
            model, settings = source.label, own | dict(part.settings) | {"seed": seed}
        occasion = Occasion(
            world=self.world,
            replicate=self.replicate,
            seat=seat.name,
            role=seat.role,
            hop=more.pop("hop", self.hierarchy.heights[seat.name]),  # another one on the way down
            depth=self.hierarchy.depth,
            heard=tuple(heard),
            **more,
        )
        return Request(model=model, messages=prompt.fill(holes), settings=settings, occasion=occasion)

    def _holes(self, seat: Seat, part: Part, heard: Sequence[str]) -> dict[str, Any]:
        superior = self.hierarchy.superior(seat.name)
        reports = self.hierarchy.reports_of(seat.name)
        holes: dict[str, Any] = {"title": title_of(seat), "about": self.world.title, "words": part.words}
        if superior is not None:
            holes["superior"] = "your boss"
        if seat.role == "worker":
            return holes | {"notes": heard[0]}
        if len(heard) == 1:
            return holes | {"reports": heard[0], "span": 1}
        blocks = [f"Report from {name}:\n{text}" for name, text in zip(reports, heard, strict=True)]
        return holes | {"reports": "\n\n".join(blocks), "span": len(blocks)}


def title_of(seat: Seat) -> str:
    """Return what a seat is called in its own prompt."""
    return {"worker": "a team member", "manager": "a manager", "executive": "the head of the organisation"}[seat.role]


def _lines(texts: Sequence[str]) -> int:
    return sum(1 for text in texts for line in text.splitlines() if line.strip())
