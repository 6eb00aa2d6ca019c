"""A plan: the turns of a trial, in order. `planning` makes it.

A turn is one message of one seat, and has a name: the seat's own for its first
turn, and the seat and what it does for the others. In a chain of depth 2:

    L2  L1  L0                the reports climb, and the executive decides
    L0/ledger  L0/nothing     for reference: the same decision with the full ledger, and without any report
    L0/order  L1/relay        the order goes down
    L2/act                    the worker acts
    L2/charter  L2/nothing    where nothing climbs, for reference: with the whole charter, and without any order

A *weaver* (a remedy, selection, lines from the side) adds turns to the chain of command, and can let another
turn's text stand for a seat's report. A turn either asks its seat for a task, or is *ruled*: its text is computed
from earlier messages, so it costs no call and is not logged.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from chains.errors import BadInput
from chains.models.provider import Request
from chains.organisation.hierarchy import Hierarchy, Role, Seat
from chains.organisation.task import Rule, Ruled, Said, Task
from chains.organisation.turn_key import Pass
from chains.registry import blaming, is_built_in

LEDGER, NOTHING, CHARTER = "ledger", "nothing", "charter"
"""Reference turns: the executive reads the full ledger or no report; the worker the whole charter or no order."""


class Turn(NamedTuple):
    """One message of one seat."""

    name: str
    seat: Seat
    row: Task | Rule
    """What the seat is asked for, or the rule that gives the text."""
    number: int
    """0 for the seat's first turn; part of its key in the log."""
    hears: tuple[str, ...]
    """The names of the turns whose messages it reads; empty where it reads notes, the ledger or nothing."""
    reference: str = ""
    """`ledger`, `charter` or `nothing` for a reference turn, on which nothing depends."""
    by: "Weaver | None" = None
    """The weaver that added it; its parameters decide how the turn is asked or ruled."""
    heading: str = ""
    """The heading of its text if its reader reads several; empty means "Report from NAME:"."""
    about: str = ""
    """The seat whose message it is about, if that is another seat, as in an audit of its report."""

    def ask(self, cast: Any, said: Said) -> Request | Ruled:
        """Return the request of this turn, or for a ruled turn its text.

        Args:
            cast: The trial's `cast.Cast`.
            said: What was said so far, by turn.
        """
        row = self.row
        if self.by is not None and not self.by.asks(cast, self, said):
            return Ruled(None)
        answer = row.ask if isinstance(row, Task) else row.text
        if is_built_in(answer):
            return answer(cast, self, said)
        with blaming("task" if isinstance(row, Task) else "rule", row.name):
            return answer(cast, self, said)

    @property
    def task(self) -> str:
        """The name of the task; `send` where nobody is asked."""
        return self.row.name if isinstance(self.row, Task) else "send"

    @property
    def rule(self) -> Rule | None:
        """The rule that gives the text; None where the seat is asked."""
        return None if isinstance(self.row, Task) else self.row

    @property
    def anew(self) -> bool:
        """Whether somebody else writes the seat's report again: with what the first writer read, and nothing more."""
        return self.task == "report" and self.about == self.seat.name

    @property
    def ruled(self) -> bool:
        """Whether nobody is asked."""
        return not isinstance(self.row, Task)

    @property
    def pass_(self) -> Pass:
        """Which way the message goes; the executive's first message counts as the decision, whatever its task."""
        return "decide" if self.number == 0 and self.seat.role == "executive" else self.row.pass_


class Remark(NamedTuple):
    """What a seat's holder is told after a round, and remembers with what else it remembers of that round."""

    text: str
    """A clause, such as "an auditor found ...", without the round and without a full stop."""
    fault: bool = False
    """Whether it finds fault with the holder's report."""


class Aftermath(NamedTuple):
    """What follows from a round for the next ones, besides what everybody remembers."""

    remarks: Mapping[str, Remark] = {}
    """By seat."""
    relieved: Collection[str] = ()
    """Seats whose holder left in the round; a newcomer has them."""


