"""One fact decides and one seat has it: the worlds, who has a line past the chain, alarm and the right decision."""

import chains
from chains.organisation.remedies.skip_and_memory import CLAIM, SKIP
from chains.running.run_record import Casts
from chains.worlds.rules.decision_world_rules import MARGIN, enumerate_world
from chains.worlds.scenario_registry import world_for

FROZEN = ["4a140884de98", "5d4f580fe8cb", "cf1ae022fbe3"]
LINE = "skip:by=broadcast,workers=1"


def test_an_expertise_world_is_frozen():
    """A change here needs a new VERSION of the generator."""
    assert [world_for("expertise", seed, 12).digest[:12] for seed in (1, 2, 3)] == FROZEN


def test_exactly_one_fact_decides_and_the_best_option_is_neither_the_plan_nor_to_stop_everything():
    for seed in range(1, 7):
        world = world_for("expertise", seed, 10)
        found = enumerate_world(world)
        assert tuple(world.decision.pivots) == found.single
        assert len(found.single) == 1
        assert found.margin >= MARGIN
        assert found.best not in (world.decision.standing, world.decision.careful_option.id)


def test_pivots_are_what_enumeration_finds_in_other_worlds_too():
    for scenario in ("go_ahead", "stop_work"):
        for seed in range(1, 5):
            world = world_for(scenario, seed, 8)
            assert world.decision.pivots == set(enumerate_world(world).single)


def test_a_line_brings_what_decides_if_the_expert_has_it_and_its_placebo_does_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    remedies = ["none", *(f"{LINE},{how}" for how in ("to=rank", "to=expertise", "to=expertise,placebo=true"))]
    remedies += ["skip:by=broadcast,workers=3", "skip:by=targeted,workers=1,to=expertise"]
    settings = {"model": "channel", "model.manager": "channel:drop=1", "worlds": 6, "facts": 8, "hypotheses": "none"}
    run = chains.run_sync("expertise", settings | {"remedy": remedies})
    experts = [_expert(run, f"w{seed}") for seed in range(1, 7)]
    heard = {
        remedy: [row["pivot_heard"] for row in run.trials() if row["factor.remedy"] == remedy] for remedy in remedies
    }
    assert set(heard["none"]) == set(heard[f"{LINE},to=expertise,placebo=true"]) == {0.0}
    assert set(heard[f"{LINE},to=expertise"]) == {1.0}
    assert heard[f"{LINE},to=rank"] == [float(expert == "L2.1") for expert in experts]
    assert sum(heard["skip:by=broadcast,workers=3"]) > 0
    asked = [row for row in run.calls() if row["turn"] == SKIP.number]
    assert [row["seat"] for row in asked] == experts, "only the worker who has the line is asked what matters most"
    right, wrongly, alarm = (
        [row[name] for row in run.trials()] for name in ("right_decision", "alarmed_wrongly", "alarmed")
    )
    for is_right, is_wrong, is_alarmed in zip(right, wrongly, alarm, strict=True):
        assert is_alarmed == is_right + is_wrong, "it is right to be alarmed in every such world"


def _expert(run, world):
    """Return the worker whose notes hold the fact that decides."""
    casts = Casts(run.record)
    cast = casts.cast(next(one for one in run.record.trials() if str(one).split(".")[1] == world))
    (pivot,) = cast.world.decision.pivots
    return next(worker for worker, facts in cast.dealt.items() if pivot in facts)


def test_a_line_for_some_workers_says_for_how_many(mazedom):
    wrong = mazedom(
        "run",
        "expertise",
        "--set",
        "model=channel",
        "--set",
        "remedy=skip:to=rank",
        "--set",
        "hypotheses=none",
        "--json",
    )
    assert wrong.status == 2
    assert "say how many have one with workers=N" in wrong.document["error"]


def test_what_comes_past_the_chain_is_counted_where_a_trial_says_what_reaches_the_executive(mazedom):
    sets = ("model=channel", "model.manager=channel:drop=1", "worlds=1", "hypotheses=none")
    words = [word for text in sets for word in ("--set", text)]
    ran = mazedom("run", "expertise", *words, "--set", f"remedy={LINE},to=expertise", "--json")
    assert ran.status == 0, ran.err
    assert "3 of 12 facts reach the executive as they are, 3 of them past the chain" in mazedom("show", "--trial").out


def test_a_line_goes_to_who_says_most_that_it_is_needed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = {"model": "channel", "model.manager": "channel:drop=1", "worlds": 6, "facts": 8, "hypotheses": "none"}
    remedies = [f"{LINE},to=own", f"{LINE},to=own,placebo=true", "skip:by=targeted,workers=1,to=own"]
    run = chains.run_sync("expertise", settings | {"remedy": remedies})
    heard = {name: {row["pivot_heard"] for row in run.trials() if row["factor.remedy"] == name} for name in remedies}
    assert (heard[remedies[0]], heard[remedies[1]]) == ({1.0}, {0.0})
    assert sum(row["turn"] == SKIP.number for row in run.calls()) == 6, "who has the line alone says what matters most"
    claims = [row for row in run.calls() if row["turn"] == CLAIM.number and row["trial"].startswith("c1.")]
    assert len(claims) == 6 * 4, "all workers are asked"
    blind = chains.run_sync("expertise", settings | {"remedy": remedies[0], "model.worker": "channel:insight=0"})
    assert 0 < sum(row["pivot_heard"] for row in blind.trials()) < 6, "who can't tell gets it by chance"


def test_where_context_is_shared_everybody_has_heard_everything_and_its_placebo_adds_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = {"model": "channel:drop=0.3", "worlds": 4, "facts": 8, "hypotheses": "none"}
    remedies = ["none", "share", "share:placebo=true"]
    run = chains.run_sync("expertise", settings | {"remedy": remedies})
    kept = {name: [row["retention"] for row in run.trials() if row["factor.remedy"] == name] for name in remedies}
    assert set(kept["share"]) == {1.0}
    assert kept["share:placebo=true"] == kept["none"]
    deaf = chains.run_sync("expertise", settings | {"remedy": remedies, "model.worker": "channel:drop=1"})
    managers = [row for row in deaf.messages() if row["seat"].startswith("L1.")]
    assert {row["trial"][:2] for row in managers if row["words"] > 10} == {"c2"}, "managers read the notes too"


def test_context_is_not_shared_among_more_than_ten_unless_that_is_said(mazedom):
    words = ("--set", "model=channel", "--set", "hypotheses=none", "--set", "hierarchy=pyramid:1-3-9")
    refused = mazedom("run", "expertise", *words, "--set", "remedy=share", "--json")
    assert refused.status == 2
    assert "set remedy = share:seats=13" in refused.document["error"]
    shared = mazedom("run", "expertise", *words, "--set", "remedy=share:seats=13", "--set", "worlds=1", "--json")
    assert shared.status == 0
    assert mazedom("replay", "last", "--verify").status == 0, "a seat hears notes of seats that speak later"
