"""Roaming auditors: they read what a seat heard and what it wrote, and name what is left out or wrong.

    L3  auditor/audit L3                      every report may be audited: a share of them, drawn by world and seat
    watcher 1/watch L3  watcher 2/watch L3    watchers read the same and what was found so far, and say what stands
    L3/flagged                                flag: the auditor's note goes to the report's reader, under the report
    L3/revise                                 send back: the seat writes its report once more, with the findings
    auditor/notes                             escalate: the notes go to the executive
    (nothing more in this round)              warn: the report goes up as it is; its writer is told, and remembers it
    L3/step_down  L3/anew  L3/in office       switch off: the seat is asked to give itself up; somebody else writes
                                              the report anew, from what the first writer read

An audit sees what its seat heard, not the ledger, so it can't notice what was
lost further down. The placebo makes the same calls, but its notes quote lines
of the report itself, as many as there were findings; a report that is sent
back comes with such a note. In the placebo of `warn` the writer is told that
its report was filed; in that of `switch_off` somebody writes the report anew,
and the first one goes up.
"""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from chains.models.channel import replies
from chains.models.channel.note_markers import NOTE
from chains.models.provider import Request
from chains.models.spec import Source
from chains.organisation.cast import NO_REPORT, Cast, as_json, title_of
from chains.organisation.decision_turns import choice_shape, choice_size
from chains.organisation.hierarchy import Seat
from chains.organisation.plan import Aftermath, Draft, Remark, Turn
from chains.organisation.remedies.audit_findings import TOKENS_OF_FINDINGS, Findings, Kind, read_findings
from chains.organisation.remedies.note_text import lines_in, listed, neutral_note, note_of
from chains.organisation.remedies.remedy import Remedy, remedy, woven_by
from chains.organisation.remedies.stop_choice import choice_in, letters_for
from chains.organisation.selection import REPORT
from chains.organisation.task import Load, Rule, Ruled, Said, task
from chains.rng import Draw


def _flag(value: object) -> object:
    """Read the text of a setting: `true`, `false`, `where`; `random` is another word for true."""
    return {"true": True, "random": True, "false": False}.get(value, value) if isinstance(value, str) else value


ANEW, TO_GO = 50, 310_000
"""Numbers in the log: the place of a report that is written anew among the seat's reports, after all drafts; and the
first question whether a seat gives itself up."""
AUDITOR, WATCHER = "auditor", "watcher"
"""Names of the seats beside the chain; watchers are numbered."""


