"""Randomness that is the same on every machine and every Python: draws from a hash.

Everything random in a world, a deal of facts or the synthetic channel comes
from here, so that a seed means the same next year. Python's `random` may
change `shuffle` and `sample` between versions; SHA-256 will not change.
"""

import hashlib
from collections.abc import Iterator, Sequence
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """A stream of draws named by a path, such as `Draw(7, "watermelon", "F03")`.

    Two streams with different paths are independent; the same path gives the
    same stream. Drawing from one never disturbs another.
    """

    def __init__(self, *path: str | int) -> None:
        self._name = _named(path)
        self._count = 0

    def _bits(self) -> int:
        digest = hashlib.sha256(b"%b\x1e%d" % (self._name, self._count)).digest()  # `_bits_of`, without a call
        self._count += 1
        return int.from_bytes(digest[:8], "big")

    def _bits_of(self, number: int) -> int:
        digest = hashlib.sha256(b"%b\x1e%d" % (self._name, number)).digest()
        return int.from_bytes(digest[:8], "big")

    def uniform(self) -> float:
        """Return a float in [0, 1), a multiple of 2**-53."""
        return (self._bits() >> 11) * 2.0**-53

    def integer(self, low: int, high: int) -> int:
        """Return an integer from `low` to `high`, both included."""
        if high < low:
            raise ValueError(f"no integer from {low} to {high}")
        return low + self._bits() % (high - low + 1)

    def choice(self, items: Sequence[T]) -> T:
        """Return one of `items`, each equally likely."""
        return items[self.integer(0, len(items) - 1)]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return `items` in a random order (Fisher-Yates); the input is left as it is."""
        out = list(items)
        for last in range(len(out) - 1, 0, -1):
            other = self._bits() % (last + 1)  # `integer`, without a call: worlds shuffle long lists
            out[last], out[other] = out[other], out[last]
        return out

    def from_the_end(self, items: Sequence[T]) -> Iterator[T]:
        """Yield the items that `shuffled` would return, last first; each is drawn when it is asked for.

        Later draws are the same as after `shuffled`, even if not all items are asked for.
        """
        out = list(items)
        number = self._count
        self._count += max(0, len(out) - 1)

        def handed() -> Iterator[T]:
            for last in range(len(out) - 1, -1, -1):
                other = self._bits_of(number + len(out) - 1 - last) % (last + 1) if last else 0
                out[last], out[other] = out[other], out[last]
                yield out[last]

        return handed()

    def sample(self, items: Sequence[T], count: int) -> list[T]:
        """Return `count` different items in random order."""
        if count > len(items):
            raise ValueError(f"can't draw {count} of {len(items)} items")
        return self.shuffled(items)[:count]

    def normal(self) -> float:
        """Return a standard normal draw (inverse of the cumulative distribution, so one hash each)."""
        return NormalDist().inv_cdf(max(self.uniform(), 2.0**-53))


def seed_of(*path: str | int) -> int:
    """Return a 31-bit seed named by a path, for a model's sampler: the first that `Draw` would give."""
    # Every request has one, so it is drawn without a stream of its own.
    return int.from_bytes(hashlib.sha256(_named(path) + b"\x1e0").digest()[:8], "big") % 2**31


def _named(path: Sequence[str | int]) -> bytes:
    """Return the name of a path: its parts with their types, so that 1 and "1" differ."""
    named = [f"str:{part}" if type(part) is str else f"{type(part).__name__}:{part}" for part in path]
    return "\x1f".join(named).encode()
