"""Gates on long lossy chains: the instrument's error must be the same at every hop.

If kept facts are read as lost more often at later hops, or lost facts as kept, a constant hazard looks as if it grew
with the hop.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chains.models.channel.codebook import planted
from chains.validation.gates.gate import Gate, Read, Share, share_gate
from chains.validation.gates.synthetic_messages import climbed, prose
from chains.worlds.world import World

DEPTH = 12
HOPS = (1, DEPTH // 2, DEPTH)
"""The hops whose messages are read: first, middle and last."""
RATES = "drop=0.03,blur=0.02,alter=0.02,flip=0.02"
REPLICATES = 2
BAR = 0.01


class _Misread(NamedTuple):
    """The instrument's errors at one hop."""

    loss: Share
    """Of the facts that the message keeps, the share read as any other fate."""
    alive: Share
    """Of the facts that it does not keep, the share read as kept."""


def false_loss(worlds: Sequence[World], read: Read) -> Gate:
    """Check that kept facts are read as lost as rarely at the last hop as at the first."""
    by_hop = {hop: misread.loss for hop, misread in _misread(worlds, read).items()}
    values = [share.value for share in by_hop.values()]
    difference = max(values) - min(values)
    return Gate(
        name="false loss by hop",
        checks=f"largest difference between hops {_named(HOPS)} of a lossy chain in the share of kept facts that are "
        "read as lost",
        bar=f"at most {BAR:.0%}",
        figure=difference,
        low=None,
        high=None,
        n=sum(share.n for share in by_hop.values()),
        passed=difference <= BAR and all(share.n for share in by_hop.values()),
        details=_details(by_hop),
    )


def false_alive(worlds: Sequence[World], read: Read) -> Gate:
    """Check that facts that are not kept are not read as kept."""
    by_hop = {hop: misread.alive for hop, misread in _misread(worlds, read).items()}
    hits, n = (sum(column) for column in zip(*by_hop.values(), strict=True))
    checks = f"share of the facts not kept at hops {_named(HOPS)} of a lossy chain that are read as kept"
    return share_gate("false alive", checks, Share(hits, n), at_most=BAR, details=_details(by_hop))


def _misread(worlds: Sequence[World], read: Read) -> dict[int, _Misread]:
    """Return the instrument's errors at each hop, in messages run together into prose."""
    verdicts: dict[int, list[tuple[bool, bool]]] = {hop: [] for hop in HOPS}
    for world in worlds:
        for replicate in range(REPLICATES):
            messages = climbed(world, RATES, depth=DEPTH, replicate=replicate)
            for hop in HOPS:
                truth = planted(world, messages[hop - 1]).fates
                fates = read(world, prose(messages[hop - 1], world.seed, replicate, hop))
                verdicts[hop] += [(truth[fact] == "kept", fates[fact] == "kept") for fact in truth]
    return {
        hop: _Misread(
            loss=Share(seen.count((True, False)), sum(kept for kept, _ in seen)),
            alive=Share(seen.count((False, True)), sum(not kept for kept, _ in seen)),
        )
        for hop, seen in verdicts.items()
    }


def _details(by_hop: Mapping[int, Share]) -> dict[str, object]:
    rows = []
    for hop, share in by_hop.items():
        low, high = share.interval
        rows.append({"hop": hop, "share": share.value, "low": round(low, 6), "high": round(high, 6), "n": share.n})
    return {"by_hop": rows}


def _named(hops: Sequence[int]) -> str:
    return f"{', '.join(map(str, hops[:-1]))} and {hops[-1]}"
