"""Who reads a run's messages: the rules, or a model that has judged them all.

A model's reading takes the place of the rules' in the log as it is read (`Log.reader`), so that whatever is computed
from fates is computed from its own: results, comparisons, laws, tables, and the correction by people's labels. What is
not about fates stays with the rules: invented claims, statuses, what follows from a fact's value, orders and choices.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chains.errors import BadInput
from chains.fates import ELSEWHERE, LETTERS, UNREAD
from chains.running.log.log import Log, OtherReader
from chains.running.run_record import Casts, RunRecord
from chains.scoring.facts.instrument import INSTRUMENT
from chains.stats.measurement_error.confusion import known
from chains.stats.measurement_error.krippendorff_alpha import alpha
from chains.validation.all_labels import Judge, judges_beside
from chains.validation.judge_answers import Verdict
from chains.validation.judge_record import judges_of
from chains.validation.pairs import CLAIM, Pair, Pairs, Place

RULES = "rules"
JUDGE = "judge:"
MOST_UNASKED = 0.05
"""Share of the pairs that a judge may not have been asked about and still be taken for a reader of the run."""
MUCH_UNREAD = 0.01
"""Share of the pairs without a fate above which it is said what that may hide."""


class Alike(NamedTuple):
    """How far the rules and a judge agree on some pairs, claims left out."""

    where: str
    """All pairs, a condition's name, or a hop, as "hop 2"."""
    pairs: int
    kept: float
    """Share on which both say kept or both say not kept."""
    fates: float
    """Share on which both say the same of the five fates."""
    alpha_kept: float
    """Krippendorff's alpha of kept or not, as `agree` has it; nan where all say the same."""
    alpha: float
    """Of the five fates."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "where": self.where,
            "pairs": self.pairs,
            "kept_or_not": known(self.kept),
            "five_fates": known(self.fates),
            "alpha_kept_or_not": known(self.alpha_kept),
            "alpha": known(self.alpha),
        }


class Readers(NamedTuple):
    """Who read a run's messages for what is shown, and how far the rules and the judges beside it agree."""

    run: str
    name: str
    """Whose fates are shown: the rules' version, or judge:MODEL."""
    pairs: int
    """Statements and messages that could be read."""
    unread: Mapping[str, int]
    """Those of which the reader has no fate, by the reason."""
    alike: Mapping[str, Sequence[Alike]]
    """For each judge that has read the run: all pairs first, then each condition, then each hop."""
    led: Sequence[Place] = ()
    """Messages in which a judge that is the reader gave one quote for most statements: see `Judge.led_in`."""
    beside: bool = False
    """Whether more than the last reports of the last round reached an executive, which a judge has not read."""
    kin: str | None = None
    """What a judge that is the reader shares with the seats' models; None if nothing is known to be shared."""

    @property
    def notes(self) -> list[str]:
        """What a person must know of the reader; empty where the rules are the only one."""
        missing = sum(self.unread.values())
        notes = []
        if self.name != INSTRUMENT:
            why = ", ".join(f"{count:,} {reason}" for reason, count in self.unread.items() if count)
            left = f"; {missing:,} are unread and count nowhere ({why})" if missing else ""
            notes.append(
                f"run {self.run}: fates are those that {self.name} reads in {self.pairs - missing:,} of "
                f"{self.pairs:,} pairs{left}; invented claims, statuses, values and choices are read by rules"
            )
            if missing > MUCH_UNREAD * self.pairs:
                notes.append(
                    f"{missing / self.pairs:.1%} is unread: if what is unread is lost more often than the rest, "
                    "figures are too good by up to that much"
                )
            if self.beside:
                notes.append(
                    f"of what reached the executive {self.name} has read the last reports of the last round alone"
                )
            if self.led:
                notes.append(led_note(self.name, self.led))
            if self.kin is not None:
                notes.append(f"{self.kin}: it reads its own kind")
        for judge, (whole, *_) in self.alike.items():
            shown = "" if judge == self.name else f" (--reader {judge} shows its figures)"
            notes.append(
                f"{INSTRUMENT} and {judge} agree on kept or not in {whole.kept:.1%} of {whole.pairs:,} pairs"
                f"{_alpha_text(whole.alpha_kept)}, on the fate in {whole.fates:.1%}{_alpha_text(whole.alpha)}{shown}"
            )
        return notes

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "name": self.name,
            "pairs": self.pairs,
            "unread": dict(self.unread),
            "one_quote_for_most": [f"{trial}/{seat}" for trial, seat in self.led],
            "agreement": {judge: [one.document() for one in rows] for judge, rows in self.alike.items()},
        }


