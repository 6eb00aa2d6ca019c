"""Regret: the worked world to its printed figures, a split that sums, terms that answer to their own cause."""

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from chains.fates import FATES
from chains.models.channel.codebook import State, codebook
from chains.rng import Draw
from chains.scoring.facts.belief import believed, said_value
from chains.scoring.facts.instrument import Instrument
from chains.scoring.facts.verdict import Verdict
from chains.scoring.measures.regret import TERMS, Payoffs, net_of_guessing, payoffs, wary
from chains.worlds.decisions.decision import Decision, Option, Ramp, Weight
from chains.worlds.files.world_file import read_world
from chains.worlds.scenario.go_ahead import go_ahead

KESTREL = read_world(Path(__file__).parent.parent / "runs" / "worlds" / "kestrel.toml")
BAD = {f"F0{number}" for number in range(1, 6)}


def told(lost=(), world=KESTREL):
    return {weight.fact: None if weight.fact in lost else weight.true for weight in world.decision.weights}


def of(heard, decided=None, received=None, done=None, world=KESTREL, **more):
    """Payoffs of a trial in which everybody after the reports does as well as they can, unless said otherwise."""
    best = world.decision.best(heard).id
    decided = decided or best
    received = received or [decided]
    return payoffs(world.decision, heard, decided, received, done or received, **more)


@pytest.mark.parametrize(
    ("survival", "squared", "printed"),
    [
        (0.9, False, 5.5), (0.7, False, 20.3), (0.5, False, 40.4), (0.3, False, 67.2),
        (0.9, True, 12.8), (0.7, True, 52.4), (0.5, True, 95.0), (0.3, True, 128.7),
    ],
)  # fmt: skip
def test_mean_regret_of_the_worked_world_is_the_printed_one(survival, squared, printed):
    """The printed figures are means of 4,000 draws; the exact mean over all 512 sets of facts is within their error."""
    weights = KESTREL.decision.weights
    regrets, chances = [], []
    for number in range(2 ** len(weights)):
        lost = {weight.fact for at, weight in enumerate(weights) if not number >> at & 1}
        regrets.append(of(told(lost)).regret)
        kept = [survival**2 if squared and weight.fact in BAD else survival for weight in weights]
        chances.append(math.prod(s if number >> at & 1 else 1 - s for at, s in enumerate(kept)))
    mean = float(np.dot(regrets, chances))
    error = math.sqrt((np.dot(np.square(regrets), chances) - mean**2) / 4000)
    assert abs(mean - printed) < 2 * error + 0.05


def random_decision(draw):
    options = tuple(
        Option(id=f"o{at}", text=f"plan {at}", base=draw.uniform() * 200 - 50, exposure=draw.uniform() * 600)
        for at in range(draw.integer(2, 5))
    )
    weights = tuple(Weight(fact=f"F{at}", true=draw.normal(), twin=draw.normal()) for at in range(draw.integer(1, 12)))
    return Decision(question="?", options=options, standing="o0", intercept=draw.normal() * 2, weights=weights)


def test_the_terms_sum_to_the_regret_on_ten_thousand_random_worlds_and_fates():
    """Exactly, in the arithmetic of fractions: no term is left out and none is counted twice."""
    for number in range(10_000):
        draw = Draw("regret", number)
        decision = random_decision(draw)
        names = [option.id for option in decision.options]
        heard = {
            weight.fact: draw.choice((weight.true, weight.twin, draw.normal(), None)) for weight in decision.weights
        }
        workers = draw.integer(1, 3)
        found = payoffs(
            decision, heard, draw.choice(names), [draw.choice(names) for _ in range(workers)],
            [draw.choice(names) for _ in range(workers)], invented=draw.normal(),
            in_force=draw.choice((None, *names)),
        )  # fmt: skip
        exact = Payoffs(*map(Fraction, found))
        assert sum(getattr(exact, term) for term in TERMS) == exact.regret
        assert math.isclose(math.fsum(getattr(found, term) for term in TERMS), found.regret, abs_tol=1e-9)
        assert found.regret >= 0
        assert found.information >= 0


