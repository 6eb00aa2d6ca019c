"""H-depth, the primary hypothesis: does the loss at the end of the chain grow faster than linearly in the managers?

The chance that the executive's message does not keep a statement, with N managers
between worker and executive, is 1 - exp(-(l0 + l N^q) e^u): l0 the worker's own loss,
once and whatever the depth, q the exponent, e^u what the statement's frailty makes of
the hazard. q = 1 is a constant hazard per manager, Williamson's law; q > 1 is worse than
linear.

That exponent is one of a statement of given frailty, and hangs on what frailty is taken
to be. So it is estimated three times: with a normal u alone, with a share of statements
that are never lost beside it, and with chains that differ too. The exponent of *the
share heard* is without any u: -ln of the mean share that arrives is l0 + l N^q. If the
former is 1, the latter is 1 or less, whatever frailty is like and however replicates
and arms depend on each other (-ln E exp(-H e^u) is concave in H); so what lies above 1
in the share heard is above 1 in statements too.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from chains.stats.fit.estimates import Estimate, Unknown, document, rounded
from chains.stats.fit.inference import Fitted, How, fitted
from chains.stats.fit.likelihood import Counts, Entries, Floats, counts_of
from chains.stats.law.chain_random_effect import Cells, ChainsDiffer, Ends, chains_differ
from chains.stats.law.never_lost import LawOfOneExponent, NeverLost, never_lost
from chains.stats.observations.first_loss import Paths

_LOW = -16.0
"""Logarithm of a hazard that is as good as none."""


class DepthHazard:
    """l0 + l N^q, a cell for each number of managers N.

    Args:
        managers: N of each cell.
        q: To hold the exponent at; None to estimate it.
    """

    def __init__(self, managers: Floats, q: float | None = None) -> None:
        self._managers = managers
        self._log = np.log(np.maximum(managers, 1.0))
        self._any = managers > 0
        self._held = q
        self.names: tuple[str, ...] = ("ln_l0", "ln_l", "q") if q is None else ("ln_l0", "ln_l")
        self.low = np.array([_LOW, _LOW, -6.0])[: len(self.names)]
        self.high = np.array([4.0, 4.0, 8.0])[: len(self.names)]

    def at(self, values: Floats) -> tuple[Floats, Floats]:
        """Return ln(l0 + l N^q) by cell, and its derivatives."""
        q = values[:, 2:3] if self._held is None else np.full((len(values), 1), self._held)
        worker = np.exp(values[:, 0:1])
        managers = np.where(self._any, np.exp(values[:, 1:2] + q * self._log), 0.0)
        total = worker + managers
        share = managers / total
        parts = [worker / total, share]
        if self._held is None:
            parts.append(share * self._log)
        return np.log(total), np.stack(parts, axis=1)

    def start(self, counts: Counts) -> Floats:
        """Return the values of a straight line through the pooled cumulative hazards."""
        lost, passed = (each[0] for each in counts.by_cell(counts.total))
        hazard = -np.log((passed + 0.5) / (lost + passed + 1.0))
        slope, level = np.polyfit(self._managers, hazard, 1) if len(hazard) > 1 else (hazard[0], 0.0)
        begin = np.array([np.log(max(level, 0.01)), np.log(max(slope, 0.01)), 1.0])
        return begin[: len(self.names)]


def depth_counts(paths: Paths, managers: Floats) -> Counts:
    """Return losses at the end of the chain, a cell for each number of managers."""
    return counts_of(paths.statement, paths.world, depth_entries(paths, managers), paths.worlds)


def depth_entries(paths: Paths, managers: Floats) -> Entries:
    """Return whether paths were lost at the end of the chain, a cell for each number of managers."""
    some, kind = paths.kinds("depth", "end")
    cell = some.managers[:, None] == managers[None, :]
    lost = (cell & some.lost[:, None]).astype(float)
    return Entries(lost, cell - lost, kind)


@dataclass(frozen=True, eq=False)
class DepthLaw(LawOfOneExponent):
    """The law of depth in one condition."""

    q: Estimate | Unknown
    """The exponent; its null is 1, tested against more than 1."""
    managers: Floats
    """The arms."""
    statements: Floats
    """Statements that climbed in each arm, over all chains."""
    lost: Floats
    """Share of them that the executive's message does not keep, as read."""
    lambda0: float
    """Hazard of the worker's own message; nan where nothing was fitted."""
    lambda_: float
    """Hazard of one manager alone."""
    sigma: float
    """Sd of the random effect per statement, on the log hazard."""
    fitted: Fitted | None
    heard: Estimate | Unknown
    """The exponent of the share heard."""

    @property
    def exponent(self) -> Estimate | Unknown:
        """The exponent by its general name."""
        return self.q

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return document(self.q, "q") | {
            "heard": document(self.heard, "q"),
            "never_lost": self.never.document("q"),
            "chains": None if self.chains is None else self.chains.document(),
            "lambda0": rounded(self.lambda0),
            "lambda": rounded(self.lambda_),
            "sigma": rounded(self.sigma),
            "arms": [
                {"managers": int(n), "statements": int(count), "lost": rounded(float(share))}
                for n, count, share in zip(self.managers, self.statements, self.lost, strict=True)
            ],
        }