def led_note(judge: str, led: Sequence[Place]) -> str:
    """Say in which messages a judge gave one quote for most statements."""
    first, more = "/".join(led[0]), ", ..." if len(led) > 1 else ""
    return (
        f"{judge} gives one quote for half of the statements or more in {len(led)} different "
        f"message{'s' if more else ''} ({first}{more}): read them, a message may tell its reader what to answer"
    )


def _alpha_text(alpha: float) -> str:
    return "" if math.isnan(alpha) else f" (alpha {alpha:.2f})"


def read_by(record: RunRecord, log: Log, folder: Path, reader: str | None) -> Readers | None:
    """Let a run's log tell the fates that a reader reads, and say who that is.

    Args:
        record: The run.
        log: Its log, open to read.
        folder: Where both are.
        reader: `rules`, or `judge:` and the model or the folder of a judge that has read the run; None: the rules.

    Returns:
        None where the rules read and no judge has read the run: there is nothing to say.

    Raises:
        BadInput: If there is no such reader, or it has not read enough.
        LogDamaged: If a judge's log is not about this run.
    """
    wanted = reader or RULES
    if wanted != RULES and not wanted.startswith(JUDGE):
        raise BadInput(f"{wanted!r} is no reader; give rules, or judge:MODEL{_beside(folder)}")
    if wanted == RULES and not judges_of(folder):
        return None
    pairs = Pairs(record, log)
    judges = judges_beside(folder, pairs)
    whole = [judge for judge in judges if _unasked(judge, pairs) <= MOST_UNASKED * len(pairs.by_id)]
    found = Readers(record.id, INSTRUMENT, len(pairs.by_id), {}, {one.name: _alike(pairs, one) for one in whole})
    if wanted == RULES:
        claims = sum(pair.drawn == CLAIM for pair in pairs.by_id.values())
        return found._replace(unread={"claims": claims} if claims else {}) if whole else None
    judge = _named(record.id, judges, wanted.removeprefix(JUDGE), folder)
    if judge not in whole:
        asked = len(pairs.by_id) - _unasked(judge, pairs)
        raise BadInput(
            f"{judge.name} has read {asked:,} of the {len(pairs.by_id):,} pairs of run {record.id}; "
            f"`mazedom judge {record.id} --all --model {judge.record.source.name}` reads the rest"
        )
    log.reader = OtherReader(judge.name, _letters(pairs, judge.said), _reasons(judge.said))
    reasons = Counter(
        "not asked" if (said := judge.said.get(name)) is None else _REASONS[said.problem]
        for name in pairs.by_id
        if name not in judge.said or judge.said[name].problem is not None
    )
    casts = Casts(record)
    beside = any(casts.plan(one.id).joined or casts.round_settings(one.id).rounds > 1 for one in record.conditions)
    led = judge.led_in(pairs)
    return found._replace(name=judge.name, unread=dict(reasons), led=led, beside=beside, kin=judge.record.kin)


_REASONS = {
    "unsupported": "whose quote is not in the message", "missing": "not answered", "unreadable": "not answered",
    "refused": "refused", None: "not asked",
}  # fmt: skip


def _beside(folder: Path) -> str:
    names = [path.name for path in judges_of(folder)]
    return f"; beside this run are {', '.join(f'{JUDGE}{name}' for name in names)}" if names else ""


