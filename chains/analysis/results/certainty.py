"""What became of hedges and sources on their way up, beside the fates: bad news and good news apart.

Only facts that a message still mentions count. Shares are means over worlds, their intervals by world
(`stats.paired.shares`). Of the facts with a hedge:

    kept, dropped, strengthened   what the message has made of it
    lost here                     dropped or strengthened, of those whose hedge stood one hop below (at hop 1: all)

of the facts without one, `added` is the share that the message makes uncertain and `added here` the share of those
that were plain one hop below; and of the facts with a source likewise, with `changed` for another source.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from chains.experiments.experiment import TrialId
from chains.fates import ELSEWHERE
from chains.running.log.records import TrialEnd
from chains.running.run_record import Casts, RunRecord
from chains.stats.paired.shares import Share, share_by_world

NEWS = ("bad", "good")
"""The valences that are told apart; neutral facts count in neither."""


class CertaintyPath(NamedTuple):
    """One fact of a finished trial on its way up."""

    trial: TrialId
    valence: str
    hedges: str
    """A letter for each hop, as `scoring.facts.certainty_reader` writes them; - where it is not mentioned."""
    sources: str


class CertaintyRow(NamedTuple):
    """One condition at one hop, for bad or for good news."""

    condition: str
    factors: Mapping[str, Any]
    hop: int
    news: str
    hedged: int
    """Facts with a hedge that are mentioned, over all trials."""
    kept: Share
    dropped: Share
    strengthened: Share
    lost_here: Share
    strengthened_here: Share
    added: Share
    added_here: Share
    sourced: int
    """Facts with a source that are mentioned, over all trials."""
    source_kept: Share
    source_dropped: Share
    source_changed: Share
    source_lost_here: Share
    source_changed_here: Share

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        plain = self._asdict() | {"factors": dict(self.factors)}
        return {name: value.document() if isinstance(value, Share) else value for name, value in plain.items()}


def certainty_paths(casts: Casts, trial: TrialId, end: TrialEnd) -> list[CertaintyPath]:
    """Return the facts of a finished trial on their way up; nothing where no fact carries a hedge or a source."""
    if all(reading.hedges is None for reading in end.readings.values()):
        return []  # looked at first: most worlds have none, and need not be found
    facts = casts.world(trial).facts
    depth = casts.hierarchy(trial.condition).depth
    hedges = [[ELSEWHERE] * depth for _ in facts]
    sources = [[ELSEWHERE] * depth for _ in facts]
    for reading in end.readings.values():
        if not 1 <= reading.hop <= depth or reading.hedges is None or reading.sources is None:
            continue
        for place, (hedge, source) in enumerate(zip(reading.hedges, reading.sources, strict=True)):
            if hedge != ELSEWHERE:
                hedges[place][reading.hop - 1], sources[place][reading.hop - 1] = hedge, source
    return [
        CertaintyPath(trial, fact.valence, "".join(hedged), "".join(sourced))
        for fact, hedged, sourced in zip(facts, hedges, sources, strict=True)
    ]


def certainty_rows(record: RunRecord, paths: Sequence[CertaintyPath]) -> Iterator[CertaintyRow]:
    """Yield a row for each condition, hop and valence."""
    for condition in record.conditions:
        mine = [path for path in paths if path.trial.condition == condition.id]
        for hop in range(1, max((len(path.hedges) for path in mine), default=0) + 1):
            for news in NEWS:
                some = [path for path in mine if path.valence == news]
                yield _row(some, hop, condition.name, condition.factors, news)


def _row(paths: Sequence[CertaintyPath], hop: int, name: str, factors: Mapping[str, Any], news: str) -> CertaintyRow:
    def share(of: str, among: str, start: str = "", *, source: bool = False) -> Share:
        """Return the share with one of the letters `of` among those with one of `among`; `start`: one hop below."""
        by_world: dict[Hashable, list[float]] = defaultdict(list)
        for path in paths:
            letters = path.sources if source else path.hedges
            before = letters[hop - 2] if hop > 1 else start
            if letters[hop - 1] in among and (not start or before == start):
                by_world[path.trial.seed].append(float(letters[hop - 1] in of))
        return share_by_world(by_world)

    return CertaintyRow(
        condition=name,
        factors=factors,
        hop=hop,
        news=news,
        hedged=sum(path.hedges[hop - 1] in "KDS" for path in paths),
        kept=share("K", "KDS"),
        dropped=share("D", "KDS"),
        strengthened=share("S", "KDS"),
        lost_here=share("DS", "KDS", "K"),
        strengthened_here=share("S", "KDS", "K"),
        added=share("A", "AN"),
        added_here=share("A", "AN", "N"),
        sourced=sum(path.sources[hop - 1] in "KDC" for path in paths),
        source_kept=share("K", "KDC", source=True),
        source_dropped=share("D", "KDC", source=True),
        source_changed=share("C", "KDC", source=True),
        source_lost_here=share("DC", "KDC", "K", source=True),
        source_changed_here=share("C", "KDC", "K", source=True),
    )
