"""The power of a planned experiment: each registered hypothesis is tested on simulated studies.

What can't be known beforehand is assumed, and every assumption is shown: how
much is lost, how much statements and chains differ, and how large the effect
is that a hypothesis speaks of. An arm that is to have more of something has
the assumed effect; the arm it is held against has none.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

from chains.errors import BadInput, nearest
from chains.experiments.experiment import Condition
from chains.experiments.hypotheses import Arm, Hypothesis
from chains.experiments.pilot import PilotFigures
from chains.running.run_record import Casts, RunRecord
from chains.stats.fit.estimates import Unknown, rounded
from chains.stats.measurement_error.prediction_powered import Bought, bought
from chains.stats.observations.simulate import Planted
from chains.stats.paired.paired import LEVEL
from chains.stats.power import (
    SHARES,
    Exponent,
    Power,
    Test,
    by_world,
    equivalence,
    exponent_above,
    exponents_differ,
    measures_differ,
    power,
    superlinear,
    worlds_for_checks,
)

LABELS = (100, 200, 400, 800)
"""Of what the executive hears, in two conditions together."""
_DRAWN = 500
"""Worlds that say how much they differ."""


@dataclass(frozen=True)
class Assumed:
    """The assumed truth that studies are drawn from."""

    q: float = 1.4
    """Exponent of depth, where a hypothesis says that it is above 1 or above another arm's."""
    k: float = 1.3
    """The same of the hop."""
    bad: float = 1.5
    """Hazard ratio of bad news, likewise."""
    more: float = 1.5
    """Hazard of the arm that loses more, over the other's, where a hypothesis is on a measure."""
    loss: float = 0.12
    """Cumulative hazard of one manager alone."""
    worker: float = 0.1
    """Share of the facts that the worker loses."""
    fact_sd: float = 0.8
    """How much facts differ: sd of the log hazard."""
    chain_sd: float = 0.5
    """How much chains differ."""
    error: float = 0.05
    """Share of the kept facts that the instrument reads as lost, and of the lost that it reads as kept."""

    def planted(self, design: "Design") -> Planted:
        """Return the channel with these losses and no effect."""
        return Planted(
            worlds=design.worlds,
            replicates=design.replicates,
            statements=design.facts,
            managers=design.managers,
            loss=self.loss,
            worker=self.worker,
            fact_sd=self.fact_sd,
            chain_sd=self.chain_sd,
        )


LIMITS = {
    "worker": (0.0, 0.95),
    "fact_sd": (0.0, 3.0),
    "chain_sd": (0.0, 3.0),
    "loss": (0.001, 10.0),
    "error": (0.0, 0.45),
}
"""The range of each assumption; exponents and ratios may be from .1 to 10."""


class Design(NamedTuple):
    """How large a study is."""

    worlds: int
    replicates: int
    facts: int
    managers: tuple[int, ...]


class Planned(NamedTuple):
    """One hypothesis with its power, and the calls of the worlds that it needs."""

    name: str
    text: str
    assumed: str
    """The effect that is assumed."""
    power: Power | None
    """None where it can't be planned; see `why`."""
    why: str
    calls: int | None
    """For as many worlds as are needed."""
    tokens: int | None

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        found = self.power
        return {
            "hypothesis": self.name,
            "text": self.text,
            "assumed": self.assumed,
            "power": None if found is None else rounded(found.power),
            "margin": None if found is None else rounded(found.margin),
            "worlds_needed": None if found is None else found.needed,
            "power_there": None if found is None else rounded(found.checked),
            "steps": [] if found is None else [step._asdict() for step in found.steps],
            "calls_needed": self.calls,
            "tokens_needed": self.tokens,
            "why": self.why or None,
        }


