"""The cast of a trial: for each seat its part (model, prompts, settings), and from that what the seat is asked.

A worker reads its own notes; every other seat reads the latest messages of
those who report to it. Everything else that a seat is told stands in its prompt.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any, NamedTuple, Self

from msgspec import structs
from pydantic import BaseModel, ConfigDict, Field, SkipValidation

from chains.models.channel.note_markers import blanked, numbered
from chains.models.provider import Occasion, Request
from chains.models.spec import Source
from chains.organisation.hierarchy import Hierarchy, Role, Seat, deal
from chains.organisation.plan import Plan, Remark, Turn
from chains.organisation.prompts import Prompt
from chains.organisation.round_settings import RoundSettings
from chains.organisation.sitting import PERSON, Way
from chains.organisation.task import Rule, Said
from chains.organisation.traits import TraitDeal
from chains.organisation.turn_key import ROUND, Key
from chains.rng import Draw, seed_of
from chains.worlds.documents.form import NoteForm
from chains.worlds.documents.notes import Notes, write_notes
from chains.worlds.documents.told import Told, told_in
from chains.worlds.facts.ledger import Fact
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
"""Roles that report from their own notes, not from what they heard."""
NOTIFIED = ("worker", "manager")
"""Roles whose prompts for reports have notices."""
REMEMBER = "You remember earlier rounds."
"""How memories of rounds begin that say nothing of ratings."""


class Waiting(NamedTuple):
    """Stands in place of a message: a person holds the seat and has not answered yet."""

    seat: str


Speak = Callable[[str, Mapping[str, str | None]], Awaitable[str | Waiting | None]]
"""Returns the message of a turn, given its name and the messages so far, by turn; None for no report."""
Climb = Callable[[Speak], Awaitable[tuple[str, ...]]]
"""Takes every turn of a trial, each after the turns that it hears; returns the seats that wait for a person."""


Shape = Callable[[dict[str, Any], Source], dict[str, Any]]
"""Puts the form that a reply must have into a request's settings."""


def unshaped(settings: dict[str, Any], _source: Source) -> dict[str, Any]:
    """Return the settings unchanged: the reply may have any form."""
    return settings


