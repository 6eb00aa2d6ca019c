"""Figures computed in R, stored with the data and the script that made them, and ours on the same data.

`r_figures/figures.R` says how: survival's Kaplan-Meier curve and stratified log-rank test, lme4's complementary
log-log model, the law of depth by R's own optimiser, p.adjust and prop.test.
"""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from chains.stats.fit.inference import How
from chains.stats.law.depth import depth_law
from chains.stats.law.valence_effect import valence_law
from chains.stats.observations.first_loss import Paths
from chains.stats.paired.multiplicity import benjamini_hochberg, holm
from chains.stats.paired.shares import wilson
from chains.stats.survival.logrank import log_rank
from chains.stats.survival.survival import survival

FOLDER = Path(__file__).parent / "r_figures"
R = json.loads((FOLDER / "figures.json").read_text())


@pytest.fixture(scope="module")
def paths():
    with (FOLDER / "paths.csv").open() as file:
        rows = list(csv.DictReader(file))
    column = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    whole = {name: column[name].astype(int) for name in ("world", "replicate", "statement", "chain", "depth", "miss")}
    return Paths(
        **whole,
        pair=np.full(len(rows), -1),
        condition=np.zeros(len(rows), dtype=int),
        missed_as=np.where(whole["miss"] > 0, "O", ""),
        end=column["end"],
        bad=column["bad"].astype(int),
        weight=np.ones(len(rows)),
        words=np.full(len(rows), np.nan),
    )


def test_the_share_never_missed_is_the_kaplan_meier_curve_of_r(paths):
    curve = survival(paths).survival.value
    assert [curve[hop - 1] for hop in R["kaplan_meier"]["hop"]] == pytest.approx(R["kaplan_meier"]["left"], abs=1e-9)


def test_the_stratified_log_rank_test_is_that_of_r(paths):
    ours, theirs = log_rank(paths), R["log_rank"]
    assert (ours.observed, ours.expected) == (
        pytest.approx(theirs["observed"][1]),
        pytest.approx(theirs["expected"][1]),
    )
    assert (ours.chi2, ours.p_chi2) == (pytest.approx(theirs["chi2"]), pytest.approx(theirs["p"]))


def test_the_hazard_ratio_of_bad_news_is_that_of_lme4_but_for_its_quadrature(paths):
    assert valence_law(paths, How()).ratio.value == pytest.approx(R["hazard_ratio"], rel=0.003)


def test_the_law_of_depth_is_that_of_maximum_likelihood_in_r(paths):
    law = depth_law(paths, How())
    ours = {"l0": law.lambda0, "l": law.lambda_, "q": law.q.value, "sigma": law.sigma}
    assert ours == {name: pytest.approx(value, rel=1e-3) for name, value in R["depth"].items()}


def test_p_values_are_adjusted_as_r_does_it():
    given = R["adjusted"]
    assert holm(given["p"]) == pytest.approx(given["holm"])
    assert benjamini_hochberg(given["p"]) == pytest.approx(given["bh"])


def test_the_interval_of_a_share_is_that_of_r_s_test_of_proportions():
    given = R["wilson"]
    assert wilson(given["hits"] / given["of"], given["of"]) == pytest.approx(given["ends"])
