"""The planted channel for studies: chains whose law of decay is known, without text, by the thousand.

What `models/channel/` plants message by message is drawn here in one stroke, for
planning (power) and for checking that the estimators find what was planted. A
statement meets the cumulative hazard H(n) e^u at hop n, where

    worker   H(1) = -ln(1 - worker), whatever the depth
    manager  the m-th of N adds  loss * N^(q-1)          (law "depth", end of chain: loss * N^q)
             or                  loss * (m^k - (m-1)^k)  (law "hop")
             or                  loss before manager tau, after from it on
    u = fact_sd z_fact + chain_sd z_chain + ln(bad) [bad news]

It is first missed where the cumulative hazard passes a standard exponential draw.
"""

from dataclasses import dataclass

import numpy as np

from chains.stats.observations.first_loss import Paths
from chains.stats.observations.observations import ALL, Floats, Integers, Observations, Words

_CAUSES = ("B", "A", "I", "O")


@dataclass(frozen=True)
class Planted:
    """What a study plants, and how large it is."""

    worlds: int = 24
    replicates: int = 3
    statements: int = 12
    managers: tuple[int, ...] = (0, 1, 2, 4, 8)
    """The arms."""
    loss: float = 0.12
    """Cumulative hazard of one manager alone."""
    worker: float = 0.0
    """Share of the statements that the worker loses, once, whatever the depth."""
    q: float = 1.0
    """Exponent of depth."""
    k: float | None = None
    """Exponent of the hop; with it the hazard does not depend on the depth, and q is not used."""
    tau: int | None = None
    """The manager from whom on the hazard is `after`; needs `after`, and excludes q and k."""
    after: float = 0.0
    fact_sd: float = 0.0
    chain_sd: float = 0.0
    bad: float = 1.0
    """Hazard ratio of bad news; half of the statements are bad, half good."""
    causes: tuple[float, float, float, float] = (0.2, 0.2, 0.1, 0.5)
    """Shares of first losses that are blurred, altered, inverted, omitted. What is lost stays as it is."""
    false_loss: float = 0.0
    """Chance that the instrument reads what a message keeps as lost, at hop 1."""
    false_loss_last: float | None = None
    """The same at the last hop of the deepest arm, in a straight line between; None for the same."""
    false_alive: float = 0.0
    """Chance that it reads what is lost as kept."""

    def false_losses(self, hops: int) -> Floats:
        """Return the chance of a false loss at each hop of the deepest arm."""
        last = self.false_loss if self.false_loss_last is None else self.false_loss_last
        return np.linspace(self.false_loss, last, hops)

    @property
    def exact(self) -> bool:
        """Whether the instrument makes no error."""
        return not (self.false_loss or self.false_loss_last or self.false_alive)

    def hazards(self, managers: int) -> Floats:
        """Return the hazard that each hop of an arm adds, without frailty; shape (managers + 1,)."""
        worker = -np.log1p(-self.worker)
        place = np.arange(1, managers + 1, dtype=float)
        if self.tau is not None:
            steps = np.where(place < self.tau, self.loss, self.after)
        elif self.k is not None:
            steps = self.loss * (place**self.k - (place - 1) ** self.k)
        else:
            steps = np.full(managers, self.loss * max(managers, 1) ** (self.q - 1))
        return np.concatenate([[worker], steps])


@dataclass(frozen=True, eq=False)
class Study:
    """One draw of a planted study. Paths come by (world, replicate, arm, statement)."""

    planted: Planted
    fates: Words
    """As the instrument reads them, shape (paths, hops of the deepest arm); empty beyond a path's depth."""
    depth: Integers
    world: Integers
    replicate: Integers
    statement: Integers

    def paths(self) -> Paths:
        """Return the study as the estimators take it, without going through names."""
        rows = np.arange(len(self.depth))
        missed = (self.fates != "K") & (self.fates != "")
        at = np.where(missed.any(axis=1), np.argmax(missed, axis=1), -1)
        return Paths(
            world=self.world,
            statement=self.world * self.planted.statements + self.statement,
            pair=np.full(len(rows), -1),
            chain=rows // self.planted.statements,
            replicate=self.world * self.planted.replicates + self.replicate,
            condition=np.zeros(len(rows), dtype=np.int64),
            depth=self.depth,
            miss=at + 1,
            missed_as=np.where(at >= 0, self.fates[rows, at], ""),
            end=self.fates[rows, self.depth - 1],
            bad=(self.statement % 2 == 0).astype(np.int64),
            weight=np.ones(len(rows)),
            words=np.full(len(rows), np.nan),
        )

    def observations(self, condition: str = ALL) -> Observations:
        """Return the study as a reader of a file would."""
        path, hop = np.nonzero(self.fates != "")
        return Observations.of(
            world=self.world[path],
            replicate=self.replicate[path],
            depth=self.depth[path],
            statement=self.statement[path],
            hop=hop + 1,
            fate=self.fates[path, hop],
            valence=np.where(self.statement[path] % 2 == 0, "bad", "good"),
            condition=np.full(len(path), condition),
            exact=self.planted.exact,
        )


