"""The instrument's error, as measured where the truth is known: what it adds to the likelihood of what it reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from chains.errors import BadInput
from chains.stats.fit.fitting import Unsure
from chains.stats.fit.likelihood import Floats, Integers, Misread

_MOST = 0.45
"""Errors are drawn no larger than this: at .5 and .5 an instrument says nothing."""


class Measured(NamedTuple):
    """Verdicts at one hop whose truth is known."""

    hop: int
    kept: int
    """Statements that the message keeps."""
    read_lost: int
    """Of these, read as anything else."""
    lost: int
    """Statements that it does not keep."""
    read_kept: int
    """Of these, read as kept."""


@dataclass(frozen=True)
class Errors:
    """False loss (1 - specificity, with loss the positive) and false alive (1 - sensitivity), by hop.

    Between hops that were measured they are taken to lie on a straight line,
    before the first and after the last to stay as they are.
    """

    hops: tuple[int, ...]
    """Where they were measured, ascending. A single one stands for all."""
    false_loss: tuple[float, ...]
    """Chance that what a message keeps is read as lost."""
    false_alive: tuple[float, ...]
    """Chance that what it lost is read as kept."""
    false_loss_se: tuple[float, ...] = ()
    """Standard errors; empty if they are known exactly."""
    false_alive_se: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what can't be an error's measure.

        Raises:
            BadInput: The hops don't ascend, lengths differ, or a share lies outside 0 to .45.
        """
        if not self.hops or list(self.hops) != sorted(set(self.hops)) or self.hops[0] < 1:
            raise BadInput(f"the instrument's errors: hops are {list(self.hops)}; give ascending hops from 1")
        for name in ("false_loss", "false_alive", "false_loss_se", "false_alive_se"):
            values = getattr(self, name)
            if len(values) != len(self.hops) and not (name.endswith("_se") and not values):
                raise BadInput(f"the instrument's errors: {name} has {len(values)} values for {len(self.hops)} hops")
            if any(not 0 <= value <= _MOST for value in values):
                raise BadInput(f"the instrument's errors: {name} is {list(values)}; each must be from 0 to {_MOST}")

    @classmethod
    def of(cls, measured: Iterable[Measured]) -> Self:
        """Return the errors that were measured, with standard errors.

        Shares are hits / n. Their standard errors are those of (hits + 1/2) / (n + 1), so that none of a few is not
        taken for certain.
        """
        rows = sorted(measured)
        loss = [_share(row.read_lost, row.kept) for row in rows]
        alive = [_share(row.read_kept, row.lost) for row in rows]
        return cls(
            hops=tuple(row.hop for row in rows),
            false_loss=tuple(value for value, _ in loss),
            false_alive=tuple(value for value, _ in alive),
            false_loss_se=tuple(se for _, se in loss),
            false_alive_se=tuple(se for _, se in alive),
        )

    def covers(self, depth: int) -> bool:
        """Whether they were measured at the first, a middle and the last hop of a chain of this depth."""
        middle = depth < 3 or any(1 < hop < depth for hop in self.hops)
        return self.hops[0] == 1 and self.hops[-1] >= depth and middle

    def unsure(self, hops: Integers) -> Unsure:
        """Return the error in cells at these hops, and what is not known about it."""
        loss, alive, loss_se, alive_se = self._arrays()
        line = self._lines(hops)
        still = np.zeros_like(line)
        moved_loss = np.vstack([loss @ line + loss_se[:, None] * line, loss @ line + still])
        moved_alive = np.vstack([alive @ line + still, alive @ line + alive_se[:, None] * line])
        return Unsure(Misread(loss @ line, alive @ line), Misread(moved_loss, moved_alive))

    def drawn(self, hops: Integers, count: int, random: np.random.Generator) -> Misread:
        """Return errors as they may as well be, given how they were measured; shape (count, cells)."""
        loss, alive, loss_se, alive_se = self._arrays()
        line = self._lines(hops)
        size = (count, len(self.hops))
        some_loss = np.clip(loss + loss_se * random.standard_normal(size), 0.0, _MOST)
        some_alive = np.clip(alive + alive_se * random.standard_normal(size), 0.0, _MOST)
        return Misread(some_loss @ line, some_alive @ line)

    def _arrays(self) -> tuple[Floats, Floats, Floats, Floats]:
        none = (0.0,) * len(self.hops)
        columns = (self.false_loss, self.false_alive, self.false_loss_se or none, self.false_alive_se or none)
        loss, alive, loss_se, alive_se = (np.array(column, dtype=float) for column in columns)
        return loss, alive, loss_se, alive_se

    def _lines(self, hops: Integers) -> Floats:
        """Return how much each measured hop counts at each cell's hop, shape (measured, cells)."""
        return np.stack([np.interp(hops, self.hops, one) for one in np.eye(len(self.hops))])


def _share(hits: int, n: int) -> tuple[float, float]:
    if not 0 <= hits <= n or n == 0:
        raise BadInput(f"the instrument's errors: {hits} of {n} verdicts; measure at least one, and count no more")
    near = (hits + 0.5) / (n + 1)
    return hits / n, float(np.sqrt(near * (1 - near) / n))
