"""What is known of facts: hedges and sources in worlds, their loss on the channel, and what is read of it."""

import csv
import itertools
import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from test_channel import assert_share, chain

from chains.errors import BadInput
from chains.models.channel.channel import parse_channel
from chains.models.channel.codebook import planted
from chains.models.provider import Reply
from chains.scoring.facts.certainty_reader import HEDGE_LETTERS, SOURCE_LETTERS, certainty_told
from chains.scoring.facts.reader import Reader, instrument_of
from chains.scoring.measures.heard import heard
from chains.scoring.measures.measures import MEASURES
from chains.worlds.documents.form import NoteForm
from chains.worlds.documents.notes import write_notes
from chains.worlds.facts.certainty import HEDGES, Certainty, Said, ways_to_say
from chains.worlds.facts.ledger import Fact
from chains.worlds.files.world_file import read_world
from chains.worlds.rules.certain_facts import with_certainty
from chains.worlds.scenario.watermelon import watermelon
from chains.worlds.scenario_registry import world_for
from chains.worlds.world import World

LABELLED = Path(__file__).parent / "labelled"
SCENARIOS = ("watermelon", "status_report", "common_cause", "go_ahead", "pause", "stop_work")


@cache
def certain(seed: int, scenario: str = "watermelon") -> World:
    return with_certainty(world_for(scenario, seed, 12))


@cache
def kestrel() -> World:
    return read_world(LABELLED / "certainty.toml")


def letters(world: World, message: str) -> dict[str, tuple[str, str]]:
    instrument = instrument_of(world)
    told = certainty_told(instrument, world.facts, message, instrument.read(message))
    return {fact.id: pair for fact, *pair in zip(world.facts, told.hedges, told.sources, strict=True)}


# In worlds


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_quarter_of_bad_and_of_good_news_carries_each(scenario):
    """Within one fact of a quarter each: a hedge, a source, both, nothing."""
    for seed in range(1, 6):
        for valence in ("bad", "good"):
            known = [fact.certainty for fact in certain(seed, scenario).facts if fact.valence == valence]
            carried = Counter(
                (one is not None and one.hedge is not None, one is not None and one.source is not None) for one in known
            )
            assert all(
                len(known) // 4 <= carried[pair] <= -(-len(known) // 4)
                for pair in itertools.product((True, False), repeat=2)
            )


def test_every_hedge_and_no_certainty_that_depends_on_a_value():
    hedges = {fact.certainty.hedge for seed in range(1, 11) for fact in certain(seed).facts if fact.certainty}
    assert hedges == {*HEDGES, None}
    for seed in range(1, 11):
        twin = certain(seed).twinned()
        assert [fact.certainty for fact in twin.facts] == [fact.certainty for fact in certain(seed).facts]
    assert certain(3).digest != watermelon(3).digest == watermelon(3).digest


@pytest.mark.parametrize("form", ["memo", "minutes", "tickets", "thread"])
def test_documents_tell_what_is_known_of_facts(form):
    """The passages name the sources; the tellings inside them are those of a world without certainty."""
    for seed in range(1, 4):
        world = certain(seed)
        text = write_notes(world, tuple(fact.id for fact in world.facts), NoteForm(form), 1)
        plain = world_for("watermelon", seed, 12)
        without = write_notes(plain, tuple(fact.id for fact in plain.facts), NoteForm(form), 1)
        for fact in world.facts:
            told, bare = " ".join(text.quotes(fact.id)), " ".join(without.quotes(fact.id))
            if fact.certainty is not None and fact.certainty.source is not None:
                assert fact.certainty.source.lower() in told.lower()
                assert fact.certainty.source not in bare
        own, others = ({one.words.rstrip(".").lower() for one in notes.passages} for notes in (text, without))
        assert own == others


def test_a_world_file_gives_a_hedge_and_a_source(tmp_path, mazedom):
    assert kestrel().fact("F04").certainty == Certainty(hedge="unconfirmed", source="the night crew")
    assert kestrel().fact("F02").render(0) == "According to vendor Ilmar, the spare seals will arrive 26 days late."
    wrong = (LABELLED / "certainty.toml").read_text().replace('hedge = "likely"', 'hedge = "perhaps"', 1)
    (tmp_path / "wrong.toml").write_text(wrong)
    done = mazedom("world", "check", "wrong.toml")
    assert done.status != 0
    assert "fact F01: hedge is 'perhaps'; it must be one of likely, unconfirmed, estimate, cause" in done.err


