"""All fates of a run's pairs in one table: those of people, of the instrument and of judges."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from chains.errors import BadInput
from chains.fates import Fate
from chains.running.log.log import Log
from chains.scoring.facts.instrument import INSTRUMENT
from chains.validation.judge_answers import PROBLEMS, Problem, Verdict
from chains.validation.judge_record import JudgeRecord, judges_of, majority, read_judge, verdicts
from chains.validation.labels import Label, digest, read_all
from chains.validation.pairs import CLAIM, Pair, Pairs, Place

SAME_QUOTE = 4
"""Statements for which a judge may give the same quote at most before the message is looked at."""
JUDGES = "judges"
"""Name of the rater that stands for the majority of several judges."""


class Judge(NamedTuple):
    """One judge's verdicts on a run."""

    record: JudgeRecord
    name: str
    """Its name among the raters: `judge:MODEL`, or its folder's name if two judges have the same model."""
    said: Mapping[str, Verdict]
    """Its verdict on each pair."""
    calls: int
    """Number of requests that were sent for the logged verdicts."""

    @property
    def problems(self) -> dict[Problem, int]:
        """Number of its verdicts that are no vote, by reason."""
        return {one: sum(verdict.problem == one for verdict in self.said.values()) for one in PROBLEMS}

    def led_in(self, pairs: Pairs) -> list[Place]:
        """Return the messages in which one quote stands for half of the statements or more, and for four at least.

        A message that tells its reader what to answer is often quoted so, where it has its way.
        """
        quotes: dict[Place, Counter[str]] = defaultdict(Counter)
        asked: Counter[Place] = Counter()
        for name, verdict in self.said.items():
            pair = pairs.by_id[name]
            place = pairs.first_with[str(pair.trial), pair.seat]
            asked[place] += 1
            if verdict.vote not in (None, "omitted"):
                quotes[place][verdict.evidence] += 1
        most = {place: max(count.values()) for place, count in quotes.items()}
        return [place for place, count in most.items() if count >= max(SAME_QUOTE, asked[place] / 2)]


class Gathered(NamedTuple):
    """What each rater says of each pair."""

    pairs: Pairs
    labels: dict[tuple[str, str], Fate]
    """The fate by pair and rater. The instrument has one for every pair that anybody rated, but for claims."""
    people: tuple[str, ...]
    judges: tuple[Judge, ...]
    unsure: dict[str, int]
    """For each person, the number of pairs that they were unsure of."""
    stale: int
    """Number of labels left out because the labelled message is not the one in the run."""

    @property
    def instrument(self) -> str:
        """Name of the instrument among the raters."""
        return INSTRUMENT

    def of(self, rater: str) -> dict[str, Fate]:
        """Return the fates of one rater by pair."""
        return {pair: fate for (pair, who), fate in self.labels.items() if who == rater}

    def agreed(self) -> dict[str, Fate]:
        """Return the fate of more than half of a pair's labels, by pair; pairs without such a fate are left out."""
        by_pair: dict[str, list[Fate | None]] = defaultdict(list)
        for (pair, who), fate in self.labels.items():
            if who in self.people:
                by_pair[pair].append(fate)
        return {pair: most for pair, votes in by_pair.items() if (most := majority(votes)) is not None}


def gather_people(pairs: Pairs, folder: Path, more: Iterable[Label] = ()) -> Gathered:
    """Gather people's labels, and the instrument's fates of the pairs that they labelled.

    Args:
        pairs: The run's pairs.
        folder: The run's folder.
        more: Labels made elsewhere; they replace the same rater's labels in the folder.

    Raises:
        BadInput: If a label names a pair that the run does not have, or a rater has a name that is not a person's.
    """
    labels: dict[tuple[str, str], Fate] = {}
    unsure: dict[str, int] = defaultdict(int)
    people: dict[str, None] = {}
    stale = 0
    latest = {(label.id, label.rater): label for label in (*read_all(folder), *more)}
    for label in latest.values():
        pair = pairs.by_id.get(label.id)
        if pair is None:
            raise BadInput(
                f"{label.rater} labels {label.id!r}, which run {pairs.record.id} does not have; an id is "
                f"TRIAL/SEAT/STATEMENT, as in {next(iter(pairs.by_id), 'c1.w1.r1/L1/F01')}"
            )
        if label.rater in (INSTRUMENT, JUDGES) or label.rater.startswith("judge:"):
            raise BadInput(f"a person can't be called {label.rater!r}; that is an instrument's name")
        if label.message is not None and label.message != digest(pairs.message(pair)):
            stale += 1
            continue
        people[label.rater] = None
        if label.fate is None:
            unsure[label.rater] += 1
        else:
            labels[label.id, label.rater] = label.fate
    labels.update(_by_rules(pairs, {pair for pair, _ in labels}))
    return Gathered(pairs, labels, tuple(people), (), dict(unsure), stale)


def gather(pairs: Pairs, folder: Path, more: Iterable[Label] = ()) -> Gathered:
    """Gather people's labels, judges' votes, and the instrument's fates of all pairs that people or judges rated.

    Raises:
        BadInput: As `gather_people`.
        LogDamaged: If a judge's log is not about this run.
    """
    found = gather_people(pairs, folder, more)
    judges = judges_beside(folder, pairs)
    for judge in judges:
        votes = {pair: verdict.vote for pair, verdict in judge.said.items()}
        found.labels.update({(pair, judge.name): vote for pair, vote in votes.items() if vote is not None})
    if len(judges) > 1:
        for pair in {pair for judge in judges for pair in judge.said}:
            most = majority([judge.said[pair].vote for judge in judges if pair in judge.said])
            if most is not None:
                found.labels[pair, JUDGES] = most
    found.labels.update(_by_rules(pairs, {pair for pair, _ in found.labels}))
    return found._replace(judges=judges)


def _by_rules(pairs: Pairs, names: Iterable[str]) -> dict[tuple[str, str], Fate]:
    """Return what the rules read of pairs; of claims, where they read the easy ones alone, nothing."""
    drawn = ((name, pairs.by_id[name].drawn) for name in names)
    return {(name, INSTRUMENT): fate for name, fate in drawn if fate != CLAIM}


def judges_beside(folder: Path, pairs: Pairs) -> tuple[Judge, ...]:
    """Return the judges beside a run, each with all that it has said of these pairs.

    Raises:
        LogDamaged: If a judge's log is not about this run.
    """
    records = [(read_judge(path), path) for path in judges_of(folder)]
    labels = [record.source.label for record, _ in records]
    judges = []
    for record, path in records:
        with Log(path) as log:
            said = verdicts(record, log, pairs)
            calls = log.index.calls
        alone = labels.count(record.source.label) == 1
        judges.append(Judge(record, f"judge:{record.source.label if alone else path.name}", said, calls))
    return tuple(judges)


def tied(judges: Iterable[Judge], pair: Pair) -> bool:
    """Return whether two or more judges voted on a pair and no fate has more than half of the votes."""
    votes = [judge.said[pair.id].vote for judge in judges if pair.id in judge.said]
    cast = [vote for vote in votes if vote is not None]
    return len(cast) > 1 and majority(votes) is None
