"""The synthetic channel on the way down: the hazard ratios of clauses, and what its workers do.

A faultless channel's worker chooses as well as possible on what it hears; if
several actions are equally good, each is equally likely.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from chains.models.channel.codebook import State, codebook, lines_of
from chains.models.channel.decisions import at_fault, choosing
from chains.models.provider import Occasion
from chains.rng import Draw
from chains.worlds.charters.assignment import LIMIT, Told, heard_aim
from chains.worlds.charters.charter import Charter
from chains.worlds.facts.ledger import Statement
from chains.worlds.world import World

Size = Annotated[float, Field(ge=0, le=100)]


class DownRates(BaseModel):
    """Hazard ratios of clauses on the way down; they multiply the rates of the way up."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    down: Size = 1.0
    """Ratio of all clauses to facts on their way up."""
    rank: Size = 1.0
    """Ratio of a goal to the goal one rank above it."""
    crowd: Size = 1.0
    """Factor on all clauses for each goal that the charter has beyond the first."""
    must_not: Size = 1.0
    """Ratio of must-nots to the first goal."""
    owned: Size = 1.0
    """Ratio of all clauses if the charter names an owner to clauses if it names none."""

    def ratio(self, statement: Statement, charter: Charter | None) -> float:
        """Return the hazard ratio of a clause on its way down.

        down * crowd^(goals - 1) * rank^(rank of the goal - 1) * must_not, if it forbids something * owned, if there
        is an owner.
        """
        if charter is None:
            return self.down
        goals = [goal.id for goal in charter.goals]
        ratio = self.down * self.crowd ** (len(goals) - 1)
        if statement.id in goals:
            ratio *= self.rank ** goals.index(statement.id)
        if any(clause.id == statement.id for clause in charter.must_nots):
            ratio *= self.must_not
        return ratio * (self.owned if any(clause.owner for clause in charter.clauses) else 1.0)


def deed_heard(occasion: Occasion, draw: Draw) -> str:
    """Return the best action given what the channel's own sentences say; other sentences are ignored."""
    world = occasion.world
    if world.assignment is None:
        raise ValueError(f"workers have nothing to choose between in world {world.title!r}")
    book, told = codebook(world), dict[str, Told | None]()
    for line in lines_of(*occasion.heard):
        state = book.states.get(line)
        if state is not None and state.fact in world.assignment.aim_of and state.fact not in told:
            told[state.fact] = _told(world, state)
    return draw.choice(world.assignment.best([one for one in told.values() if one is not None]))


def done(occasion: Occasion, right: str, rate: float, draw: Draw) -> str:
    """Return the reply that chooses an action: the right one; with chance `rate` another one, each equally likely."""
    return choosing(occasion, at_fault(occasion, right, rate, draw), "it serves the order best")


def _told(world: World, state: State) -> Told | None:
    assignment = world.assignment
    if assignment is None:
        return None
    slot, _, value = state.variant.partition("=")
    # the channel's vague sentence states neither the limit nor the side on which to stay
    missing = (LIMIT, "way") if state.fate == "blurred" else ()
    said = float(value) if slot == LIMIT and value else None
    return heard_aim(assignment.aim_of[state.fact], state.fate, missing=missing, said=said)
