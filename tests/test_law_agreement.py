"""Each estimator against an independent implementation, where one exists: statsmodels, scipy, or a dense integral."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import integrate, stats
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight, survdiff

from chains.stats.fit.fitting import fit, refit
from chains.stats.fit.likelihood import Counts, Likelihood, Misread
from chains.stats.law.depth import DepthHazard, depth_counts
from chains.stats.law.hop import WeibullHazard, hop_cells, hop_counts, missed_by_cell
from chains.stats.law.valence_effect import DummyHazard
from chains.stats.observations.simulate import Planted, simulate
from chains.stats.survival.logrank import log_rank
from chains.stats.survival.survival import CAUSES, FATE_OF, survival

MIXED = Planted(worlds=10, managers=(0, 2, 5), loss=0.15, worker=0.1, fact_sd=0.8, bad=1.6, k=1.2)


@pytest.fixture(scope="module")
def paths():
    return simulate(MIXED, 3).paths()


def times(paths):
    return np.where(paths.miss > 0, paths.miss, paths.depth), (paths.miss > 0).astype(int)


def test_kaplan_meier_is_that_of_statsmodels_and_scipy(paths):
    time, missed = times(paths)
    theirs = SurvfuncRight(time, missed)
    curve = survival(paths).survival.value
    for hop, value in zip(theirs.surv_times, theirs.surv_prob, strict=True):
        assert curve[int(hop) - 1] == pytest.approx(value, abs=1e-12)
    censored = stats.CensoredData(uncensored=time[missed == 1], right=time[missed == 0])
    scipys = stats.ecdf(censored).sf
    for hop, value in zip(scipys.quantiles, scipys.probabilities, strict=True):
        assert curve[int(hop) - 1] == pytest.approx(value, abs=1e-12)


def test_cumulative_incidence_is_that_of_statsmodels(paths):
    time, _ = times(paths)
    status = np.array([CAUSES.index(fate) + 1 if fate else 0 for fate in paths.missed_as])
    theirs = CumIncidenceRight(time, status)
    ours = survival(paths)
    for number, cause in enumerate(CAUSES):
        curve = ours.incidence[FATE_OF[cause]].value
        for hop, value in zip(theirs.times, theirs.cinc[number], strict=True):
            assert curve[int(hop) - 1] == pytest.approx(value, abs=1e-12)
    total = sum(curve.value for curve in ours.incidence.values())
    assert total == pytest.approx(1 - ours.survival.value)


def test_the_log_rank_test_is_that_of_statsmodels_with_strata(paths):
    time, missed = times(paths)
    chi2, p = survdiff(time, missed, paths.bad, strata=paths.world * 100 + paths.depth)
    ours = log_rank(paths)
    assert (ours.chi2, ours.p_chi2) == (pytest.approx(chi2), pytest.approx(p))


def test_the_log_rank_test_of_one_stratum_is_that_of_scipy():
    paths = simulate(Planted(worlds=2, managers=(5,), bad=1.6), 3).paths()
    one = paths.where(paths.world == 0)
    time, missed = times(one)
    sides = [
        stats.CensoredData(
            uncensored=time[(one.bad == side) & (missed == 1)], right=time[(one.bad == side) & (missed == 0)]
        )
        for side in (1, 0)
    ]
    theirs = stats.logrank(*sides)
    both = log_rank(paths)
    other = log_rank(paths.where(paths.world == 1)), log_rank(one)
    assert both.worlds == 2
    assert all(hasattr(each, "why") for each in other), "one world gives no test over worlds"
    doubled = type(one)(**{name: np.concatenate([getattr(one, name)] * 2) for name in one.__dataclass_fields__})
    doubled.world[len(one) :] = 1
    assert log_rank(doubled).chi2 == pytest.approx(2 * theirs.statistic**2)


def test_without_frailty_the_hazard_ratio_and_its_sandwich_are_those_of_a_cloglog_glm(paths):
    cells = hop_cells(paths)
    lost, at_risk = missed_by_cell(paths, cells)
    row, cell = np.nonzero(at_risk)
    design = np.column_stack([cell[:, None] == np.arange(len(cells.hop)), paths.bad[row] == 1]).astype(float)
    binomial = sm.families.Binomial(sm.families.links.CLogLog())
    theirs = sm.GLM(lost[row, cell], design, family=binomial).fit(
        cov_type="cluster", cov_kwds={"groups": paths.world[row], "use_correction": False}
    )
    sides = [np.where(paths.bad[:, None] == side, each, 0.0) for each in (lost, at_risk - lost) for side in (0, 1)]
    counts = _counts(paths, np.hstack(sides[:2]), np.hstack(sides[2:]))
    hazard = DummyHazard(np.tile(np.arange(len(cells.hop)), 2), np.repeat([0.0, 1.0], len(cells.hop)))
    ours = fit(Likelihood(counts, hazard, frailty=False))
    assert ours.theta == pytest.approx(theirs.params, abs=1e-5)
    assert ours.loglik == pytest.approx(theirs.llf, rel=1e-9)
    worlds = ours.worlds
    # the sandwich of a non-canonical link takes the observed curvature here and the expected one there
    assert ours.se("ln_ratio") == pytest.approx(theirs.bse[-1] * np.sqrt(worlds / (worlds - 1)), rel=0.02)


def test_the_weibull_law_at_k_1_without_frailty_is_a_constant_hazard(paths):
    """Its estimate is in closed form: -ln(1 - missed / at risk) for the chains of one depth."""
    some = paths.where(paths.depth == 6)
    cells = hop_cells(some)
    counts = hop_counts(some, cells)
    found = fit(Likelihood(counts, WeibullHazard(cells, 1.0), frailty=False))
    lost, passed = (each[0] for each in counts.by_cell(counts.total))
    assert np.exp(found.theta[0]) == pytest.approx(-np.log1p(-lost[0] / (lost + passed)[0]), rel=1e-5)
    managers = -np.log1p(-lost[1:].sum() / (lost + passed)[1:].sum())
    assert np.exp(found.theta[1]) == pytest.approx(managers, rel=1e-5)


@pytest.mark.parametrize("sigma", [0.3, 0.8, 1.2])
def test_the_quadrature_is_as_good_as_a_dense_integral(sigma):
    """In the units' likelihood and, what counts, in the fitted exponent: within a hundredth of a standard error."""
    paths = simulate(Planted(q=1.4, fact_sd=sigma, worker=0.1, loss=0.06), 5).paths()
    managers = np.array([0.0, 1, 2, 4, 8])
    counts = depth_counts(paths, managers)
    hazard = DepthHazard(managers)
    theta = np.array([-2.2, -2.8, 1.4, sigma])
    rows, _ = Likelihood(counts, hazard).rows(theta)
    level = np.exp(hazard.at(theta[None, :3])[0][0])
    for row in range(0, len(rows), 10):

        def inside(z, row=row):
            mu = level * np.exp(sigma * z)
            kept, gone = counts.passed[row], counts.lost[row]
            return stats.norm.pdf(z) * np.exp(np.sum(gone * np.log(-np.expm1(-mu)) - kept * mu))

        assert rows[row] == pytest.approx(np.log(integrate.quad(inside, -9, 9, limit=200)[0]), abs=0.02)
    few, many = (fit(Likelihood(counts, hazard, nodes=nodes)) for nodes in (21, 201))
    assert abs(few.value("q") - many.value("q")) < 0.01 * many.se("q")
    assert few.se("q") == pytest.approx(many.se("q"), rel=0.01)