@remedy
class Audit(Remedy):
    """Adds audits of reports, and the turns that follow from findings."""

    about: ClassVar[str] = "auditors read what a seat heard and what it wrote, and name what is left out or wrong"
    place: ClassVar[int] = 10

    rate: Annotated[float, Field(gt=0, le=1)] = 0.5
    """Share of the reports that are audited, by a seeded draw; a larger rate audits the same reports and more."""
    announced: Annotated[Literal[False, True, "where"], BeforeValidator(_flag)] = False
    """What those who write reports are told: nothing; that some reports are audited, at random; or each of them, with
    `where`, whether its own is."""
    then: Literal["flag", "send_back", "escalate", "warn", "switch_off"] = "flag"
    """What findings lead to: a note to the report's reader, a new version of the report, a note to the executive, a
    warning that its writer remembers in later rounds, or a fresh holder of the seat, who writes the report anew."""
    refusal: Literal["stands", "overruled"] = "stands"
    """What follows where a seat is asked to give itself up and refuses: its report stands, or it is replaced all the
    same."""
    watchers: Annotated[int, Field(ge=0, le=2)] = 0
    """How many watchers check the auditor, one after the other."""

    @model_validator(mode="after")
    def _refusals_where_seats_are_switched_off(self) -> Self:
        if "refusal" in self.model_fields_set and self.then != "switch_off":
            raise ValueError("refusal is of seats that are switched off; set then=switch_off, or leave it out")
        return self

    @property
    def told(self) -> tuple[str, ...]:
        """The notice that reports are audited; in a placebo, one as long that announces nothing."""
        if self.announced and self.placebo:
            return ("filed",)
        return ("audited",) if self.announced is True else ()

    @property
    def told_some(self) -> tuple[str, ...]:
        """Where it is announced which reports are audited: the notices to their writers, and to the others."""
        return ("checked", "unchecked") if self.announced == "where" and not self.placebo else ()

    def tells(self, cast: Cast, seat: str) -> tuple[str, ...]:
        """Return which of these a seat is told."""
        return (self.told_some[0 if self.samples(cast, seat) else 1],) if self.told_some else ()

    @property
    def over_rounds(self) -> bool:
        """Warnings are remembered in the next round."""
        return self.then == "warn"

    def reported(self, draft: Draft, seat: Seat) -> None:
        """Add the audit of a seat's report."""
        sent, below = draft.sent[seat.name], draft.read_by(seat.name)
        eyes = [(draft.auditor(AUDITOR, 0), AUDIT)]
        eyes += [
            (draft.auditor(f"{WATCHER} {number}", 0, watches=True), WATCH) for number in range(1, self.watchers + 1)
        ]
        read = [sent]
        for eye, row in eyes:
            turn = draft.add(eye, row, [*read, *below], by=self, what=f"{row.name} {seat.name}", about=seat.name)
            read.append(turn.name)
        if self.then == "switch_off":
            read.append(draft.add(seat, STEP_DOWN, [*read, *below], by=self, about=seat.name).name)
            anew = draft.add(seat, REPORT, [*read, *below], by=self, what="anew", about=seat.name, place=ANEW)
            first, *audits = read
            hears = [first, anew.name, *audits, *below]
            draft.sent[seat.name] = draft.add(seat, IN_OFFICE, hears, by=self, about=seat.name).name
        elif self.then in ("flag", "send_back"):
            after = FLAGGED if self.then == "flag" else REVISE
            draft.sent[seat.name] = draft.add(seat, after, [*read, *below], by=self, about=seat.name).name

    def at_the_top(self, draft: Draft) -> None:
        """Add the notes to the executive, where findings escalate."""
        if self.then == "escalate":
            audits = [turn for turn in draft.turns if turn.by is self]
            heard = dict.fromkeys([turn.name for turn in audits] + [name for turn in audits for name in turn.hears])
            notes = draft.add(
                draft.auditor(AUDITOR, 0), ESCALATED, heard, by=self, what="notes", heading="From the auditor:"
            )
            draft.top.append(notes.name)

    def asks(self, cast: Cast, turn: Turn, said: Said) -> bool:
        """Return whether a turn is asked: a fresh holder is, where the seat was found at fault and gives itself up."""
        return not turn.anew or gives_way(cast, turn, said)

    def aftermath(self, cast: Cast, said: Said) -> Aftermath:
        """Return who is warned of what was found in a round, and who has left their seats."""
        last = _last(cast, self) if self.then in ("warn", "switch_off") else {}
        found = {seat: standing(cast, turn, said, whole=True) for seat, turn in last.items()}
        faults = {seat: findings for seat, findings in found.items() if findings.kinds}
        if self.then == "switch_off":
            anew = [turn for turn in cast.plan.turns if turn.by is self and turn.anew and not self.placebo]
            return Aftermath(relieved=[turn.about for turn in anew if gives_way(cast, turn, said)])
        return Aftermath({seat: FILED if self.placebo else warning(findings) for seat, findings in faults.items()})

    def samples(self, cast: Cast, seat: str) -> bool:
        """Return whether a seat's report is audited in a trial."""
        return Draw("audited", cast.world.digest, cast.replicate, seat).uniform() < self.rate