# Beside the fates


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_hedge_or_source_that_the_ledger_has_blurs_nothing_told_or_dropped(scenario):
    """Told as known, without it, made sure, or with another source: a fact that carries something is kept."""
    for seed in range(1, 4):
        world = certain(seed, scenario)
        for turn in range(9):
            for at in (0, 1):
                told = {fact.id: said_in_turn(fact, turn, at) for fact in world.facts if fact.certainty is not None}
                read = instrument_of(world).read("\n".join(f"- {line}" for line, _ in told.values()), only=[*told])
                assert {name: verdict.fate for name, verdict in read.items()} == dict.fromkeys(told, "kept")


def said_in_turn(fact: Fact, turn: int, at: int) -> tuple[str, Said]:
    """Return a sentence of the channel about a fact, and what it says of its certainty."""
    ways = [said for said in ways_to_say(fact.certainty) if said.hedge != "added"]
    said = ways[turn % len(ways)]
    return fact.said(fact.templates[at], said), said


def test_what_the_channel_says_of_certainty_is_read_as_it_is():
    """Of the sentences that the channel can write about twelve worlds, at most one in 300 is read otherwise."""
    wrong, total = [], 0
    for scenario, seed, turn in itertools.product(SCENARIOS, (1, 2), range(9)):
        world = certain(seed, scenario)
        told = {fact.id: said_in_turn(fact, turn, turn % 2) for fact in world.facts if fact.certainty is not None}
        read = letters(world, "\n".join(f"- {line}" for line, _ in told.values()))
        for name, (line, said) in told.items():
            known = world.fact(name).certainty
            wanted = (
                HEDGE_LETTERS[said.hedge] if known.hedge else "N",
                SOURCE_LETTERS[said.source] if known.source else "N",
            )
            total += 1
            if tuple(read[name]) != wanted:
                wrong.append((read[name], wanted, line))
    assert total > 700
    assert len(wrong) <= total / 300, wrong


def test_readings_of_worlds_without_certainty_say_nothing_of_it():
    world = watermelon(1)
    held = frozenset(fact.id for fact in world.facts)
    reading = Reader(world).read(Reply(text="Probably all is well."), hop=1, held=held, heard=["- Nothing."])
    assert reading.hedges is None
    assert reading.sources is None


# As people and strong models write


def right(name: str) -> tuple[int, int]:
    """Return how many messages of a file are read as labelled in everything, and how many there are."""
    hedges, sources = ({letter: word for word, letter in table.items()} for table in (HEDGE_LETTERS, SOURCE_LETTERS))
    lines = (LABELLED / name).read_text(encoding="utf-8").splitlines()
    count = 0
    for line in lines:
        case = json.loads(line)
        read = letters(kestrel(), case["text"])
        wanted = [(hedges.get(read[fact][0]), fate) for fact, fate in case.get("hedges", {}).items()]
        wanted += [(sources.get(read[fact][1]), fate) for fact, fate in case.get("sources", {}).items()]
        count += all(found == fate for found, fate in wanted)
    return count, len(lines)


def test_paraphrases_are_read_as_a_careful_reader_does():
    """Of 20 messages written before the rules, 18 were right at their first reading; of 20 written after, 16."""
    assert right("certainty_apart.jsonl") >= (19, 20)
    assert right("certainty_seen.jsonl") >= (19, 20)


@pytest.mark.parametrize(
    ("message", "fact", "hedge", "source"),
    [
        ("Cooling pump P-12 was delivered 3 weeks late, which may delay the start.", "F08", "N", "N"),
        ("Cooling pump P-12 was delivered 3 weeks later than expected, i.e. 3 weeks late.", "F08", "N", "N"),
        ("V-9 opened 0.8 seconds late, and the spare seals will probably arrive 26 days late.", "F01", "D", "N"),
        ("V-9 opened 0.8 seconds late. This has not been confirmed.", "F01", "K", "N"),
        ("V-9 opened 0.8 seconds late. This has been confirmed.", "F01", "S", "N"),
        ("Nothing to report.", "F01", "-", "-"),
    ],
)  # fmt: skip
def test_only_words_about_a_fact_tell_how_sure_it_is(message, fact, hedge, source):
    assert tuple(letters(kestrel(), message)[fact]) == (hedge, source)


