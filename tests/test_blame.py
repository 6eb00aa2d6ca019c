"""Blame names who does the damage where one is planted, and nobody where all are alike."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from chains.stats.paired.culprits import culprits
from chains.worlds.scenario_registry import world_for

WORLDS = 24
MODELS = ("--set", "model=channel:drop=0.1", "--set", "model.L3=channel:drop=0.6")
MERGING = '''
def without_the_smallest(messages):
    """Pass on every report but the one with the fewest points."""
    reports = messages[-1]["content"].split("Report from ")[1:]
    lines = [[line for line in report.splitlines() if line.startswith("- ")] for report in reports]
    lines.remove(min(lines, key=len))
    return "\\n".join(line for report in lines for line in report)
'''


def studied(drops, seed, facts=8, continuations=4):
    """Return what relaying each seat saves in each world of one study, drawn as a channel would."""
    random = np.random.default_rng(seed)
    kept = 1 - np.array(drops)

    def draw():
        return random.random((WORLDS, facts, len(drops))) < kept

    first, saved = draw(), np.zeros((WORLDS, len(drops)))
    for seat in range(len(drops)):
        arrive = first[:, :, :seat].all(axis=2)
        for number in range(continuations):
            drawn = draw() if number else first
            above = drawn[:, :, seat + 1 :].all(axis=2)
            saved[:, seat] += ((arrive & above) * 1.0 - (arrive & drawn[:, :, seat] & above)).mean(axis=1)
    return saved / continuations


def test_one_saboteur_is_named_two_are_named_together_and_nobody_where_all_are_alike():
    one, two, none = ([0.1] * 8 for _ in range(3))
    one[3] = two[2] = two[5] = 0.5
    assert all(culprits(studied(one, seed)).blamed == (3,) for seed in range(8))
    assert sum(set(culprits(studied(two, seed)).blamed) == {2, 5} for seed in range(8)) >= 6
    assert sum(culprits(studied(none, seed)).blamed == () for seed in range(8)) >= 7


def test_a_seat_that_may_save_nothing_is_not_blamed_because_replacing_the_others_does_harm():
    random = np.random.default_rng(3)
    saved = np.column_stack([random.normal(mean, 0.1, WORLDS) for mean in (0.0, -0.2, -0.2, -0.2)])
    assert culprits(saved).blamed == ()


def test_too_few_worlds_blame_nobody_and_what_is_not_known_is_no_innocence():
    saved = studied([0.1, 0.5, 0.1], 1)
    assert culprits(saved[:7]).blamed == ()
    saved[:, 0] = np.nan
    found = culprits(saved)
    assert found.saved[0].worlds == 0
    assert found.blamed == (1, 0)


@pytest.fixture
def sabotaged(mazedom):
    """Return a run of eight worlds on the channel in which one seat of four drops half."""
    sets = ("model=channel:drop=0.05", "model.L3=channel:drop=0.6", "worlds=8", "facts=12", "depth=4", "prompt=plain")
    return mazedom("run", *(word for text in sets for word in ("--set", text)), "--json").document


def test_blame_replaces_each_seat_and_names_the_saboteur(mazedom, sabotaged):
    parent = {path.name: path.read_bytes() for path in Path(sabotaged["path"]).iterdir()}
    dry = mazedom("blame", "last", "--times", "2", "--dry-run", "--json").document
    assert dry["calls"] == 8 * (2 * 2 * (4 + 3 + 2 + 1) + (5 + 4 + 3 + 2))  # two ways, two continuations, one control
    assert not Path("runs/blame").exists()
    (found,) = mazedom("blame", "last", "--times", "2", "--json").document["conditions"]
    relay, equal = found["ways"]
    assert (relay["kind"], relay["loss"]["blamed"]) == ("relay", ["L3"])
    assert relay["loss"]["seats"]["L3"]["low"] > 0.2
    assert set(relay["undefined"].values()) == set(equal["undefined"].values()) == {0}
    assert abs(equal["loss"]["seats"]["L3"]["value"]) < relay["loss"]["seats"]["L3"]["value"] / 2
    assert max(found["first_lost"], key=found["first_lost"].get) == "L3"
    assert {path.name: path.read_bytes() for path in Path(sabotaged["path"]).iterdir()} == parent
    assert sabotaged["run"] in mazedom("list", "runs").out
    again = mazedom("blame", "last", "--times", "2", "--json")
    assert "all of them asked for before" in again.err
    assert again.document["conditions"] == [found]


def test_a_blame_that_was_not_asked_to_its_end_clears_nobody(mazedom, sabotaged):
    stopped = mazedom("blame", "last", "--max-calls", "10")
    assert (stopped.status, "Nobody stands out" in stopped.out) == (1, False)
    assert "to blame or clear anybody" in " ".join(stopped.out.split())


def test_calls_are_what_was_said_and_a_stopped_blame_goes_on(mazedom, serve, experiment):
    server = serve("copies")
    mazedom("run", experiment(server, seeds=(1, 2), fixed="depth = 3\nfacts = 6"), "--json")
    asked = server.calls
    said = mazedom("blame", "last", "--set", "prompt=honest", "--dry-run", "--json").document["calls"]
    assert said == 2 * (4 + 3 + 2)
    stopped = mazedom("blame", "last", "--set", "prompt=honest", "--max-calls", "3")
    assert (stopped.status, server.calls - asked) == (1, 3)
    done = mazedom("blame", "last", "--set", "prompt=honest", "--max-calls", "50", "--json")
    assert (done.status, done.document["stopped"]) == (0, None)
    assert server.calls - asked == 4  # what they say is what was said before, so that nobody above is asked again
    saved = done.document["conditions"][0]["ways"][0]["loss"]["seats"]
    assert [one["value"] for one in saved.values()] == [0.0, 0.0, 0.0]


def test_another_holder_is_another_blame_and_what_was_asked_for_the_first_stays(mazedom, sabotaged):
    holders = ("model=channel:drop=0", "model=channel:drop=0.9")
    found = [mazedom("blame", "last", "--set", one, "--json").document["conditions"][0]["ways"][0] for one in holders]
    assert [one["loss"]["blamed"] for one in found] == [["L3"], []]
    assert "all of them asked for before" in mazedom("blame", "last", "--set", holders[0], "--dry-run").err


def test_a_blame_of_a_run_that_has_gone_on_asks_for_the_trials_that_are_new(mazedom, serve, experiment):
    server = serve("copies")
    mazedom(
        "run",
        experiment(server, seeds=(1, 2, 3), fixed="depth = 3\nfacts = 6"),
        "--max-calls",
        "8",
        "--set",
        "limits.trials=1",
    )
    before = mazedom("blame", "last", "--json").document["conditions"][0]["trials"]
    assert 0 < before < 3
    mazedom("resume", "last", "--set", "limits.calls=100", "--json")
    assert mazedom("blame", "last", "--dry-run", "--json").document["left"] == (3 - before) * 2 * (3 + 2 + 1)
    (found,) = mazedom("blame", "last", "--json").document["conditions"]
    assert (found["trials"], set(found["ways"][0]["undefined"].values())) == (3, {0})
    assert "all of them asked for before" in mazedom("blame", "last", "--dry-run").err


def test_limits_hold_for_what_was_asked_before_too_and_it_says_how_much_that_was(mazedom, sabotaged):
    mazedom("blame", "last", "--max-calls", "50", "--json")
    dry = mazedom("blame", "last", "--dry-run", "--json").document
    assert (dry["asked"], dry["left"] < dry["calls"]) == (50, True)
    done = mazedom("blame", "last", "--max-calls", str(dry["asked"] + dry["left"]), "--json")
    assert (done.status, done.document["stopped"]) == (0, None)


def test_whole_levels_have_the_facts_first_lost_at_their_seats(mazedom):
    sets = ("model=channel:drop=0.2", "depth=2", "span=2", "worlds=8", "facts=8", "prompt=plain")
    mazedom("run", *(word for text in sets for word in ("--set", text)), "--json")
    seats, levels = (
        mazedom("blame", "last", *words, "--json").document["conditions"][0]["first_lost"]
        for words in ((), ("--levels",))
    )
    assert levels["level.2"] == pytest.approx(sum(seats[f"L2.{number}"] for number in range(1, 5)), abs=1e-5)
    assert levels["level.1"] == pytest.approx(seats["L1.1"] + seats["L1.2"], abs=1e-5)


def test_a_seat_whose_continuations_break_off_is_undefined_and_not_innocent(mazedom, serve, experiment):
    server = serve("copies")
    mazedom("run", experiment(server, fixed="depth = 3\nfacts = 6"), "--json")
    folder = Path("runs/blame")
    mazedom("blame", "last", "--json")
    log = next(folder.rglob("L3-relay-x1/log.jsonl"))
    ended = [json.loads(line) for line in log.read_text().splitlines()]
    for line in ended:
        if line["kind"] == "trial":
            line["readings"]["L1"]["finish"] = "length"
    log.write_text("".join(json.dumps(line) + "\n" for line in ended))
    found = mazedom("blame", "last", "--json").document["conditions"][0]["ways"][0]
    assert found["undefined"] == {"L3": 1, "L2": 0, "L1": 0}
    assert found["loss"]["seats"]["L3"]["value"] is None


def expected_regret(world, survival):
    """Return the mean regret of who decides best on facts each of which arrives with a chance, over all subsets."""
    decision, lost = world.decision, 0.0
    for kept in product((False, True), repeat=len(decision.weights)):
        chance = survival ** sum(kept) * (1 - survival) ** (len(kept) - sum(kept))
        heard = {weight.fact: weight.true for weight, one in zip(decision.weights, kept, strict=True) if one}
        lost += chance * decision.regret(decision.best(heard).id)
    return lost


@pytest.mark.heavy
def test_blame_in_points_of_regret_covers_what_is_planted(mazedom):
    worlds, drops = 24, {"L4": 0.1, "L3": 0.6, "L2": 0.1, "L1": 0.1}
    sets = ("scenario=go_ahead", "decide_only=true", "depth=4", "prompt=plain", f"worlds={worlds}", "facts=8")
    ran = mazedom("run", *(word for text in sets for word in ("--set", text)), *MODELS, "--json")
    assert ran.status == 0, ran.err
    blame = mazedom("blame", "last", "--times", "2", "--json").document
    relay = blame["conditions"][0]["ways"][0]
    survival = np.prod([1 - drop for drop in drops.values()])
    there = [world_for("go_ahead", seed, 8) for seed in range(1, worlds + 1)]
    for seat, drop in drops.items():
        planted = np.mean(
            [expected_regret(one, survival) - expected_regret(one, survival / (1 - drop)) for one in there]
        )
        found = relay["regret"]["seats"][seat]
        assert found["low"] <= planted <= found["high"], (seat, planted, found)
    assert relay["regret"]["blamed"][:1] == ["L3"]
    assert relay["regret"]["seats"]["L3"]["low"] > 0


def test_a_seat_that_merges_and_drops_the_smallest_branch_is_found(mazedom, monkeypatch):
    Path("merging.py").write_text(MERGING)
    sets = ("model=channel:drop=0.05", "model.L1=python:merging:without_the_smallest", "hierarchy=pyramid:1-1-3")
    sets += ("worlds=8", "facts=11", "prompt=plain")
    ran = mazedom("run", *(word for text in sets for word in ("--set", text)), "--json")
    assert ran.status == 0, ran.err
    (relay, equal) = mazedom("blame", "last", "--json").document["conditions"][0]["ways"]
    assert (relay["kind"], relay["loss"]["blamed"]) == ("relay", ["L1"])
    assert relay["loss"]["seats"]["L1"]["value"] == pytest.approx(0.25, abs=0.1)
    assert equal["loss"]["blamed"] == [], "as many words of anything lose as much"
    assert relay["distortion"]["blamed"] == []


def test_a_swap_tells_the_seat_from_who_sits_in_it(mazedom, sabotaged):
    (found,) = mazedom("blame", "last", "--swap", "L3,L2", "--json").document["conditions"]
    before, after = found["rates_before"], found["rates_after"]
    assert min(before["L3"], after["L2"]) > 0.4
    assert max(before["L2"], after["L3"]) < 0.2
    assert found["of_holders"]["low"] > 0.3
    assert abs(found["of_seats"]["value"]) < 0.1
    assert "belong to the seats" in mazedom("blame", "last", "--swap", "L3,L2").out


DECIDERS = [
    pytest.param("channel:lean=1", "channel:drop=0.05", "L0", marks=pytest.mark.heavy),
    ("channel", "channel:drop=0.9", "L1"),
]


@pytest.mark.parametrize(("executive", "manager", "decider"), DECIDERS)
def test_who_decides_is_found_whoever_owns_the_decision(mazedom, executive, manager, decider):
    sets = ("scenario=expertise", "decide_only=true", "depth=3", "worlds=24", "facts=8", "prompt=plain")
    sets += ("model=channel:drop=0.05", f"model.executive={executive}", f"model.L1={manager}")
    assert mazedom("run", *(word for text in sets for word in ("--set", text)), "--json").status == 0
    (found,) = mazedom("blame", "last", "--set", "model=channel:drop=0.04", "--json").document["conditions"]
    (way,) = found["ways"]
    assert way["decision"]["blamed"][0] == decider
    assert list(way["decision"]["seats"]) == ["L3", "L2", "L1", "L0"]
    assert "L0" not in way["loss"]["seats"], "who decides loses nothing on the way"
    assert f"Who decides (other): {decider}." in mazedom("blame", "last", "--set", "model=channel:drop=0.04").out


WRONG = [
    (("--swap", "L2,L1"), "nothing differs between L2 and L1"),
    (("--swap", "L2"), "name two seats"),
    (("--swap", "L3,L0"), "no seat 'L0' to swap"),
    (("--set", "prompt.L2=honest"), "blame changes each seat in turn"),
    (("--set", "prompt=nowhere"), "no prompt"),
    (("--condition", "c7"), "has no condition 'c7'"),
]


@pytest.mark.parametrize(("words", "says"), WRONG)
def test_what_can_not_be_blamed_is_refused_in_a_sentence(mazedom, sabotaged, words, says):
    refused = mazedom("blame", "last", *words, "--json")
    assert (refused.status, says in refused.document["error"]) == (2, True), refused.out
    assert not Path("runs/blame").exists()
