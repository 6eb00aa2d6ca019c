"""What one seat does: it hears, is prompted, and asks its model or its person for a reply.

A seat reads nothing but its own notes (a worker) or the latest messages of
those who report to it. What it is told besides stands in its prompt.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, NamedTuple

from msgspec import structs
from pydantic import BaseModel, ConfigDict, Field, SkipValidation

from chains.models.channel.note_markers import blanked, numbered
from chains.models.provider import Occasion, Request
from chains.models.spec import Source
from chains.organisation.hierarchy import Hierarchy, Role, Seat, deal
from chains.organisation.plan import Plan, Turn
from chains.organisation.prompts import Prompt
from chains.organisation.round_settings import RoundSettings
from chains.organisation.task import Rule, Said
from chains.organisation.turn_key import ROUND, Key
from chains.rng import Draw, seed_of
from chains.worlds.facts.status_rule import status_line
from chains.worlds.world import World

NO_REPORT = "(no report)"
"""What the seat above reads where a seat refused, was filtered or said nothing."""

TITLES: Mapping[Role, str] = {
    "worker": "a team member", "manager": "a manager", "executive": "the head of the organisation",
    "auditor": "an auditor", "watcher": "an auditor", "outside": "an observer from outside",
}  # fmt: skip
"""What seats are called in their own prompts, by role."""
HAVE_NOTES = ("worker", "outside")
"""Roles whose reports begin with what they know, not with what they heard."""
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


def as_json(settings: dict[str, Any], source: Source, name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Ask for one JSON object by schema, in place of a grammar that the model's own settings have for reports.

    Args:
        settings: The model's own.
        source: The model; a channel needs no schema.
        name: Of the schema.
        properties: Its fields, each a JSON schema; all are required, in this order.
    """
    plain = {name: value for name, value in settings.items() if name != "grammar"}
    if not source.traits.takes_schema:
        return plain
    schema = {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
    return plain | {
        "response_format": {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": schema}}
    }


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
    """The prompt of each task that the seat is asked for besides its report."""
    circumstances: str = ""
    """What it is told of the organisation that it works in, for prompts that have that hole: sentences, a space before
    each, so that a prompt reads well without any."""

    @property
    def human(self) -> bool:
        """Whether a person holds the seat."""
        return self.model == PERSON


class Cast(BaseModel):
    """Who is who in one trial: everything but the models that fixes what each seat is asked."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    world: World
    replicate: int
    plan: Plan
    """Who speaks when."""
    parts: Annotated[Mapping[str, Part], SkipValidation]  # not copied for each trial: it may be long
    """Each seat's part, those beside the chain of command included."""
    dealt: Annotated[Mapping[str, tuple[str, ...]], SkipValidation]
    """The ids of the facts that each worker holds."""
    sources: Annotated[Mapping[str, Source], SkipValidation]
    """What each model's name stands for; a person's has none."""
    round_settings: RoundSettings = RoundSettings()
    """How many rounds there are, and what happens between them."""
    worlds: tuple[World, ...] = ()
    """In a trial of several rounds, the world of each; `world` is that of the round, of a whole trial the last."""
    round: int = 1
    remembered: Mapping[str, str] = Field(default_factory=dict)
    """What the holders of seats remember of earlier rounds, before they are asked for their reports."""

    @property
    def hierarchy(self) -> Hierarchy:
        """Who reports to whom."""
        return self.plan.hierarchy

    @property
    def loop(self) -> bool:
        """Whether the executive decides, its order goes down and workers act."""
        return self.plan.loop

    def notes(self, worker: str) -> str:
        """Return what a worker knows: its facts in words, one a line; an outsider knows all that workers know.

        The status stands first, where the world has one.
        """
        everything = tuple(name for names in self.dealt.values() for name in names)
        facts = [self.world.fact(name) for name in self.dealt.get(worker, everything)]
        lines = [] if self.world.true_status is None else [f"- {status_line(self.world.true_status)}"]
        for fact in facts:
            draw = Draw("rendering", self.world.digest, self.replicate, fact.id)
            lines.append(f"- {self.world.said(fact.id, draw.integer(0, len(fact.templates) - 1))}")
        return "\n".join(lines)

    def key(self, trial: str, turn: Turn) -> Key:
        """Return what names a turn's step in the log."""
        return Key(trial, turn.seat.name, turn.number + (self.round - 1) * ROUND)

    def given(self, worker: str) -> str:
        """Return a worker's notes as it reads them: numbered where reports name the notes they rest on."""
        notes = self.notes(worker)
        if not self.plan.numbered:
            return notes
        names = list(self.dealt)
        before = names[: names.index(worker)] if worker in self.dealt else []  # an outsider knows all notes
        first = 1 + sum(len(self.dealt[name]) for name in before)
        lines = (line.removeprefix("- ") for line in notes.splitlines())
        return "\n".join(f"- {numbered(line, [number])}" for number, line in enumerate(lines, start=first))

    def plain(self, text: str) -> str:
        """Return a text as the instrument reads it: where notes are numbered, with spaces for their numbers."""
        return blanked(text) if self.plan.numbered else text

    def heard(self, turn: Turn, said: Said) -> list[str]:
        """Return the texts that a turn's seat reads: a worker its own notes, then each message that it hears."""
        return self.texts(turn, self.hears(turn, said), said)

    def texts(self, turn: Turn, hears: Sequence[str], said: Said) -> list[str]:
        """Return the texts that a turn's seat reads, after its own notes, if it has any, those of `hears`."""
        texts = [(said[name] or NO_REPORT).strip() for name in hears]
        own = turn.task == "report" and turn.seat.role in HAVE_NOTES
        return [self.given(turn.seat.name), *texts] if own else texts

    def hears(self, turn: Turn, said: Said) -> tuple[str, ...]:
        """Return the turns that a turn's seat reads: of lines from the side, which have a heading, those that came."""
        turns = self.plan.by_name
        return tuple([name for name in turn.hears if said[name] is not None or not turns[name].heading])

    def report_on(self, turn: Turn, heard: Sequence[str], hears: Sequence[str], **more: Any) -> Request:
        """Ask a seat for its report on texts: those of the turns in `hears`, after its own notes if it has any."""
        own = heard[0] if turn.seat.role in HAVE_NOTES else None
        if turn.seat.role == "outside":
            more["hop"] = 1
        return self.ask(turn, self._report_holes(heard, own, hears), heard, self.shape, **more)

    def shape(self, settings: dict[str, Any], source: Source) -> dict[str, Any]:
        """Put the form of a report into a request's settings: a grammar must let by the numbers of notes."""
        if not self.plan.numbered or "grammar" not in settings:
            return settings
        return settings | {"grammar": str(settings["grammar"]).replace('"- "', '"- [" [0-9]{1,3} "] "')}

    def headed(self, texts: Sequence[str], hears: Sequence[str], *, always: bool = False) -> str:
        """Return texts as one, each under its heading where there are several, or `always`."""
        if len(texts) == 1 and not always:
            return texts[0]
        turns = [self.plan.by_name[name] for name in hears]
        headings = [turn.heading or f"Report from {turn.seat.name}:" for turn in turns]
        return "\n\n".join(f"{heading}\n{text}" for heading, text in zip(headings, texts, strict=True))

    def ask(
        self, turn: Turn, holes: Mapping[str, Any], heard: Sequence[str], shape: Shape = unshaped, **more: Any
    ) -> Request:
        """Fill the prompt of a turn, and say with which settings its seat is asked.

        Args:
            turn: Whose turn it is, and for which task. The sampling seed is made from its number.
            holes: What stands in the prompt's holes, besides those that every seat's prompt may have.
            heard: The texts that the seat was given, for the length of its reply and for the synthetic channel.
            shape: What form the reply must have.
            more: What the occasion holds besides.
        """
        seat, part = turn.seat, self.parts[turn.seat.name]
        model, settings = part.model, {}
        if not part.human:
            source = self.sources[part.model]
            seed = seed_of("sampling", self.world.digest, self.replicate, seat.name, turn.number)
            own = shape(source.settings(_lines(heard) if source.by_lines else 0), source)
            model, settings = source.label, {**own, **part.settings, "seed": seed}
        occasion = Occasion(
            world=self.world,
            replicate=self.replicate,
            seat=seat.name,
            role=seat.role,
            hop=more.pop("hop", self.hierarchy.heights.get(seat.name, 0)),  # another one on the way down
            depth=self.hierarchy.depth,
            heard=tuple(heard),
            task=turn.task,
            by_channel=None if isinstance(turn.row, Rule) else turn.row.channel,
            **more,
        )
        told = {
            "title": title_of(seat), "about": self.world.title, "superior": "your boss", "words": part.words,
            "circumstances": part.circumstances,
        }  # fmt: skip
        messages = part.tasks.get(turn.task, part.prompt).fill({**told, **holes})
        if turn.task == "report" and (memory := self.remembered.get(seat.name)):
            *before, last = messages
            messages = (*before, structs.replace(last, content=f"{memory}\n\n{last.content}"))
        return Request(model=model, messages=messages, settings=settings, occasion=occasion)

    def _report_holes(self, heard: Sequence[str], own: str | None, hears: Sequence[str]) -> dict[str, Any]:
        if own is None:
            return {"reports": self.headed(heard, hears), "span": len(heard)}
        told = self.headed(heard[1:], hears, always=True) if hears else ""
        return {"notes": f"{own}\n\n{told}" if told else own}


def hands_of(world: World, hierarchy: Hierarchy, replicate: int) -> dict[str, tuple[str, ...]]:
    """Return the ids of the facts that each worker holds in a trial; those of a pattern go to different workers."""
    apart = [pattern.facts for pattern in world.patterns]
    return deal([fact.id for fact in world.facts], hierarchy, world.digest, replicate, apart=apart)


def title_of(seat: Seat) -> str:
    """Return what a seat is called in its own prompt."""
    return TITLES[seat.role]


def _lines(texts: Sequence[str]) -> int:
    return sum(1 for text in texts for line in text.splitlines() if line.strip())
