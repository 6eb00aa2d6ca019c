"""What auditors found, seat by seat, against what the instrument finds: detection, false alarms, whom they point at.

From the log, for every report that was audited. A fact is *lost* there if a
line that the seat heard states it and the seat's report, as the auditor read
it, does not. Of the facts lost, those in lines that the findings name are
*found*; a line that they name though the report keeps its fact is a *false
alarm*. Lines in which the instrument reads no fact are left out. The findings
are those that stand: the auditor's, or what the last watcher made of them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from chains.experiments.experiment import Condition
from chains.models.provider import Reply
from chains.organisation.cast import Cast
from chains.organisation.hierarchy import held_below
from chains.organisation.plan import Turn
from chains.organisation.remedies.audit import Audit, shown_to, standing
from chains.organisation.remedies.audit_findings import read_findings
from chains.running.log.log import Log
from chains.running.run_record import Casts, RunRecord
from chains.running.transcript import retold
from chains.scoring.facts.reader import instrument_of
from chains.scoring.facts.verdict import in_rates


class Audited(NamedTuple):
    """One audited report; counts."""

    seat: str
    hop: int
    readable: bool
    """Whether the auditor's own reply can be read."""
    named: int
    """Lines that the findings name."""
    lost: int
    """Facts heard and not kept in the report."""
    found: int
    """Of these, named."""
    bad_lost: int
    bad_found: int
    kept: int
    """Facts heard and kept in the report."""
    alarms: int
    """Of these, named all the same."""


class Row(NamedTuple):
    """A seat over the trials of a condition."""

    condition: Condition
    seat: str
    hop: int
    audited: int
    """Reports."""
    unread: float
    """Share of the auditors' replies that can't be read."""
    lost: float
    """Facts lost, mean per report."""
    found: float | None
    """Share of the facts lost that the findings name; None where none is lost."""
    bad_lost: float
    bad_found: float | None
    """The same of bad facts."""
    pointed: float
    """Bad facts found missing or wrong, mean per report: whom the auditors point at."""
    alarms: float | None
    """Share of the facts kept that the findings name all the same."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return self._asdict() | {"condition": self.condition.name}


def audited_in(cast: Cast, replies: Mapping[str, Reply]) -> Iterator[Audited]:
    """Follow the audits of one trial."""
    said = {name: reply.spoken for name, reply in replies.items()}
    held = held_below(cast.hierarchy, cast.dealt)
    bad = {fact.id for fact in cast.world.facts if fact.valence == "bad"}
    instrument = instrument_of(cast.world, cast.told)

    def stated(text: str, seat: str) -> set[str]:
        verdicts = instrument.read(cast.plain(text), only=held[seat])
        return {name for name, verdict in in_rates(verdicts).items() if verdict.fate == "kept"}

    for turn, last in _audits(cast):
        if said.get(turn.name) is None or last.name not in said:
            continue
        shown = shown_to(cast, turn.about, said)
        facts = {number: stated(line, turn.about) for number, line in enumerate(shown, start=1)}
        heard = set().union(*facts.values())
        kept = heard & stated(said[turn.hears[0]] or "", turn.about)
        stands = standing(cast, last, said, whole=True).kinds
        named = set().union(*(facts[number] for number in stands))
        lost = heard - kept
        yield Audited(
            seat=turn.about,
            hop=cast.hierarchy.heights[turn.about],
            readable=read_findings(said[turn.name], shown).readable,
            named=len(stands),
            lost=len(lost),
            found=len(lost & named),
            bad_lost=len(lost & bad),
            bad_found=len(lost & named & bad),
            kept=len(kept),
            alarms=len(kept & named),
        )


def _audits(cast: Cast) -> Iterator[tuple[Turn, Turn]]:
    """Yield each audit with the last turn in which its findings were looked at."""
    turns = [turn for turn in cast.plan.turns if isinstance(turn.by, Audit) and turn.task in ("audit", "watch")]
    for turn in turns:
        if turn.task == "audit":
            yield turn, [other for other in turns if other.about == turn.about][-1]


def audit_rows(record: RunRecord, log: Log) -> list[Row]:
    """Return a row for each condition and audited seat, from the workers up; messages are read again."""
    casts = Casts(record)
    found: dict[tuple[str, str], list[Audited]] = defaultdict(list)
    for trial in record.trials():
        if log.index.status(str(trial)) == "finished":
            cast = casts.cast(trial)
            if any(isinstance(turn.by, Audit) for turn in cast.plan.turns):
                for one in audited_in(cast, retold(cast, log, str(trial))):
                    found[trial.condition, one.seat].append(one)
    conditions = {condition.id: condition for condition in record.conditions}
    rows = [_row(conditions[name], seat, audits) for (name, seat), audits in found.items()]
    order = list(conditions)
    return sorted(rows, key=lambda row: (order.index(row.condition.id), row.hop, row.seat))


def _row(condition: Condition, seat: str, audits: Sequence[Audited]) -> Row:
    def total(what: str) -> int:
        return sum(getattr(one, what) for one in audits)

    count = len(audits)
    return Row(
        condition=condition,
        seat=seat,
        hop=audits[0].hop,
        audited=count,
        unread=sum(not one.readable for one in audits) / count,
        lost=total("lost") / count,
        found=_share(total("found"), total("lost")),
        bad_lost=total("bad_lost") / count,
        bad_found=_share(total("bad_found"), total("bad_lost")),
        pointed=total("bad_found") / count,
        alarms=_share(total("alarms"), total("kept")),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