@pytest.mark.parametrize("misread", [None, Misread(np.full(3, 0.05), np.full(3, 0.03))])
def test_the_gradient_is_that_of_differences(paths, misread):
    managers = np.array([0.0, 2, 5])
    counts = depth_counts(paths, managers)
    likelihood = Likelihood(counts, DepthHazard(managers), misread)
    theta = np.array([[-2.0, -2.0, 1.2, 0.7]])
    _, gradient = likelihood.value(theta, counts.total)
    steps = 1e-5 * np.eye(4)
    differences = [
        (likelihood.value(theta + step, counts.total)[0] - likelihood.value(theta - step, counts.total)[0])[0] / 2e-5
        for step in steps
    ]
    assert gradient[0] == pytest.approx(differences, rel=1e-5, abs=1e-4)
    logs, gradients = likelihood.rows(theta[0])
    assert (counts.total @ gradients)[0] == pytest.approx(gradient[0])
    assert (counts.total @ logs)[0] == pytest.approx(likelihood.value(theta, counts.total)[0][0])


def test_a_resampled_fit_is_the_fit_of_the_resampled_worlds(paths):
    """Thousands of resamples are fitted side by side; each must be what fitting it alone gives."""
    cells = hop_cells(paths)
    counts = hop_counts(paths, cells)
    likelihood = Likelihood(counts, WeibullHazard(cells))
    full = fit(likelihood)
    weights = np.random.default_rng(0).multinomial(10, np.full(10, 0.1), 20).astype(float)
    theta, converged = refit(likelihood, full, weights)
    assert converged.all()
    at = full.names.index("k")
    for row, weight in zip(theta, weights, strict=True):
        alone = fit(
            Likelihood(Counts(counts.lost, counts.passed, counts.units * weight[:, None]), WeibullHazard(cells))
        )
        assert abs(row[at] - alone.theta[at]) < 0.005 * full.se("k")


def _counts(paths, lost, passed):
    units = np.zeros((paths.worlds, len(paths)))
    units[paths.world, np.arange(len(paths))] = 1.0
    return Counts(lost, passed, units)
