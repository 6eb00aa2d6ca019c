"""What the rules read of claims: facts without a typed value, which enter no rate.

The rules read a claim where they are sure, and they are sure mostly of claims that stand word for word. So the claims
that they read are a choice of the easy ones: their share of kept ones says nothing of all. What can be said is how many
are known to be kept, how many to be lost, and how many are unread.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from chains.experiments.experiment import Condition
from chains.fates import READS, Read, is_of_claim, read_of
from chains.scoring.reading import Reading

Claims = Counter[tuple[str, int, Read]]
"""Number of claims by condition, hop and what was read; in all finished trials together."""


def claims_in(condition: str, readings: Iterable[Reading], depth: int) -> Claims:
    """Count what was read of the claims of one trial, at each hop; a brief of the executive is no hop."""
    return Counter(
        (condition, reading.hop, read_of(letter))
        for reading in readings
        for letter in reading.fates
        if reading.hop <= depth and is_of_claim(letter)
    )


def claim_rows(conditions: Iterable[Condition], found: Claims) -> list[dict[str, Any]]:
    """Return a row for each condition and hop: the number of claims by what was read of them."""
    rows = []
    for condition in conditions:
        for hop in sorted({at for name, at, _ in found if name == condition.id}):
            counts: dict[str, int] = {read: found[condition.id, hop, read] for read in READS if read != "altered"}
            rows.append({"condition": condition.name, "hop": hop, "claims": sum(counts.values()), **counts})
    return rows


def claims_note(found: Claims) -> str:
    """Return a sentence on the claims at the last hop; empty if there are none."""
    last = {name: max(at for other, at, _ in found if other == name) for name, _, _ in found}
    counts: Counter[Read] = Counter()
    for (name, hop, read), count in found.items():
        counts[read] += count if hop == last[name] else 0
    if not counts:
        return ""
    told = ", ".join(f"{counts[read]} {read}" for read in READS if counts[read])
    return (
        f"claims, which have no typed value, are in no rate: of {counts.total()} at the last hop the rules read "
        f"{told}; a model reads them: mazedom judge"
    )
