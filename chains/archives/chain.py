"""What an archive holds: logged chains, in sets that were made alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chains.errors import LogDamaged


@dataclass(frozen=True)
class Chain:
    """One logged chain."""

    name: str
    """Unique in its set."""
    where: str
    """The file that it was read from, for errors."""
    texts: Sequence[str] = ()
    """By generation; generation 0 is the initial text. Empty if the archive holds scores alone."""
    scores: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    """The archive's own scores: by name, then generation. Some archives score a few generations only."""


@dataclass(frozen=True)
class ChainSet:
    """Chains that differ in text and sampling alone: the same models, the same prompt."""

    name: str
    chains: Sequence[Chain]
    """At least one. All have the same generations and the same scores of the same generations."""

    @property
    def generations(self) -> int:
        """The last generation's number; the initial text is generation 0."""
        first = self.chains[0]
        return len(first.texts) - 1 if first.texts else max(max(row) for row in first.scores.values())


def chain_set(name: str, chains: Sequence[Chain]) -> ChainSet:
    """Put chains together in the order of their names.

    Raises:
        LogDamaged: If one lacks a generation, or a score of one, that another has.
    """
    found = ChainSet(name, sorted(chains, key=lambda chain: chain.name))
    longest = max(len(chain.texts) for chain in found.chains)
    scored = {(score, at) for chain in found.chains for score, row in chain.scores.items() for at in row}
    for chain in found.chains:
        if len(chain.texts) < longest:
            raise LogDamaged(
                f"{chain.where}: chain {chain.name!r} has no generation {len(chain.texts)}, though others of its set "
                f"go to {longest - 1}; get the whole file again, or leave that chain out"
            )
        missing = scored - {(score, at) for score, row in chain.scores.items() for at in row}
        if missing:
            score, at = min(missing, key=lambda place: (place[1], place[0]))
            raise LogDamaged(
                f"{chain.where}: chain {chain.name!r} has no {score!r} of generation {at}, though others of its set "
                "have; get the whole file again, or leave that chain out"
            )
    return found
