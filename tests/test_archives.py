"""Others' logged chains as runs: published numbers to the printed digits, and what is said of a broken archive."""

import contextlib
import io
import json
import shutil
import tarfile
from pathlib import Path
from typing import NamedTuple

import pytest

from chains.archives import source
from chains.archives.attractors import attractor
from chains.archives.counts import CLAIMS, PEOPLE, WORDS, kept_counts
from chains.archives.kept import Archive, keep, read_archive
from chains.archives.properties import PROPERTIES, content_words, recall
from chains.archives.readability import fog
from chains.archives.released import released
from chains.archives.summary import summary
from chains.errors import BadInput, LogDamaged
from chains.verbs.arguments import VERBS, parse
from chains.verbs.import_verb import READERS
from chains.views import output
from cli import main

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the published archives are not here: no ../shared/data")
STORIES = {
    ("tale", 1): ["Seven brown foxes jumped over sleeping dogs", "Seven foxes jumped over dogs", "Foxes jumped"],
    ("tale", 2): ["Seven brown foxes jumped over sleeping dogs", "Brown foxes and dogs", "Dogs"],
    ("poem", 1): ["Winter came early", "Winter came", "Early winter"],
}


def telephone_folder(folder, stories=STORIES, model="a-model"):
    for (text, seed), (initial, *rest) in stories.items():
        file = folder / model / "rephrase" / text / f"seed_{seed}" / "output0.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"initial_story": initial, "stories": [[story] for story in rest]}))
    return folder


def packed(folder, file):
    with tarfile.open(file, "w:xz") as tar:
        tar.add(folder, arcname=".")
    return file


