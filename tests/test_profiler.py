"""The profiler: which hop does the damage, from the log alone; a planted saboteur must be found."""

import pytest
from rich.console import Console

from chains.analysis.results.profiler import Place, Profile, passages
from chains.experiments.experiment import Condition
from chains.organisation.hierarchy import chain, tree
from chains.scoring.reading import Reading
from chains.terminal.views.profiler import profile_view
from chains.worlds.scenario.watermelon import watermelon

FACTS = watermelon(1, facts=6).facts[:4]


def reading(hop, fates):
    return Reading(hop=hop, fates=fates, invented=hop, unfounded=0, words=10 * hop)


def followed(*fates):
    """Follow four facts up a chain, a text of fates a hop."""
    hierarchy = chain(len(fates))
    readings = {f"L{len(fates) - hop}": reading(hop + 1, text) for hop, text in enumerate(fates)}
    readings["L0"] = reading(len(fates) + 1, "OOOO")
    return list(passages(FACTS, hierarchy, readings))


def test_each_seat_is_given_what_the_one_below_passed_on():
    first, second, third = followed("KKOK", "KAOO", "KKOO")
    assert [(at.given, at.passed) for at in (first, second, third)] == [(4, 3), (3, 1), (1, 2)]
    assert dict(first.lost) == {"O": 1}
    assert dict(second.lost) == {"A": 1, "O": 1}
    assert (second.back, third.back) == (0, 1)


def test_a_fact_is_first_lost_once_whatever_becomes_of_it_later():
    assert [(at.alive, at.first) for at in followed("KKOK", "KAOO", "KKOO", "OKKO")] == [(4, 1), (3, 2), (1, 0), (1, 1)]


def test_bad_facts_are_counted_apart():
    bad = [place for place, fact in enumerate(FACTS) if fact.valence == "bad"]
    fates = "".join("O" if place in bad else "K" for place in range(4))
    (only,) = followed(fates)
    assert (only.bad_alive, only.bad_first, only.first) == (len(bad), len(bad), len(bad))


def test_in_a_tree_a_fact_is_followed_along_its_own_branch():
    hierarchy = tree(2, 2)
    workers = [seat.name for seat in hierarchy.workers]
    managers = [seat.name for seat in hierarchy.seats if seat.role == "manager"]
    fates = ["K---", "-O--", "--K-", "---K"]
    readings = {name: reading(1, text) for name, text in zip(workers, fates, strict=True)}
    readings |= {managers[0]: reading(2, "OK--"), managers[1]: reading(2, "--KB")}
    found = {passage.seat: passage for passage in passages(FACTS, hierarchy, readings)}
    left, right = (found[name] for name in managers)
    assert (left.facts, left.given, left.passed, left.back, left.first) == (2, 1, 1, 1, 1)
    assert (right.facts, right.given, dict(right.lost), right.first) == (2, 2, {"B": 1}, 1)


def profile(mazedom, *settings):
    words = [word for setting in settings for word in ("--set", setting)]
    made = mazedom("run", "--json", "--set", "prompt=plain", "--set", "facts=8", *words)
    assert made.status == 0, made.err
    (found,) = mazedom("show", "--profile", "--json").document["profiles"]
    return found


def test_a_saboteur_is_found_among_others_who_lose_too(mazedom):
    """Hop 3 of 5 loses half of what it is given, all others a twentieth."""
    found = profile(mazedom, "depth=5", "worlds=10", "model=channel:drop=0.05", "model.L3=channel:alter=0.5")
    assert found["worst_hop"] == 3
    hop = found["hops"][2]
    assert hop["worst"] > 0.95
    assert hop["damage_ci"][0] > max(other["damage"] for other in found["hops"] if other["hop"] != 3)
    assert 0.35 < hop["rate"] < 0.65
    assert hop["lost"]["altered"] > 0.25
    assert found["seats"][0]["name"] == "L3"
    shown = mazedom("show", "--profile").out
    assert "hop 3 does the most damage" in shown


def test_a_saboteur_of_bad_news_shows_as_one(mazedom):
    found = profile(mazedom, "depth=4", "worlds=8", "model=channel:drop=0.03", "model.L2=channel:drop=0.08,bad=30")
    hop = found["hops"][2]
    assert found["worst_hop"] == 3
    assert hop["bad_rate"] > 0.7
    assert hop["other_rate"] < 0.3


def test_a_saboteur_in_a_tree_is_found_by_its_seat(mazedom):
    found = profile(mazedom, "depth=2", "span=2", "worlds=8", "model=channel:drop=0.02", "model.L1.2=channel:drop=0.9")
    assert found["seats"][0]["name"] == "L1.2"
    assert found["seats"][0]["worst"] > 0.95
    assert "L1.2 (hop 2)" in mazedom("show", "--profile").out


def test_damage_adds_up_to_what_is_first_lost_in_all(mazedom):
    found = profile(mazedom, "depth=3", "worlds=3", "model=channel:drop=0.2")
    survived = 1.0
    for hop in found["hops"]:
        survived *= 1 - hop["rate"]
    assert sum(hop["damage"] for hop in found["hops"]) == pytest.approx(1 - survived)


def test_a_faithful_chain_has_no_worst_hop(mazedom):
    found = profile(mazedom, "depth=2", "worlds=2", "model=channel")
    assert [hop["damage"] for hop in found["hops"]] == [0, 0]
    assert "no fact is lost" in mazedom("show", "--profile").out


def test_a_few_worlds_are_called_a_look(mazedom):
    profile(mazedom, "depth=2", "worlds=2", "model=channel:drop=0.4")
    assert "too few for a conclusion" in mazedom("show", "--profile").out


def test_hops_that_lose_as_much_are_all_named():
    nothing = dict.fromkeys(Place._fields, 0.0) | {"damage_ci": (0.1, 0.3), "rate_ci": (0.1, 0.3)}
    nothing["lost"] = dict.fromkeys(("blurred", "altered", "inverted", "omitted"), 0.0)
    hops = [
        Place(**(nothing | {"name": f"hop {hop}", "hop": hop, "damage": damage}))
        for hop, damage in enumerate((0.2, 0.1, 0.2), start=1)
    ]
    console = Console(width=120)
    with console.capture() as capture:
        console.print(profile_view(Profile(Condition(id="c1", factors={}, values={}), 8, 8, hops, hops)))
    assert "hop 1 and hop 3 do the most damage alike: 20% of all facts are first lost at each" in capture.get()
