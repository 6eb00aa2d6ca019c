"""A cause that is seen only together, spans over the same workers, models dealt over the seats, losses alike."""

import math
from collections import Counter

import numpy as np
import pytest
from conftest import steps_of

from chains.errors import BadInput
from chains.experiments.model_assignment import dealt_models, models_of
from chains.experiments.settings import ConditionSettings
from chains.models.channel.codebook import codebook, planted
from chains.models.provider import Reply
from chains.organisation.hierarchy import chain, deal, shared_out, tree
from chains.running.folders import runs_folder
from chains.scoring.facts.patterns import STATED, UNSTATED, WRONG, patterns_in
from chains.scoring.facts.reader import Reader
from chains.scoring.measures.heard import heard
from chains.scoring.measures.measures import MEASURES
from chains.stats.survival.loss_correlation import phi, together
from chains.worlds.scenario.common_cause import MACHINES, common_cause
from chains.worlds.world import World

FROZEN = ["084aab7573e9", "37fb9845d9d5", "98be51b27c96"]


def test_a_common_cause_is_frozen():
    """A change here needs a new VERSION of the generator."""
    assert [common_cause(seed, facts=12).digest[:12] for seed in (1, 2, 3)] == FROZEN


@pytest.mark.parametrize("facts", [3, 6, 9, 12, 24, 40])
def test_three_bad_facts_share_a_cause_that_no_other_fact_has(facts):
    for seed in range(1, 11):
        world = common_cause(seed, facts=facts)
        [pattern] = world.patterns
        naming = [fact.id for fact in world.facts if pattern.cause in fact.render(0)]
        assert len(world.facts) == facts
        assert sorted(naming) == sorted(pattern.facts)
        assert {world.fact(name).valence for name in pattern.facts} == {"bad"}
        assert len({world.fact(name).subject for name in pattern.facts}) == 3
        assert pattern.cause in pattern.text


def test_decoys_are_of_the_same_sort_and_have_causes_of_their_own():
    for seed in range(1, 11):
        world = common_cause(seed, facts=12)
        noun = MACHINES[world.setting].noun
        others = [
            fact for fact in world.facts if fact.subject.startswith(noun) and fact.id not in world.patterns[0].facts
        ]
        assert sorted(fact.valence for fact in others) == ["bad", "good"]
        assert len({fact.slot("supplier").value for fact in others}) == 2


def test_about_half_of_the_facts_that_matter_are_bad():
    shares = []
    for seed in range(1, 41):
        relevant = [fact for fact in common_cause(seed, facts=24).facts if not fact.distractor]
        shares.append(sum(fact.valence == "bad" for fact in relevant) / len(relevant))
    assert 0.4 < sum(shares) / len(shares) < 0.6


def test_the_channel_and_the_instrument_agree_on_what_the_world_says():
    for seed in range(1, 9):
        for world in (common_cause(seed, facts=12), common_cause(seed, facts=12).twinned()):
            codebook(world)
            for template in (0, 1):
                message = "\n".join(f"- {fact.render(template)}" for fact in world.facts)
                reading = Reader(world).read(
                    Reply(text=message), hop=1, held=frozenset(fact.id for fact in world.facts), heard=[message]
                )
                assert set(reading.fates) == {"K"}, message
                assert set(planted(world, message).fates.values()) == {"kept"}


def test_a_pattern_of_a_fact_that_is_not_there_is_refused():
    world = common_cause(1, facts=6)
    plain = {name: getattr(world, name) for name in World.model_fields}
    with pytest.raises(ValueError, match="no fact"):
        World(**plain | {"facts": world.facts[:2]})


@pytest.mark.parametrize("facts", [2, 61])
def test_a_number_of_facts_that_can_t_be_made_is_refused(facts):
    with pytest.raises(BadInput, match="3 to 60 facts"):
        common_cause(1, facts=facts)


WORLD = common_cause(1, facts=12, setting="plant")
PATTERN = WORLD.patterns[0]
CAUSE = PATTERN.cause
CODES = [WORLD.fact(name).aliases[0] for name in PATTERN.facts]