def _named(run: str, judges: Sequence[Judge], name: str, folder: Path) -> Judge:
    """Return the judge that is called so: by its model, or by its folder where several have the same model."""

    def called(judge: Judge) -> set[str]:
        source = judge.record.source
        return {source.label, source.name, judge.record.id, judge.name.removeprefix(JUDGE)}

    found = [judge for judge in judges if name in called(judge)]
    if len(found) == 1:
        return found[0]
    if found:
        raise BadInput(f"run {run} has several judges called {name}: {', '.join(judge.name for judge in found)}")
    raise BadInput(
        f"{name} has not judged run {run}{_beside(folder)}; `mazedom judge {run} --all --model {name}` lets it read all"
    )


def _unasked(judge: Judge, pairs: Pairs) -> int:
    return len(pairs.by_id) - len(judge.said)


def _letters(pairs: Pairs, said: Mapping[str, Verdict]) -> dict[Place, str]:
    """Return a letter for each fact in each message; what has no vote is unread."""
    found: dict[Place, dict[str, str]] = defaultdict(dict)
    worlds: dict[Place, str] = {}
    for name, pair in pairs.by_id.items():
        vote = said[name].vote if name in said else None
        place = str(pair.trial), pair.seat
        found[place][pair.statement] = UNREAD if vote is None else LETTERS[vote]
        worlds[place] = pair.world
    facts = {digest: [fact.id for fact in world.facts] for digest, world in pairs.record.worlds.items()}
    return {
        place: "".join(letters.get(fact, ELSEWHERE) for fact in facts[worlds[place]])
        for place, letters in found.items()
    }


def _reasons(said: Mapping[str, Verdict]) -> dict[str, str]:
    """Return what each verdict rests on, by the pair."""

    def reason(verdict: Verdict) -> str:
        if verdict.problem == "unsupported":
            return f"says {verdict.fate} and quotes {verdict.evidence!r}, which is not in the message"
        if verdict.problem is not None:
            return _REASONS[verdict.problem]
        return f"quotes {verdict.evidence!r}" if verdict.evidence else "quotes nothing"

    return {name: reason(verdict) for name, verdict in said.items()}


def _alike(pairs: Pairs, judge: Judge) -> list[Alike]:
    """Return how far the rules and a judge agree: on all pairs, in each condition, at each hop."""
    voted = {name for name, verdict in judge.said.items() if verdict.vote is not None}
    both = [pair for name, pair in pairs.by_id.items() if pair.drawn != CLAIM and name in voted]
    rows = [_row("all pairs", both, judge)]
    if len(pairs.record.conditions) > 1:
        for condition in pairs.record.conditions:
            rows += _rows(condition.name, [pair for pair in both if pair.condition == condition.id], judge)
    for hop in sorted({pair.hop for pair in both}):
        rows += _rows(f"hop {hop}", [pair for pair in both if pair.hop == hop], judge)
    return rows


def _rows(where: str, pairs: Sequence[Pair], judge: Judge) -> Iterator[Alike]:
    if pairs:
        yield _row(where, pairs, judge)


def _row(where: str, pairs: Sequence[Pair], judge: Judge) -> Alike:
    both = [(str(pair.drawn), str(judge.said[pair.id].vote)) for pair in pairs]
    count = len(both) or float("nan")
    five = {(at, RULES): fate for at, (fate, _) in enumerate(both)}
    five |= {(at, JUDGE): fate for at, (_, fate) in enumerate(both)}
    two = {key: str(fate == "kept") for key, fate in five.items()}
    return Alike(
        where=where,
        pairs=len(both),
        kept=sum((one == "kept") == (other == "kept") for one, other in both) / count,
        fates=sum(one == other for one, other in both) / count,
        alpha_kept=alpha(two, resamples=1).value,
        alpha=alpha(five, resamples=1).value,
    )
