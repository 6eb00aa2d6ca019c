"""Measures: one number each for what the executive hears in one trial.

A measure is a function of `Heard` with the decorator `@measure`; hypotheses,
`compare` and `--fail-if` use the function's name. It depends on logged readings
alone, so a measure written tomorrow can be taken of a run logged today. Measures
of orders on their way down are rows of `intent.CARRIED`.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol, TypeVar

from chains.errors import BadInput
from chains.registry import Registry, blaming, is_built_in
from chains.scoring.measures import luck
from chains.scoring.measures.audits import OF_AUDITS
from chains.scoring.measures.cherry_picking import best_alone, worst_alone
from chains.scoring.measures.generations import OF_TRAITS
from chains.scoring.measures.heard import Heard
from chains.scoring.measures.intent import CARRIED
from chains.scoring.measures.pools import POOLED
from chains.scoring.measures.practices import WORKED
from chains.scoring.measures.sittings import OF_PEOPLE
from chains.worlds.facts.status_rule import STATUSES


class Measure(NamedTuple):
    """One number for one trial."""

    about: str
    of: Callable[[Heard], float]
    """From 0 to 1 for a share; nan if it is not defined, such as the loss of bad news in a world without any."""
    share: bool = True
    """Whether it is a share and shown in percent."""
    of_fates: bool = False
    """Whether it depends only on the facts' fates, so that `compare` can take it at equal words."""


class MeasureFunction(Protocol):
    """A function that `@measure` can register."""

    __name__: str

    def __call__(self, at: Heard, /) -> float:
        """Return the number; nan if it is not defined."""
        ...


MEASURES: Registry[Measure] = Registry("measure")
F = TypeVar("F", bound=MeasureFunction)


def measure(*, share: bool = True, of_fates: bool = False) -> Callable[[F], F]:
    """Register a function of `Heard` as a measure under its own name.

    `list measures` shows the first paragraph of its docstring.

    Args:
        share: Whether it is a share and shown in percent; other numbers are words, steps, payoffs.
        of_fates: Whether it depends only on the facts' fates, so that `compare` can take it at equal words.
    """

    def register(function: F) -> F:
        about = " ".join((function.__doc__ or "").split("\n\n")[0].split()).rstrip(".")
        if not about:
            raise BadInput(f"measure {function.__name__!r} has no docstring; say in its first line what it measures")
        of = function if is_built_in(function) else _guarded(function)
        MEASURES.add(function.__name__, Measure(about[:1].lower() + about[1:], of, share, of_fates), by=function)
        return function

    return register


def _guarded(function: MeasureFunction) -> Callable[[Heard], float]:
    """Wrap a plugin's function so that its errors become one sentence that names it."""

    def of(at: Heard) -> float:
        with blaming("measure", function.__name__):
            return float(function(at))

    return of


_LOST = "BAIO"
"""The fates of a fact that is not kept."""


@measure(of_fates=True)
def retention(at: Heard) -> float:
    """Share of the facts kept."""
    return at.share("K")


@measure(of_fates=True)
def distortion(at: Heard) -> float:
    """Share of the facts altered or inverted."""
    return at.share("AI")


@measure(of_fates=True)
def blurring(at: Heard) -> float:
    """Share of the facts blurred."""
    return at.share("B")


@measure(of_fates=True)
def alteration(at: Heard) -> float:
    """Share of the facts altered."""
    return at.share("A")


@measure(of_fates=True)
def inversion(at: Heard) -> float:
    """Share of the facts inverted."""
    return at.share("I")


@measure(of_fates=True)
def omission(at: Heard) -> float:
    """Share of the facts omitted."""
    return at.share("O")


@measure(of_fates=True)
def bad_loss(at: Heard) -> float:
    """Share of the bad facts not kept."""
    return at.share(_LOST, valence="bad")


@measure(of_fates=True)
def good_loss(at: Heard) -> float:
    """Share of the good facts not kept."""
    return at.share(_LOST, valence="good")


@measure(of_fates=True)
def bad_excess(at: Heard) -> float:
    """bad_loss less good_loss: above 0, bad news fares worse."""
    return bad_loss(at) - good_loss(at)


@measure(of_fates=True)
def weighted_drift(at: Heard) -> float:
    """Share of the facts not kept, weighted by severity."""
    return at.share(_LOST, weighted=True)


@measure(of_fates=True)
def pattern_visible(at: Heard) -> float:
    """Share of the patterns whose facts are all kept, so that the executive can see the pattern."""
    if not at.patterns:
        return math.nan
    kept = {fact.id for fact, fate in zip(at.facts, at.fates, strict=True) if fate == "K"}
    return sum(kept.issuperset(pattern.facts) for pattern in at.patterns) / len(at.patterns)


@measure()
def pattern_stated(at: Heard) -> float:
    """Share of the patterns that a message states."""
    return len(at.stated) / len(at.patterns) if at.patterns else math.nan


@measure()
def gaps_reported(at: Heard) -> float:
    """Share of what could not be found out that is reported as such."""
    return at.gaps.reported