class Weaver:
    """Adds turns to a plan while it is made. A weaver overrides the methods that it needs; by default they do nothing.

    A weaver uses the plan alone, never the messages of a trial.
    """

    crosses = False
    """Whether it can bring a seat facts that were lost below; if so, what the executive reads is scored as one text."""

    @property
    def told(self) -> tuple[str, ...]:
        """Notices to those who write reports: variants of the prompt `notice`."""
        return ()

    @property
    def told_some(self) -> tuple[str, ...]:
        """Notices of which `tells` says, for each trial, who is told them."""
        return ()

    def tells(self, cast: Any, seat: str) -> tuple[str, ...]:
        """Return which of `told_some` a seat that writes a report is told in a trial; from the cast alone."""
        return ()

    def asks(self, cast: Any, turn: Turn, said: Said) -> bool:
        """Return whether a turn that it added is asked at all, given the messages so far; if not, it has no text."""
        return True

    def aftermath(self, cast: Any, said: Said) -> Aftermath:
        """Return what follows from a round for the next ones, in a trial of several."""
        return Aftermath()

    @property
    def numbers_notes(self) -> bool:
        """Whether the workers' notes are numbered, and reports name the numbers they rest on."""
        return False

    def before(self, draft: "Draft", seat: Seat) -> Iterable[str]:
        """Return further turns that a seat below the executive reads before it reports, besides the reports to it."""
        return ()

    def reported(self, draft: "Draft", seat: Seat) -> None:
        """Add turns after the report of a seat below the executive; `draft.sent` names the turn that stands for it."""

    def at_the_top(self, draft: "Draft") -> None:
        """Add turns once all reports are in; `draft.top` names the turns that the executive is about to read."""

    def decided(self, draft: "Draft") -> None:
        """Add turns after the decision; `draft.decision` names the turn whose choice stands."""

    def ordered(self, draft: "Draft", seat: Seat) -> None:
        """Add turns after a seat's order; `draft.down` names the turn that stands for the order."""


@dataclass
class Draft:
    """A plan while it is made."""

    hierarchy: Hierarchy
    turns: list[Turn] = field(default_factory=list)
    sent: dict[str, str] = field(default_factory=dict)
    top: list[str] = field(default_factory=list)
    decision: str = ""
    down: dict[str, str] = field(default_factory=dict)
    beside: dict[str, Seat] = field(default_factory=dict)
    _places: Counter[tuple[str, str]] = field(default_factory=Counter)
    _names: Counter[str] = field(default_factory=Counter)

    def add(
        self,
        seat: Seat,
        row: Task | Rule,
        hears: Iterable[str],
        *,
        by: Weaver,
        what: str = "",
        heading: str = "",
        about: str = "",
        place: int | None = None,
    ) -> Turn:
        """Add a turn and return it.

        Args:
            seat: The seat whose turn it is, in the hierarchy or from `auditor`.
            row: The task that the seat is asked for, or the rule that gives its text.
            hears: The turns that it reads, added before.
            by: What weaves it in.
            what: The turn's name after the seat's; by default the name of the task or rule.
            heading: See `Turn`.
            about: See `Turn`.
            place: Its place among the seat's turns of the task; by default the next. Give it if the default would
                depend on other weavers.
        """
        kind = row.name if isinstance(row, Task) else "send"
        mine = self._places[seat.name, kind] if place is None else place
        self._places[seat.name, kind] = mine + 1
        name = f"{seat.name}/{what or row.name}"
        self._names[name] += 1
        if self._names[name] > 1:
            name += f"+{self._names[name]}"
        turn = Turn(name, seat, row, row.number + mine, tuple(hears), by=by, heading=heading, about=about)
        self.turns.append(turn)
        return turn

    def read_by(self, seat: str) -> tuple[str, ...]:
        """Return the turns that a seat read before its report."""
        return next(turn.hears for turn in self.turns if turn.name == seat)

    def auditor(self, name: str, level: int, *, watches: bool = False) -> Seat:
        """Return the seat of this name beside the chain of command, made if it is not there yet.

        Raises:
            BadInput: If somebody in the hierarchy has that name.
        """
        if any(seat.name == name for seat in self.hierarchy.seats):
            raise BadInput(f"the hierarchy has a seat {name!r}, as one beside it is called; give it another name")
        role: Role = "watcher" if watches else "auditor"
        return self.beside.setdefault(name, Seat(name=name, level=level, role=role))

    def outsider(self, name: str) -> Seat:
        """Return the seat of somebody outside, made if it is not there yet."""
        return self.beside.setdefault(name, Seat(name=name, level=0, role="outside"))