@pytest.mark.parametrize(
    ("message", "letter"),
    [
        (PATTERN.text, STATED),
        (f"Three compressors failed with a gasket from {CAUSE}.", STATED),
        (f"- Several trial runs failed, all with a gasket from {CAUSE}.", STATED),
        (f"Gaskets from {CAUSE} keep failing.", STATED),
        (f"{CODES[0]} and {CODES[1]} failed their trial runs with a gasket from {CAUSE}.", STATED),
        (f"3 failures with {CAUSE} this month.", STATED),
        (f"Five compressors failed with a gasket from {CAUSE}.", WRONG),
        (f"Two trial runs failed with a gasket from {CAUSE}.", WRONG),
        (f"Compressor {CODES[0]} failed its trial run on 4 May with a gasket from {CAUSE}.", UNSTATED),
        ("Three compressors failed their trial runs.", UNSTATED),
        (f"The Pelbero 320 launch failed its trial run on 19 May with a gasket from {CAUSE}.", UNSTATED),
        (f"With a gasket from {CAUSE}, compressor 274 failed its trial run on 2 August.", UNSTATED),
        ("\n".join(f"- {WORLD.fact(name).render(0)}" for name in PATTERN.facts), UNSTATED),
        ("", UNSTATED),
    ],
)
def test_a_pattern_is_stated_only_where_what_is_common_is_said(message, letter):
    assert patterns_in(message, WORLD.patterns, WORLD.facts) == letter


def test_the_facts_in_their_own_words_never_state_the_pattern():
    for seed in range(1, 40):
        world = common_cause(seed, facts=12)
        for one in (world, world.twinned()):
            told = "\n".join(fact.render(template) for fact in one.facts for template in (0, 1))
            assert patterns_in(told, one.patterns, one.facts) == UNSTATED


def at_the_top(message):
    held = frozenset(fact.id for fact in WORLD.facts)
    reading = Reader(WORLD).read(Reply(text=message), hop=2, held=held, heard=[message])
    return heard(WORLD.facts, [reading], patterns=WORLD.patterns)


def test_a_pattern_is_visible_if_all_its_facts_are_kept_and_stated_if_a_message_says_it():
    whole = "\n".join(WORLD.fact(name).render(0) for name in PATTERN.facts)
    part = "\n".join(WORLD.fact(name).render(0) for name in PATTERN.facts[1:])
    visible, stated = MEASURES["pattern_visible"].of, MEASURES["pattern_stated"].of
    assert (visible(at_the_top(whole)), stated(at_the_top(whole))) == (1, 0)
    assert visible(at_the_top(part)) == 0
    assert stated(at_the_top(f"{part}\n{PATTERN.text}")) == 1
    assert math.isnan(
        visible(heard(WORLD.facts, [Reader(WORLD).read(Reply(text=""), hop=1, held=frozenset(), heard=[])]))
    )


def test_facts_of_a_pattern_go_to_different_workers_and_to_no_worker_in_particular():
    facts = [f"F{number:02d}" for number in range(1, 13)]
    group = facts[3:6]
    holders = Counter()
    for seed in range(300):
        dealt = deal(facts, tree(1, 4), seed, apart=[group])
        holding = [worker for worker, held in dealt.items() if set(held) & set(group)]
        assert len(holding) == 3
        assert sorted(name for held in dealt.values() for name in held) == facts
        assert {len(held) for held in dealt.values()} == {3}
        holders.update(holding)
    assert all(180 <= count <= 270 for count in holders.values())  # 225 each, three in four
    assert len(deal(facts, chain(2), 1, apart=[group])["L2"]) == 12


def test_a_deal_without_groups_is_as_it_always_was():
    """Runs that are logged must be dealt the same when they are replayed."""
    assert deal(["a", "b", "c", "d", "e"], tree(1, 2), "w", 1) == {"L1.1": ("a", "d", "b"), "L1.2": ("e", "c")}


@pytest.mark.parametrize(
    ("span", "seats"), [(2, [1, 2, 3, 6, 12]), (3, [1, 2, 4, 12]), (4, [1, 3, 12]), (6, [1, 2, 12]), (12, [1, 1, 12])]
)
def test_a_span_over_twelve_workers_makes_the_layers_that_it_asks_for(span, seats):
    hierarchy = shared_out(12, span)
    levels = Counter(seat.level for seat in hierarchy.seats)
    assert [levels[level] for level in sorted(levels)] == seats
    assert all(len(hierarchy.reports_of(seat.name)) <= span for seat in hierarchy.seats)