def simulate(planted: Planted, seed: int) -> Study:
    """Draw a study; the same seed gives the same draws whatever is planted, so that conditions can be paired."""
    arms, deepest = np.array(planted.managers), max(planted.managers) + 1
    random, frailty = _frailty(planted, seed)
    shape = frailty.shape
    threshold = random.standard_exponential(shape)
    cause = random.choice(4, shape, p=planted.causes)
    misread = random.random((*shape, deepest))
    hazards = np.full((len(arms), deepest), np.nan)
    for row, managers in enumerate(arms):
        hazards[row, : managers + 1] = np.cumsum(planted.hazards(int(managers)))
    reached = hazards[:, None, :] * np.exp(frailty)[..., None]
    kept = reached <= threshold[..., None]
    truth = np.where(kept, "K", np.array(_CAUSES)[cause][..., None])
    read = np.where(kept & (misread < planted.false_losses(deepest)), "O", truth)
    read = np.where(~kept & (misread < planted.false_alive), "K", read)
    read = np.where(np.isnan(hazards)[:, None, :], "", read)
    world, replicate, arm, statement = (each.ravel() for each in np.indices(shape))
    return Study(
        planted=planted,
        fates=read.reshape(-1, deepest),
        depth=arms[arm] + 1,
        world=world,
        replicate=replicate,
        statement=statement,
    )


def simulate_ends(planted: Planted, seed: int) -> Paths:
    """Draw what the executive hears in a study, and nothing of the hops before; quicker, and enough for laws of depth.

    The instrument makes no error. What is lost is said to be missed at the last hop.
    """
    arms = np.array(planted.managers)
    random, frailty = _frailty(planted, seed)
    hazards = np.array([planted.hazards(int(managers)).sum() for managers in arms])
    lost = (random.standard_exponential(frailty.shape) < hazards[:, None] * np.exp(frailty)).ravel()
    world, replicate, arm, statement = (each.ravel() for each in np.indices(frailty.shape))
    rows, depth = np.arange(len(lost)), arms[arm] + 1
    return Paths(
        world=world,
        statement=world * planted.statements + statement,
        pair=np.full(len(rows), -1),
        chain=rows // planted.statements,
        replicate=world * planted.replicates + replicate,
        condition=np.zeros(len(rows), dtype=np.int64),
        depth=depth,
        miss=np.where(lost, depth, 0),
        missed_as=np.where(lost, "O", ""),
        end=np.where(lost, "O", "K"),
        bad=(statement % 2 == 0).astype(np.int64),
        weight=np.ones(len(rows)),
        words=np.full(len(rows), np.nan),
    )


def _frailty(planted: Planted, seed: int) -> tuple[np.random.Generator, Floats]:
    """Return the draws that are left, and the log of what multiplies each hazard: world, replicate, arm, statement."""
    random = np.random.default_rng(seed)
    worlds, replicates, statements, arms = planted.worlds, planted.replicates, planted.statements, len(planted.managers)
    frailty = planted.fact_sd * random.standard_normal((worlds, 1, 1, statements))
    frailty = frailty + planted.chain_sd * random.standard_normal((worlds, replicates, arms, 1))
    frailty = frailty + np.log(planted.bad) * (np.arange(statements) % 2 == 0)
    return random, np.broadcast_to(frailty, (worlds, replicates, arms, statements))