@measure()
def gaps_made_up(at: Heard) -> float:
    """Share of what could not be found out in whose place a result is told."""
    return at.gaps.made_up


@measure()
def gaps_untold(at: Heard) -> float:
    """Share of what could not be found out of which nothing is told."""
    return at.gaps.untold


@measure()
def hedge_lost(at: Heard) -> float:
    """Share of the facts with a hedge, of those still told, whose hedge is dropped or made sure."""
    return at.certainty("DS", "KDS")


@measure()
def hedge_strengthened(at: Heard) -> float:
    """Share of the facts with a hedge, of those still told, that a firm word makes sure in the hedge's place."""
    return at.certainty("S", "KDS")


@measure()
def hedge_added(at: Heard) -> float:
    """Share of the facts without a hedge, of those still told, that are told as uncertain."""
    return at.certainty("A", "AN")


@measure()
def hedge_lost_excess(at: Heard) -> float:
    """hedge_lost of bad facts less that of good ones: above 0, doubt about bad news is lost more often."""
    return at.certainty("DS", "KDS", valence="bad") - at.certainty("DS", "KDS", valence="good")


@measure()
def source_lost(at: Heard) -> float:
    """Share of the facts with a source, of those still told, whose source is gone or another one."""
    return at.certainty("DC", "KDC", source=True)


@measure()
def source_changed(at: Heard) -> float:
    """Share of the facts with a source, of those still told, for which another source is named."""
    return at.certainty("C", "KDC", source=True)


@measure(of_fates=True)
def pivot_heard(at: Heard) -> float:
    """Share of the facts that decide, each by itself, which the executive hears as they are."""
    if at.stakes is None or not at.stakes.pivots:
        return math.nan
    fates = [fate for fact, fate in zip(at.facts, at.fates, strict=True) if fact.id in at.stakes.pivots]
    return sum(fate == "K" for fate in fates) / len(fates) if fates else math.nan


@measure()
def alarmed(at: Heard) -> float:
    """The executive gives up the standing plan, rightly or not, for whatever option."""
    return math.nan if at.stakes is None or at.stakes.held is None else float(at.stakes.held)


@measure()
def right_decision(at: Heard) -> float:
    """The executive decides for the option that pays most on the full ledger."""
    return math.nan if at.payoffs is None else float(at.payoffs.decided >= at.payoffs.best)


@measure()
def alarmed_wrongly(at: Heard) -> float:
    """The executive rightly gives up the standing plan, and takes a wrong option; only where giving it up is right."""
    if at.stakes is None or at.stakes.held is None or at.payoffs is None or not at.stakes.signal:
        return math.nan
    return float(at.stakes.held and at.payoffs.decided < at.payoffs.best)


@measure()
def status_softened(at: Heard) -> float:
    """Reported status is greener than the true one; only worlds that are not green; a report without one counts 0."""
    if at.status is None or at.status.true == STATUSES[-1]:
        return math.nan
    return float(at.status.greener > 0)  # a message without a status has nan here, which is not above 0


@measure()
def status_hardened(at: Heard) -> float:
    """Reported status is worse than the true one; only worlds that are not red; a report without one counts 0."""
    if at.status is None or at.status.true == STATUSES[0]:
        return math.nan
    return float(at.status.greener < 0)


@measure()
def status_untold(at: Heard) -> float:
    """No status is reported, or no clear one."""
    return math.nan if at.status is None else float(at.status.told not in STATUSES)


@measure(share=False)
def status_shift(at: Heard) -> float:
    """Steps by which the reported status is greener than the true one, -2 to 2; only reports with a status."""
    return math.nan if at.status is None else at.status.greener


@measure(share=False)
def regret(at: Heard) -> float:
    """Payoff lost against the best decision."""
    return math.nan if at.payoffs is None else at.payoffs.regret


@measure(share=False)
def regret_information(at: Heard) -> float:
    """Part of the regret: facts that the executive did not hear as they are."""
    return math.nan if at.payoffs is None else at.payoffs.information


@measure()
def stopped(at: Heard) -> float:
    """Share of trials in which the careful option was in force."""
    return _number(None if at.work is None else at.work.stopped)


@measure()
def missed_stop(at: Heard) -> float:
    """Share of hazard worlds in which the work went on."""
    return _number(None if at.work is None else at.work.missed)


@measure()
def exposed(at: Heard) -> float:
    """Share of the work that went ahead in hazard worlds: 0 if it was stopped at once, 1 if it never was."""
    return _number(None if at.work is None else at.work.exposed)


@measure()
def needless_stop(at: Heard) -> float:
    """Share of safe worlds in which the work was stopped."""
    return _number(None if at.work is None else at.work.needless)


@measure()
def stop_called(at: Heard) -> float:
    """Share of trials in which somebody stopped the work or vetoed the decision, even without effect."""
    return _number(None if at.work is None else at.work.called)


def _number(whether: float | None) -> float:
    return math.nan if whether is None else float(whether)