def test_one_worker_is_a_chain_and_many_at_span_one_are_refused():
    assert shared_out(1, 1).depth == 2
    with pytest.raises(BadInput, match="set span to 2 or more"):
        shared_out(12, 1)


def seats_of(hierarchy):
    return list(hierarchy.seats)


def test_models_are_dealt_evenly_level_by_level_and_over_trials_to_every_seat():
    seats, settings = seats_of(tree(2, 4)), ConditionSettings.of({"lineage": "a+b", "model.executive": "channel"})
    held = Counter()
    for seed in range(200):
        models = dealt_models(settings, seats, seed, 1)
        assert models["L0"] == "channel"
        for level in (1, 2):
            counts = Counter(models[seat.name] for seat in seats if seat.level == level)
            assert counts["a"] == counts["b"]
        held.update(seat for seat, model in models.items() if model == "a")
    assert all(70 <= held[seat.name] <= 130 for seat in seats if seat.level)
    assert dealt_models(settings, seats, 1, 1) == dealt_models(settings, seats, 1, 1)


def test_a_model_that_is_named_for_a_seat_goes_before_a_lineage():
    seats = {seat.name: seat for seat in seats_of(chain(3))}
    settings = ConditionSettings.of({"lineage": "a+b", "model.L2": "c", "model.level.1": "person"})
    assert models_of(settings, seats["L2"]) == ("c",)
    assert models_of(settings, seats["L1"]) == ("person",)
    assert models_of(settings, seats["L3"]) == ("a", "b")
    assert models_of(ConditionSettings(), seats["L3"]) == ("smollm2",)
    assert models_of(ConditionSettings.of({"lineage.manager": "a+b"}), seats["L3"]) == ("smollm2",)


@pytest.mark.parametrize(("lineage", "words"), [("a+", "names no model"), ("a+a", "twice")])
def test_a_lineage_that_names_nothing_or_one_model_twice_is_refused(mazedom, lineage, words):
    ran = mazedom("run", "--set", f"lineage={lineage.replace('a', 'channel')}", "--dry-run")
    assert ran.status == 2
    assert words in ran.err


def test_phi_is_the_correlation_of_two_columns():
    rng = np.random.default_rng(1)
    one = rng.random(500) < 0.4
    other = np.where(rng.random(500) < 0.5, one, rng.random(500) < 0.4)
    counts = np.array([(one & other).sum(), (one & ~other).sum(), (~one & other).sum(), (~one & ~other).sum()], float)
    assert phi(counts) == pytest.approx(np.corrcoef(one, other)[0, 1])
    assert phi(np.array([5.0, 0, 0, 5])) == 1
    assert phi(np.array([0.0, 5, 5, 0])) == -1
    assert math.isnan(phi(np.array([5.0, 5, 0, 0])))


def test_a_planted_correlation_of_losses_is_within_its_interval_in_most_studies():
    """Copies with probability c of a common draw correlate by c; 200 studies of 24 worlds, nominal 95%."""
    rng = np.random.default_rng(7)
    covered = 0
    for _ in range(200):
        tables = {}
        for world in range(24):
            one = rng.random(12) < 0.4
            other = np.where(rng.random(12) < 0.3, one, rng.random(12) < 0.4)
            cells = [one & other, one & ~other, ~one & other, ~one & ~other]
            tables[world] = np.array([cell.sum() for cell in cells], float)
        found = together(tables)
        covered += found.low <= 0.3 <= found.high
    assert covered >= 180  # 190 expected, three standard errors


def test_too_few_worlds_have_a_correlation_and_no_interval():
    found = together({world: np.array([2.0, 1, 1, 2]) for world in range(3)})
    assert found.document()["ci"] is None
    assert found.phi > 0


def run(mazedom, *settings):
    settings = ["scenario=common_cause", "prompt=plain", "depth=3", *settings]
    ran = mazedom("run", *(word for setting in settings for word in ("--set", setting)), "--json")
    assert ran.status == 0, ran.err
    return ran.document


