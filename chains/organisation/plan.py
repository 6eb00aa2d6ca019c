"""Who speaks when in a trial: every seat reports; in the whole loop it also decides, orders, relays or acts.

A turn is one message of one seat, and has a name: the seat's own for its first
turn, and the seat and what it does for the others. In a chain of depth 2:

    L2  L1  L0                the reports climb, and the executive decides
    L0/ledger  L0/nothing     for reference: the same decision with the full ledger, and without any report
    L0/order  L1/relay        the order goes down
    L2/act                    the worker acts
    L2/charter  L2/nothing    where nothing climbs, for reference: with the whole charter, and without any order

How an organisation works besides its chain of command (remedies, selection, lines from the side) is woven
in: a weaver adds turns, and says which turn's text from then on stands for a seat's report. A turn asks
its seat or is *ruled*: its text is computed from what was said, so it costs no call and is not logged.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from chains.errors import BadInput
from chains.models.provider import Task
from chains.organisation.hierarchy import Hierarchy, Role, Seat
from chains.organisation.turn_key import NUMBERS, Pass, pass_of

LEDGER, NOTHING, CHARTER = "ledger", "nothing", "charter"
"""Reference turns: the executive reads the full ledger or no report; the worker the whole charter or no order."""


class Turn(NamedTuple):
    """One message of one seat."""

    name: str
    seat: Seat
    task: Task
    number: int
    """0 for the seat's first turn; part of its key in the log."""
    hears: tuple[str, ...]
    """The names of the turns whose messages it reads; empty where it reads notes, the ledger or nothing."""
    reference: str = ""
    """`ledger`, `charter` or `nothing` for a reference turn, on which nothing depends."""
    rule: str = ""
    """The name of the rule that its text follows where nobody is asked; see `asking.RULES`."""
    by: "Weaver | None" = None
    """What wove it in: holds the parameters by which it is asked or ruled."""
    heading: str = ""
    """What stands above its text where its reader reads several; empty for "Report from NAME:"."""
    about: str = ""
    """The seat whose message it concerns, where that is another: the report that an auditor reads."""

    @property
    def ruled(self) -> bool:
        """Whether nobody is asked."""
        return bool(self.rule)

    @property
    def pass_(self) -> Pass:
        """Which way the message goes."""
        return pass_of(self.seat, self.number)

    @property
    def kind(self) -> str:
        """Which prompts it is asked with: its role's for a report, else its task's."""
        return self.seat.role if self.task == "report" else self.task


class Weaver:
    """Adds turns to a plan while it is made; does nothing, so that one who adds one thing overrides one method.

    What overrides them must depend on the plan alone, never on what is said in a trial.
    """

    crosses = False
    """Whether a seat may learn from it what was lost below that seat: the top is then read as a whole."""

    @property
    def told(self) -> tuple[str, ...]:
        """What those who write reports are told besides: variants of the prompt `notice`."""
        return ()

    @property
    def numbers_notes(self) -> bool:
        """Whether the workers' notes are numbered, and reports name the numbers they rest on."""
        return False

    def before(self, draft: "Draft", seat: Seat) -> Iterable[str]:
        """Return the turns that a seat below the executive reads besides the reports to it, before it reports."""
        return ()

    def reported(self, draft: "Draft", seat: Seat) -> None:
        """A seat below the executive has reported: `draft.sent` names the turn whose text stands for its report."""

    def at_the_top(self, draft: "Draft") -> None:
        """All reports are in; `draft.top` names the turns that the executive is about to read."""

    def decided(self, draft: "Draft") -> None:
        """The executive has decided; `draft.decision` names the turn whose choice stands."""

    def ordered(self, draft: "Draft", seat: Seat) -> None:
        """A seat has sent an order down; `draft.down` names the turn whose text stands for it."""


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
    _places: Counter[tuple[str, Task]] = field(default_factory=Counter)
    _names: Counter[str] = field(default_factory=Counter)

    def add(
        self,
        seat: Seat,
        task: Task,
        hears: Iterable[str],
        *,
        by: Weaver,
        what: str = "",
        rule: str = "",
        heading: str = "",
        about: str = "",
        place: int | None = None,
    ) -> Turn:
        """Add a turn and return it.

        Args:
            seat: Whose it is: of the hierarchy, or of `auditor`.
            task: What it is asked for, or `send` for a text that follows a rule.
            hears: The turns that it reads, added before.
            by: What weaves it in.
            what: Its name after the seat's; by default the task.
            rule: See `Turn`; a turn with a rule has the task `send`.
            heading: See `Turn`.
            about: See `Turn`.
            place: Its place among the seat's turns of the task; by default the next. Give it where that would
                depend on what else is switched on.
        """
        mine = self._places[seat.name, task] if place is None else place
        self._places[seat.name, task] = mine + 1
        name = f"{seat.name}/{what or task}"
        self._names[name] += 1
        if self._names[name] > 1:
            name += f"+{self._names[name]}"
        number = NUMBERS[task] + mine
        turn = Turn(name, seat, task, number, tuple(hears), rule=rule, by=by, heading=heading, about=about)
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
    """In an order in which each comes after those that it hears."""
    loop: bool
    """Whether something is decided, and then, unless the trial ends there, ordered and done."""
    reports: bool
    """Whether reports climb; if not, the executive orders by its charter alone."""
    sent: Mapping[str, str]
    """For each seat that reports, the turn whose text its reader reads, and the instrument."""
    top: tuple[str, ...]
    """The turns that the executive reads before it speaks: the last reports, and what reaches it directly."""
    decision: str
    """The turn whose choice stands as what was decided; empty where nothing is decided."""
    down: Mapping[str, str]
    """For each seat that orders or relays, the turn whose text goes down."""
    beside: tuple[Seat, ...]
    """Seats beside the chain of command: auditors, and outsiders."""
    told: tuple[str, ...] = ()
    """What those who write reports are told besides: variants of the prompt `notice`."""
    numbered: bool = False
    """Whether the workers' notes are numbered, and reports name the numbers they rest on."""
    crossed: bool = False
    """Whether lines from the side may carry what the chain of command lost."""

    @cached_property
    def seats(self) -> tuple[Seat, ...]:
        """Every seat: the hierarchy's, top first, then those beside it."""
        return (*self.hierarchy.seats, *self.beside)

    @cached_property
    def by_name(self) -> Mapping[str, Turn]:
        """The turns by name."""
        return {turn.name: turn for turn in self.turns}

    @cached_property
    def asked_of(self) -> Mapping[str, Sequence[Turn]]:
        """For each seat, the turns in which it is asked."""
        found: dict[str, list[Turn]] = {seat.name: [] for seat in self.seats}
        for turn in self.turns:
            if not turn.ruled:
                found[turn.seat.name].append(turn)
        return found

    @property
    def joined(self) -> bool:
        """Whether all that the executive reads must be read as one text."""
        return self.crossed or bool(self.direct)

    @cached_property
    def direct(self) -> tuple[str, ...]:
        """The turns of `top` that are no report of those who report to the executive: lines from the side."""
        last = {self.sent.get(name) for name in self.hierarchy.reports_of(self.hierarchy.executive.name)}
        return tuple(name for name in self.top if name not in last)


