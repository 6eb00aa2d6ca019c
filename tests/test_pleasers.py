"""Pleasers (E9): traits that members keep, succession, promotion by value, exit of the dissatisfied."""

import math
import random
from collections import Counter

import numpy as np
import pytest
from statsmodels.discrete.conditional_models import ConditionalLogit

from chains.errors import BadInput
from chains.models.channel.channel import parse_channel
from chains.models.channel.traits import rated_by_traits
from chains.models.provider import Occasion
from chains.organisation.cast import Cast, Part
from chains.organisation.hierarchy import pyramid
from chains.organisation.planning import plan_of
from chains.organisation.prompts import read_prompt
from chains.organisation.round_settings import RoundSettings
from chains.organisation.rounds import RoundResult, first_staff, in_round, next_staff
from chains.organisation.traits import TraitDeal
from chains.rng import Draw
from chains.scoring.measures.passed_on import passed_on
from chains.scoring.reading import Reading
from chains.scoring.replies.rating import read_ratings
from chains.stats.choices import Choice, correlation, gradient, mean_by_world
from chains.stats.price import Holder, price
from chains.worlds.scenario_registry import world_for

TREE = pyramid([1, 2, 4])
RATINGS = {"L1.1": 7.0, "L1.2": 5.0, "L2.1": 3.0, "L2.2": 8.0, "L2.3": 9.0, "L2.4": 2.0}
VALUES = {"L1.1": 0.2, "L1.2": 0.9, "L2.1": 1.0, "L2.2": 0.0, "L2.3": 0.5, "L2.4": 0.5}
TRAITS = ("candour", "competence", "ethics")


def cast_of(number=1, **round_settings):
    worlds = tuple(world_for("watermelon", seed, 8, None) for seed in (3, 2, 1))
    parts = {
        seat.name: Part(model=f"channel:seed={place}", prompt=read_prompt(seat.role, "plain"), words=60)
        for place, seat in enumerate(TREE.seats)
    }
    return Cast(
        world=worlds[number - 1], worlds=worlds, replicate=1, round=number, plan=plan_of(TREE), parts=parts, dealt={},
        sources={}, round_settings=RoundSettings(3, **round_settings),
        traits=TraitDeal(TRAITS, tuple(f"{name} {grade}." for name in TRAITS for grade in ("low", "high"))),
    )  # fmt: skip


def met(staff=None, values=VALUES):
    return RoundResult(staff or first_staff(TREE), RATINGS, {}, values=values)


def test_every_vacancy_is_filled_from_below_and_a_newcomer_starts_at_the_bottom():
    staff = next_staff(cast_of(promotion="rating", succession=True), met())
    assert staff == {**first_staff(TREE), "L0": "L1.1", "L1.1": "L2.2", "L2.2": "L2.2 since round 2"}


def test_by_value_those_rise_whose_reports_keep_most_of_what_they_heard():
    staff = next_staff(cast_of(promotion="value", succession=True), met())
    assert (staff["L0"], staff["L1.2"] in ("L2.3", "L2.4")) == ("L1.2", True)


def test_the_dissatisfied_leave_and_are_those_rated_lowest_for_what_their_reports_are_worth():
    staff = next_staff(cast_of(promotion="rating", leaving="dissatisfied", succession=True), met())
    assert staff["L2.1"] == "L2.1 since round 2"
    managers = next_staff(cast_of(leaving="dissatisfied"), met())
    assert managers == {**first_staff(TREE), "L1.2": "L1.2 since round 2"}


def test_whoever_has_just_risen_does_not_leave_where_seats_are_filled_from_below():
    for number in (1, 2):
        for leaving in ("rating", "random", "dissatisfied", "value"):
            staff = next_staff(cast_of(number, promotion="value", leaving=leaving, succession=True), met())
            assert sum("since" in member for member in staff.values()) == 2
            assert len(set(staff.values())) == len(staff)


def test_without_value_a_manager_swaps_by_value_too():
    chained = next_staff(cast_of(promotion="value"), met())
    assert chained == first_staff(TREE)  # nobody here has a manager above that is no executive