class Study(NamedTuple):
    """What an experiment of its size could find."""

    design: "Design"
    assumed: Assumed
    hypotheses: tuple[Planned, ...]
    """Of those that are registered."""
    linear: Planned
    """What a verdict that decay is linear would take."""
    labels: list[Bought]
    worlds_for_checks: int | None
    """Worlds that the check of replicates needs."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            **self.design._asdict(),
            "assumed": asdict(self.assumed),
            "hypotheses": [one.document() for one in self.hypotheses],
            "linear": self.linear.document(),
            "labels": [one._asdict() for one in self.labels],
            "worlds_for_checks": self.worlds_for_checks,
        }


def assumed_of(texts: Sequence[str]) -> Assumed:
    """Read `q=1.4`, `loss=0.2`, ... over the defaults.

    Raises:
        BadInput: If one is not known, or no number within reason.
    """
    values: dict[str, float] = asdict(Assumed())
    for part in (part for text in texts for part in text.split(",")):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if name not in values:
            raise BadInput(f"--assume {part.strip()!r}: nothing called {name!r} is assumed{nearest(name, values)}")
        low, high = LIMITS.get(name, (0.1, 10.0))
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not low <= number <= high:
            raise BadInput(f"--assume {part.strip()!r}: give a number from {low:g} to {high:g}")
        values[name] = number
    return Assumed(**values)


_MEASURED = ("worker", "loss")
"""What a pilot measures of what is assumed."""


def piloted(texts: Sequence[str], pilot: PilotFigures | None, record: RunRecord) -> tuple[Assumed, list[str]]:
    """Return what is assumed where a pilot measured some of it, and a note on that.

    What `texts` say stands. A pilot of another model says nothing of this one.

    Args:
        texts: As `assumed_of` reads them.
        pilot: What it found, if there was one.
        record: What is planned.
    """
    if pilot is None:
        return assumed_of(texts), []
    if not set(pilot.model.split("+")) & set(record.models):
        note = f"the pilot in the file was of {pilot.model}, which holds no seat here, so its figures are not taken"
        return assumed_of(texts), [note]
    limits = {name: LIMITS[name] for name in _MEASURED}
    found = [f"{name}={min(max(getattr(pilot, name), low), high):.4g}" for name, (low, high) in limits.items()]
    return assumed_of([*found, *texts]), [
        f"{' and '.join(found)} were measured by the pilot of {pilot.model} (run {pilot.run}, {pilot.worlds} worlds)"
    ]


def design_of(record: RunRecord, arm: Arm) -> Design:
    """Return the size of the study in the conditions of one arm."""
    casts = Casts(record)
    conditions = [one for one in record.conditions if all(one.factors.get(key) == arm[key] for key in arm)]
    depths = sorted({casts.hierarchy(condition.id).depth for condition in conditions})
    experiment = record.experiment
    return Design(
        len(experiment.seeds), experiment.replicates, _facts(record, conditions), tuple(d - 1 for d in depths)
    )


def _facts(record: RunRecord, conditions: Sequence[Condition]) -> int:
    """Return the fewest facts that a world of these conditions has."""
    return min(
        len(record.worlds[record.world_of[f"{condition.id}.w{seed}"]].facts)
        for condition in conditions
        for seed in record.experiment.seeds[:1]
    )


def planned(record: RunRecord, assumed: Assumed, *, studies: int, seed: int = 0) -> Iterator[Planned]:
    """Yield each hypothesis with its power; without any, whether q is above 1; and last, what "linear" would take."""
    experiment = record.experiment
    level = LEVEL / max(1, len(experiment.registered))
    for hypothesis in experiment.registered:
        yield _planned(hypothesis, record, assumed, level, studies=studies, seed=seed)
    design = design_of(record, {})
    plain = assumed.planted(design)
    if not experiment.registered:
        both = superlinear(replace(plain, q=assumed.q), studies=studies, seed=seed)
        tests: tuple[Test | Unknown, Test | Unknown] = (both, both) if isinstance(both, Unknown) else both
        for name, text, test in (
            ("superlinear", "q > 1 in one condition, for a statement of given frailty", tests[0]),
            ("  anyway", "the same of the share heard: whatever statements and chains are like", tests[1]),
        ):
            found = power(test, design.worlds, design.replicates)
            yield _entry((name, text, f"q {assumed.q:g}"), found, record)
    found = power(equivalence(plain, studies=studies, seed=seed), design.worlds, design.replicates)
    yield _entry(("linear", "q = 1 shown by equivalence, within .85 to 1.15", "q 1"), found, record)


def studied(
    record: RunRecord,
    assumed: Assumed,
    *,
    studies: int = 200,
    seed: int = 0,
    tell: Callable[[int], None] = lambda _: None,
) -> Study:
    """Return what an experiment could find; no model is asked.

    Args:
        record: The experiment, staged.
        assumed: What is assumed of losses and effects.
        studies: How many studies are drawn.
        seed: Of the draws.
        tell: Called with the number of hypotheses done.
    """
    design = design_of(record, {})
    found = list[Planned]()
    for one in planned(record, assumed, studies=studies, seed=seed):
        found.append(one)
        tell(len(found))
    checked = worlds_for_checks(assumed.planted(design), seed)
    return Study(design, assumed, tuple(found[:-1]), found[-1], labels_bought(record, assumed, seed), checked)


def _planned(
    hypothesis: Hypothesis, record: RunRecord, assumed: Assumed, level: float, *, studies: int, seed: int
) -> Planned:
    design = design_of(record, hypothesis.left)
    test = _test(hypothesis, design, assumed, level, studies=studies, seed=seed)
    if isinstance(test, str):
        return Planned(hypothesis.name, hypothesis.text, "", None, test, None, None)
    told = {"q": f"q {assumed.q:g}", "k": f"k {assumed.k:g}", "hazard_ratio": f"ratio {assumed.bad:g}"}
    effect = told.get(hypothesis.quantity, f"hazards {assumed.more:g} to 1")
    if hypothesis.quantity == "bad_excess":
        effect = f"ratio {assumed.bad:g}"
    if _gives_way(hypothesis):
        effect = "no difference"
    found = power(test, design.worlds, design.replicates)
    return _entry((hypothesis.name, hypothesis.text, effect), found, record)


def _gives_way(hypothesis: Hypothesis) -> bool:
    """Whether a measure may be worse by a margin and the hypothesis still hold: what is assumed is no difference."""
    number = hypothesis.number if hypothesis.relation != "<" else -hypothesis.number
    return number < 0 and hypothesis.right is not None and not hypothesis.exponent


def _test(
    hypothesis: Hypothesis, design: Design, assumed: Assumed, level: float, *, studies: int, seed: int
) -> Test | Unknown | str:
    """Return the test of a hypothesis, or why it can't be planned."""
    plain, quantity, number = assumed.planted(design), hypothesis.quantity, hypothesis.number
    up = hypothesis.relation != "<"
    if hypothesis.exponent:
        value = {"q": assumed.q, "k": assumed.k, "hazard_ratio": assumed.bad}[quantity]
        value = value if up else 1 / value
        if quantity == "k":
            plain, effect = replace(plain, k=1.0), replace(plain, k=value)
        else:
            effect = replace(plain, q=value) if quantity == "q" else replace(plain, bad=value)
        of: Exponent = quantity  # type: ignore[assignment]
        if hypothesis.right is None:
            return exponent_above(effect, of, number or 1.0, level, studies=studies, seed=seed)
        return exponents_differ((effect, plain), of, number, level, studies=studies, seed=seed)
    if quantity not in SHARES:
        return f"the planted channel has no {quantity}, so its power can't be drawn"
    if hypothesis.right is None:
        return f"{quantity} against a number hangs on its level alone, which only a pilot can tell"
    if hypothesis.equal_words:
        return "the planted channel has no words; at equal words the power is that of the pilot"
    if _gives_way(hypothesis):
        changed = plain
    elif quantity == "bad_excess":
        changed = replace(plain, bad=assumed.bad)
    else:
        changed = replace(plain, loss=plain.loss * assumed.more)
    grows = quantity != "retention"
    arms = (changed, plain) if grows == up else (plain, changed)
    return measures_differ(arms, quantity, number, up=up, level=level, studies=studies, seed=seed)


def labels_bought(record: RunRecord, assumed: Assumed, seed: int = 0) -> list[Bought]:
    """Return how exactly the difference of two conditions in retention is known with so many labels."""
    design = design_of(record, {})
    drawn = replace(assumed.planted(design), worlds=_DRAWN)
    one, other = (by_world(drawn, "retention", 2 * seed + at) for at in (0, 1))
    spread = float((one - other).std(ddof=1)) / math.sqrt(design.worlds)
    return [bought(labels, spread, float(one.mean()), assumed.error) for labels in LABELS]


def _entry(named: tuple[str, str, str], found: Power, record: RunRecord) -> Planned:
    share = None if found.needed is None else found.needed / len(record.experiment.seeds)
    calls, tokens = (
        None if share is None else math.ceil(record.estimate[what] * share) for what in ("calls", "tokens")
    )
    return Planned(*named, found, found.why, calls, tokens)