def only(found, term):
    """Whether a term is the whole regret, and every other one is 0."""
    return getattr(found, term) == found.regret and not any(getattr(found, other) for other in TERMS if other != term)


def test_each_term_answers_to_its_own_cause_alone():
    everything = told()
    assert of(everything).regret == 0
    assert all(getattr(of(everything), term) == 0 for term in TERMS)
    lost = of(told(("F01",)))
    assert lost.information > 0
    assert only(lost, "information")
    made_up = of(everything, decided="replace_seal", invented=-1.4)
    assert made_up.invention > 0
    assert only(made_up, "invention")
    rash = of(everything, decided="start_now")
    assert rash.judgement > 0
    assert only(rash, "judgement")
    stopped = of(told(()), in_force="start_now", received=["start_now"])
    assert stopped.intervention > 0
    assert only(stopped, "intervention")
    garbled = of(everything, received=["start_one_line"])
    assert garbled.directive > 0
    assert only(garbled, "directive")
    disobeyed = of(everything, done=["start_now"])
    assert disobeyed.execution > 0
    assert only(disobeyed, "execution")


def test_a_right_stop_gives_back_what_the_decision_would_have_cost():
    """The decision's cost stays the executive's, and what the stop saves is the intervention's."""
    found = of(told(BAD), in_force="stop_investigate", received=["stop_investigate"])
    assert found.information > 0
    assert found.intervention == -found.information
    assert found.regret == found.directive == found.execution == 0


def test_a_stop_that_changes_nothing_has_no_term():
    assert of(told(), in_force="stop_investigate") == of(told())


def test_payoffs_of_several_workers_are_their_mean():
    found = of(told(), received=["stop_investigate"] * 2, done=["stop_investigate", "start_now"])
    assert found.execution == pytest.approx((found.best - KESTREL.decision.option("start_now").utility(
        KESTREL.decision.p())) / 2)  # fmt: skip


@pytest.mark.parametrize("seed", range(1, 13))
def test_verbatim_relay_and_the_best_executive_have_no_regret(seed):
    world = go_ahead(seed, facts=12)
    message = "\n".join(f"- {fact.render(seed % 2)}" for fact in world.facts)
    heard = believed(world, Instrument(world.facts).read(message), message)
    assert heard == {weight.fact: weight.true for weight in world.decision.weights}
    assert of(heard, world=world).regret == 0


def test_what_the_channel_plants_weighs_what_its_words_say():
    """Altered: the reported value's weight. Inverted: the twin's. Blurred: a mean. Omitted: nothing."""
    seen = dict.fromkeys(FATES, 0)
    for seed in range(1, 9):
        world = go_ahead(seed, facts=12)
        book, instrument = codebook(world), Instrument(world.facts)
        for state, sentences in book.wordings.items():
            if state.fact not in world.decision.weight_of:
                continue
            weight = world.decision.weight_of[state.fact]
            verdicts = instrument.read(sentences[0])
            if verdicts[state.fact].fate != state.fate:
                continue  # the instrument's errors are not looked at here
            heard = believed(world, verdicts, sentences[0])[state.fact]
            seen[state.fate] += 1
            match state.fate:
                case "kept":
                    assert heard == weight.true
                case "inverted":
                    assert heard == weight.twin
                case "altered":
                    assert heard == pytest.approx(planted_weight(weight, state))
                case "blurred":
                    low, high = bounds(weight)
                    assert low <= heard <= high
    assert min(seen[fate] for fate in FATES if fate != "omitted") > 50


def planted_weight(weight, state: State):
    slot, _, value = state.variant.partition("=")
    return weight.true if weight.ramp is None or weight.ramp.slot != slot else weight.ramp.at(float(value))


def bounds(weight):
    every = [weight.true, weight.twin]
    for ramp in (weight.ramp, weight.twin_ramp):
        every += ramp.weights if ramp else ()
    return min(every), max(every)


