"""How much of a charter the top tells: its first goals, every must-not, and perhaps the owner of the order.

Goals that are not told do not count in that condition: the best action follows from the goals that are left. So
conditions with one, three and seven goals each ask for something that can be done.
"""

from chains.errors import BadInput
from chains.rng import Draw
from chains.worlds.charters.charter import Charter
from chains.worlds.charters.goal_catalog import owner_clause
from chains.worlds.facts.invented_names import Names
from chains.worlds.world import World


def told(world: World, goals: int | None, *, owner: bool) -> World:
    """Return the world with a charter of only its first goals, with or without an owner.

    Args:
        world: A world with a charter.
        goals: How many goals are left; None leaves all.
        owner: Whether the charter names an owner of the order, whom the top backs.

    Raises:
        BadInput: If the world has no charter, or fewer goals.
    """
    if goals is None and not owner:
        return world
    if world.charter is None:
        raise BadInput(f"goals and owner need a world with a charter, and {world.scenario} has none; leave them out")
    charter = world.charter if goals is None else first_goals(world.charter, goals)
    if owner:
        last = owner_clause(len(charter.clauses) + 1, _unused_name(world))
        charter = Charter(clauses=(*charter.clauses, last))
    plain = {name: getattr(world, name) for name in World.model_fields} | {"charter": charter}
    if world.assignment is not None:
        plain["assignment"] = world.assignment.narrowed(charter)
    return World(**plain)


def first_goals(charter: Charter, goals: int) -> Charter:
    """Return a charter with only its first goals; must-nots and the owner stay where they were.

    Raises:
        BadInput: If it has fewer goals.
    """
    have = len(charter.goals)
    if goals > have:
        raise BadInput(f"goals is {goals}, and the charter has {have}")
    kept = {clause.id for clause in charter.goals[:goals]}
    clauses = [clause for clause in charter.clauses if clause.id in kept or clause not in charter.goals]
    return Charter(clauses=tuple(clause.model_copy(update={"rank": at}) for at, clause in enumerate(clauses, 1)))


def _unused_name(world: World) -> str:
    """Return an invented name that the world has not used."""
    charter = world.charter.clauses if world.charter else ()
    spoken = world.title + " ".join(one.render(0) for one in (*world.facts, *charter))
    names = Names(Draw("owner", world.scenario, world.seed, world.setting))
    while (name := names.next()) in spoken:
        pass
    return name