def test_whoever_rises_takes_its_model_and_traits_along_and_the_prompt_of_the_new_seat():
    cast = cast_of(promotion="rating", succession=True)
    was = met()
    after = in_round(cast, 2, next_staff(cast, was), [was])
    assert after.parts["L1.1"].model == cast.parts["L2.2"].model
    assert after.parts["L1.1"].prompt == cast.parts["L1.1"].prompt
    assert after.traits_of("L1.1") == in_round(cast, 1, was.staff, []).traits_of("L2.2")
    again = next_staff(after, met(after.staff))
    third = in_round(cast, 3, again, [was, was])
    newcomer = next(seat for seat, member in again.items() if member == "L2.2 since round 2")
    assert third.parts[newcomer].model == cast.parts["L2.2"].model


DEAL = TraitDeal(TRAITS, ("a", "b", "c", "d", "e", "f"))


def test_traits_are_dealt_evenly_and_apart_and_a_bond_ties_two_of_them():
    apart = Counter(tuple(DEAL.of(f"m{at}", "world", 1).values()) for at in range(4000))
    assert len(apart) == 8
    assert all(abs(count - 500) < 100 for count in apart.values())
    tied = DEAL._replace(bond=0.6)
    same = sum(one["competence"] == one["ethics"] for at in range(4000) if (one := tied.of(f"m{at}", "world", 1)))
    assert same / 4000 == pytest.approx(0.8, abs=0.03)


def test_clones_have_the_same_traits_and_a_member_those_that_it_always_had():
    clones = DEAL._replace(cloned=True)
    assert len({tuple(clones.of(f"m{at}", "world", 1).values()) for at in range(50)}) == 1
    assert DEAL.of("m1", "world", 1) == DEAL.of("m1", "world", 1)
    assert len({tuple(clones.of("m1", "world", replicate).values()) for replicate in range(60)}) == 8


def test_a_member_is_told_of_its_traits_in_their_order():
    assert DEAL.told({"candour": 1, "competence": 0, "ethics": 1}) == " b c f"


def read(fates, hop=1):
    return Reading(hop=hop, fates=fates, invented=0, unfounded=0, words=9)


def test_what_a_report_keeps_counts_only_what_its_seat_heard_and_by_severity():
    facts = world_for("watermelon", 1, 6).facts[:4]
    severe = [fact.severity for fact in facts]
    assert passed_on(facts, read("KO--"), []) == pytest.approx(severe[0] / (severe[0] + severe[1]))
    assert passed_on(facts, read("KOKB", 2), [read("KK--"), read("--OK")]) == pytest.approx(
        severe[0] / (severe[0] + severe[1] + severe[3])
    )
    assert math.isnan(passed_on(facts, read("OOOO", 2), [read("OO--"), read("--OA")]))


def occasion(**more):
    world = world_for("watermelon", 1, 8)
    heard = "\n".join(f"- {fact.render(0)}" for fact in world.facts)
    return Occasion(world, 1, "L2.1", "worker", 1, 2, (heard,), more=more)


def test_a_channel_does_what_goes_with_the_want_of_a_trait_and_only_then():
    rates = parse_channel("please=0.5,slip=0.2,bend=0.3")
    lacking = occasion(traits={"candour": 0, "competence": 0})
    assert [rates.for_want_of(name, lacking) for name in TRAITS] == [0.5, 0.2, 0.0]
    assert rates.for_want_of("candour", occasion(traits={"candour": 1})) == 0.0
    assert rates.for_want_of("candour", occasion()) == 0.0


@pytest.mark.parametrize(("setting", "says"), [
    ("succession=true", "set promotion = rating, value or random"),
    ("traits=candor", "no prompt trait/candor_low; did you mean candour_low?"),
    ("traits=candour+candour", "names a trait twice or not at all"),
    ("bond=0.5", "name both in traits"),
    ("cloned=true", "members have none"),
    ("bond=2", "it must be at most 1"),
])  # fmt: skip
def test_settings_that_contradict_each_other_are_refused_in_one_sentence(mazedom, setting, says):
    refused = mazedom("run", "--set", "model=channel", "--set", "prompt=members", "--set", "rounds=2", "--set", setting)
    assert refused.status == 2
    assert says in refused.err
    assert "Traceback" not in refused.err