def audit(cast: Cast, turn: Turn, said: Said) -> Request | Ruled:
    """Ask an auditor or a watcher which lines that its writer heard a report lost, if the report is audited."""
    shown = shown_to(cast, turn.about, said)
    if not shown or not woven_by(turn, Audit).samples(cast, turn.about):
        return Ruled(None)
    written = (said[turn.hears[0]] or NO_REPORT).strip()
    holes: dict[str, Any] = {
        "writer": title_of(cast.hierarchy.seat(turn.about)),
        "lines": listed(shown),
        "report": written,
    }
    more: dict[str, Any] = {"about": turn.about, "lines": tuple(shown), "written": written}
    if turn.task == "watch":
        before = standing(cast, turn, said)
        holes["found"] = in_numbers(before)
        more["found"] = dict(before.kinds)
    if cast.parts[turn.about].model == cast.parts[turn.seat.name].model:
        more["own"] = True
    numbers = {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": len(shown)}}

    def shape(settings: dict[str, Any], source: Source) -> dict[str, Any]:
        # some endpoints refuse a schema that limits an array; a small model would go on for ever
        limited = numbers | {"maxItems": len(shown)} if source.traits.takes_bounds else numbers
        return as_json(settings, source, "findings", {"missing": limited, "wrong": limited})

    hop = cast.hierarchy.heights[turn.about]
    return cast.ask(turn, holes, ["\n".join(shown), written], shape, hop=hop, more=more)


def audit_size(load: Load) -> tuple[float, float]:
    """Return the size of a task that reads what a seat heard and wrote, and names lines."""
    return 2 * load.told, TOKENS_OF_FINDINGS


_READ_BY_AUDITORS = frozenset({"writer", "lines", "report"})
AUDIT = task("audit", audit, "audit", _READ_BY_AUDITORS, number=30_000, size=audit_size, channel=replies.audits)
WATCH = task(
    "watch", audit, "audit", _READ_BY_AUDITORS | {"found"}, number=50_000, size=audit_size, channel=replies.watches
)


def revise(cast: Cast, turn: Turn, said: Said) -> Request | Ruled:
    """Ask a seat for its report again if the audit found something; otherwise the report stands."""
    found, shown = standing(cast, turn, said), shown_to(cast, turn.about, said)
    note = note_of(found, shown)
    if not note:
        return Ruled(said[turn.hears[0]])
    placebo = woven_by(turn, Audit).placebo
    written = (said[turn.hears[0]] or NO_REPORT).strip()
    report = cast.plan.by_name[turn.seat.name]
    heard = cast.heard(report, said)
    own = turn.seat.role == "worker"
    given = [heard[0]] if own else []
    if told := cast.hears(report, said):
        given.append(cast.headed(heard[len(given) :], told, always=own))
    holes = {
        "given": "\n\n".join(given),
        "report": written,
        "findings": _neutral(cast, turn, found, written) if placebo else note,
    }
    lines = [line for kind in ("missing", "wrong") for line in found.lines(kind, shown)]
    more = {"written": written, "findings": () if placebo else tuple(lines)}
    return cast.ask(turn, holes, heard, cast.shape, more=more)


REVISE = task(
    "revise", revise, "up", {"superior", "given", "report", "findings", "words"},
    number=40_000, size=lambda load: (3 * load.told, load.told), holds="report", channel=replies.revises,
)  # fmt: skip


def step_down(cast: Cast, turn: Turn, said: Said) -> Request | Ruled:
    """Ask a seat to give itself up, if the audit found something; a placebo's note finds nothing."""
    found, shown = standing(cast, turn, said), shown_to(cast, turn.about, said)
    if not found.kinds:
        return Ruled(None)
    written = (said[turn.hears[0]] or NO_REPORT).strip()
    letters = letters_for(cast, turn.task)
    placebo = woven_by(turn, Audit).placebo
    holes = {
        "report": written,
        "findings": _neutral(cast, turn, found, written) if placebo else note_of(found, shown),
        "options": "\n".join(f"{letter}. {option.text}" for letter, option in letters.items()),
    }

    def shape(settings: dict[str, Any], source: Source) -> dict[str, Any]:
        return choice_shape(settings, source, tuple(letters))

    shown_as = {letter: option.id for letter, option in letters.items()}
    return cast.ask(turn, holes, [written], shape, letters=shown_as)


STEP_DOWN = task(
    "step_down", step_down, "audit", {"superior", "report", "findings", "options"},
    number=TO_GO, size=choice_size, channel=replies.gives_up_seat,
)  # fmt: skip


def refuses(cast: Cast, turn: Turn, said: Said) -> bool:
    """Return whether a seat, asked before `turn` to give itself up, refuses; an answer that can't be read does not."""
    asked = [name for name in turn.hears if cast.plan.by_name[name].row is STEP_DOWN]
    return any(choice_in(cast, "step_down", said[name]).option == "stay" for name in asked)


def gives_way(cast: Cast, turn: Turn, said: Said) -> bool:
    """Return whether a seat's holder is replaced: its report has findings against it, and no refusal stands."""
    stays = woven_by(turn, Audit).refusal == "stands" and refuses(cast, turn, said)
    return bool(standing(cast, turn, said).kinds) and not stays


def in_office(cast: Cast, turn: Turn, said: Said) -> Ruled:
    """Return the report of whoever holds the seat now: the fresh holder's, or the first one, as always in a placebo."""
    first, anew = turn.hears[:2]
    fresh = gives_way(cast, turn, said) and not woven_by(turn, Audit).placebo
    return Ruled(said[anew if fresh else first])


IN_OFFICE = Rule("in office", in_office)


def warning(found: Findings) -> Remark:
    """Return what a writer is told of findings against its report."""
    kinds = [*found.kinds.values()]
    counts = {"left out": kinds.count("missing"), "got wrong": kinds.count("wrong")}
    told = " and ".join(f"{does} {count} of the lines" for does, count in counts.items() if count)
    return Remark(f"an auditor found that your report {told} that you were given", fault=True)


FILED = Remark("a clerk put your report on file, together with the lines that you were given and all the others")
"""What it is told in a placebo: as many words."""


def flagged(cast: Cast, turn: Turn, said: Said) -> Ruled:
    """Return a report with the auditor's note under it, if there is one."""
    written, found = said[turn.hears[0]], standing(cast, turn, said)
    if woven_by(turn, Audit).placebo:
        note = _neutral(cast, turn, found, written or "")
    else:
        note = note_of(found, shown_to(cast, turn.about, said))
    return Ruled(f"{(written or NO_REPORT).strip()}\n\n{note}" if note else written)


FLAGGED = Rule("flagged", flagged)


def escalated(cast: Cast, turn: Turn, said: Said) -> Ruled:
    """Return the auditor's notes on all reports for the executive; a placebo's quote the reports that it reads."""
    by = woven_by(turn, Audit)
    last = _last(cast, by)
    above = cast.hierarchy.reports_of(cast.hierarchy.executive.name)
    reads = "\n".join(said[last[seat].hears[0]] or "" for seat in above)
    notes = [
        _neutral(cast, one, standing(cast, one, said, whole=True), reads)
        if by.placebo
        else note_of(standing(cast, one, said, whole=True), shown_to(cast, about, said), f"The report of {about}")
        for about, one in last.items()
    ]
    return Ruled("\n".join(filter(None, notes)) or f"{NOTE} No findings.")


ESCALATED = Rule("escalated", escalated)


def corrected_in(cast: Cast, name: str, said: Said) -> str:
    """Return the lines that the auditor's notes in a turn's text say a report should read; none in a placebo.

    Args:
        cast: Who is who.
        name: The turn's name: a report that may have been flagged, or escalated notes.
        said: What was said.
    """
    turn, lines = cast.plan.by_name[name], []
    while turn.ruled and turn.hears:
        if isinstance(turn.by, Audit) and not turn.by.placebo and turn.rule in (FLAGGED, ESCALATED):
            about = [turn] if turn.about else [*_last(cast, turn.by).values()]
            for one in about:
                found = standing(cast, one, said, whole=one.task != "send")
                lines += found.lines("wrong", shown_to(cast, one.about, said))
        turn = cast.plan.by_name[turn.hears[0]]
    return cast.plain("\n".join(f"- {line}" for line in lines))


def _last(cast: Cast, by: Audit) -> dict[str, Turn]:
    """Return for each seat the last turn in which its report was audited or watched."""
    return {one.about: one for one in cast.plan.turns if one.by is by and one.task in ("audit", "watch")}


def _neutral(cast: Cast, turn: Turn, found: Findings, written: str) -> str:
    """Return a placebo's note: it quotes lines that the reader already has, as many as there were findings."""
    draw = Draw("again", cast.world.digest, cast.replicate, turn.about)
    return neutral_note(written, len(found.kinds), draw) if found.kinds else ""


def standing(cast: Cast, turn: Turn, said: Said, *, whole: bool = False) -> Findings:
    """Return the findings that stand: those of the last watcher whose reply can be read, else the auditor's.

    Args:
        cast: Who is who.
        turn: The audits and watches that this turn hears count.
        said: What was said so far.
        whole: Whether the turn's own reply counts too.
    """
    shown = shown_to(cast, turn.about, said)
    stands = Findings({})
    for name in (*turn.hears, turn.name) if whole else turn.hears:
        one = cast.plan.by_name[name]
        if one.task in ("audit", "watch") and one.about == turn.about:
            found = read_findings(said[name], shown)
            stands = found if found.readable else stands
    return stands


def shown_to(cast: Cast, seat: str, said: Said) -> list[str]:
    """Return the lines that a seat heard, as its auditor sees them."""
    return lines_in(*cast.heard(cast.plan.by_name[seat], said))


def in_numbers(found: Findings) -> str:
    """Return findings in the words in which a watcher reads them."""
    named: dict[Kind, list[int]] = {"missing": [], "wrong": []}
    for number, kind in sorted(found.kinds.items()):
        named[kind].append(number)
    parts = [f"{kind}: {', '.join(map(str, numbers))}" for kind, numbers in named.items() if numbers]
    return "; ".join(parts) + "." if parts else "nothing."