def depth_law(paths: Paths, how: How, *, refused: str = "") -> DepthLaw:
    """Fit H-depth to one condition.

    The exponent needs an arm without managers and at least two with: without
    the first, the worker's own loss passes for the law's.

    Args:
        paths: One condition's.
        how: Errors and resamples.
        refused: Why nothing is to be fitted, if so.
    """
    managers = np.unique(paths.managers).astype(float)
    counts = depth_counts(paths, managers)
    lost, passed = (each[0] for each in counts.by_cell(counts.total))
    why = refused or _not_determined(managers, lost, passed)
    hazard, hops = DepthHazard(managers), managers.astype(np.int64) + 1
    shape = {"managers": managers, "statements": lost + passed, "lost": lost / (lost + passed)}
    if why:
        unknown, nan = Unknown(why), float("nan")
        return DepthLaw(
            q=unknown, **shape, lambda0=nan, lambda_=nan, sigma=nan, fitted=None, heard=unknown,
            ask_never=lambda: NeverLost(unknown, nan, (nan, nan), needed=False), ask_chains=lambda: None,
        )  # fmt: skip
    found = fitted(counts, hazard, hops, how)
    heard = fitted(counts, hazard, hops, how, frailty=False)
    q, of_heard, flat = found.estimate("q"), heard.estimate("q"), "the loss does not rise with the number of managers"
    if found.fit.at_bound("ln_l"):
        q = Unknown(f"{flat}, so its exponent is not determined")
    if heard.fit.at_bound("ln_l"):
        of_heard = Unknown(f"{flat}, so its exponent is not determined")
    worker, manager, sigma = (float(each) for each in (*np.exp(found.fit.theta[:2]), found.fit.theta[-1]))
    return DepthLaw(
        q=q,
        **shape,
        lambda0=worker,
        lambda_=manager,
        sigma=sigma,
        fitted=found,
        heard=of_heard,
        ask_never=lambda: never_lost(counts, hazard, hops, how, found, "q"),
        ask_chains=lambda: _chains(paths, found, hazard, how) if isinstance(q, Estimate) else None,
    )


def _chains(paths: Paths, found: Fitted, hazard: DepthHazard, how: How) -> ChainsDiffer:
    """Return the exponent where chains differ."""
    hops, managers = np.unique(paths.depth), np.unique(paths.managers).astype(float)
    cells = Cells(hops, [np.array([at]) for at in range(len(hops))], how.misread(hops))
    ends = Ends(paths.world, paths.statement, paths.chain, paths.depth, paths.lost)
    begin = found.fit.theta[:-1], found.fit.theta[-1]
    return chains_differ(depth_entries(paths, managers), ends, hazard, cells, begin)


def one_depth(managers: Floats) -> str:
    """Say that a single depth gives no law of depth; empty where there are several."""
    if len(managers) > 1:
        return ""
    hops = "1 hop" if int(managers[0]) == 0 else f"{int(managers[0]) + 1} hops"
    return f"there is one depth, {hops}, which can't give a law of depth; run several, as --set depth=1,2,3,5"


def _not_determined(managers: Floats, lost: Floats, passed: Floats) -> str:
    """Return why the counts can't determine the exponent; empty if they can."""
    one = one_depth(managers)
    no_worker = "there is no arm without managers (depth=1), without which the worker's own loss passes for the law's"
    few = "the exponent of depth needs the arm without managers and at least two with some; there is one"
    reasons = {
        one: bool(one),
        no_worker: managers[0] > 0,
        few: len(managers) < 3,
        "nothing was lost in any chain with managers": not lost[1:].sum(),
        "everything was lost in every chain with managers": not passed[1:].sum(),
        "everything was lost in the workers' own messages": not passed[0],
    }
    return next((why for why, applies in reasons.items() if applies), "")