def test_traits_that_a_prompt_has_no_room_for_are_refused(mazedom):
    refused = mazedom("run", "--set", "model=channel", "--set", "prompt=plain", "--set", "traits=candour")
    assert refused.status == 2
    assert "reach nobody who has the prompt worker/plain" in refused.err


def test_a_liking_for_traits_is_within_the_scale_and_needs_no_traits_to_be_read():
    rates = parse_channel("frank=-10,legible=10")
    asked = Occasion(
        world_for("watermelon", 1, 8), 1, "L1.1", "manager", 2, 2, (), task="rate", letters={"A": "L2.1"},
        more={"writer": {"legibility": 1}},
    )  # fmt: skip
    for at in range(50):
        assert read_ratings(rated_by_traits(rates, asked, Draw("test", at)), ["A"]) is not None
    with pytest.raises(BadInput, match="frank"):
        parse_channel("frank=11")


def test_the_price_equation_gives_a_case_worked_out_by_hand():
    """Weights .5, .25, .25 and candour 1, 0, 0. C leaves for N (candour 1), A falls to .25, and B rises to .5."""
    before = {"A": Holder(2, 1), "B": Holder(1, 0), "C": Holder(1, 0)}
    after = {"A": Holder(1, 1), "B": Holder(2, 0), "N": Holder(1, 1)}
    parts = price(before, after)
    # mean .5 before, .5 after; three quarters have forebears. Rising: (-.25 * .5 + .25 * -.5) / .75
    assert parts == pytest.approx((-1 / 3, 1 / 6, 0.0, 1 / 6))
    assert parts.change == pytest.approx(0.0, abs=1e-12)
    # the same by the covariance of Price: fitness .5, 2 and 0 of weights .5, .25, .25
    fitness, values, weights = np.array([0.5, 2, 0]), np.array([1, 0, 0]), np.array([0.5, 0.25, 0.25])
    mean = weights @ fitness
    covariance = weights @ (fitness * values) - mean * (weights @ values)
    assert parts.rising + parts.leaving == pytest.approx(covariance / mean)


def test_the_parts_of_the_price_equation_add_up_to_the_change_whatever_happens():
    draw = random.Random(1)
    for _ in range(300):
        names = [f"m{at}" for at in range(12)]
        before, after = ({n: Holder(draw.random(), draw.gauss(0, 1)) for n in draw.sample(names, 8)} for _ in "ab")
        parts = price(before, after)
        means = [
            sum(h.weight * h.value for h in one.values()) / sum(h.weight for h in one.values())
            for one in (before, after)
        ]
        assert parts.change == pytest.approx(means[1] - means[0], abs=1e-12)


def test_where_nothing_moves_nothing_is_selected_and_what_changes_is_within():
    before = {"A": Holder(1, 0.2), "B": Holder(1, 0.6)}
    assert price(before, before) == (0, 0, 0, 0)
    assert price(before, {"A": Holder(1, 0.4), "B": Holder(1, 0.6)}) == pytest.approx((0, 0, 0.1, 0))
    assert price(before, {"C": Holder(1, 0.4)}) is None


def choices(draw, betas, worlds, sets=12, size=2):
    found = []
    for world in range(worlds):
        for _ in range(sets):
            traits = [[float(draw.random() < 0.5) for _ in betas] for _ in range(size)]
            liking = [
                sum(b * x for b, x in zip(betas, one, strict=True)) - math.log(-math.log(draw.random()))
                for one in traits
            ]
            found.append(Choice(world, traits, liking.index(max(liking))))
    return found


def test_a_planted_liking_is_found_as_statsmodels_finds_it_and_none_where_none_is_planted():
    made = choices(random.Random(2), (-1.0, 1.0, 0.0), 80)
    found = gradient(made)
    assert [one.low <= b <= one.high for one, b in zip(found, (-1.0, 1.0, 0.0), strict=True)] == [True] * 3
    chosen = np.array([int(at == one.chosen) for one in made for at in range(2)])
    groups = np.array([at for at, _ in enumerate(made) for _ in range(2)])
    other = ConditionalLogit(chosen, np.array([x for one in made for x in one.candidates]), groups=groups).fit(disp=0)
    assert [one.value for one in found] == pytest.approx(list(other.params), abs=1e-3)


