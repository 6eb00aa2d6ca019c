"""Gates on messages that say nothing of a world: no fact must be read as kept there.

A lost fact that is read as kept makes a constant hazard look as if it grew with the hop.
"""

from collections.abc import Sequence

from chains.fates import Fate
from chains.models.channel.codebook import NOTHING
from chains.validation.gates.gate import Gate, Read, Share, share_gate
from chains.validation.gates.synthetic_messages import notes
from chains.worlds.scenario.watermelon import watermelon
from chains.worlds.world import World

EMPTY = ("", " \n ", f"- {NOTHING}", "(no report)", "The team has made a positive impact on performance.")
"""Messages that are empty, or make no claim that a ledger could hold."""
_FAR = 10_000
"""Added to a world's seed for another world, whose message is read against the first."""


def empty_message(worlds: Sequence[World], read: Read) -> Gate:
    """Check that every fact is read as omitted in silence and praise."""
    fates = [fate for world in worlds for message in EMPTY for fate in read(world, message).values()]
    found = Share(len(fates) - fates.count("omitted"), len(fates))
    checks = "share of facts read as anything but omitted in messages that say nothing"
    return share_gate("empty message", checks, found, at_most=0.0)


def another_world(worlds: Sequence[World], read: Read) -> Gate:
    """Check that the ledger of another world of the same setting is not read as this world's.

    Two worlds may share a code (both have a pump P-12). Then the message does say something else of it, and "altered"
    is right. So the figure counts only the facts read as kept; the details have the share not read as omitted.
    """
    fates: list[Fate] = []
    for world in worlds:
        other = watermelon(world.seed + _FAR, facts=len(world.facts), setting=world.setting)
        for replicate in range(3):
            fates += read(world, notes(other, replicate)).values()
    checks = "share of facts read as kept in the ledger of another world of the same setting"
    details = {"not_omitted": round(1 - fates.count("omitted") / len(fates), 6)}
    return share_gate("another world", checks, Share(fates.count("kept"), len(fates)), at_most=0.01, details=details)
