"""Traits of members: dispositions that a member keeps wherever it sits, dealt by the seed, newcomers included.

A trait is high or low, each with chance one half, and is told to its member as a sentence: the prompts
`trait/NAME_high` and `trait/NAME_low`. The sentence stands where circumstances stand, after those. A trait of one's own
is two files more. Members take their traits along when they change seats; in a trial of one round each seat has one
member.

Two traits can be tied by a *bond*: with that chance the second is the same as the first, otherwise it is dealt apart.
The correlation of the two in the deal is the bond itself.
"""

from collections.abc import Mapping
from typing import NamedTuple

from chains.rng import Draw

TRAIT = "trait"
"""The kind of the prompts that tell a member of a trait."""
GRADES = ("low", "high")
"""What a trait can be, by its value: 0 or 1."""
TIED = ("competence", "ethics")
"""The two traits that `bond` ties."""


class TraitDeal(NamedTuple):
    """How traits are dealt in the trials of a condition, and in what words members are told of them."""

    names: tuple[str, ...]
    """The traits, in the order in which they are told."""
    sentences: tuple[str, ...]
    """For each trait the sentence if it is low, then the sentence if it is high."""
    cloned: bool = False
    """Whether all members of a trial, newcomers too, have the same traits."""
    bond: float = 0.0
    """Chance that the traits of `TIED` are the same in a member by nature; else they are dealt apart."""

    def of(self, member: str, *path: str | int) -> dict[str, int]:
        """Return a member's traits: 1 for high, 0 for low.

        Args:
            member: The member's name.
            path: What names the trial: the digest of the last round's world, and the replicate.
        """
        whose = "everybody" if self.cloned else member
        found = {name: int(Draw(TRAIT, name, *path, whose).uniform() < 1 / 2) for name in self.names}
        first, second = TIED
        if self.bond and Draw(TRAIT, "bond", *path, whose).uniform() < self.bond:
            found[second] = found[first]
        return found

    def told(self, traits: Mapping[str, int]) -> str:
        """Return the sentences that tell a member of its traits, each with a space before it."""
        places = (len(GRADES) * at + traits[name] for at, name in enumerate(self.names))
        return "".join(f" {self.sentences[place]}" for place in places)