@pytest.fixture
def imported(tmp_path, monkeypatch):
    """Import an archive into an empty place: returns the open run."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)

    def call(kind, path):
        return read_archive(keep(kind, path, READERS[kind](path)).folder)

    return call


def summaries(archive):
    return [summary(of.name, archive.chains(of)) for of in archive.record.sets]


def chains_of(archive):
    return [chain for of in archive.record.sets for chain in archive.chains(of)]


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# Published numbers


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


# Measures


def test_content_words_are_runs_of_four_letters_in_lower_case():
    assert content_words("The FOXES ran; foxes don't nap, P-1234 Über-long") == {"foxes", "long"}


def test_recall_counts_unique_words_of_the_initial_text():
    assert recall("brown foxes, brown dogs", "the foxes and more foxes") == pytest.approx(1 / 3)


def test_recall_of_a_text_without_content_words_is_undefined():
    with pytest.raises(ValueError, match="no content word"):
        recall("so it is", "so it was")


def test_a_chain_of_one_length_attracts_fully_to_that_length():
    found = attractor([10, 20, 40], [30, 30, 30])
    assert (found.strength, found.position) == (1, 30)


@pytest.mark.parametrize("last", [[10, 20, 40], [-10, -20, -40], [10, 30, 70]])
def test_chains_that_keep_their_distances_or_part_are_drawn_nowhere(last):
    found = attractor([10, 20, 40], last)
    assert (found.strength, found.position) == (0, None)


def test_an_alternating_slope_counts_by_its_size():
    found = attractor([0, 1, 2], [2, 1.5, 1])
    assert (found.strength, found.position) == (0.5, pytest.approx(4 / 3))


@pytest.mark.parametrize("first", [[1, 2], [5, 5, 5]])
def test_too_few_or_equal_beginnings_determine_no_attractor(first):
    assert attractor(first, first) is None


def test_a_hard_word_has_three_syllables_and_is_not_everybody_s():
    """4 words in one sentence, 1 of them hard: .4 * (4 + 25). `Another` is on the list; `computation` is not."""
    assert fog("Another computation was done.") == pytest.approx(0.4 * (4 + 25))
    assert fog("Another computation was a computation.") == pytest.approx(0.4 * (5 + 20))
    assert fog("") == fog("...") == 0


def test_a_sentence_of_two_words_is_none():
    assert fog("Yes indeed. The dog ran home. Not now. The cat ran home.") == pytest.approx(0.4 * 12 / 2)


def test_repetition_is_the_share_of_words_that_stand_earlier():
    assert PROPERTIES["repetition"].measure("All is well. All is well!") == 0.5
    assert PROPERTIES["repetition"].measure("") == 0


def test_only_sets_that_were_released_have_a_released_strength():
    assert released("gpt-3.5-turbo-0125/rephrase")["length"] == 0.561
    assert released("Results/Meta-Llama-3-8B-Instruct/continue")["positivity"] == 0.865
    assert released("rephrase") == released("a-model/rephrase") == {}


# Archives made here


def test_a_folder_a_tar_file_and_a_folder_with_a_tar_file_read_alike(tmp_path, imported):
    folder = telephone_folder(tmp_path / "plain")
    (tmp_path / "kept").mkdir()
    file = packed(folder, tmp_path / "kept" / "chains.tar.xz")
    expected = summaries(imported("telephone", folder))
    assert expected[0].name == "a-model/rephrase"
    assert (expected[0].chains, expected[0].generations) == (3, 2)
    assert summaries(imported("telephone", file)) == expected
    assert summaries(imported("telephone", tmp_path / "kept")) == expected
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["chains.tar.xz"]


def test_a_person_sees_which_attractor_is_which_and_what_was_released(mazedom, tmp_path):
    folder = telephone_folder(tmp_path / "plain", model="gpt-3.5-turbo-0125")
    ran = mazedom("import", "telephone", folder)
    assert "first text: generation 1, as in the Telephone Game's released lengths (off by one)" in ran.out
    assert "first text: the initial text" in ran.out
    for strength in ("0.561", "0.540", "0.628"):
        assert strength in ran.out
    assert mazedom("show", "last").out == ran.out


def test_attractors_take_generation_1_and_the_initial_text(tmp_path, imported):
    archive = imported("telephone", telephone_folder(tmp_path / "plain"))
    chains = chains_of(archive)
    firsts = {at: [len(chain.texts[at]) for chain in chains] for at in (0, 1)}
    last = [len(chain.texts[2]) for chain in chains]
    assert summaries(archive)[0].attractors["length"] == {
        "from_generation_1": attractor(firsts[1], last),
        "from_initial": attractor(firsts[0], last),
    }


def test_a_single_chain_s_folder_can_be_read(tmp_path, imported):
    folder = telephone_folder(tmp_path / "plain") / "a-model" / "rephrase" / "tale" / "seed_1"
    (found,) = summaries(imported("telephone", folder))
    assert found.attractors["length"] == {"from_generation_1": None, "from_initial": None}


def test_models_and_prompts_make_sets_of_their_own(tmp_path, imported):
    folder = telephone_folder(tmp_path / "plain")
    shutil.copytree(folder / "a-model" / "rephrase", folder / "a-model" / "continue")
    assert [found.name for found in summaries(imported("telephone", folder))] == [
        "a-model/continue",
        "a-model/rephrase",
    ]


@pytest.mark.parametrize(
    ("logged", "said"),
    [
        ({"initial_story": "a", "stories": [["b"], [], ["d"]]}, "generation 2 is missing"),
        ({"initial_story": "a", "stories": [["b"], ["c", "d"]]}, "generation 2 must be a list of one text"),
        ({"initial_story": "a", "stories": [["b"], None]}, "generation 2 must be a list of one text"),
        ({"initial_story": "a", "stories": [["b"]]}, "has no generation 2"),
        ({"initial_story": "a", "stories": []}, "no generation 1"),
        ({"stories": [["b"], ["c"]]}, "no generation 0"),
        (["a", "b"], "where a JSON object belongs"),
    ],
)
def test_a_telephone_chain_that_lacks_a_generation_is_named(tmp_path, imported, logged, said):
    folder = telephone_folder(tmp_path / "plain")
    broken = folder / "a-model" / "rephrase" / "poem" / "seed_1" / "output0.json"
    broken.write_text(json.dumps(logged))
    with pytest.raises(LogDamaged, match=said) as raised:
        imported("telephone", folder)
    assert str(broken) in str(raised.value)
    assert "\n" not in str(raised.value)
    assert files_in(tmp_path / "here") == []


def documents(*chains):
    return {
        str(number): {"prompt": "p", **{f"{at}_en": text for at, text in enumerate(chain)}}
        for number, chain in enumerate(chains)
    }


def scored(chain, name="factscore", at=(0, 2)):
    return {str(step): {"text": chain[step].replace('"', "'"), name: 1 - step / 4} for step in at}


CHAINS = (["It was 'fine' then", "It was fine", "Fine"], ['She said "maybe later"', "She said maybe", "Maybe"])


def broken_folder(folder, raw=None, scores=None):
    folder.mkdir(exist_ok=True)
    (folder / "news.json").write_text(json.dumps(documents(*CHAINS) if raw is None else raw))
    if scores is not None:
        (folder / "news_factscore.json").write_text(json.dumps(scores))
    return folder


def test_scores_find_their_chain_though_their_copies_quote_otherwise(tmp_path, imported):
    scores = {"b": scored(CHAINS[1]), "a": scored(CHAINS[0])}
    archive = imported("broken-telephone", broken_folder(tmp_path / "plain", scores=scores))
    assert [chain.scores["factscore"] for chain in chains_of(archive)] == [{0: 1.0, 2: 0.5}] * 2
    assert summaries(archive)[0].scores == {"factscore": {0: 1.0, 2: 0.5}}


def test_chains_that_begin_alike_are_told_apart_by_their_later_texts(tmp_path, imported):
    chains = [["same", "b", "c"], ["same", "x", "y"]]
    scores = {"second": scored(chains[1]), "first": scored(chains[0], at=(0, 2))}
    scores["second"]["2"]["factscore"] = 0.25
    archive = imported("broken-telephone", broken_folder(tmp_path / "plain", documents(*chains), scores))
    assert [chain.scores["factscore"][2] for chain in chains_of(archive)] == [0.5, 0.25]


def without(chain, at):
    logged = documents(chain)
    del logged["0"][f"{at}_en"]
    return logged


@pytest.mark.parametrize(
    ("raw", "scores", "file", "said"),
    [
        (without(CHAINS[0], 1), None, "news.json", "document '0' has no generation 1"),
        (without(CHAINS[0], 0), None, "news.json", "document '0' has no generation 0"),
        (documents(CHAINS[0], CHAINS[1][:2]), None, "news.json", "chain '1' has no generation 2"),
        ({"0": {"0_en": "a", "1_en": None}}, None, "news.json", "generation 1 must be a text"),
        ({"0": "a text"}, None, "news.json", "no document with texts '0_en'"),
        ({"0": {"initial_story": "a"}}, None, "news.json", "is it of another archive"),
        ({}, None, "news.json", "no document with texts"),
        (None, {"a": scored(CHAINS[0]), "b": scored(CHAINS[1], at=(0,))}, "factscore", "of generation 2"),
        (None, {"a": scored(CHAINS[0])}, "news.json", "chain '1' has no 'factscore' of generation 0"),
        (None, {"a": scored(["other", "b", "c"])}, "factscore", "no chain begins with generation 0 of 'a'"),
        (None, {"a": scored([CHAINS[0][0], "b", "c"])}, "factscore", "generation 2 of 'a' is not that of its chain"),
        (None, {"a": scored([*CHAINS[0], "d"], at=(0, 3))}, "factscore", "generation 3 of 'a' is not that"),
        (None, {"a": {"2": {"text": "Fine"}}}, "factscore", "'a' has no generation 0"),
        (None, {"a": {"0": 3}}, "factscore", "must hold scores by generation"),
        (None, {"a": {"0": {"text": CHAINS[0][0], "factscore": "high"}}}, "factscore", "must be a number, not 'high'"),
    ],
)
def test_a_broken_telephone_archive_that_lacks_something_is_named(tmp_path, imported, raw, scores, file, said):
    with pytest.raises(LogDamaged, match=said) as raised:
        imported("broken-telephone", broken_folder(tmp_path / "plain", raw, scores))
    assert file in str(raised.value)
    assert files_in(tmp_path / "here") == []


def test_scores_without_their_chains_are_named(tmp_path, imported):
    folder = broken_folder(tmp_path / "plain", scores={})
    (folder / "news.json").rename(folder / "olds.json")
    with pytest.raises(LogDamaged, match=r"news\.json is missing"):
        imported("broken-telephone", folder)


def test_scores_may_stand_in_another_folder_than_their_chains(tmp_path, imported):
    """So it is where they were published."""
    folder = broken_folder(tmp_path / "plain", scores={"b": scored(CHAINS[1]), "a": scored(CHAINS[0])})
    (folder / "evaluation").mkdir()
    (folder / "news_factscore.json").rename(folder / "evaluation" / "news_factscore.json")
    assert summaries(imported("broken-telephone", folder))[0].scores == {"factscore": {0: 1.0, 2: 0.5}}


def test_two_files_of_one_name_are_two_archives(tmp_path, imported):
    folder = broken_folder(tmp_path / "plain")
    broken_folder(folder / "again")
    with pytest.raises(BadInput, match="import one at a time"):
        imported("broken-telephone", folder)


HEADING = "chain,participant,gender,generation,material,correct_recall,total_recall"


def people(folder, *rows, heading=HEADING):
    folder.mkdir(exist_ok=True)
    file = folder / "people.csv"
    file.write_text("\n".join([heading, *rows]) + "\n")
    return file


def test_people_s_counts_are_summed_over_materials(tmp_path, imported):
    file = people(
        tmp_path / "plain", "1,1,m,1,gossip,4,5", "1,1,m,1,social,3,3", "1,2,f,2,gossip,2,2", "1,2,f,2,social,0,1"
    )
    scores = summaries(imported("mesoudi", file))[0].scores
    assert scores["correct_recall"] == {1: 7, 2: 2}
    assert scores["total_recall.social"] == {1: 3, 2: 1}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["1,1,m,1,gossip,4,5", "1,3,m,3,gossip,2,2"], "chain '1' has no generation 2"),
        (
            ["1,1,m,1,gossip,4,5", "1,2,m,2,gossip,4,5", "2,3,m,1,gossip,4,5"],
            "chain '2' has no 'correct_recall' of generation 2",
        ),
        (
            ["1,1,m,1,gossip,4,5", "1,1,m,1,social,4,5", "2,3,m,1,gossip,4,5"],
            "chain '2' has no 'correct_recall.social' of generation 1",
        ),
        (["1,1,m,1,gossip,4,5", "1,1,m,1,gossip,4,5"], "line 3: chain '1' has generation 1 of 'gossip' twice"),
        (["1,1,m,1,gossip,-1,5"], "line 2: .*correct_recall and total_recall from 0"),
        (["1,1,m,0,gossip,4,5"], "line 2: generations count from 1"),
        (["1,1,m,1,gossip,four,5"], "line 2: .*whole numbers"),
        (["1,1,m,1"], "line 2: .*whole numbers"),
        ([], "no row in it"),
    ],
)
def test_a_table_of_people_that_lacks_something_is_named(tmp_path, imported, rows, said):
    file = people(tmp_path / "plain", *rows)
    with pytest.raises(LogDamaged, match=said) as raised:
        imported("mesoudi", tmp_path / "plain")
    assert str(file) in str(raised.value)


def test_more_right_than_recalled_is_imported_and_said(mazedom, tmp_path):
    """Experiment 1 has thirteen such rows as published."""
    file = people(tmp_path / "plain", "1,1,f,1,gossip,8,7", "1,2,f,2,gossip,2,2")
    ran = mazedom("import", "mesoudi", file, "--json")
    assert ran.status == 0
    assert ran.document["scores"]["correct_recall"] == {"1": 8, "2": 2}
    assert "line 2: 8 recalled correctly and 7 in total" in ran.err
    (note,) = ran.document["notes"]
    assert str(file) in note


def test_each_table_is_a_set(tmp_path, imported):
    folder = tmp_path / "plain"
    people(folder, "1,1,f,1,gossip,8,8").rename(folder / "other.csv")
    people(folder, "1,1,f,1,gossip,4,4")
    assert [found.scores["correct_recall"] for found in summaries(imported("mesoudi", folder))] == [{1: 8}, {1: 4}]


def test_a_table_without_a_column_is_named(tmp_path, imported):
    with pytest.raises(LogDamaged, match="no column 'material'"):
        imported("mesoudi", people(tmp_path / "plain", heading=HEADING.replace("material", "kind")))


# What can be wrong with any archive


@pytest.mark.parametrize("kind", READERS)
def test_nothing_there_or_nothing_in_it_is_bad_input(tmp_path, imported, kind):
    with pytest.raises(BadInput, match="no such file"):
        imported(kind, tmp_path / "nowhere.tar.xz")
    (tmp_path / "nothing_here").mkdir()
    with pytest.raises(BadInput, match="nothing_here"):
        imported(kind, tmp_path / "nothing_here")
    assert list((tmp_path / "here").rglob(kind)) == []


def test_a_tar_file_that_breaks_off_or_is_none_is_damaged(tmp_path, imported):
    file = packed(telephone_folder(tmp_path / "plain"), tmp_path / "chains.tar.xz")
    whole = file.read_bytes()
    for content in (whole[: len(whole) // 2], b"no tar file at all"):
        file.write_bytes(content)
        with pytest.raises(LogDamaged, match="no whole tar file"):
            imported("telephone", file)
    assert files_in(tmp_path / "here") == []


def test_a_file_that_is_no_json_is_damaged(tmp_path, imported):
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "output0.json").write_text('{"initial_story": ')
    with pytest.raises(LogDamaged, match=r"output0\.json: no JSON .*line 1"):
        imported("telephone", tmp_path / "plain")


def test_a_name_in_a_tar_file_can_not_lead_out_of_the_run(tmp_path, imported):
    file = tmp_path / "chains.tar"
    story = json.dumps({"initial_story": "Foxes", "stories": [["Dogs"]]}).encode()
    with tarfile.open(file, "w") as tar:
        for name in ("../../../evil/seed_1/output0.json", "/evil/seed_2/output0.json"):
            member = tarfile.TarInfo(name)
            member.size = len(story)
            tar.addfile(member, io.BytesIO(story))
    archive = imported("telephone", file)
    assert len(chains_of(archive)) == 2
    run = archive.folder.relative_to("runs")
    assert files_in(tmp_path) == ["chains.tar", f"here/runs/{run}/log.jsonl", f"here/runs/{run}/run.json"]


def test_a_file_in_a_tar_that_claims_to_be_huge_is_not_read(tmp_path, imported, monkeypatch):
    file = packed(telephone_folder(tmp_path / "plain"), tmp_path / "chains.tar.xz")
    monkeypatch.setattr(source, "LARGEST", 10)
    with pytest.raises(LogDamaged, match=r"output0\.json: .* bytes, more than"):
        imported("telephone", file)


def test_hidden_files_are_passed_over(tmp_path, imported):
    folder = broken_folder(tmp_path / "plain")
    (folder / ".news.json").write_text("not ours")
    (found,) = summaries(imported("broken-telephone", folder))
    assert found.name == "news"


def test_a_chain_that_is_there_twice_is_named(tmp_path, imported):
    folder = telephone_folder(tmp_path / "plain")
    packed(folder, folder / "again.tar.xz")
    with pytest.raises(LogDamaged, match=r"'poem/seed_1' .* is there twice: in .*output0\.json and .*again\.tar\.xz"):
        imported("telephone", folder)


def test_an_error_is_one_sentence_and_one_document(mazedom, tmp_path):
    ran = mazedom("import", "telephone", tmp_path, "--json")
    assert ran.status == 2
    assert ran.document["kind"] == "BadInput"
    assert ran.err.count("\n") == 1


# An archive as a run


def test_an_imported_run_is_listed_shown_and_checked_like_any_other(mazedom, tmp_path):
    run = mazedom("import", "telephone", telephone_folder(tmp_path / "plain"), "--json").document["run"]
    (row,) = mazedom("list", "--json").document["runs"]
    assert (row["run"], row["experiment"], row["trials"]) == (run, "telephone", "3")
    assert row["status"] == "imported"
    assert mazedom("show", "last", "--json").document["chains"] == 3
    checked = mazedom("replay", run, "--verify", "--json")
    assert checked.status == 0
    assert checked.document["identical"] is True


def test_a_list_of_runs_fits_the_terminal_and_keeps_names_whole(mazedom, tmp_path, monkeypatch):
    monkeypatch.setattr(output.results, "_width", 80)
    found = mazedom("import", "telephone", telephone_folder(tmp_path / "plain", model="a-long-name" * 9), "--json")
    said = mazedom("list").out
    assert found.document["run"] in said
    assert max(map(len, said.splitlines())) <= 80
    assert len(said.splitlines()) == 2


def test_a_chain_is_told_hop_by_hop_with_its_texts(mazedom, tmp_path):
    mazedom("import", "telephone", telephone_folder(tmp_path / "plain"))
    said = mazedom("show", "--trial", "c1.tale/seed_2").out
    for text in ("Seven brown foxes jumped over sleeping dogs", "Brown foxes and dogs", "Dogs", "recall 0.143"):
        assert text in said
    told = mazedom("show", "--trial", "tale/seed_2", "--json").document
    assert told["texts"] == STORIES["tale", 2]
    assert told["properties"]["length"] == [43, 20, 4]
    assert told["properties"]["recall"][0] == 1


def test_a_chain_s_text_can_not_steer_the_terminal(mazedom, tmp_path):
    stories = {("tale", 1): ["Seven \x1b[2Jbrown\r\x9b31m foxes\n\tran", "Dogs"]}
    mazedom("import", "telephone", telephone_folder(tmp_path / "plain", stories))
    said = mazedom("show", "--trial").out
    assert not set(said) & set("\x1b\r\x9b")
    assert "Seven \ufffd[2Jbrown\ufffd\ufffd31m foxes\n" in said


def test_people_s_chains_are_told_by_their_counts(mazedom, tmp_path):
    mazedom("import", "mesoudi", people(tmp_path / "plain", "1,1,m,1,gossip,4,5", "1,1,m,2,gossip,2,2"))
    said = mazedom("show", "--trial").out
    assert ["correct_recall", "4", "2"] in [line.split() for line in said.splitlines()]
    assert mazedom("show", "--trial", "--json").document["texts"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "last", "--trial", "c1.tale/seed_9"), "did you mean c1.tale/seed"),
        (("show", "last", "--trial", "neither"), "it has 3, from c1.poem/seed_1 on"),
        (("show", "last", "--graph"), "no hierarchy is known"),
        (("replay", "last"), "--verify"),
        (("resume", "last"), "chains that others logged"),
        (("compare", "last"), "chains that others logged"),
    ],
)
def test_what_an_imported_run_can_not_do_is_said_in_one_sentence(mazedom, tmp_path, words, said):
    mazedom("import", "telephone", telephone_folder(tmp_path / "plain"))
    ran = mazedom(*words)
    assert ran.status == 2
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_importing_the_same_chains_again_finds_the_run(mazedom, tmp_path):
    folder = telephone_folder(tmp_path / "plain")
    first = mazedom("import", "telephone", folder, "--json").document
    again = mazedom("import", "telephone", packed(folder, tmp_path / "chains.tar.xz"), "--json")
    assert again.document == first
    assert "already" in again.err
    assert len(mazedom("list", "--json").document["runs"]) == 1


def test_other_chains_or_a_damaged_run_of_the_same_make_another(mazedom, tmp_path):
    folder = telephone_folder(tmp_path / "plain")
    first = mazedom("import", "telephone", folder, "--json").document
    log = tmp_path / first["path"] / "log.jsonl"
    log.write_text(log.read_text().replace("Brown foxes", "Green foxes"))
    assert mazedom("import", "telephone", folder, "--json").document["run"] != first["run"]


def edited(line):
    return line.replace("Brown foxes", "Green foxes")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: [edited(line) for line in lines], "a text or score was changed"),
        (lambda lines: lines[:-1], "lacks chain"),
        (lambda lines: [*lines[:-1], lines[-1][:40]], "lacks chain"),
        (lambda lines: [*lines, lines[0].replace('"tale/seed_1"', '"extra"').replace('"poem/seed_1"', '"extra"')],
         "no such chain"),
        (lambda lines: [line.replace('"texts":[', '"texts":[3,') for line in lines], "the log was changed or damaged"),
    ],
    ids=["text", "gone", "cut", "more", "type"],
)  # fmt: skip
def test_a_changed_log_is_found_out(mazedom, tmp_path, change, said):
    found = mazedom("import", "telephone", telephone_folder(tmp_path / "plain"), "--json").document
    log = tmp_path / found["path"] / "log.jsonl"
    log.write_text("".join(change(log.read_text().splitlines(keepends=True))))
    ran = mazedom("replay", "last", "--verify")
    assert ran.status == 1
    assert said in ran.err


def test_a_forged_digest_is_found_out(mazedom, tmp_path):
    """Who changes a text and its digest with it does not match the digest of all chains."""
    found = mazedom("import", "telephone", telephone_folder(tmp_path / "plain"), "--json").document
    other = {key: [text.replace("Brown", "Green") for text in chain] for key, chain in STORIES.items()}
    mazedom("import", "telephone", telephone_folder(tmp_path / "other", other), "--json")
    forged = tmp_path / mazedom("show", "last", "--json").document["path"] / "log.jsonl"
    shutil.copy(forged, tmp_path / found["path"] / "log.jsonl")
    ran = mazedom("replay", found["run"], "--verify")
    assert ran.status == 1
    assert "the chains together are not those that were imported" in ran.err


def test_an_interrupted_import_leaves_no_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def chains():
        yield from READERS["telephone"](telephone_folder(tmp_path / "plain"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keep("telephone", tmp_path / "plain", chains())
    assert not list((tmp_path / "runs").iterdir())


# What was kept of how much


def test_no_more_is_kept_than_there_was(tmp_path, imported):
    (every, gossip) = kept_counts(
        imported("mesoudi", people(tmp_path / "plain", "1,1,f,1,gossip,8,7", "1,2,f,2,gossip,2,3"))
    )
    assert every.total.tolist() == [[8, 3]]
    assert gossip.what.endswith(": gossip")


def test_every_kind_that_the_command_line_offers_has_a_reader():
    assert "import" in VERBS
    for kind in READERS:
        assert parse(["import", kind, "PATH"]).kind == kind
