"""Two conditions at equal words: the longer message of each pair cut to the length of the shorter, and read again.

A summary must drop things, and the longer one may drop less. So in every pair
the side with more words is cut after as many words as the other has, as if
the executive stopped reading there, and the facts' fates are read anew in
what is left; several messages to one executive are each cut in proportion.
This is an account of equal lengths, without any model of how fates depend on
length. A sentence cut in the middle may leave its fact blurred. What it can't
do: say what the longer writer would have written in
fewer words (who knows of the limit puts first what matters), or be fair to
one who opens with a preamble. Only a run with the same word budget on both
sides says that: `--set words=50` with prompts that have that hole.
"""

import re
from collections.abc import Collection, Mapping

from chains.analysis.compare.arms import Side
from chains.analysis.compare.comparison import Comparison, Pair, Row, heard_in
from chains.experiments.experiment import TrialId
from chains.fates import in_rates
from chains.organisation.cast import Cast
from chains.organisation.hierarchy import held_below
from chains.organisation.remedies.audit import corrected_in
from chains.scoring.facts.reader import instrument_of, read_corrected
from chains.scoring.measures.heard import Heard
from chains.scoring.measures.measures import MEASURES, Measure
from chains.stats.paired.paired import PairKey, paired_all

MOST_READINGS = 1000
"""Most pairs that are read again without being asked, in about three seconds; each world counts as ten pairs."""


def costly(comparison: Comparison) -> bool:
    """Return whether reading again takes too long to do without being asked."""
    return len(comparison.pairs) + 10 * comparison.worlds > MOST_READINGS


def at_equal_words(comparison: Comparison) -> dict[str, Row]:
    """Compare the measures of fates again at equal words; empty if all pairs are equally long, or no report climbs."""
    a, b, pairs = comparison.a, comparison.b, comparison.pairs
    if not all(heard.facts for side in _heard(a, b, pairs) for heard in side):
        return {}
    if all(_words(first) == _words(second) for first, second in zip(*_heard(a, b, pairs), strict=True)):
        return {}
    first, second = heard_at_equal_words(a, b, pairs)
    rows = paired_all(_values(first), _values(second))
    return {name: Row(row) for name, row in zip(_of_fates(), rows, strict=True)}


def heard_at_equal_words(
    a: Side, b: Side, pairs: Mapping[PairKey, Pair]
) -> tuple[dict[PairKey, Heard], dict[PairKey, Heard]]:
    """Return what the executive hears in each pair's two trials if the longer is cut; only the fates are read anew."""
    first, second = heard_in(a, b, pairs)
    for key, pair in sorted(pairs.items(), key=lambda item: str(item[0][0])):  # world by world: one instrument for each
        words = min(_words(first[key]), _words(second[key]))
        first[key], second[key] = _cut(a, pair.a, words), _cut(b, pair.b, words)
    return first, second


def _heard(a: Side, b: Side, pairs: Mapping[PairKey, Pair]) -> tuple[Collection[Heard], Collection[Heard]]:
    first, second = heard_in(a, b, pairs)
    return first.values(), second.values()


def _words(heard: Heard) -> int:
    """Return how many words reach the executive in all."""
    return round(heard.words * heard.messages)


def _values(side: Mapping[PairKey, Heard]) -> dict[PairKey, list[float]]:
    return {key: [measure.of(heard) for measure in _of_fates().values()] for key, heard in side.items()}


def _of_fates() -> dict[str, Measure]:
    """Return the measures that can be taken at equal words."""
    return {name: one for name, one in MEASURES.items() if one.of_fates}


def _cut(side: Side, trial: TrialId, words: int) -> Heard:
    """Return what the executive would have heard of a trial in this many words."""
    heard = side.run.heard(trial)
    total = _words(heard)
    if total <= words:
        return heard
    cast = side.run.casts.cast(trial)
    replies = side.run.replies(trial, cast.plan.top)
    said = {name: cast.plain(replies[name].spoken or "") for name in cast.plan.top}
    cut = {name: first_words(text, len(text.split()) * words // total) for name, text in said.items()}
    spoken = {name: reply.spoken for name, reply in replies.items()}
    corrected = {name: _left(corrected_in(cast, name, spoken), cut[name]) for name in cut}
    if cast.plan.joined:  # as the whole of it was read: as one text
        whole, right = ("\n".join(texts.values()) for texts in (cut, corrected))
        verdicts = read_corrected(instrument_of(cast.world, cast.told), whole, right)
        return heard._replace(fates=in_rates("".join(verdicts[fact.id].letter for fact in cast.world.facts)))
    return heard._replace(fates=_fates(cast, cut, corrected))


def _left(corrected: str, text: str) -> str:
    """Return the lines of an auditor's corrections that are left in a text after it is cut."""
    return "\n".join(line for line in corrected.splitlines() if line in text)


def _fates(cast: Cast, messages: Mapping[str, str], corrected: Mapping[str, str]) -> str:
    held = held_below(cast.hierarchy, cast.dealt)
    instrument = instrument_of(cast.world, cast.told)
    fates: dict[str, str] = {}
    for name, message in messages.items():
        only = held[cast.plan.by_name[name].seat.name]
        for fact, verdict in read_corrected(instrument, message, corrected[name], only).items():
            fates[fact] = verdict.letter
    return in_rates("".join(fates[fact.id] for fact in cast.world.facts))


def first_words(text: str, count: int) -> str:
    """Return a text up to the end of its `count`-th word, line breaks as they are."""
    end = 0
    for number, word in enumerate(re.finditer(r"\S+", text), 1):
        if number > count:
            break
        end = word.end()
    return text[:end]
