"""A set of logged chains in numbers: properties by generation, attractors, the archive's own scores."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from chains.analysis.archives.attractors import Attractor, attractor
from chains.analysis.archives.chain import Chain
from chains.analysis.archives.properties import PROPERTIES, RECALL, content_words, recall

FIRST = {
    "from_generation_1": (1, "first text: generation 1, as in the Telephone Game's released lengths (off by one)"),
    "from_initial": (0, "first text: the initial text, which generation 1 was given"),
}
"""Both sides of the off-by-one: the generation taken as the first text, and which is which."""
ABOUT = (
    {first: which for first, (_, which) in FIRST.items()}
    | {name: found.about for name, found in PROPERTIES.items()}
    | {"recall": RECALL}
)
"""What each name in a summary means."""

Rows = Sequence[Sequence[float]]
"""Chains by generations."""


@dataclass(frozen=True)
class Summary:
    """One set of chains in numbers; every mean is over chains."""

    name: str
    chains: int
    generations: int
    properties: Mapping[str, Mapping[int, float]]
    """The mean of each property by generation."""
    attractors: Mapping[str, Mapping[str, Attractor | None]]
    """For each property, by what is taken as the first text."""
    recall: Mapping[int, float]
    """Mean content-word recall by generation from 1, over the chains whose initial text has content words."""
    scores: Mapping[str, Mapping[int, float]]
    """The mean of each of the archive's own scores by generation."""

    def document(self) -> dict[str, Any]:
        """Return what `--json` shows of a set."""
        return {
            "set": self.name,
            "chains": self.chains,
            "generations": self.generations,
            "properties": self.properties,
            "attractors": {
                name: {
                    first: {"strength": found.strength, "position": found.position} if found else None
                    for first, found in row.items()
                }
                for name, row in self.attractors.items()
            },
            "recall": self.recall,
            "scores": self.scores,
        }


def summary(name: str, chains: Iterable[Chain]) -> Summary:
    """Measure a set of chains, which are alike; of each only its numbers are kept.

    Raises:
        ValueError: If there is no chain.
    """
    along: dict[str, list[list[float]]] = {}
    recalled: list[list[float]] = []
    scores: dict[str, dict[int, list[float]]] = {}
    count = last = 0
    for chain in chains:
        count, last = count + 1, chain.last
        if chain.texts:
            for found, values in measured(chain).items():
                (recalled if found == "recall" else along.setdefault(found, [])).append(values)
        for score, row in chain.scores.items():
            for at, value in row.items():
                scores.setdefault(score, {}).setdefault(at, []).append(value)
    if not count:
        raise ValueError("a set has at least one chain")
    return Summary(
        name=name,
        chains=count,
        generations=last,
        properties={found: _means(rows, 0) for found, rows in along.items()},
        attractors={found: _attractors(rows) for found, rows in along.items()},
        recall=_means([row[1:] for row in recalled], 1),
        scores={score: {at: fmean(row[at]) for at in sorted(row)} for score, row in scores.items()},
    )


def measured(chain: Chain) -> dict[str, list[float]]:
    """Return each property of a chain's texts by generation, `recall` among them where the initial text has words."""
    rows = {name: [found.measure(text) for text in chain.texts] for name, found in PROPERTIES.items()}
    initial = chain.texts[0]
    return rows | ({"recall": [recall(initial, text) for text in chain.texts]} if content_words(initial) else {})


def _means(rows: Rows, first: int) -> dict[int, float]:
    return {first + at: fmean(values) for at, values in enumerate(zip(*rows, strict=True))}


def _attractors(rows: Rows) -> dict[str, Attractor | None]:
    last = len(rows[0]) - 1
    return {
        first: attractor([row[at] for row in rows], [row[-1] for row in rows])
        for first, (at, _) in FIRST.items()
        if at < last
    }