def test_a_blurred_fact_weighs_the_mean_over_what_is_gone():
    world = go_ahead(1, facts=12)
    weight = next(weight for weight in world.decision.weights if weight.ramp)
    fact = world.fact(weight.fact)

    def heard(**states):
        slots = {slot.name: states.get(slot.name, "right") for slot in fact.slots}
        verdict = Verdict(statement=fact.id, fate="blurred", slots=slots, why="", evidence=(0, 4))
        return believed(world, {fact.id: verdict}, "some")[fact.id]

    assert heard() == weight.true
    assert heard(**{weight.ramp.slot: "missing"}) == weight.ramp.mean
    assert heard(way="missing") == pytest.approx((weight.true + weight.twin) / 2)
    both = {weight.ramp.slot: "missing", "way": "missing"}
    other = weight.twin_ramp.mean if weight.twin_ramp else weight.twin
    assert heard(**both) == pytest.approx((weight.ramp.mean + other) / 2)


def test_a_wrong_value_is_read_in_the_unit_of_its_slot():
    weeks = KESTREL.fact("F04").slot("delay")
    assert said_value(weeks, "Ilmar will deliver the spare seals 9 days late.") == 9
    assert said_value(weeks, "vendor Ilmar is 2 weeks late") == 14
    assert said_value(weeks, "vendor Ilmar is late") is None
    assert said_value(KESTREL.fact("F03").slot("count"), "5 of 9 failed") == 5


def test_a_wary_executive_takes_silence_for_bad_news_where_bad_news_is_filtered():
    silent = told(BAD)
    assert KESTREL.decision.best(silent).id == "start_now"
    assert wary(KESTREL, silent, {"bad": 0.1, "good": 0.9, "neutral": 0.9}) != "start_now"


def test_a_wary_executive_who_hears_all_decides_as_the_plain_one():
    for survival in ({"bad": 1.0, "good": 1.0, "neutral": 1.0}, {"bad": 0.2, "good": 0.8, "neutral": 0.8}):
        assert wary(KESTREL, told(), survival) == "stop_investigate"


def test_a_wary_executive_loses_less_where_bad_news_is_lost():
    """Over 40 worlds in which bad facts come through at .3 and the others at .9."""
    plain, careful = [], []
    for seed in range(1, 41):
        world = go_ahead(seed, facts=10)
        draw = Draw("wary", seed)
        survival = {"bad": 0.3, "good": 0.9, "neutral": 0.9}
        lost = {fact.id for fact in world.facts if draw.uniform() > survival[fact.valence]}
        heard = told(lost, world)
        plain.append(of(heard, world=world).regret)
        careful.append(of(heard, decided=wary(world, heard, survival), world=world).regret)
    assert np.mean(careful) < 0.8 * np.mean(plain)


def test_the_wary_mean_is_the_mean_over_everything_that_may_be():
    ramp, twin = Ramp(slot="x", values=(1, 3), weights=(0.4, 1.6)), Ramp(slot="x", values=(1, 3), weights=(-0.2, -0.8))
    weights = [Weight(fact="F02", true=0.5, twin=-0.5, ramp=ramp, twin_ramp=twin)]
    plain = {name: getattr(KESTREL.decision, name) for name in Decision.model_fields}
    options = (Option(id="a", text="go", base=1, exposure=1), Option(id="b", text="wait", base=0.62, exposure=0))
    decision = Decision(**plain | {"options": options, "standing": "a", "intercept": 0.0, "weights": tuple(weights)})
    world = KESTREL.model_copy(update={"decision": decision})
    # E[p] = (p(1.0) + p(-0.5)) / 2 = 0.5543 where nothing is known of it: "a" pays 0.4457, less than "b"
    assert wary(world, {"F02": None}, {"bad": 0.5, "good": 0.5, "neutral": 1}) == "b"
    # always reported if bad: it is good, and p(-0.5) = 0.378, so that "a" pays 0.6225
    assert wary(world, {"F02": None}, {"bad": 1.0, "good": 0.5, "neutral": 1}) == "a"


def test_right_answers_are_given_net_of_guesses():
    assert net_of_guessing(0.7, 0.25) == pytest.approx(0.6)
    assert net_of_guessing(0.2, 0.25) < 0
    assert net_of_guessing(1.0, 1.0) is None