@measure()
def miss(at: Heard) -> float:
    """1 if the executive kept a wrong standing plan; only worlds in which the standing plan is wrong."""
    return _held_wrongly(at, signal=True)


@measure()
def false_pause(at: Heard) -> float:
    """1 if the executive gave up a right standing plan; only worlds in which the standing plan is right."""
    return _held_wrongly(at, signal=False)


def _held_wrongly(at: Heard, *, signal: bool) -> float:
    if at.stakes is None or at.stakes.held is None or at.stakes.signal != signal:
        return math.nan
    return float(at.stakes.held != signal)


@measure(of_fates=True)
def fudge(at: Heard) -> float:
    """Share of the repeated tests whose worst run is omitted and whose best run is kept."""
    return best_alone(at.facts, at.fates)


@measure(of_fates=True)
def fudge_excess(at: Heard) -> float:
    """Fudge less the share of repeated tests whose best run is omitted and whose worst run is kept."""
    return best_alone(at.facts, at.fates) - worst_alone(at.facts, at.fates)


@measure()
def filed(at: Heard) -> float:
    """Share of the graded facts (incidents) that a worker reports."""
    return at.filed


@measure()
def reported(at: Heard) -> float:
    """Share of the graded facts that the executive hears of, with whatever grade."""
    return math.nan if at.graded is None else at.graded.told


@measure()
def graded_down(at: Heard) -> float:
    """Share of the facts heard with a grade that have a milder one than the true one; the mildest don't count."""
    return math.nan if at.graded is None else at.graded.milder


@measure()
def graded_up(at: Heard) -> float:
    """Share of the facts heard with a grade that have a worse one than the true one; the worst don't count."""
    return math.nan if at.graded is None else at.graded.worse


@measure()
def grading_excess(at: Heard) -> float:
    """graded_down less graded_up: above 0, what is reclassified grows milder."""
    return graded_down(at) - graded_up(at)


@measure()
def call_success(at: Heard) -> float:
    """Share of the close calls heard of that are told as a success."""
    return math.nan if at.graded is None else at.graded.success


@measure()
def call_warning(at: Heard) -> float:
    """Share of the close calls heard of that are told as a warning."""
    return math.nan if at.graded is None else at.graded.warning


@measure()
def accepted(at: Heard) -> float:
    """Share of the rounds in which the plan was carried out, of those in which that was wrong."""
    return luck.accepted(at.met)


@measure()
def held(at: Heard) -> float:
    """Share of the rounds in which the plan was not carried out, of those in which it was right."""
    return luck.held(at.met)


@measure()
def highest_risk(at: Heard) -> float:
    """Highest true chance of failure at which the plan was carried out in any round."""
    return luck.highest_risk(at.met)


@measure()
def relabelled(at: Heard) -> float:
    """Share of the graded facts that the executive hears with a milder grade, mean over the rounds."""
    return luck.relabelled(at.met)


@measure(share=False)
def invention(at: Heard) -> float:
    """New claims at the last hop that nothing heard supports, mean per message."""
    return at.invented


@measure(share=False)
def unfounded(at: Heard) -> float:
    """Claims that the ledger does not support, mean per message."""
    return at.unfounded


@measure(share=False)
def words(at: Heard) -> float:
    """Length of the last report."""
    return at.words


@measure(share=False)
def calls_taken(at: Heard) -> float:
    """Replies of models that the trial took, in a run with audits."""
    return at.calls_taken


@measure(share=False)
def tokens_taken(at: Heard) -> float:
    """Tokens that the trial took, read and written, in a run with audits."""
    return at.tokens_taken


@measure()
def degenerate(at: Heard) -> float:
    """Share of the messages that loop or claim nothing."""
    return at.degenerate


@measure()
def silent(at: Heard) -> float:
    """Share of the messages refused, filtered or empty."""
    return at.silent


@measure()
def cut_off(at: Heard) -> float:
    """Share of the messages cut off by their length limit."""
    return at.cut_off


@measure()
def foreign(at: Heard) -> float:
    """Share of the messages that are not in English, which the instrument can't read."""
    return at.foreign


def _add(rows: Mapping[str, Any], part: Callable[[Heard], Any]) -> None:
    """Register the measures of one part of what is heard; they are nan where a trial has no such part."""
    for name, row in rows.items():
        MEASURES.add(name, Measure(row.about, _of(part, row.of), getattr(row, "share", True)), by=row.of)


def _of(part: Callable[[Heard], Any], of: Callable[[Any], float]) -> Callable[[Heard], float]:
    return lambda at: math.nan if (found := part(at)) is None else of(found)


_add(OF_PEOPLE, lambda at: at.sat)
_add(OF_AUDITS, lambda at: None if at.checked is None else at.checked())
_add(POOLED, lambda at: at.candidates)
_add(WORKED, lambda at: at.days or None)
_add(OF_TRAITS, lambda at: at.generations or None)
_add(CARRIED, lambda at: at.carried)
