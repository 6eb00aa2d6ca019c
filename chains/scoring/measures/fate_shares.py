"""Shares of fates by hop: the columns that `show` prints."""

import itertools
import math
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from chains.fates import LETTERS, SILENT, in_rates
from chains.scoring.reading import Reading


class HopShares(NamedTuple):
    """The fates of the facts and the properties of the messages at one hop, in one trial or on average."""

    kept: float
    blurred: float
    altered: float
    inverted: float
    omitted: float
    """Shares of the facts, from 0 to 1; the five sum to 1."""
    invented: float
    """Claims new at this hop, mean per message."""
    unfounded: float
    """Claims that the ledger does not support, mean per message."""
    words: float
    """Mean per message."""
    degenerate: float
    """Share of the messages that loop or claim nothing."""
    cut_off: float
    """Share of the messages that their length limit cut off."""
    silent: float
    """Share of the seats that gave no report: refused, filtered or empty."""
    foreign: float
    """Share of the messages that are not in English, which the instrument can't read."""


class PackedShares(Mapping[int, HopShares]):
    """The shares at each hop of one trial, in a fifth of the memory that they take as objects: 96 bytes a hop."""

    __slots__ = ("_hops", "_values")

    def __init__(self, shares: Mapping[int, HopShares]) -> None:
        self._hops = _hops(tuple(shares))
        self._values = array("d", itertools.chain.from_iterable(shares.values()))

    def __getitem__(self, hop: int) -> HopShares:
        """Return the shares at a hop."""
        try:
            at = self._hops.index(hop)
        except ValueError:
            raise KeyError(hop) from None
        width = len(HopShares._fields)
        return HopShares._make(self._values[at * width : (at + 1) * width])

    def __iter__(self) -> Iterator[int]:
        """Return the hops."""
        return iter(self._hops)

    def __len__(self) -> int:
        """Return how many hops have shares."""
        return len(self._hops)


@lru_cache(maxsize=1024)
def _hops(hops: tuple[int, ...]) -> tuple[int, ...]:
    """Return one object for all trials with the same hops."""
    return hops


def shares_by_hop(readings: Iterable[Reading], depth: int) -> dict[int, HopShares]:
    """Return the shares at each hop of one trial.

    Args:
        readings: The readings of all its messages; the executive's brief is left out, as it is no hop.
        depth: Hops from a worker to the executive.
    """
    at: dict[int, list[Reading]] = {hop: [] for hop in range(1, depth + 1)}
    for reading in readings:
        if reading.hop in at:
            at[reading.hop].append(reading)
    return {hop: shares_of(messages) for hop, messages in at.items() if messages}


def shares_of(messages: Sequence[Reading]) -> HopShares:
    """Return the shares in the messages of one hop."""
    if len(messages) == 1:  # the usual case in a chain of command, kept fast for thousands of trials
        (only,) = messages
        letters = in_rates(only.fates)
        total = len(letters) or math.nan
        fates = [letters.count(letter) / total for letter in LETTERS.values()]
        claims = [float(only.invented), float(only.unfounded), float(only.words)]
        trouble = [
            only.degenerate is not None,
            only.finish == "length",
            only.finish in SILENT,
            only.language is not None,
        ]
        return HopShares._make([*fates, *claims, *map(float, trouble)])
    letters = in_rates("".join(message.fates for message in messages))
    total = len(letters) or math.nan
    count = len(messages)
    return HopShares(
        **{fate: letters.count(letter) / total for fate, letter in LETTERS.items()},
        invented=sum(message.invented for message in messages) / count,
        unfounded=sum(message.unfounded for message in messages) / count,
        words=sum(message.words for message in messages) / count,
        degenerate=sum(message.degenerate is not None for message in messages) / count,
        cut_off=sum(message.finish == "length" for message in messages) / count,
        silent=sum(message.finish in SILENT for message in messages) / count,
        foreign=sum(message.language is not None for message in messages) / count,
    )


def mean_shares(trials: Sequence[Mapping[int, HopShares]]) -> dict[int, HopShares]:
    """Return the mean of several trials' shares, hop by hop; every trial counts the same in which it is known."""
    hops = sorted({hop for trial in trials for hop in trial})
    means = {}
    for hop in hops:
        rows = [trial[hop] for trial in trials if hop in trial]
        means[hop] = HopShares(*map(_mean, zip(*rows, strict=True)))
    return means


def _mean(values: Sequence[float]) -> float:
    total = math.fsum(values)
    if not math.isnan(total):
        return total / len(values)
    known = [value for value in values if not math.isnan(value)]  # of a message of which nothing could be read
    return math.fsum(known) / len(known) if known else math.nan
