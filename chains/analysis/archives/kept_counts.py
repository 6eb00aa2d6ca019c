"""Counts of what was kept, by chain and generation: the input of `law` for an archive.

The numbers are counts of words or claims in each text. Nobody followed a claim
from text to text, so there are no fates in them and no first miss.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from chains.analysis.archives import mesoudi
from chains.analysis.archives.archive_run import Archive
from chains.analysis.archives.broken_telephone import FACTS, SUPPORTED
from chains.analysis.archives.chain import Chain
from chains.analysis.archives.properties import content_words
from chains.stats.survival.aggregate import Counts

CLAIMS = "facts that the document supports, of those in the text (FActScore)"
PEOPLE = "propositions recalled correctly, of all that were recalled"
WORDS = "content words of the initial text, of all that it has"


def kept_counts(archive: Archive) -> list[Counts]:
    """Return every count that an archive has, set by set, the one that says most first.

    For Broken Telephone supported facts, and content words; for the Telephone
    Game content words; for people propositions, of all materials and of each.
    Chains with the same initial text are a group: they are not independent.

    Raises:
        BadInput: If a set has one generation alone.
    """
    return [found for of in archive.record.sets for found in _of_set(of.name, list(archive.chains(of)))]


def _of_set(name: str, chains: Sequence[Chain]) -> Iterator[Counts]:
    scores = chains[0].scores
    correct, total = mesoudi.COUNTS
    if SUPPORTED in scores:
        yield _scored(name, CLAIMS, chains, (SUPPORTED, FACTS))
    for score in scores:
        material = score.removeprefix(correct)
        if material != score:
            what = f"{PEOPLE}: {material.removeprefix('.')}" if material else PEOPLE
            yield _scored(name, what, chains, (score, f"{total}{material}"))
    with_words = [chain for chain in chains if chain.texts and content_words(chain.texts[0])]
    if with_words:
        yield _words(name, with_words)


def _scored(name: str, what: str, chains: Sequence[Chain], of: tuple[str, str]) -> Counts:
    """Return the counts that two of the archive's own scores give, kept and total."""
    generations = sorted(chains[0].scores[of[0]])
    kept, total = (np.array([[chain.scores[score][at] for at in generations] for chain in chains]) for score in of)
    # Where people got more right than they recalled, as a few rows have it, the total was miscounted: it is raised.
    return Counts(name, what, generations, kept, np.maximum(kept, total), [_group(chain) for chain in chains])


def _words(name: str, chains: Sequence[Chain]) -> Counts:
    known = [content_words(chain.texts[0]) for chain in chains]
    kept = [
        [float(len(words & content_words(text))) for text in chain.texts]
        for words, chain in zip(known, chains, strict=True)
    ]
    generations = range(chains[0].last + 1)
    total = [[float(len(words))] * len(generations) for words in known]
    return Counts(name, WORDS, generations, np.array(kept), np.array(total), [_group(chain) for chain in chains])


def _group(chain: Chain) -> str:
    return chain.texts[0] if chain.texts else chain.name