def as_json(settings: dict[str, Any], source: Source, name: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Ask for one JSON object by schema; a grammar for reports in the model's own settings is dropped.

    Args:
        settings: The model's own.
        source: The model; a channel needs no schema.
        name: The schema's name.
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


class Habit(NamedTuple):
    """What a seat's holder knows of practices (see `worlds.facts.metric`), by their ids."""

    used: tuple[str, ...] = ()
    """Those in its last report."""
    read: tuple[str, ...] = ()
    """Those that it has read or been told of since."""


class Part(BaseModel):
    """What a seat is in one condition: its model, prompts and settings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str
    """The model's name, or `person`."""
    prompt: Prompt
    words: int
    """The word limit, for prompts with the hole `words`."""
    settings: Mapping[str, Any] = Field(default_factory=dict)
    """Settings of the condition that replace the model's own: temperature, max_tokens."""
    tasks: Mapping[str, Prompt] = Field(default_factory=dict)
    """The prompt of each further task, besides the report."""
    notices: Mapping[str, Prompt] = Field(default_factory=dict)
    """Notices that it is told in some trials only, with its prompts for reports."""
    circumstances: str = ""
    """What it is told about the organisation, for prompts with that hole: sentences, each with a space before it, so
    that a prompt reads well without any."""

    way: Way = "none"
    """How a person sits beside the model."""
    holder: str = "people"
    """Who answers where a person sits: `people`, or a program."""
    send_backs: int = 0
    """How often the person may send a draft back."""
    stand_in: str | None = None
    """The model that writes where a person alone holds the seat and does not answer in time."""

    @property
    def human(self) -> bool:
        """Whether a person alone holds the seat."""
        return self.model == PERSON

    @property
    def sits(self) -> Way:
        """How a person sits here."""
        return "write" if self.human else self.way

    def word_budget(self, turn: Turn) -> int | None:
        """Return the word limit of a turn, if its prompt has one."""
        return self.words if "words" in self.tasks.get(turn.task, self.prompt).holes else None


class Cast(BaseModel):
    """All that decides what each seat of one trial is asked, except the models' replies."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    world: World
    replicate: int
    plan: Plan
    """Who speaks when."""
    parts: Annotated[Mapping[str, Part], SkipValidation]  # not copied for each trial: it may be long
    """Each seat's part, also of seats beside the chain of command."""
    dealt: Annotated[Mapping[str, tuple[str, ...]], SkipValidation]
    """The ids of the facts that each worker holds."""
    sources: Annotated[Mapping[str, Source], SkipValidation]
    """The source of replies behind each model's name; a person has none."""
    round_settings: RoundSettings = RoundSettings()
    """How many rounds there are, and what happens between them."""
    worlds: tuple[World, ...] = ()
    """In a trial of several rounds, the world of each; `world` is the current one, or for a whole trial the last."""
    round: int = 1
    form: NoteForm = NoteForm()
    """How the workers' notes are written."""
    traits: TraitDeal | None = None
    """How traits are dealt to members; None if they have none."""
    staff: Annotated[Mapping[str, str], SkipValidation] = Field(default_factory=dict)
    """The member who holds each seat in this round; a seat that is not here has the member named after it."""
    remembered: Mapping[str, str] = Field(default_factory=dict)
    """For each seat, what its holder remembers of earlier rounds when asked for a report or a decision."""
    remarks: Mapping[str, Sequence[Remark]] = Field(default_factory=dict)
    """For each seat, what its holder was told of its reports after earlier rounds, with the round; oldest first."""
    went_well: int = 0
    """In how many earlier rounds that are remembered the standing plan was carried out."""
    habits: Mapping[str, Habit] = Field(default_factory=dict)
    """What each seat's holder did to be scored higher, and has heard of, where work is scored."""
    draws: Annotated[Mapping[str, int], SkipValidation] = Field(default_factory=dict)
    """In a fork with several continuations, the number that stands for the replicate in what a turn's model draws."""

    @property
    def hierarchy(self) -> Hierarchy:
        """Who reports to whom."""
        return self.plan.hierarchy

    @property
    def loop(self) -> bool:
        """Whether the executive decides, its order goes down and workers act."""
        return self.plan.loop

    def traits_of(self, seat: str, *, anew: bool = False) -> Mapping[str, int]:
        """Return the traits of the member who holds a seat of the hierarchy; empty for others, and without traits.

        Args:
            seat: The seat.
            anew: Whether its holder was replaced in this round.
        """
        return self.traits_at(seat, newcomer(seat, self.round + 1) if anew else self.staff.get(seat, seat))

    def traits_at(self, seat: str, member: str) -> Mapping[str, int]:
        """Return the traits of a member of this trial who holds a seat of the hierarchy in some round."""
        if self.traits is None or seat not in self.hierarchy.heights:
            return {}
        return self.traits.of(member, (self.worlds[-1] if self.worlds else self.world).digest, self.replicate)

    def with_stand_in(self, seat: str) -> Self:
        """Return this cast with a model in place of the person who holds a seat."""
        part = self.parts[seat].model_copy(update={"model": self.parts[seat].stand_in})
        return self.model_copy(update={"parts": {**self.parts, seat: part}})

    def notes(self, worker: str) -> str:
        """Return what a worker knows, in the form that the condition asks for; an outsider knows all that workers know.

        The status stands first, where the world has one.
        """
        written = self.documents(worker)
        if written is None:
            return self.listed(worker)
        status = self.world.true_status
        return written.text if status is None else f"{status_line(status)}\n\n{written.text}"

    def known_to(self, worker: str) -> list[str]:
        """Return a worker's notes; documents also as a list, because the rules don't read every fact in a document."""
        return list(dict.fromkeys((self.notes(worker), self.listed(worker))))

    def documents(self, worker: str) -> Notes | None:
        """Return the documents that carry a worker's facts; None if its notes are a list, or it has no facts."""
        facts = self._known(worker)
        if self.form.listed or not facts:
            return None
        return write_notes(self.world, facts, self.form, self.replicate)

    @property
    def told(self) -> tuple[Told, ...]:
        """The words in which the workers' documents tell the facts; none if their notes are lists."""
        if self.form.listed:
            return ()
        written = (self.documents(worker) for worker in self.dealt)
        return tuple(one for notes in written if notes is not None for one in told_in(notes, self.world.facts))

    def told_as(self, worker: str, fact: str) -> str:
        """Return the words in which a worker's notes tell one of its facts, in one line."""
        if (written := self.documents(worker)) is not None:
            return " ".join(written.quotes(fact)[-1].split())
        return self._rendered(self.world.fact(fact))

    def lines(self, worker: str) -> list[tuple[str, str]]:
        """Return each fact that a worker holds and the line that tells it, numbered if its notes are numbered."""
        facts = self._known(worker)
        if self.documents(worker) is not None:
            return [(fact, self.told_as(worker, fact)) for fact in facts]
        lines = [line.removeprefix("- ") for line in self.given(worker).splitlines()]
        return list(zip(facts, lines[len(lines) - len(facts) :], strict=True))

    def _known(self, worker: str) -> tuple[str, ...]:
        everything = tuple(dict.fromkeys(name for names in self.dealt.values() for name in names))
        return self.dealt.get(worker, everything)

    def listed(self, worker: str) -> str:
        """Return what a worker knows as a list, whatever its notes look like: its facts in words, one a line."""
        lines = [] if self.world.true_status is None else [f"- {status_line(self.world.true_status)}"]
        told = self.in_words(self._known(worker))
        return "\n".join([*lines, told] if told else lines)

    def in_words(self, facts: Sequence[str]) -> str:
        """Return some facts in the words of the workers' notes, one a line."""
        return "\n".join(f"- {self._rendered(self.world.fact(name))}" for name in facts)

    def _rendered(self, fact: Fact) -> str:
        draw = Draw("rendering", self.world.digest, self.replicate, fact.id)
        return self.world.said(fact.id, draw.integer(0, len(fact.templates) - 1))

    def key(self, trial: str, turn: Turn) -> Key:
        """Return the key of a turn's step in the log."""
        return Key(trial, turn.seat.name, turn.number + (self.round - 1) * ROUND)

    def given(self, worker: str) -> str:
        """Return a worker's notes as it reads them: numbered if reports must name the notes that they rest on."""
        notes = self.notes(worker)
        if not self.plan.numbered:
            return notes
        names = list(self.dealt)
        before = names[: names.index(worker)] if worker in self.dealt else []  # an outsider knows all notes
        first = 1 + sum(len(self.dealt[name]) for name in before)
        lines = (line.removeprefix("- ") for line in notes.splitlines())
        return "\n".join(f"- {numbered(line, [number])}" for number, line in enumerate(lines, start=first))

    def plain(self, text: str) -> str:
        """Return a text as the instrument reads it: the numbers of notes are replaced by spaces."""
        return blanked(text) if self.plan.numbered else text

    def heard(self, turn: Turn, said: Said) -> list[str]:
        """Return the texts that a turn's seat reads: a worker its own notes, then each message that it hears."""
        return self.texts(turn, self.hears(turn, said), said)

    def texts(self, turn: Turn, hears: Sequence[str], said: Said) -> list[str]:
        """Return the texts that a turn's seat reads: its own notes, if it has any, then the texts of `hears`."""
        texts = [(said[name] or NO_REPORT).strip() for name in hears]
        own = turn.task == "report" and turn.seat.role in HAVE_NOTES
        return [self.given(turn.seat.name), *texts] if own else texts

    def reads(self, turn: Turn) -> tuple[str, ...]:
        """Return the turns whose texts a turn's seat may read: of a report written anew, those of the first one."""
        return self.plan.by_name[turn.seat.name].hears if turn.anew else turn.hears

    def hears(self, turn: Turn, said: Said) -> tuple[str, ...]:
        """Return the turns that a turn's seat reads; a side line (it has a heading) counts only if a text came."""
        turns = self.plan.by_name
        return tuple([name for name in self.reads(turn) if said[name] is not None or not turns[name].heading])

    def report_on(self, turn: Turn, heard: Sequence[str], hears: Sequence[str], **more: Any) -> Request:
        """Ask a seat for its report on its own notes, if it has any, and the texts of the turns in `hears`."""
        own = heard[0] if turn.seat.role in HAVE_NOTES else None
        if turn.seat.role == "outside":
            more["hop"] = 1
        return self.ask(turn, self._report_holes(heard, own, hears), heard, self.shape, **more)

    def shape(self, settings: dict[str, Any], source: Source) -> dict[str, Any]:
        """Put the form of a report into a request's settings: a grammar must allow the numbers of numbered notes."""
        if not self.plan.numbered or "grammar" not in settings:
            return settings
        return settings | {"grammar": str(settings["grammar"]).replace('"- "', '"- [" [0-9]{1,3} "] "')}

    def headed(self, texts: Sequence[str], hears: Sequence[str], *, always: bool = False) -> str:
        """Join texts into one; each stands under its heading if there are several, or if `always`."""
        if len(texts) == 1 and not always:
            return texts[0]
        turns = [self.plan.by_name[name] for name in hears]
        headings = [turn.heading or f"Report from {turn.seat.name}:" for turn in turns]
        return "\n\n".join(f"{heading}\n{text}" for heading, text in zip(headings, texts, strict=True))

    def ask(
        self, turn: Turn, holes: Mapping[str, Any], heard: Sequence[str], shape: Shape = unshaped, **more: Any
    ) -> Request:
        """Return the request of a turn: its filled prompt and its settings.

        Args:
            turn: Whose turn it is, and for which task. The sampling seed is made from its number.
            holes: Values for the prompt's holes, besides the holes that every seat's prompt may have.
            heard: The texts that the seat was given: for the length of its reply, and for the synthetic channel. The
                channel reads no documents; it is given the facts of its own as a list.
            shape: What form the reply must have.
            more: Further fields of the request's `Occasion`.
        """
        seat, part = turn.seat, self.parts[turn.seat.name]
        replicate = self.draws.get(turn.name, self.replicate)
        model, settings = part.model, {}
        heard = self._in_plain_words(seat, heard)
        if not part.human:
            source = self.sources[part.model]
            seed = seed_of("sampling", self.world.digest, replicate, seat.name, turn.number)
            own = shape(source.settings(_lines(heard) if source.by_lines else 0), source)
            model, settings = source.label, {**own, **part.settings, "seed": seed}
        reminded = turn.task in ("report", "decide") and not (turn.reference or turn.anew)
        notices = self._notices(turn)
        if known := self._known_besides(turn, notices, reminded=reminded):
            more.setdefault("more", known)
        circumstances = part.circumstances
        if self.traits is not None and (traits := self.traits_of(seat.name, anew=turn.anew)):
            more["more"] = {**more.get("more", {}), "traits": traits}
            circumstances += self.traits.told(traits)
        occasion = Occasion(
            world=self.world,
            replicate=replicate,
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
            "circumstances": circumstances,
        }  # fmt: skip
        prompt = part.tasks.get(turn.task, part.prompt)
        messages = prompt.with_notices([part.notices[name] for name in notices]).fill({**told, **holes})
        if reminded and (memory := self._memory(seat.name)):
            *before, last = messages
            messages = (*before, structs.replace(last, content=f"{memory}\n\n{last.content}"))
        return Request(model=model, messages=messages, settings=settings, occasion=occasion)

    def _notices(self, turn: Turn) -> list[str]:
        """Return which of the notices that only some are told stand in a turn's prompt."""
        if not self.plan.told_some or turn.row.holds != "report" or turn.seat.role not in NOTIFIED:
            return []
        return [name for weaver in self.plan.weavers for name in weaver.tells(self, turn.seat.name)]

    def _known_besides(self, turn: Turn, notices: Sequence[str], *, reminded: bool) -> dict[str, Any]:
        """Return what a seat knows that stands in none of the texts it reads, for the synthetic channel."""
        known: dict[str, Any] = {"went_well": self.went_well} if reminded and self.went_well else {}
        if reminded and (habit := self.habits.get(turn.seat.name)):
            known["habit"] = habit
        if turn.task == "report":
            if told := (*self.plan.told, *notices):
                known["told"] = told
            if reminded and (faults := sum(one.fault for one in self.remarks.get(turn.seat.name, ()))):
                known["faults"] = faults
            if turn.anew:
                known["anew"] = True
        return known

    def _memory(self, seat: str) -> str:
        """Return what a seat's holder remembers, in words; empty if it remembers nothing."""
        remembered, told = self.remembered.get(seat, ""), [one.text for one in self.remarks.get(seat, ())]
        if told and not remembered:
            remembered = REMEMBER
        return "\n".join(filter(None, (remembered, *told)))

    def _in_plain_words(self, seat: Seat, heard: Sequence[str]) -> Sequence[str]:
        """Return what a seat was given with its own documents, if it has any, replaced by a list of their facts."""
        if self.form.listed or seat.role not in HAVE_NOTES:
            return heard
        own, listed = self.given(seat.name), self.listed(seat.name)
        return [listed if text == own else text for text in heard]

    def _report_holes(self, heard: Sequence[str], own: str | None, hears: Sequence[str]) -> dict[str, Any]:
        if own is None:
            return {"reports": self.headed(heard, hears), "span": len(heard)}
        told = self.headed(heard[1:], hears, always=True) if hears else ""
        return {"notes": f"{own}\n\n{told}" if told else own}


def hands_of(world: World, hierarchy: Hierarchy, replicate: int) -> dict[str, tuple[str, ...]]:
    """Return the ids of the facts that each worker holds in a trial.

    Facts of one pattern go to different workers, those about one candidate or one piece of work to the same one.
    """
    apart = [pattern.facts for pattern in world.patterns]
    together = [option.facts for option in world.decision.candidates] if world.decision else []
    together += [work.facts for work in world.metric.works] if world.metric else []
    facts = [fact.id for fact in world.facts]
    return deal(facts, hierarchy, world.digest, replicate, apart=apart, together=together, again=world.shared)


SINCE = " since round "


def newcomer(seat: str, number: int) -> str:
    """Return the name of whoever takes a seat from outside, and has it in a round from the beginning."""
    return f"{seat}{SINCE}{number}"


def title_of(seat: Seat) -> str:
    """Return what a seat is called in its own prompt."""
    return TITLES[seat.role]


def _lines(texts: Sequence[str]) -> int:
    return sum(1 for text in texts for line in text.splitlines() if line.strip())
