"""Facts that matter only together: neither says anything about the decision without the other.

Two facts of one side, each with its weight, get one weight for the pair, the sum of their own. So the best decision on
the full ledger stays what it was; but who passes on one of the two and leaves the other out has passed on nothing. The
executive is told which two belong together, nobody below it is.
"""

from itertools import combinations

from chains.errors import BadInput
from chains.rng import Draw
from chains.worlds.decisions.decision import Decision, Joint, Weight
from chains.worlds.rules.decision_world_rules import MOST_WEIGHED, Enumerated, enumerate_world
from chains.worlds.world import World


def with_joint_facts(world: World, pairs: int) -> World:
    """Return the world in which some pairs of facts weigh only together.

    Args:
        world: A world with a decision.
        pairs: How many pairs; no fact is in two.

    Raises:
        BadInput: If nothing is decided in the world, or it has no such pairs that leave every option possible.
    """
    if not pairs:
        return world
    if world.decision is None or not world.decision.pays:
        raise BadInput(f"joint needs a world with a decision, and {world.scenario} has none; set scenario = go_ahead")
    if world.decision.candidates:
        raise BadInput(f"joint needs facts that bear on every option, and {world.scenario} has none; set joint = 0")
    if sum(bool(weight.true) for weight in world.decision.weights) > MOST_WEIGHED:
        raise BadInput(f"joint needs a world with at most {MOST_WEIGHED} facts that weigh; set facts accordingly")
    before, made = enumerate_world(world), world
    candidates = [
        (one.fact, other.fact)
        for one, other in combinations([weight for weight in world.decision.weights if weight.true], 2)
        if (one.true > 0) == (other.true > 0)
    ]
    for pair in Draw("joint", world.scenario, world.seed, world.setting).shuffled(candidates):
        if len(made.decision.joint if made.decision else ()) == pairs:
            break
        tried = _paired(made, pair)
        if tried is not None and _as_good(enumerate_world(tried), before):
            made = tried
    if made.decision is None or len(made.decision.joint) < pairs:
        raise BadInput(
            f"world {world.seed} of {world.scenario} has no {pairs} pairs of facts to weigh together; set fewer"
        )
    return made


def _paired(world: World, pair: tuple[str, str]) -> World | None:
    """Return the world in which two facts weigh only together; None if one of them is in a pair already."""
    decision = world.decision
    if decision is None or {name for other in decision.joint for name in other.facts} & set(pair):
        return None
    own = [decision.weight_of[name] for name in pair]
    joint = Joint(facts=pair, true=round(own[0].true + own[1].true, 4), twin=round(own[0].twin + own[1].twin, 4))
    weights = tuple(Weight(fact=one.fact, true=0) if one.fact in pair else one for one in decision.weights)
    plain = {name: getattr(decision, name) for name in Decision.model_fields}
    changed = Decision(**plain | {"weights": weights, "joint": (*decision.joint, joint)})
    return World(**{name: getattr(world, name) for name in World.model_fields} | {"decision": changed})


def _as_good(found: Enumerated, before: Enumerated) -> bool:
    """Whether a world still asks the same: the same best option, safe or not as before, every option possible."""
    same = found.best == before.best and found.safe == before.safe
    return same and all(found.optimal.values()) and bool(found.single)
