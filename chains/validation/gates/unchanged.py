"""Gates on messages that lose nothing: every fact must be read as kept, in any wording and any order."""

from collections.abc import Sequence

from chains.validation.gates.gate import Gate, Read, Share, share_gate
from chains.validation.gates.synthetic_messages import climbed, prose, shuffled
from chains.worlds.world import World

DEPTH = 12
MIXED = "drop=0.2,blur=0.2,alter=0.2,flip=0.2"
"""Rates that give each of the five fates to a fifth of the facts in one message."""


def verbatim_relay(worlds: Sequence[World], read: Read) -> Gate:
    """Check that nothing is read as lost if every seat copies word for word."""
    share = _kept(worlds, read, "paraphrase=0")
    checks = f"share of facts read as kept over {DEPTH} hops of seats that copy word for word"
    return share_gate("verbatim relay", checks, share, at_least=1.0)


def paraphrase_only(worlds: Sequence[World], read: Read) -> Gate:
    """Check that a paraphrase counts as kept."""
    share = _kept(worlds, read, "paraphrase=1", run_together=True)
    lost = Share(share.n - share.hits, share.n)
    checks = f"share of facts read as lost over {DEPTH} hops of seats that word everything anew and lose nothing"
    return share_gate("paraphrase only", checks, lost, at_most=0.03)


def _kept(worlds: Sequence[World], read: Read, rates: str, *, run_together: bool = False) -> Share:
    hits = n = 0
    for world in worlds:
        for hop, message in enumerate(climbed(world, rates, depth=DEPTH), start=1):
            fates = read(world, prose(message, world.seed, hop) if run_together else message)
            hits += sum(fates[fact.id] == "kept" for fact in world.facts)
            n += len(world.facts)
    return Share(hits, n)


def shuffled_lines(worlds: Sequence[World], read: Read) -> Gate:
    """Check that the order of lines makes no difference."""
    changed = n = 0
    for world in worlds:
        for replicate in range(3):
            (message,) = climbed(world, MIXED, depth=1, replicate=replicate)
            before, after = read(world, message), read(world, shuffled(message, world.seed, replicate))
            changed += sum(before[fact.id] != after[fact.id] for fact in world.facts)
            n += len(world.facts)
    checks = "share of fates that change when the lines of a message are shuffled"
    return share_gate("shuffled lines", checks, Share(changed, n), at_most=0.0)
