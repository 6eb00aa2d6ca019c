"""Deterrence, evasion, blind spots, watchers and apoptosis, planted and found again; nothing where nothing is planted.

    uv run python tests/bench/planted_leucocytes.py [--worlds 200] [--studies 200] [--part planted|studies]

*planted*: the whole program over 200 worlds of `runs/leucocytes.toml`. A seat leaves out a fact at `drop`. Told that
reports are checked it forgoes that with chance `deter` and blurs with chance `veil` what it would leave out; told that
its own is not checked it leaves out `stray` more. An auditor finds a loss with chance `catch`, keeps silent about one
in its own model's reports with chance `spare` and overlooks a blurred one with chance `overlook`; it names a kept fact
with chance `alarm`. A watcher strikes and adds likewise. A fresh holder forgoes a loss with chance `renew`; `refuse` of
those who are asked to go stay. By these rates alone

    loss, announced at random    drop * (1 - deter), in reports with and without an audit
    loss, announced where        the same with an audit; stray + (1 - stray) * drop without one
    detected                     catch * (1 - spare) by its own model, * (1 - veil * overlook) where announced
    detected with a watcher      d * (1 - alarm') + (1 - d) * catch'
    retention                    hop by hop, by the chances that a report is audited, found at fault, mended, replaced

Every figure is held against its rate (Holm's method over all). A sham changes nothing and makes as many calls; warnings
are remembered in the second of two rounds; the registered hypotheses are supported, and none where nothing is planted.

*studies*: 200 studies of 60 worlds, their reports drawn from the same rates in this process, taken by the measures
and tests of the program. How many intervals hold what is planted; how many studies support a registered hypothesis
where nothing is planted.
"""

import contextlib
import math
import sys
import tempfile
from collections import defaultdict
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
from planted_runs import checked, program, settings
from scipy.stats import binom, t

import chains
from chains.scoring.measures.audits import OF_AUDITS, Checked
from chains.stats.paired.paired import paired

FACTS, HOPS, RATE = 6, 3, 0.5
DROP = 0.3


class Rates(NamedTuple):
    """What is planted."""

    deter: float = 0.5
    veil: float = 0.4
    stray: float = 0.2
    spare: float = 0.4
    overlook: float = 0.5
    refuse: float = 0.3
    renew: float = 0.8
    catch: float = 0.9
    alarm: float = 0.05

    def named(self, *names):
        return ",".join(f"{name}={getattr(self, name)}" for name in names)


PLANTED = Rates()
STUDIED = PLANTED._replace(overlook=0)
"""Detection is then the same however audits are announced, so that its difference is one figure."""
NOTHING = Rates(deter=0, veil=0, stray=0, spare=0, overlook=0, refuse=1)
"""Whoever is asked to go stays: a fresh holder who is no better would help all the same, for the faulty alone go."""
SEES, ADDS = 0.7, 0.02
"""How well a watcher finds losses, and how often it names a kept fact or strikes a true finding."""
CHASTEN = 0.6
OWN, OTHER = "own", "other"
AUDIT, TOLD, WHERE = "audit", "audit:announced=true", "audit:announced=where"
OFF, SHAM, WATCHED, TWICE = (
    "audit:then=switch_off",
    "audit:then=switch_off,placebo=true",
    "audit:watchers=1",
    "audit:watchers=2",
)
FLAG_SHAM = "audit:placebo=true"
REGISTERED = {
    "deterrence": ("unaudited_loss", ({"remedy": AUDIT}, {"remedy": TOLD})),
    "evasion": ("loss_moved", ({"remedy": TOLD}, {"remedy": WHERE})),
    "apoptosis": ("retention", ({"remedy": SHAM}, {"remedy": OFF})),
    "lineage": ("detected", ({"auditor": OWN}, {"auditor": OTHER})),
}  # fmt: skip
"""Measure, and the two arms, in the order in which the program subtracts the first from the second."""


def loss(rates, remedy, *, audited):
    """Return the chance that a report loses a fact."""
    if remedy == WHERE and not audited:
        return rates.stray + (1 - rates.stray) * DROP
    return DROP * (1 - rates.deter) if remedy in (TOLD, WHERE) else DROP


def found(rates, remedy, auditor):
    """Return the chances that a loss and a kept fact are named by the findings that stand."""
    hit = rates.catch * (1 - rates.spare if auditor == OWN else 1)
    if remedy in (TOLD, WHERE):
        hit *= 1 - rates.veil * rates.overlook
    alarm = rates.alarm
    for _ in range({WATCHED: 1, TWICE: 2}.get(remedy, 0)):
        hit, alarm = hit * (1 - ADDS) + (1 - hit) * SEES, alarm * (1 - SEES) + (1 - alarm) * ADDS
    return hit, alarm