@dataclass(frozen=True, eq=False)
class Plan:
    """Who speaks when in the trials of a condition."""

    hierarchy: Hierarchy
    turns: tuple[Turn, ...]
    """In order: each comes after the turns that it hears."""
    loop: bool
    """Whether the executive decides; orders and actions follow unless the trial ends there."""
    reports: bool
    """Whether reports climb; if not, the executive orders from its charter alone."""
    sent: Mapping[str, str]
    """For each seat that reports, the turn whose text its reader and the instrument read."""
    top: tuple[str, ...]
    """The turns that the executive reads before it speaks: the last reports, and messages that bypass the chain."""
    decision: str
    """The turn whose choice is the decision; empty if nothing is decided."""
    down: Mapping[str, str]
    """For each seat that orders or relays, the turn whose text goes down as its order."""
    beside: tuple[Seat, ...]
    """Seats beside the chain of command: auditors, and outsiders."""
    told: tuple[str, ...] = ()
    """Notices to those who write reports: variants of the prompt `notice`."""
    told_some: tuple[str, ...] = ()
    """Notices that some of them are told in some trials; see `Weaver.tells`."""
    numbered: bool = False
    """Whether the workers' notes are numbered, and reports name the numbers they rest on."""
    crossed: bool = False
    """Whether side lines may carry facts that the chain of command lost."""

    @cached_property
    def seats(self) -> tuple[Seat, ...]:
        """Every seat: the hierarchy's, top first, then those beside it."""
        return (*self.hierarchy.seats, *self.beside)

    @cached_property
    def weavers(self) -> tuple[Weaver, ...]:
        """What added turns."""
        return tuple({id(turn.by): turn.by for turn in self.turns if turn.by is not None}.values())

    @cached_property
    def by_name(self) -> Mapping[str, Turn]:
        """The turns by name."""
        return {turn.name: turn for turn in self.turns}

    @cached_property
    def asked_of(self) -> Mapping[str, Sequence[Turn]]:
        """For each seat, the turns that ask it for something."""
        found: dict[str, list[Turn]] = {seat.name: [] for seat in self.seats}
        for turn in self.turns:
            if not turn.ruled:
                found[turn.seat.name].append(turn)
        return found

    def from_seats(self, seats: Collection[str]) -> frozenset[str]:
        """Return the turns of these seats and all that follow from them; reference turns follow from nothing."""
        found = set[str]()
        for turn in self.turns:
            if (turn.seat.name in seats and not turn.reference) or not found.isdisjoint(turn.hears):
                found.add(turn.name)
        return frozenset(found)

    @property
    def joined(self) -> bool:
        """Whether all that the executive reads is scored as one text."""
        return self.crossed or bool(self.direct)

    @cached_property
    def direct(self) -> tuple[str, ...]:
        """The turns of `top` that do not come from the executive's own reports, but from the side."""
        last = {self.sent.get(name) for name in self.hierarchy.reports_of(self.hierarchy.executive.name)}
        return tuple(name for name in self.top if name not in last)