def plan_of(
    hierarchy: Hierarchy, *, loop: bool = False, reports: bool = True, orders: bool = True,
    weavers: Sequence[Weaver] = (),
) -> Plan:  # fmt: skip
    """Return who speaks when.

    Args:
        hierarchy: Who reports to whom.
        loop: Whether the executive decides, its order goes down and workers act; else reports climb, and the
            executive says something about them.
        reports: Whether reports climb; without them there is nothing but the way down.
        orders: Whether there is a way down; without it the trial ends with the decision.
        weavers: What adds turns to that, in this order.
    """
    draft = Draft(hierarchy)
    top = hierarchy.executive
    if reports:
        _up(draft, weavers, loop=loop)
    if loop and reports:
        for number, reads in enumerate((LEDGER, NOTHING), start=2):
            draft.turns.append(Turn(f"{top.name}/{reads}", top, "decide", number, (), reads))
    if loop and orders:
        _down(draft, weavers)
    return Plan(
        hierarchy=hierarchy,
        turns=tuple(draft.turns),
        loop=loop,
        reports=reports,
        sent=draft.sent,
        top=tuple(draft.top),
        decision=draft.decision,
        down=draft.down,
        beside=tuple(draft.beside.values()),
        told=tuple(notice for weaver in weavers for notice in weaver.told),
        numbered=any(weaver.numbers_notes for weaver in weavers),
        crossed=any(weaver.crosses for weaver in weavers),
    )


def _up(draft: Draft, weavers: Sequence[Weaver], *, loop: bool) -> None:
    hierarchy, top = draft.hierarchy, draft.hierarchy.executive
    for seat in hierarchy.upward():
        heard = tuple(draft.sent[name] for name in hierarchy.reports_of(seat.name))
        if seat is not top:
            heard += tuple(name for weaver in weavers for name in weaver.before(draft, seat))
            draft.turns.append(Turn(seat.name, seat, "report", 0, heard))
            draft.sent[seat.name] = seat.name
            for weaver in weavers:
                weaver.reported(draft, seat)
            continue
        draft.top = list(heard)
        for weaver in weavers:
            weaver.at_the_top(draft)
        draft.turns.append(Turn(top.name, top, "decide" if loop else "report", 0, tuple(draft.top)))
        if loop:
            draft.decision = top.name
            for weaver in weavers:
                weaver.decided(draft)
        else:
            draft.sent[top.name] = top.name


def _down(draft: Draft, weavers: Sequence[Weaver]) -> None:
    hierarchy, top = draft.hierarchy, draft.hierarchy.executive
    for seat in hierarchy.seats:
        if seat is top:
            turn = Turn(f"{top.name}/order", top, "order", 1, (draft.decision,) if draft.decision else ())
        else:
            task: Task = "act" if seat.role == "worker" else "relay"
            turn = Turn(f"{seat.name}/{task}", seat, task, 1, (draft.down[hierarchy.superior(seat.name) or top.name],))
        draft.turns.append(turn)
        for number, what in ((2, CHARTER), (3, NOTHING)) if turn.task == "act" and not draft.decision else ():
            draft.turns.append(Turn(f"{seat.name}/{what}", seat, "act", number, (), what))
        if turn.task != "act":
            draft.down[seat.name] = turn.name
            for weaver in weavers:
                weaver.ordered(draft, seat)