@cache
def step(rates, remedy, auditor, heard):
    """Return the chances of 0 to `heard` facts being told to the next seat."""
    kept_at = [binom.pmf(np.arange(heard + 1), heard, 1 - loss(rates, remedy, audited=one)) for one in (True, False)]
    if remedy in (SHAM, FLAG_SHAM):
        return kept_at[1]
    hit, alarm = found(rates, remedy, auditor)
    after = (1 - RATE) * kept_at[1]
    anew = binom.pmf(np.arange(heard + 1), heard, 1 - DROP * (1 - rates.renew))
    for kept in range(heard + 1):
        chance = RATE * kept_at[0][kept]
        if remedy == OFF:
            goes = (1 - (1 - hit) ** (heard - kept) * (1 - alarm) ** kept) * (1 - rates.refuse)
            after = after + chance * goes * anew
            after[kept] += chance * (1 - goes)
        else:
            mended = binom.pmf(np.arange(heard - kept + 1), heard - kept, hit)
            after[kept:] += chance * mended
    return after


def retention(rates, remedy, auditor):
    """Return the mean share of the facts that the executive hears."""
    told = np.eye(FACTS + 1)[FACTS]
    for _ in range(HOPS):
        told = sum(
            told[heard] * np.pad(step(rates, remedy, auditor, heard), (0, FACTS - heard)) for heard in range(FACTS + 1)
        )
    return float(told @ np.arange(FACTS + 1)) / FACTS


def warned_retention(catch, alarm):
    """Return the retention in the second round, if every report is audited and a warning chastens."""
    chances = {(FACTS, ()): 1.0}
    for _ in range(HOPS):
        after = defaultdict(float)
        for ((heard, warned), chance), kept in product(chances.items(), range(FACTS + 1)):
            if kept <= heard:
                its = chance * binom.pmf(kept, heard, 1 - DROP)
                silent = (1 - catch) ** (heard - kept) * (1 - alarm) ** kept
                after[kept, (*warned, True)] += its * (1 - silent)
                after[kept, (*warned, False)] += its * silent
        chances = after
    kept = {True: 1 - DROP * (1 - CHASTEN), False: 1 - DROP}
    return sum(chance * math.prod(kept[one] for one in warned) for (_, warned), chance in chances.items())


def expected(rates, remedy, auditor):
    """Return what the rates make of each measure."""
    watched, alone = (
        found(rates, remedy, auditor),
        found(rates, remedy.partition("watchers")[0].rstrip(":") or AUDIT, auditor),
    )
    audited, unaudited = (loss(rates, remedy, audited=one) for one in (True, False))
    told = remedy in (TOLD, WHERE)
    seen = rates.catch * (1 - rates.spare if auditor == OWN else 1) * (1 - rates.overlook)
    return {
        "detected": watched[0], "detected_alone": alone[0], "false_flags": watched[1], "false_flags_alone": alone[1],
        "audited_loss": audited, "unaudited_loss": unaudited, "loss_moved": unaudited - audited,
        "retention": retention(rates, remedy, auditor),
        **({"blurred_of_lost": rates.veil, "detected_blurred": seen} if told else {}),
        **({"refused": rates.refuse} if remedy in (OFF, SHAM) else {}),
        **({"calls_taken": 4 + HOPS * RATE} if remedy in (AUDIT, TOLD, WHERE, FLAG_SHAM) else {}),
    }  # fmt: skip


def figure(checks, what, values, planted):
    """A mean over worlds with its interval by t beside what was planted."""
    values = np.array([value for value in values if value is not None])
    error = values.std(ddof=1) / math.sqrt(len(values))
    if error == 0:
        checks.that(
            f"{what}: {values.mean():.3f} in every world, planted {planted:.3f}", math.isclose(values.mean(), planted)
        )
        return
    half = t.ppf(0.975, len(values) - 1) * error
    p = float(2 * t.sf(abs(values.mean() - planted) / error, len(values) - 1))
    checks.figure(what, values.mean(), (values.mean() - half, values.mean() + half), planted, p)


def run(folder, rates, worlds, *more):
    """Run the experiment with planted rates; return its trials as rows."""
    own = f"models.own.model=channel:drop={DROP},{rates.named(*Rates._fields)}"
    other = f"models.other.model=channel:{rates.named('catch', 'alarm', 'overlook')}"
    watcher = f"model.watcher=channel:catch={SEES},alarm={ADDS}"
    program(
        folder,
        "run",
        "leucocytes",
        *settings(own, other, f"worlds={worlds}", *more, *([] if "rounds=2" in more else [watcher])),
    )
    with contextlib.chdir(folder):
        return chains.load("last").trials()


