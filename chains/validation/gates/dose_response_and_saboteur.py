"""Gates on chains with a known fault: a word budget must show in retention, a saboteur at its own hop."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from chains.models.channel.codebook import planted
from chains.validation.gates.gate import Gate, Read, Share, share_gate
from chains.validation.gates.synthetic_messages import cut, notes, relayed, without
from chains.worlds.scenario.watermelon import watermelon
from chains.worlds.world import World

BUDGETS = (20, 50, 100, 200, 400)
"""Most words of a message; a ledger of 40 facts takes about 480."""
_LARGE = 40
_OFF = 0.02
"""Largest difference allowed between the retention that is read and the planted one."""
SABOTEUR, DEPTH = 3, 6
"""The hop at which every bad fact is dropped, and the number of hops."""


def dose_response(worlds: Sequence[World], read: Read) -> Gate:
    """Check that retention grows with the word budget, and is read as no larger than it is.

    The worlds have the seeds and settings of those given, but 40 facts, so that even the largest budget is too small
    for all of them.
    """
    kept, true, n = dict.fromkeys(BUDGETS, 0), dict.fromkeys(BUDGETS, 0), 0
    for small in worlds:
        world = watermelon(small.seed, facts=_LARGE, setting=small.setting)
        whole = notes(world, 0)
        n += len(world.facts)
        for budget in BUDGETS:
            message = cut(whole, budget)
            kept[budget] += list(read(world, message).values()).count("kept")
            true[budget] += list(planted(world, message).fates.values()).count("kept")
    step = min(kept[more] - kept[less] for less, more in pairwise(BUDGETS)) / n
    off = max(abs(kept[budget] - true[budget]) for budget in BUDGETS) / n
    return Gate(
        name="dose-response",
        checks=f"smallest rise in retention from one word budget to the next of {', '.join(map(str, BUDGETS))}, "
        f"where none is more than {_OFF:.0%} off the planted retention",
        bar="above 0%",
        figure=step,
        low=None,
        high=None,
        n=n * len(BUDGETS),
        passed=step > 0 and off <= _OFF,
        details={
            "retention": {str(budget): round(kept[budget] / n, 6) for budget in BUDGETS},
            "planted": {str(budget): round(true[budget] / n, 6) for budget in BUDGETS},
        },
    )


def saboteur(worlds: Sequence[World], read: Read) -> Gate:
    """Check that most first losses are at the seat that drops every bad fact, in a chain that also loses others."""
    found = chains = 0
    lost: Counter[int] = Counter()
    for world in worlds:
        for replicate in range(2):
            here = _first_losses(world, read, replicate)
            lost.update(here)
            most = here.most_common(2)
            found += bool(most) and most[0][0] == SABOTEUR and (len(most) == 1 or most[0][1] > most[1][1])
            chains += 1
    details = {"first_losses_of_bad_facts": {str(hop): lost[hop] for hop in range(1, DEPTH + 1)}}
    checks = (
        f"share of chains in which most first losses of bad facts fall at hop {SABOTEUR}, where a seat drops them all"
    )
    return share_gate("saboteur", checks, Share(found, chains), at_least=0.9, details=details)


def _first_losses(world: World, read: Read, replicate: int) -> Counter[int]:
    """Return for each hop of one chain how many bad facts are first read as not kept there."""
    bad = {fact.id for fact in world.facts if fact.valence == "bad"}
    alive, said = set(bad), notes(world, replicate)
    lost: Counter[int] = Counter()
    for hop in range(1, DEPTH + 1):
        said = relayed(world, "drop=0.03,alter=0.02", said, hop=hop, depth=DEPTH, replicate=replicate)
        if hop == SABOTEUR:
            said = without(said, world, bad)
        fates = read(world, said)
        gone = {fact for fact in alive if fates[fact] != "kept"}
        lost[hop] += len(gone)
        alive -= gone
    return +lost
