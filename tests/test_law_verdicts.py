"""Verdicts in words: the rules of both tiers, case by case."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from forging import Forged, forged, rows_of

from chains.stats.fit.estimates import Estimate, Unknown
from chains.stats.fit.inference import How
from chains.stats.law.chain_random_effect import ChainsDiffer
from chains.stats.law.condition_law import _said_besides
from chains.stats.law.decay_law import law
from chains.stats.law.depth import depth_law
from chains.stats.law.hop import hop_law
from chains.stats.law.never_lost import NeverLost
from chains.stats.law.verdicts import Claim, verdict

CLAIM = Claim("the share heard", "with the managers")
REPEATED = "replicates repeat each other"


def estimate(value, se, bootstrap=None):
    half, short = 2.07 * se, 1.71 * se
    return Estimate(
        value=value, se=se, low=value - half, high=value + half, p=0.01, null=1.0,
        narrow=(value - short, value + short), bootstrap=bootstrap, draws=np.empty(0), influence=np.empty(0), worlds=24,
    )  # fmt: skip


class Exponents(NamedTuple):
    exponent: object
    heard: object
    never: NeverLost
    chains: ChainsDiffer


def judged(value, se, *, heard=None, never=None, chains=None, doubts=(), bootstrap=None, chain_sd=0.8):
    """Judge an exponent; what is not said of it is as it is, but that the share heard alone shows nothing."""
    given = estimate(value, se, bootstrap)
    spared = given if never is None else estimate(*never)
    found = Exponents(
        given,
        estimate(*(heard or (1.0, 0.3))),
        NeverLost(spared, 0.25 if never else 0.0, (0.15, 0.35), needed=never is not None),
        ChainsDiffer(given if chains is None else estimate(*chains), 0.6, chain_sd, (0.7, 0.9)),
    )
    return verdict(found, "q", CLAIM, lambda: doubts)


@pytest.mark.parametrize(
    ("value", "se", "word"),
    [
        (1.4, 0.1, "superlinear"),
        (1.4, 0.2, "inconclusive"),
        (1.0, 0.05, "linear"),
        (1.0, 0.1, "inconclusive"),
        (1.06, 0.02, "superlinear"),
        (0.7, 0.1, "sublinear"),
    ],
)
def test_the_interval_decides(value, se, word):
    found = judged(value, se)
    assert found.word == word
    assert found.tier == (None if word == "inconclusive" else "conditional")


def test_a_share_heard_that_falls_ever_faster_stands_whatever_else_is_so():
    found = judged(1.4, 0.1, heard=(1.3, 0.1), doubts=(REPEATED,))
    assert (found.word, found.tier) == ("superlinear", "all")
    assert found.sentences[0].startswith("the share heard falls faster than at a constant rate")
    assert REPEATED in found.sentences


@pytest.mark.parametrize("value", [1.4, 1.0, 0.7])
def test_nothing_is_said_of_a_statement_where_a_check_fails(value):
    found = judged(value, 0.05, doubts=(REPEATED,))
    assert (found.word, found.tier) == ("inconclusive", None)
    assert found.sentences[0] == REPEATED


def test_an_exponent_that_statements_which_are_never_lost_explain_is_not_superlinear():
    found = judged(1.2, 0.05, never=(1.02, 0.05))
    assert found.word == "inconclusive"
    assert "25% (15% to 35%) of the statements are never lost" in found.sentences[0]
    assert judged(1.4, 0.1, never=(1.3, 0.1)).word == "superlinear"


@pytest.mark.parametrize(("value", "heard"), [(1.3, (0.8, 0.15)), (1.0, (0.6, 0.05)), (0.8, (1.2, 0.15))])
def test_no_verdict_goes_against_the_curve(value, heard):
    assert judged(value, 0.05, heard=heard).word == "inconclusive"


def test_an_interval_below_1_that_differences_between_chains_can_make_is_no_sublinear_law():
    found = judged(0.7, 0.1, chains=(0.9, 0.1))
    assert found.word == "inconclusive"
    assert "differences between chains can do that alone" in found.sentences[0]
    assert "sd of 0.80 (0.70 to 0.90)" in found.sentences[0]


def test_a_law_that_is_linear_only_if_chains_are_alike_is_not_linear():
    assert judged(1.0, 0.05, chains=(1.15, 0.05)).word == "inconclusive"


@pytest.mark.parametrize("value", [1.0, 0.7])
def test_chains_that_differ_very_much_leave_nothing_to_tell(value):
    found = judged(value, 0.05, chain_sd=1.2)
    assert found.word == "inconclusive"
    assert "chains differ too much to tell" in found.sentences[0]


def test_what_decides_nothing_is_not_fitted():
    class Lazy(NamedTuple):
        exponent: object
        heard: object

    def never():
        raise AssertionError

    assert verdict(Lazy(estimate(1.1, 0.2), estimate(1.0, 0.2)), "q", CLAIM, never).word == "inconclusive"


def test_an_exponent_without_a_peak_is_inconclusive_and_says_so():
    found = verdict(
        Exponents(Unknown("no clear peak"), estimate(1.0, 0.2), NeverLost(Unknown("x"), 0, (0, 0), needed=False), None),
        "q",
        CLAIM,
        lambda: (),
    )
    assert found.word == "inconclusive"
    assert found.sentences[0] == "no clear peak"


def test_what_is_inconclusive_says_how_many_more_worlds_might_settle_it():
    """A half width of .41 that is to be .2 needs (.41 / .2)^2 times as many worlds: 103."""
    found = judged(1.2, 0.2)
    assert "about 80 more worlds would put the interval above 1" in found.sentences[-1]
    assert "roughly" in found.sentences[-1]
    assert "linear within .15" in judged(1.02, 0.1).sentences[-1]
    assert "no reasonable number of worlds" in judged(0.84, 0.12).sentences[-1]


def test_a_bootstrap_interval_that_holds_1_is_told():
    assert "less sure" in judged(1.4, 0.1, bootstrap=(0.99, 1.8)).sentences[-1]
    assert "less sure" not in " ".join(judged(1.4, 0.1, bootstrap=(1.1, 1.8)).sentences)


@pytest.mark.parametrize("planted", [0.0, 0.8, 1.2])
def test_how_much_chains_differ_is_found_without_bias(planted):
    """And so is the exponent, which the law that leaves chains out pulls down."""
    found = [depth_law(forged(Forged(worlds=48, chain_sd=planted, loss=0.12), seed), How()) for seed in range(6)]
    spread = np.mean([one.chains.chain_sd for one in found])
    assert spread < 0.2 if planted == 0 else abs(spread - planted) < 0.12
    values = np.array([one.chains.exponent.value for one in found])
    assert abs(values.mean() - 1) < 0.1
    if planted:
        assert np.mean([one.q.value for one in found]) < values.mean() - 0.03


def test_the_same_holds_of_the_hop():
    found = [hop_law(forged(Forged(chain_sd=0.8), seed), How(), exact=True) for seed in range(6)]
    assert abs(np.mean([one.chains.chain_sd for one in found]) - 0.8) < 0.1
    assert abs(np.mean([one.chains.exponent.value for one in found]) - 1) < 0.06
    assert np.mean([one.k.value for one in found]) < 0.95


def law_of(paths):
    return law(rows_of(paths))


def test_what_comes_back_is_said_as_q_and_k_take_it_differently():
    paths = forged(Forged(worlds=8, loss=0.2), 0)
    told = replace(paths, end=np.where(np.arange(len(paths)) % 3 == 0, "K", paths.end))
    assert any("is back in what the executive hears" in one for one in _said_besides(told))
    assert not any("is back" in one for one in _said_besides(paths))


def test_a_hazard_ratio_that_rests_on_a_handful_of_losses_says_so():
    paths = forged(Forged(worlds=8, loss=0.2), 0)
    lost = np.flatnonzero((paths.bad == 0) & (paths.miss > 0))
    kept = np.isin(np.arange(len(paths)), lost[1:])
    rare = replace(paths, miss=np.where(kept, 0, paths.miss), end=np.where(kept, "K", paths.end))
    assert "of good news 1 is lost in all, and the hazard ratio rests on that" in _said_besides(rare)
    assert _said_besides(paths) == []


def test_where_workers_lose_everything_the_reason_is_that_nothing_was_left():
    paths = forged(Forged(worlds=8), 0)
    gone = replace(paths, miss=np.ones_like(paths.miss), end=np.full(len(paths), "O"))
    reasons = law_of(gone).sentences
    assert any("nothing was left for a manager to lose" in one for one in reasons)
    assert not any("copies" in one for one in reasons)
