"""A pilot finds the load at which conditions can be told apart, says its cost first, and writes the load down."""

import math
import random
import tomllib
from pathlib import Path

import pytest
from test_faults import one_line

from chains.errors import BadInput
from chains.experiments.experiment import DEFAULT
from chains.experiments.overrides import override
from chains.experiments.pilot import PilotFigures, plain_relay, read_pilot, write_load
from chains.stats.load.working_range import Load, Space, Tried, next_step, search

SMALL = """\
question = "What does pressure do?"   # asked of managers
# Worlds: a comment of its own.
worlds = 2

[fixed]
scenario = "watermelon"
facts = 8              # to be found
depth = 3

[factors]
prompt = ["plain", "career"]
"""
PLANTED = "model=channel:overload=0.1,capacity=20"


def channel(capacity, worlds, draw, depth=4, slope=0.1):
    """Return what keeps facts as the channel does: each line beyond the capacity adds a tenth to the hazard."""

    def keeps(load):
        first = end = 0.0
        for _ in range(worlds):
            lines = load.facts
            for hop in range(2, depth + 1):
                hazard = -math.expm1(-slope * max(0, lines - capacity))
                lines = sum(draw.random() >= hazard for _ in range(lines))
                first += lines / load.facts / worlds if hop == 2 else 0
            end += lines / load.facts / worlds
        return first, end

    return keeps


def written(text=SMALL, name="small"):
    path = Path("runs") / f"{name}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def calls_of(folder="small-pilot"):
    return sum(len(log.read_text().splitlines()) for log in Path("runs", folder).glob("*/log.jsonl"))


@pytest.mark.parametrize("capacity", [12, 20, 30, 45])
def test_the_search_finds_the_planted_load_within_15_percent_in_nine_of_ten_tries(capacity):
    """The load sought is that at which the first manager keeps the middle of what is wanted, .725."""
    true = capacity + math.log(1 / 0.725) / 0.1
    draw, space = random.Random(capacity), Space(range(4, 61), start=8)
    hits = 0
    for _ in range(100):
        ended, tried = search(channel(capacity, 8, draw), space)
        hits += ended.found is not None and abs(ended.found.load.facts / true - 1) <= 0.15
        assert len(tried) <= space.most_steps
    assert hits >= 90


@pytest.mark.parametrize(
    ("first", "end", "side"),
    [(0.7, 0.5, "within"), (0.9, 0.5, "light"), (0.84, 0.81, "light"), (0.5, 0.3, "heavy"), (0.7, 0.1, "heavy"),
     (0.9, 0.1, "torn")],
)  # fmt: skip
def test_a_load_is_within_the_working_range_at_both_ends_or_not_at_all(first, end, side):
    assert Tried(Load(8), first, end).side == side


def test_words_are_bisected_where_no_number_of_facts_will_do():
    """The most facts stay, and their notes grow longer, until the first manager loses enough."""
    keeps = {None: 1.2, 150: 0.99, 250: 0.98, 400: 0.95, 600: 0.9, 850: 0.7}
    space = Space(range(4, 61), 8, None, (150, 250, 400, 600, 850))
    ended, tried = search(lambda load: (keeps.get(load.words, 0.99), keeps.get(load.words, 0.95) - 0.2), space)
    assert ended.found.load == Load(60, 850)
    assert len(tried) <= space.most_steps


def test_what_is_tried_next_follows_from_what_was_tried_in_any_order():
    tried, space = [Tried(Load(8), 1, 1), Tried(Load(23), 0.4, 0.3)], Space(range(4, 61), start=8)
    assert next_step(tried[:1], space) == Load(23)
    assert next_step(tried, space) == next_step(tried[::-1], space) == Load(14)


def test_a_pilot_finds_the_load_writes_it_beside_the_comments_and_plan_takes_its_figures(mazedom):
    path = written()
    found = mazedom("pilot", "small", "--set", PLANTED, "--json").document
    assert 20 <= found["found"]["facts"] <= 26
    text = path.read_text()
    assert f"facts = {found['found']['facts']}              # to be found" in text
    assert "# asked of managers" in text
    assert "# Worlds: a comment of its own." in text
    pilot = tomllib.loads(text)["pilot"]
    assert (pilot["model"], pilot["worker"], pilot["hops"], pilot["worlds"]) == (PLANTED[6:], 0, 3, 8)
    assert found["says"].startswith(f"With {found['found']['facts']} facts channel:overload=0.1,capacity=20 lies in")
    planned = mazedom("plan", "small", "--set", PLANTED, "--studies", "2", "--json").document
    assert planned["assumed"]["worker"] == 0
    assert planned["assumed"]["loss"] == pytest.approx(pilot["loss"], abs=1e-4)
    stands = mazedom("plan", "small", "--set", PLANTED, "--studies", "2", "--assume", "loss=0.3", "--json").document
    assert stands["assumed"]["loss"] == 0.3
    other = mazedom("plan", "small", "--studies", "2", "--json").document
    assert other["assumed"]["worker"] == 0.1
    assert "holds no seat here" in other["notes"][0]
    assert mazedom("run", "small", "--set", PLANTED, "--dry-run").status == 0