def whole_program(checks, worlds):
    """The planted figures through the whole program."""
    arms = (AUDIT, TOLD, WHERE, OFF, SHAM, WATCHED, TWICE, FLAG_SHAM)
    with tempfile.TemporaryDirectory() as folder:
        rows = run(folder, PLANTED, worlds, f"remedy={','.join(arms)}")
        tested = program(folder, "compare", "last", "--by", "remedy")["hypotheses"]
    for auditor, remedy in product((OWN, OTHER), arms):
        mine = [row for row in rows if (row["factor.remedy"], row["factor.model.auditor"]) == (remedy, auditor)]
        for name, planted in expected(PLANTED, remedy, auditor).items():
            figure(checks, f"{name}, {remedy} by {auditor}", [row[name] for row in mine], planted)
    for one in tested:
        checks.equal(one["text"], one["verdict"], "supported")
    with tempfile.TemporaryDirectory() as folder:
        run(folder, NOTHING, worlds)
        for one in program(folder, "compare", "last", "--by", "remedy")["hypotheses"]:
            checks.that(f"nothing planted: {one['text']}: {one['verdict']}", one["verdict"] != "supported")
    warn = "audit:rate=1,then=warn"
    with tempfile.TemporaryDirectory() as folder:
        chaste = f"models.own.model=channel:drop={DROP},chasten={CHASTEN}"
        rows = run(
            folder, PLANTED, worlds, f"remedy={warn},{warn},placebo=true", "rounds=2", "memory=none", chaste,
            "model.auditor=other", "hypotheses=none",
        )  # fmt: skip
    warned = [row["retention"] for row in rows if row["factor.remedy"] == warn]
    sham = [row["retention"] for row in rows if row["factor.remedy"] != warn]
    figure(checks, "retention, warned", warned, warned_retention(PLANTED.catch, PLANTED.alarm))
    figure(checks, "retention, sham of warnings", sham, (1 - DROP) ** HOPS)
    checks.together()


def trial(draw, rates, remedy, auditor, audits):
    """Return the measures of a trial, drawn from the rates."""
    hit, alarm = found(rates, remedy, auditor)
    heard, reports = FACTS, []
    for hop in range(HOPS):
        audited = audits[hop]
        kept = draw.binomial(heard, 1 - loss(rates, remedy, audited=audited))
        named, flags = draw.binomial(heard - kept, hit), draw.binomial(kept, alarm)
        goes = audited and named + flags > 0 and remedy in (OFF, SHAM)
        refused = bool(goes and draw.random() < rates.refuse)
        reports.append(
            Checked(f"L{HOPS - hop}", hop + 1, audited=audited, heard=heard, lost=heard - kept,
                    found=named * audited, flags=flags * audited, asked=goes, refused=refused)
        )  # fmt: skip
        if remedy == OFF and goes and not refused:
            kept = draw.binomial(heard, 1 - DROP * (1 - rates.renew))
        elif audited and remedy not in (OFF, SHAM):
            kept += named
        heard = kept
    return {"retention": heard / FACTS} | {name: one.of(reports) for name, one in OF_AUDITS.items()}


def study(draw, rates, size):
    """Return the difference that the program's test finds for each registered hypothesis in one study."""
    arms = [(remedy, auditor) for remedy in (AUDIT, TOLD, WHERE, OFF, SHAM) for auditor in (OWN, OTHER)]
    audits = draw.random((size, HOPS)) < RATE
    drawn = {arm: [trial(draw, rates, *arm, audits[world]) for world in range(size)] for arm in arms}
    tested = {}
    for name, (measure, sides) in REGISTERED.items():
        taken = [
            {
                (world, arm[key]): found[measure]
                for arm, worlds in drawn.items()
                if side.items() <= {"remedy": arm[0], "auditor": arm[1]}.items()
                for world, found in enumerate(worlds)
            }
            for side in sides
            for key in [1 if "remedy" in side else 0]
        ]
        both = [pair for pair in taken[0].keys() & taken[1].keys()
                if not any(math.isnan(one[pair]) for one in taken)]  # fmt: skip
        tested[name] = paired(*({pair: one[pair] for pair in sorted(both)} for one in taken))
    return tested


def planted_differences(rates):
    """Return the true difference of each registered hypothesis."""
    arms = (AUDIT, TOLD, WHERE, OFF, SHAM)
    found = {}
    for name, (measure, sides) in REGISTERED.items():
        means = [
            np.mean([
                expected(rates, remedy, auditor)[measure]
                for remedy, auditor in product(arms, (OWN, OTHER))
                if side.items() <= {"remedy": remedy, "auditor": auditor}.items()
            ])
            for side in sides
        ]  # fmt: skip
        found[name] = means[1] - means[0]
    return found


def studies(checks, count, size):
    """Coverage of the intervals, and effects found where none is planted, in simulated studies."""
    draw = np.random.default_rng(1)
    true = planted_differences(STUDIED)
    held, false, either = (dict.fromkeys(REGISTERED, 0) for _ in range(3))
    for _ in range(count):
        for name, one in study(draw, STUDIED, size).items():
            held[name] += one.low <= true[name] <= one.high
        for name, one in study(draw, NOTHING, size).items():
            away = (one.low > 0) - (one.high < 0)
            either[name] += away != 0
            false[name] += away == math.copysign(1, true[name])
    sys.stdout.write(f"where nothing is planted, intervals without 0 on either side, of {count}: {either}\n")
    checks.studies(held, false, count)


if __name__ == "__main__":
    sys.exit(checked(__doc__, whole_program, studies, size=60))
