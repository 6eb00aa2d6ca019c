"""Gates on messages with all five fates planted: each fate must be read as itself."""

from collections import Counter
from collections.abc import Callable, Sequence

from chains.fates import FATES
from chains.models.channel.codebook import planted
from chains.validation.gates.gate import Gate, Read, Share
from chains.validation.gates.synthetic_messages import climbed, prose
from chains.validation.gates.unchanged import MIXED
from chains.worlds.world import World

BAR = 0.98
REPLICATES = 6


def fates_in_lines(worlds: Sequence[World], read: Read) -> Gate:
    """Check fates in messages as the channel writes them, one sentence a line."""
    checks = "lowest recall of a planted fate, all five mixed in one message of many lines"
    return _told_apart("fates in lines", checks, worlds, read, lambda message, *_: message)


def fates_in_prose(worlds: Sequence[World], read: Read) -> Gate:
    """Check fates in running text, where no sentence of the ledger stands word for word."""
    checks = "lowest recall of a planted fate, all five mixed in one paragraph, each sentence inside other words"
    return _told_apart("fates in prose", checks, worlds, read, prose)


def _told_apart(
    name: str, checks: str, worlds: Sequence[World], read: Read, put: Callable[[str, int, int], str]
) -> Gate:
    """Return the gate on the recall of each fate; its figure is the lowest of the five."""
    seen: Counter[tuple[str, str]] = Counter()
    for world in worlds:
        for replicate in range(REPLICATES):
            (message,) = climbed(world, MIXED, depth=1, replicate=replicate)
            fates = read(world, put(message, world.seed, replicate))
            seen.update((truth, fates[fact]) for fact, truth in planted(world, message).fates.items())
    recall = {fate: Share(seen[fate, fate], sum(seen[fate, other] for other in FATES)) for fate in FATES}
    worst = min(recall.values(), key=lambda share: share.value)
    low, high = worst.interval
    return Gate(
        name=name,
        checks=checks,
        bar=f"at least {BAR:.0%}",
        figure=worst.value,
        low=low,
        high=high,
        n=worst.n,
        # the recall of a fate that was never planted is nan, which does not meet the bar
        passed=all(share.value >= BAR for share in recall.values()),
        details={
            "recall": {fate: round(share.value, 6) for fate, share in recall.items()},
            "confusion": {truth: {said: seen[truth, said] for said in FATES} for truth in FATES},
        },
    )