def test_the_cost_is_said_first_never_exceeded_and_nothing_is_paid_twice(mazedom):
    written()
    said = mazedom("pilot", "small", "--set", PLANTED, "--worlds", "2", "--dry-run", "--json").document
    assert said["calls"] == said["most_loads"] * 2 * 4  # worlds, and seats of a chain of three hops
    assert not Path("runs/small-pilot").exists()
    stopped = mazedom("pilot", "small", "--set", PLANTED, "--worlds", "2", "--max-calls", "5")
    assert stopped.status == 1
    assert "the same command goes on" in stopped.err
    ended = mazedom("pilot", "small", "--set", PLANTED, "--worlds", "2", "--json")
    loads = len(ended.document["tried"])
    asked = calls_of()
    assert len(list(Path("runs/small-pilot").iterdir())) == loads
    written()  # else the next one would begin with what was found
    again = mazedom("pilot", "small", "--set", PLANTED, "--worlds", "2", "--json").document
    assert again["tried"] == ended.document["tried"]
    assert (calls_of(), again["calls"]) == (asked, 0)
    written()
    out = mazedom("pilot", "small", "--set", PLANTED, "--worlds", "2").out
    assert one_line(out).startswith("small-pilot: plain relays under at most")
    assert f"at most {said['calls']} calls" in out


@pytest.mark.parametrize(
    ("model", "more", "says"),
    [
        ("channel", (), "No load does both: even {most} facts are too light for channel: the first manager keeps 100%"),
        ("channel:drop=0.6", (), "No load does both: even 6 facts are too heavy for channel:drop=0.6"),
        ("channel:worker=0,drop=0.06", ("--set", "depth=40"), "No load does both: with"),
    ],
)
def test_that_no_load_does_both_is_said_and_nothing_is_written(model, more, says, mazedom):
    path = written()
    found = mazedom("pilot", "small", "--worlds", "2", "--set", f"model={model}", *more, "--json").document
    most = max(one["facts"] for one in found["tried"])
    assert found["says"].startswith(says.format(most=most))
    assert (found["found"], found["written"]) == (None, None)
    assert path.read_text() == SMALL
    if model == "channel":
        assert "The hazard is at most" in found["says"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--set", "model=channel,channel:drop=0.1"), "a pilot finds the load of one model; choose one"),
        (("--set", "facts=8,16"), "facts is a factor, and a pilot finds one load"),
        (("--set", "depth=1"), "a chain of 1 hop has no manager"),
        (("--set", "reports=false", "--set", "loop=true", "--set", "scenario=five_words"), "nothing climbs"),
        (("--set", "scenario=nowhere"), "nowhere"),
    ],
)
def test_what_no_pilot_can_be_made_of_is_refused_in_a_sentence(words, why, mazedom):
    written()
    refused = mazedom("pilot", "small", "--set", "model=channel", *words)
    assert refused.status == 2
    assert why in refused.err


def test_a_file_that_lacks_a_table_gets_it_and_a_second_pilot_replaces_the_first(tmp_path):
    path = tmp_path / "bare.toml"
    path.write_text("# bare\nworlds = 2\n")
    figures = PilotFigures(model="m", worker=0.1, loss=0.2, relayed=0.7, end=0.5, hops=4, worlds=8, run="r")
    write_load(path, {"facts": 9}, figures, path)
    write_load(path, {"facts": 10, "note_words": 600}, figures.model_copy(update={"worker": 0.3}), path)
    found = tomllib.loads(path.read_text())
    assert found["fixed"] == {"facts": 10, "note_words": 600}
    assert read_pilot(path).worker == 0.3
    assert path.read_text().startswith("# bare\n")


def test_a_pilot_relays_by_the_prompt_that_the_others_are_held_against():
    found, notes = plain_relay(override(DEFAULT, ["incentive=honest,career", "words=30,90"]), 8)
    assert (found.fixed["prompt"], found.fixed["words"], found.fixed["model.executive"]) == ("honest", 30, "channel")
    assert "incentive" not in found.fixed
    assert notes == ["prompt is honest in the pilot", "words is 30 in the pilot"]
    assert not set(found.seeds) & set(DEFAULT.seeds)
    plain, _ = plain_relay(override(DEFAULT, ["prompt=career,plain", "model.executive=channel:drop=0.1"]), 8)
    assert (plain.fixed["prompt"], plain.fixed["model.executive"]) == ("plain", "channel:drop=0.1")


def test_the_load_of_a_size_is_written_into_the_size(mazedom):
    path = written(SMALL + "\n[sizes.strong]  # for larger models\nfacts = 30\nworlds = 4\n")
    found = mazedom("pilot", "small", "--set", "size=strong", "--set", PLANTED, "--worlds", "2", "--json").document
    assert found["tried"][0]["facts"] == 30
    content = tomllib.loads(path.read_text())
    assert (content["fixed"]["facts"], content["sizes"]["strong"]["facts"]) == (8, found["found"]["facts"])
    assert "# for larger models" in path.read_text()


def test_line_ends_stay_and_what_a_pilot_did_not_write_is_refused(tmp_path):
    path = tmp_path / "ends.toml"
    path.write_bytes(b"worlds = 2\r\n[fixed]\r\nfacts = 8 # few\r\n")
    figures = PilotFigures(model="m", worker=0.1, loss=0.2, relayed=0.7, end=0.5, hops=4, worlds=8, run="r")
    write_load(path, {"facts": 9}, figures, path)
    assert path.read_bytes().startswith(b"worlds = 2\r\n[fixed]\r\nfacts = 9 # few\r\n")
    path.write_text("[pilot]\nmodel = 3\n")
    with pytest.raises(BadInput, match=r"ends\.toml: pilot\.model: .*; run the pilot again"):
        read_pilot(path)