A, B = ("channel:drop=0.25,fact_sd=2,seed=1", "channel:drop=0.25,fact_sd=2,seed=2")


def test_one_lineage_loses_the_same_facts_and_two_do_not(mazedom):
    """What a channel finds hard goes by its seed, so that one seed is a lineage."""
    run(mazedom, "facts=12", "worlds=8", "replicates=2", f"lineage={A},{B},{A}+{B}")
    rows = {(row["a"], row["b"]): row for row in mazedom("show", "last", "--alike", "--json").document["alike"]}
    names = [f"lineage={name}" for name in (A, B, f"{A}+{B}")]
    assert rows[names[0], names[0]]["ci"][0] > 0.15
    assert rows[names[1], names[1]]["ci"][0] > 0.15
    low, high = rows[names[0], names[1]]["ci"]
    assert low < 0 < high
    assert rows[names[0], names[1]]["phi"] < rows[names[0], names[2]]["phi"] < rows[names[0], names[0]]["phi"]
    shown = mazedom("show", "last", "--alike").out
    assert "itself" in shown
    assert mazedom("replay", "last", "--verify").status == 0


def test_mixed_seats_are_held_by_both_models_and_each_says_so_in_the_log(mazedom):
    run(mazedom, "facts=6", "worlds=2", "lineage=channel+channel:drop=0.1")
    document = mazedom("show", "last", "--trial", "c1.w1.r1", "--json").document
    models = Counter(message["model"] for message in document["messages"])
    assert models == {"channel": 2, "channel:drop=0.1": 2}


def test_without_replicates_losses_are_not_compared(mazedom):
    run(mazedom, "facts=6", "worlds=2", "model=channel")
    shown = mazedom("show", "last", "--alike")
    assert shown.status == 0
    assert "no world of this run has two finished ones" in shown.err


def test_overload_makes_a_best_span_between_too_narrow_and_too_wide(mazedom):
    """Twelve workers with two facts each, 10% lost a hop, 5% more for each line beyond eight: four is best."""
    channel = "channel:drop=0.1,overload=0.05,capacity=8"
    run(mazedom, "facts=24", "worlds=8", "leaves=12", "span=2,4,12", f"model={channel}", "model.executive=channel")
    rows = mazedom("compare", "last", "--by", "span=4", "--json").document["comparisons"]
    for row in rows:
        low, high = row["measures"]["retention"]["ci"]
        assert high < 0
        if row["b"] == "span=12":
            # one manager hears about 21.6 lines: .9 * .9 * exp(-.05 * 13.6) - .9 * .9
            assert low <= 0.81 * math.exp(-0.68) - 0.81 <= high


def test_facts_for_each_worker_make_worlds_that_grow_with_the_workers(mazedom):
    run(mazedom, "model=channel", "worlds=1", "span=12", "leaves=2,4,6,12", "facts_each=3")
    sizes = []
    for number in range(1, 5):
        document = mazedom("show", "last", "--trial", f"c{number}.w1.r1", "--json").document
        sizes.append(len(document["facts"]))
        assert {len(notes.splitlines()) for notes in document["notes"].values()} == {3}
    assert sizes == [6, 12, 18, 36]


def test_what_of_the_pattern_reaches_the_top_is_shown_with_intervals_over_worlds(mazedom):
    """A pattern is whole with probability .9^9 where three facts each pass three lossy hops."""
    document = run(mazedom, "facts=6", "worlds=24", "model=channel:drop=0.1")
    [row] = document["patterns"]
    assert row["visible"]["ci"][0] <= 0.9**9 <= row["visible"]["ci"][1]
    assert row["stated"]["share"] == 0
    assert "common cause at the top" in mazedom("show", "last").out


def test_a_seat_keeps_its_model_from_round_to_round(mazedom):
    run(mazedom, "facts=6", "worlds=2", "rounds=2", "lineage=channel+channel:drop=0.1")
    folder = next((runs_folder() / "watermelon").iterdir())
    held = {}
    for step in steps_of(folder):
        held.setdefault((step["trial"].split("#")[0], step["seat"]), set()).add(step["request"]["model"])
    assert all(len(models) == 1 for models in held.values()), held
