"""Published archives: their numbers to the printed digits."""

import contextlib
import io
import json
from typing import NamedTuple

import pytest
from archived import DATA, chains_of, needs_data

from chains.analysis.archives.archive_run import Archive, read_archive
from chains.analysis.archives.kept_counts import CLAIMS, PEOPLE, WORDS, kept_counts
from chains.analysis.archives.properties import PROPERTIES
from chains.analysis.archives.readability import fog
from chains.terminal.verbs.import_ import READERS
from cli import main


class Published(NamedTuple):
    """What importing a published archive printed, and the run that it made."""

    document: dict
    archive: Archive


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Import the archive of a kind, once: it takes seconds."""
    here = tmp_path_factory.mktemp("published")
    folders = {"telephone": "telephone_game", "broken-telephone": "broken_telephone", "mesoudi": "mesoudi2006"}
    done = {}

    def call(kind):
        if kind not in done:
            with contextlib.chdir(here), contextlib.redirect_stdout(io.StringIO()) as out:
                assert main(["import", kind, str(DATA / folders[kind]), "--json"]) == 0
            document = json.loads(out.getvalue())
            done[kind] = Published(document, read_archive(here / document["path"]))
        return done[kind]

    return call


@needs_data
def test_the_telephone_game_s_numbers_are_reproduced_on_both_sides_of_the_off_by_one(published):
    found = published("telephone").document
    assert (found["chains"], found["generations"]) == (100, 50)
    length = found["attractors"]["length"]
    printed = {first: (f"{row['strength']:.4f}", f"{row['position']:.1f}") for first, row in length.items()}
    assert printed == {"from_generation_1": ("0.5613", "366.2"), "from_initial": ("0.9635", "513.4")}
    assert "released" in found["about"]["from_generation_1"]
    recalled = [f"{found['recall'][at]:.3f}" for at in ("1", "2", "3", "5", "10", "20", "50")]
    assert recalled == ["0.467", "0.409", "0.380", "0.352", "0.324", "0.302", "0.262"]


@needs_data
def test_released_difficulties_are_reproduced_and_positivities_nearly(published):
    """They take the initial text as the first. Their sentiment is by another VADER: -.9738 for a text, ours -.9638."""
    found = published("telephone").document
    ours = {name: row["from_initial"]["strength"] for name, row in found["attractors"].items()}
    assert found["released"]["difficulty"] == {"strength": 0.628, "first": "from_initial"}
    assert f"{ours['difficulty']:.3f}" == "0.628"
    assert found["released"]["positivity"]["strength"] == 0.540
    assert f"{ours['positivity']:.3f}" == "0.558"


@needs_data
def test_what_the_telephone_game_s_folders_are_named_for_is_reproduced(published):
    """A text's folder bears its measure: Difficulty22.9, Positivity0.5994."""
    first = {chain.name.split("/")[0]: chain.texts[0] for chain in chains_of(published("telephone").archive)}
    assert len(first) == 20
    for name in ("11.57", "14.78", "22.9", "24.83", "32.24"):
        assert fog(first[f"Difficulty{name}"]) == pytest.approx(float(name), abs=0.03)
    for name in ("-0.0653", "-0.5106", "0.5994", "0.9019"):
        assert PROPERTIES["positivity"].measure(first[f"Positivity{name}"]) == pytest.approx(float(name), abs=1e-4)


@needs_data
def test_broken_telephone_s_numbers_are_reproduced_for_both_sets(published):
    found = published("broken-telephone").document
    llama, mixed = found["sets"]
    assert "Llama" in llama["set"]
    assert "mistral" in mixed["set"]
    steps = ("0", "2", "10", "20", "50", "100")
    for one, printed in (
        (llama, ["0.964", "0.930", "0.890", "0.857", "0.810", "0.773"]),
        (mixed, ["0.955", "0.927", "0.837", "0.807", "0.734", "0.592"]),
    ):
        assert (one["chains"], one["generations"]) == (30, 100)
        assert [f"{one['scores']['factscore'][step]:.3f}" for step in steps] == printed
    assert [f"{mixed['scores']['supported_facts'][step]:.1f}" for step in ("0", "100")] == ["39.4", "12.1"]
    assert [round(mixed["properties"]["length"][step]) for step in ("0", "100")] == [872, 452]
    assert found["scores"] == llama["scores"]


@needs_data
def test_what_people_recalled_is_reproduced(published):
    found = published("mesoudi").document
    assert (found["chains"], found["generations"]) == (10, 4)
    assert found["recall"] == found["attractors"] == {}
    for score, printed in (
        ("correct_recall", ["24.5", "15.1", "9.2", "7.8"]),
        ("correct_recall.gossip", ["7.8", "6.7", "4.0", "3.8"]),
        ("correct_recall.physical", ["4.5", "1.8", "0.9", "0.8"]),
    ):
        assert [f"{value:.1f}" for value in found["scores"][score].values()] == printed


@needs_data
def test_kept_counts_give_the_published_means(published):
    llama, _, mixed, mixed_words = kept_counts(published("broken-telephone").archive)
    assert (llama.what, mixed.what, mixed_words.what) == (CLAIMS, CLAIMS, WORDS)
    assert list(mixed.generations) == [0, 2, 4, 6, 8, 10, 13, 16, 20, 25, 30, 40, 50, 65, 80, 100]
    assert [f"{mean:.1f}" for mean in mixed.kept.mean(axis=0)[[0, -1]]] == ["39.4", "12.1"]
    assert f"{(llama.kept / llama.total)[:, 0].mean():.3f}" == "0.964"
    assert len(set(mixed_words.groups)) == 30

    (words,) = kept_counts(published("telephone").archive)
    assert f"{(words.kept / words.total)[:, 50].mean():.3f}" == "0.262"
    assert (len(set(words.groups)), words.kept[0, 0]) == (20, words.total[0, 0])

    (every, *others) = kept_counts(published("mesoudi").archive)
    assert every.what == PEOPLE
    assert {found.what.partition(": ")[2] for found in others} == {"gossip", "social", "individual", "physical"}
    assert [f"{mean:.1f}" for mean in every.kept.mean(axis=0)] == ["24.5", "15.1", "9.2", "7.8"]


@needs_data
def test_published_archives_check_as_imported(published):
    for kind in READERS:
        assert not list(published(kind).archive.differences())
