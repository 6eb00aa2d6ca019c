"""Gates on messages that say nothing of a world: what is not there must not be found.

A dead fact that is seen as alive forges a hazard that grows with the hop.
"""

from collections.abc import Sequence

from chains.fates import Fate
from chains.models.channel.codebook import NOTHING
from chains.validation.gates.gate import Gate, Read, Share, share_gate
from chains.validation.gates.synthetic_messages import notes
from chains.worlds.scenario.watermelon import watermelon
from chains.worlds.world import World

EMPTY = ("", " \n ", f"- {NOTHING}", "(no report)", "The team has made a positive impact on performance.")
"""Messages that are empty, or empty of any claim that a ledger could hold."""
_FAR = 10_000
"""Between a world's seed and that of the world whose message is read against it."""


def empty_message(worlds: Sequence[World], read: Read) -> Gate:
    """Check that silence and praise omit everything."""
    fates = [fate for world in worlds for message in EMPTY for fate in read(world, message).values()]
    found = Share(len(fates) - fates.count("omitted"), len(fates))
    checks = "share of facts read as anything but omitted in messages that say nothing"
    return share_gate("empty message", checks, found, at_most=0.0)


def another_world(worlds: Sequence[World], read: Read) -> Gate:
    """Check that another world's ledger, of the same setting, is not taken for this one's.

    Codes of two worlds may coincide (both have a pump P-12), and then the
    message does say something else of it: that is read as altered, and is
    not false. So the figure counts the facts read as kept; the others stand
    in the details.
    """
    fates: list[Fate] = []
    for world in worlds:
        other = watermelon(world.seed + _FAR, facts=len(world.facts), setting=world.setting)
        for replicate in range(3):
            fates += read(world, notes(other, replicate)).values()
    checks = "share of facts read as kept in the ledger of another world of the same setting"
    details = {"not_omitted": round(1 - fates.count("omitted") / len(fates), 6)}
    return share_gate("another world", checks, Share(fates.count("kept"), len(fates)), at_most=0.01, details=details)