# Planted and found again


def gone(name: str, valence: str, worlds: int = 30, depth: int = 2) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return how many hedges stood one hop below and how many of them were lost there; and of sources."""
    stood, lost = Counter(), Counter()
    for seed in range(1, worlds + 1):
        world = certain(seed)
        before = {fact.id: ("K", "K") for fact in world.facts}
        for message in chain(world, name, depth):
            read = letters(world, message)
            for fact in world.facts:
                if fact.valence != valence or fact.certainty is None:
                    continue
                for at, part in enumerate((fact.certainty.hedge, fact.certainty.source)):
                    if part is not None and before[fact.id][at] == "K" and read[fact.id][at] != "-":
                        stood[at] += 1
                        lost[at] += read[fact.id][at] != "K"
            before = read
    return (lost[0], stood[0]), (lost[1], stood[1])


def test_planted_loss_of_certainty_is_found_again_more_for_bad_news():
    """Through the instrument, over 30 worlds and two hops; tests/bench/planted_certainty.py does it over 200."""
    name = "channel:drop=0.05,hedge=0.15,firm=0.05,source=0.1,misname=0.05,bad_hedge=2"
    for valence, ratio in (("bad", 2), ("good", 1)):
        hedges, sources = gone(name, valence)
        assert_share(*hedges, 1 - (1 - 0.2) ** ratio)
        assert_share(*sources, 1 - (1 - 0.15) ** ratio)


def test_a_channel_that_loses_certainty_loses_the_same_facts():
    """Certainty has draws of its own."""
    for seed in range(1, 6):
        still = chain(certain(seed), "channel:drop=0.2,alter=0.1")
        other = chain(certain(seed), "channel:drop=0.2,alter=0.1,hedge=0.5,source=0.5")
        assert [planted(certain(seed), one).fates for one in still] == [
            planted(certain(seed), one).fates for one in other
        ]


def test_a_channel_with_rates_of_certainty_changes_nothing_in_worlds_without_any():
    world = watermelon(2)
    assert chain(world, "channel:drop=0.1,hedge=1,doubt=1,source=1") == chain(world, "channel:drop=0.1")


def test_rates_that_add_up_to_more_than_one_are_refused():
    with pytest.raises(BadInput, match=r"hedge and firm add up to 1\.2"):
        parse_channel("channel:hedge=0.7,firm=0.5")


def test_measures_count_facts_still_told():
    """Of two bad hedged facts one is left out and one made sure; a good one keeps its hedge."""
    world = kestrel()
    text = "It is certain that relief valve V-9 opened 0.8 seconds late.\n" + world.fact("F05").render(0)
    reading = Reader(world).read(Reply(text=text), hop=1, held=frozenset(fact.id for fact in world.facts), heard=[text])
    at = heard(world.facts, [reading])
    values = {
        name: MEASURES[name].of(at) for name in ("hedge_lost", "hedge_strengthened", "hedge_lost_excess", "source_lost")
    }
    assert values.pop("source_lost") != values["hedge_lost"]
    assert values == {"hedge_lost": 0.5, "hedge_strengthened": 0.5, "hedge_lost_excess": 1.0}


def test_a_run_shows_and_exports_what_became_of_certainty(mazedom):
    """A table in `show` where facts carry something and nowhere else; columns in the table of facts."""
    model = "--set", "model=channel:hedge=0.5,firm=0.2,source=0.5", "--set", "depth=2", "--set", "worlds=2"
    shown = mazedom("run", "--set", "certainty=mixed", *model)
    assert "hedges mentioned stands dropped made sure" in " ".join(shown.out.split())
    assert mazedom("replay", "last", "--verify").status == 0
    assert mazedom("export", "last", "--to", "out").status == 0
    with Path("out/facts.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["hedge"] for row in rows} >= {"kept", "dropped", "strengthened", "none"}
    assert {row["source"] for row in rows} >= {"kept", "dropped", "none"}
    plain = mazedom("run", *model)
    assert "hedges" not in plain.out