def test_nothing_is_said_of_a_trait_that_decides_always_or_never_differs():
    decides = [Choice(at, [[1.0], [0.0]], 0) for at in range(30)]
    assert gradient(decides) is None
    assert gradient([Choice(1, [[1.0], [1.0]], 0)]) is None
    assert gradient([]) is None
    few = gradient(choices(random.Random(3), (0.0,), 4))
    assert math.isnan(few[0].low)


def test_a_correlation_over_members_has_an_interval_by_world_and_none_where_a_trait_is_the_same_in_all():
    draw = random.Random(4)
    pairs = {
        world: [
            (x, x if draw.random() < 0.5 else float(draw.random() < 0.5))
            for x in (float(draw.random() < 0.5) for _ in range(4))
        ]
        for world in range(100)
    }
    found = correlation(pairs)
    assert found.low < 0.5 < found.high
    assert correlation({1: [(1.0, 0.0), (1.0, 1.0)]}) is None
    assert mean_by_world({}) is None
    assert mean_by_world({1: [1.0, 3.0]}).value == 2.0


def settings_of(*texts):
    return [word for text in texts for word in ("--set", text)]


PLANTED = ("--set", "model=channel:please=0.6,frank=-2,legible=2")
SMALL = settings_of("rounds=3", "worlds=3", "hierarchy=pyramid:1-2-4", "leaving=none,dissatisfied")


def test_a_run_shows_who_rises_replays_goes_on_as_a_fork_and_is_compared(mazedom):
    ran = mazedom(
        "run", "pleasers", *SMALL, "--set", "promotion=rating,random", "--set", "hypotheses=none", *PLANTED, "--json"
    ).document
    rows = {(row["factors"]["promotion"], row["factors"]["leaving"]): row for row in ran["traits"]}
    assert len(rows) == 4
    assert rows["rating", "none"]["leaves"] == {}  # nobody leaves but those who retire
    for row in ran["traits"]:
        for one in row["price"]:
            parts = sum(one[part]["value"] for part in ("rising", "leaving", "within", "arriving"))
            assert parts == pytest.approx(one["change"]["value"], abs=1e-5)
    first = [
        level["by_round"][0]["share"] for row in ran["traits"] for level in row["levels"] if level["trait"] == "candour"
    ]
    assert first[:3] == first[3:6]  # the first round is the same in all conditions
    assert mazedom("replay", "last", "--verify").status == 0
    shown = mazedom("show", "last").out
    assert "what moves a trait" in shown
    compared = mazedom("compare", "last", "--by", "promotion", "--all").out
    assert "candour_at_top" in compared
    told = mazedom("show", "last", "--trial", "c1.w1.r1", "--round", 2, "--json").document["members"]
    assert told["L0"].split(", ")[0] in ("L1.1", "L1.2")
    assert "candour " in told["L0"]
    fork = mazedom("fork", "last", "--at", "L2.1", "--set", "model.L2.1=channel:drop=0.5")
    assert fork.status == 0
    assert mazedom("replay", "last", "--verify").status == 0


def test_clones_differ_in_nothing_and_nothing_is_selected(mazedom):
    ran = mazedom(
        "run",
        "pleasers",
        *SMALL,
        "--set",
        "promotion=rating",
        "--set",
        "cloned=true",
        "--set",
        "hypotheses=none",
        *PLANTED,
        "--json",
    )
    for row in ran.document["traits"]:
        assert row["rises"] == row["leaves"] == {}
        for one in row["price"]:
            if one["trait"] != "kept":
                assert all(part["value"] == 0 for name, part in one.items() if name != "trait")


def test_a_person_sits_in_a_seat_and_members_pass_through_the_others(mazedom):
    settings = settings_of("promotion=rating", "leaving=none", "human=write@L1.1", "holder=scripted:relay", "worlds=1")
    ran = mazedom("run", "pleasers", "--set", "hypotheses=none", *settings, *PLANTED)
    assert ran.status == 0
    assert mazedom("replay", "last", "--verify").status == 0
