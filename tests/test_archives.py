"""Archives of others' chains made here: what is read of them, and what is said of what they lack."""

import json
import shutil

import pytest
from archived import (
    CHAINS,
    HEADING,
    broken_folder,
    chains_of,
    documents,
    files_in,
    packed,
    people,
    scored,
    summaries,
    telephone_folder,
)

from chains.analysis.archives.attractors import attractor
from chains.errors import BadInput, LogDamaged


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
