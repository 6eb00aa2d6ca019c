"""What an archive holds: logged chains, in sets that were made alike."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from chains.errors import LogDamaged


@dataclass(frozen=True)
class Chain:
    """One logged chain."""

    set: str
    """The set that it belongs to: chains that differ in text and sampling alone, by the same models and prompt."""
    name: str
    """Unique in its set."""
    where: str
    """The file that it was read from, for errors."""
    texts: Sequence[str] = ()
    """By generation; generation 0 is the initial text. Empty if the archive holds scores alone."""
    scores: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    """The archive's own scores: by name, then generation. Some archives score a few generations only."""
    notes: Sequence[str] = ()
    """What is odd in it and was read all the same, a sentence each."""

    @property
    def last(self) -> int:
        """The last generation's number."""
        return len(self.texts) - 1 if self.texts else max(max(row) for row in self.scores.values())


class Outline(NamedTuple):
    """What must be alike in the chains of a set."""

    name: str
    where: str
    texts: int
    """How many, the initial one among them."""
    scored: frozenset[tuple[str, int]]
    """The scores that it has, with the generation."""

    @classmethod
    def of(cls, chain: Chain) -> Self:
        """Return a chain's outline."""
        scored = frozenset((score, at) for score, row in chain.scores.items() for at in row)
        return cls(chain.name, chain.where, len(chain.texts), scored)


def check_alike(chains: Iterable[Outline]) -> None:
    """Check that all chains of a set have the same generations, and the same scores of the same generations.

    Raises:
        LogDamaged: If one lacks a generation, or a score of one, that another has.
    """
    chains = sorted(chains)
    longest = max(chain.texts for chain in chains)
    scored = frozenset().union(*(chain.scored for chain in chains))
    for chain in chains:
        if chain.texts < longest:
            raise LogDamaged(
                f"{chain.where}: chain {chain.name!r} has no generation {chain.texts}, though others of its set "
                f"go to {longest - 1}; get the whole file again, or leave that chain out"
            )
        if missing := scored - chain.scored:
            score, at = min(missing, key=lambda place: (place[1], place[0]))
            raise LogDamaged(
                f"{chain.where}: chain {chain.name!r} has no {score!r} of generation {at}, though others of its set "
                "have; get the whole file again, or leave that chain out"
            )
