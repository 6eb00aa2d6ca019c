"""The choice of a worker who acts by the goals of a charter, and the figures by which managers are measured.

Draws use the world's scenario, setting and seed, not its digest. So conditions
that tell more or fewer goals of one world show the worker the same actions
under the same letters.
"""

from chains.organisation.cast import Cast
from chains.organisation.hierarchy import Seat
from chains.rng import Draw
from chains.worlds.charters.assignment import Action, Assignment
from chains.worlds.charters.charter import Clause


def assignment_of(cast: Cast) -> Assignment:
    """Return what the workers of a trial choose between.

    Raises:
        ValueError: If they have nothing to choose between.
    """
    if cast.world.assignment is None:
        raise ValueError(f"workers have nothing to choose between in world {cast.world.title!r}")
    return cast.world.assignment


def letters_of_actions(cast: Cast) -> dict[str, Action]:
    """Return the actions by the letters under which every worker of a trial sees them."""
    shuffled = _draw(cast, "actions").shuffled(assignment_of(cast).actions)
    return {chr(ord("A") + at): action for at, action in enumerate(shuffled)}


def actions_shown(cast: Cast) -> str:
    """Return the actions with their effects, one per line, as a worker reads them."""
    assignment = assignment_of(cast)
    return "\n".join(f"{letter}. {assignment.shown(action)}" for letter, action in letters_of_actions(cast).items())


def clause_line(cast: Cast, clause: Clause) -> str:
    """Return a clause in words; the wording is the replicate's."""
    return clause.render(_draw(cast, "rendering", clause.id).integer(0, len(clause.templates) - 1))


def measured_by(cast: Cast, seat: Seat) -> str:
    """Return the figure by which a manager is measured, drawn for its seat from those that may matter at the top."""
    assignment = assignment_of(cast)
    must_nots = {aim.property for aim in assignment.aims if aim.must_not}
    figures = [one.name for one in sorted(assignment.properties, key=lambda one: one.id) if one.id not in must_nots]
    return _draw(cast, "measured", seat.name).choice(figures)


def _draw(cast: Cast, *about: str) -> Draw:
    world = cast.world
    return Draw("assigned", world.scenario, world.setting, world.seed, cast.replicate, *about)
