"""What a set of logged chains comes to: properties by generation, attractors, the archive's own scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from chains.archives.attractors import Attractor, attractor
from chains.archives.chain import Chain, ChainSet
from chains.archives.properties import PROPERTIES, content_words, recall

FIRST = {
    "from_generation_1": (1, "first text: generation 1, as in the Telephone Game's released figures (off by one)"),
    "from_initial": (0, "first text: the initial text, which generation 1 was given"),
}
"""Both sides of the off-by-one: the generation taken as the first text, and which is which."""
RECALL = "share of the initial text's unique words of 4 or more letters (a-z, lower case) that are in the text"


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


def summary(found: ChainSet) -> Summary:
    """Measure a set of chains."""
    chains = found.chains
    with_texts = bool(chains[0].texts)
    properties = PROPERTIES if with_texts else {}
    along = {
        name: [[measure(text) for text in chain.texts] for chain in chains] for name, measure in properties.items()
    }
    return Summary(
        name=found.name,
        chains=len(chains),
        generations=found.generations,
        properties={
            name: {at: fmean(row[at] for row in rows) for at in range(found.generations + 1)}
            for name, rows in along.items()
        },
        attractors={
            name: {
                first: attractor([row[at] for row in rows], [row[-1] for row in rows])
                for first, (at, _) in FIRST.items()
                if at < found.generations
            }
            for name, rows in along.items()
        },
        recall=_recall([chain for chain in chains if with_texts and content_words(chain.texts[0])]),
        scores={
            score: {at: fmean(chain.scores[score][at] for chain in chains) for at in sorted(row)}
            for score, row in chains[0].scores.items()
        },
    )


def _recall(chains: list[Chain]) -> dict[int, float]:
    generations = range(1, len(chains[0].texts)) if chains else range(0)
    return {at: fmean(recall(chain.texts[0], chain.texts[at]) for chain in chains) for at in generations}
