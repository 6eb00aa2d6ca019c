"""Others' logged chains: published numbers to the printed digits, and what is said of a broken archive."""

import json
import math
import shutil
import tarfile
from pathlib import Path

import pytest

from chains.archives import broken_telephone, mesoudi, source, telephone
from chains.archives.attractors import attractor
from chains.archives.properties import content_words, recall
from chains.archives.summary import summary
from chains.errors import BadInput, LogDamaged
from chains.verbs.arguments import VERBS, parse
from chains.verbs.import_verb import READERS

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the published archives are not here: no ../shared/data")
STORIES = {
    ("tale", 1): ["Seven brown foxes jumped over sleeping dogs", "Seven foxes jumped over dogs", "Foxes jumped"],
    ("tale", 2): ["Seven brown foxes jumped over sleeping dogs", "Brown foxes and dogs", "Dogs"],
    ("poem", 1): ["Winter came early", "Winter came", "Early winter"],
}


def telephone_folder(folder, stories=STORIES):
    for (text, seed), (initial, *rest) in stories.items():
        file = folder / "a-model" / "rephrase" / text / f"seed_{seed}" / "output0.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"initial_story": initial, "stories": [[story] for story in rest]}))
    return folder


def packed(folder, file):
    with tarfile.open(file, "w:xz") as tar:
        tar.add(folder, arcname=".")
    return file


# Published numbers


@needs_data
def test_the_telephone_game_s_numbers_are_reproduced_on_both_sides_of_the_off_by_one(mazedom):
    ran = mazedom("import", "telephone", DATA / "telephone_game" / "gpt-3.5-turbo-0125_rephrase.tar.xz", "--json")
    found = ran.document
    assert (found["chains"], found["generations"]) == (100, 50)
    length = found["attractors"]["length"]
    printed = {first: (f"{row['strength']:.4f}", f"{row['position']:.1f}") for first, row in length.items()}
    assert printed == {"from_generation_1": ("0.5613", "366.2"), "from_initial": ("0.9635", "513.4")}
    assert "released" in found["about"]["from_generation_1"]
    recalled = [f"{found['recall'][at]:.3f}" for at in ("1", "2", "3", "5", "10", "20", "50")]
    assert recalled == ["0.467", "0.409", "0.380", "0.352", "0.324", "0.302", "0.262"]
    assert found["run"] is None
    assert "no run was made" in ran.err


@needs_data
def test_broken_telephone_s_numbers_are_reproduced_for_both_sets(mazedom):
    found = mazedom("import", "broken-telephone", DATA / "broken_telephone", "--json").document
    llama, mixed = found["sets"]
    assert "Llama" in llama["set"]
    assert "mistral" in mixed["set"]
    steps = ("0", "2", "10", "20", "50", "100")
    for one, published in (
        (llama, ["0.964", "0.930", "0.890", "0.857", "0.810", "0.773"]),
        (mixed, ["0.955", "0.927", "0.837", "0.807", "0.734", "0.592"]),
    ):
        assert (one["chains"], one["generations"]) == (30, 100)
        assert [f"{one['scores']['factscore'][step]:.3f}" for step in steps] == published
    assert [f"{mixed['scores']['supported_facts'][step]:.1f}" for step in ("0", "100")] == ["39.4", "12.1"]
    assert [round(mixed["properties"]["length"][step]) for step in ("0", "100")] == [872, 452]
    assert found["scores"] == llama["scores"]


@needs_data
def test_what_people_recalled_is_reproduced(mazedom):
    found = mazedom("import", "mesoudi", DATA / "mesoudi2006", "--json").document
    assert (found["chains"], found["generations"]) == (10, 4)
    assert found["recall"] == found["attractors"] == {}
    for score, published in (
        ("correct_recall", ["24.5", "15.1", "9.2", "7.8"]),
        ("correct_recall.gossip", ["7.8", "6.7", "4.0", "3.8"]),
        ("correct_recall.physical", ["4.5", "1.8", "0.9", "0.8"]),
    ):
        assert [f"{value:.1f}" for value in found["scores"][score].values()] == published


@needs_data
def test_a_person_sees_which_attractor_is_which(mazedom):
    said = mazedom("import", "telephone", DATA / "telephone_game").out
    for number in ("0.5613", "366.2", "0.9635", "513.4"):
        assert number in said
    assert "first text: generation 1" in said
    assert "first text: the initial text" in said


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


def test_a_chain_that_changes_nothing_has_no_attractor_s_position():
    found = attractor([10, 20, 40], [10, 20, 40])
    assert found.strength == 0
    assert math.isnan(found.position)


def test_an_alternating_slope_counts_by_its_size():
    found = attractor([0, 1, 2], [2, 1.5, 1])
    assert (found.strength, found.position) == (0.5, pytest.approx(4 / 3))


@pytest.mark.parametrize("first", [[1, 2], [5, 5, 5]])
def test_too_few_or_equal_beginnings_determine_no_attractor(first):
    assert attractor(first, first) is None


# Archives made here


def test_a_folder_a_tar_file_and_a_folder_with_a_tar_file_read_alike(tmp_path):
    folder = telephone_folder(tmp_path / "plain")
    (tmp_path / "kept").mkdir()
    file = packed(folder, tmp_path / "kept" / "chains.tar.xz")
    expected = [summary(found) for found in telephone.read(folder)]
    assert expected[0].name == "a-model/rephrase"
    assert (expected[0].chains, expected[0].generations) == (3, 2)
    assert [summary(found) for found in telephone.read(file)] == expected
    assert [summary(found) for found in telephone.read(tmp_path / "kept")] == expected
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["chains.tar.xz"]


def test_attractors_take_generation_1_and_the_initial_text(tmp_path):
    (found,) = telephone.read(telephone_folder(tmp_path))
    firsts = {at: [len(chain.texts[at]) for chain in found.chains] for at in (0, 1)}
    last = [len(chain.texts[2]) for chain in found.chains]
    assert summary(found).attractors["length"] == {
        "from_generation_1": attractor(firsts[1], last),
        "from_initial": attractor(firsts[0], last),
    }


def test_a_single_chain_s_folder_can_be_read(tmp_path):
    folder = telephone_folder(tmp_path) / "a-model" / "rephrase" / "tale" / "seed_1"
    (found,) = telephone.read(folder)
    assert summary(found).attractors["length"] == {"from_generation_1": None, "from_initial": None}


def test_models_and_prompts_make_sets_of_their_own(tmp_path):
    folder = telephone_folder(tmp_path)
    shutil.copytree(folder / "a-model" / "rephrase", folder / "a-model" / "continue")
    assert [found.name for found in telephone.read(folder)] == ["a-model/continue", "a-model/rephrase"]


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
def test_a_telephone_chain_that_lacks_a_generation_is_named(tmp_path, logged, said):
    folder = telephone_folder(tmp_path)
    broken = folder / "a-model" / "rephrase" / "poem" / "seed_1" / "output0.json"
    broken.write_text(json.dumps(logged))
    with pytest.raises(LogDamaged, match=said) as raised:
        telephone.read(folder)
    assert str(broken) in str(raised.value)
    assert "\n" not in str(raised.value)


def documents(*chains):
    return {
        str(number): {"prompt": "p", **{f"{at}_en": text for at, text in enumerate(chain)}}
        for number, chain in enumerate(chains)
    }


def scored(chain, name="factscore", at=(0, 2)):
    return {str(step): {"text": chain[step].replace('"', "'"), name: 1 - step / 4} for step in at}


CHAINS = (["It was 'fine' then", "It was fine", "Fine"], ['She said "maybe later"', "She said maybe", "Maybe"])


def broken_folder(folder, raw=None, scores=None):
    (folder / "news.json").write_text(json.dumps(documents(*CHAINS) if raw is None else raw))
    if scores is not None:
        (folder / "news_factscore.json").write_text(json.dumps(scores))
    return folder


def test_scores_find_their_chain_though_their_copies_quote_otherwise(tmp_path):
    scores = {"b": scored(CHAINS[1]), "a": scored(CHAINS[0])}
    (found,) = broken_telephone.read(broken_folder(tmp_path, scores=scores))
    assert [chain.scores["factscore"] for chain in found.chains] == [{0: 1.0, 2: 0.5}] * 2
    assert summary(found).scores == {"factscore": {0: 1.0, 2: 0.5}}


def test_chains_that_begin_alike_are_told_apart_by_their_later_texts(tmp_path):
    chains = [["same", "b", "c"], ["same", "x", "y"]]
    scores = {"second": scored(chains[1]), "first": scored(chains[0], at=(0, 2))}
    scores["second"]["2"]["factscore"] = 0.25
    (found,) = broken_telephone.read(broken_folder(tmp_path, documents(*chains), scores))
    assert [chain.scores["factscore"][2] for chain in found.chains] == [0.5, 0.25]


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
        ({"0": "a text"}, None, "news.json", "has no generation 0"),
        ({}, None, "news.json", "no document in it"),
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
def test_a_broken_telephone_archive_that_lacks_something_is_named(tmp_path, raw, scores, file, said):
    with pytest.raises(LogDamaged, match=said) as raised:
        broken_telephone.read(broken_folder(tmp_path, raw, scores))
    assert file in str(raised.value)


def test_scores_without_their_chains_are_named(tmp_path):
    broken_folder(tmp_path, scores={})
    (tmp_path / "news.json").rename(tmp_path / "olds.json")
    with pytest.raises(LogDamaged, match=r"news\.json is missing"):
        broken_telephone.read(tmp_path)


HEADING = "chain,participant,gender,generation,material,correct_recall,total_recall"


def people(folder, *rows, heading=HEADING):
    file = folder / "people.csv"
    file.write_text("\n".join([heading, *rows]) + "\n")
    return file


def test_people_s_counts_are_summed_over_materials(tmp_path):
    file = people(tmp_path, "1,1,m,1,gossip,4,5", "1,1,m,1,social,3,3", "1,2,f,2,gossip,2,2", "1,2,f,2,social,0,1")
    (found,) = mesoudi.read(file)
    scores = summary(found).scores
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
        (["1,1,m,1,gossip,6,5"], "line 2: .*from 0 to total_recall"),
        (["1,1,m,0,gossip,4,5"], "line 2: generations count from 1"),
        (["1,1,m,1,gossip,four,5"], "line 2: .*whole numbers"),
        (["1,1,m,1"], "line 2: .*whole numbers"),
        ([], "no row in it"),
    ],
)
def test_a_table_of_people_that_lacks_something_is_named(tmp_path, rows, said):
    file = people(tmp_path, *rows)
    with pytest.raises(LogDamaged, match=said) as raised:
        mesoudi.read(tmp_path)
    assert str(file) in str(raised.value)


def test_a_table_without_a_column_is_named(tmp_path):
    with pytest.raises(LogDamaged, match="no column 'material'"):
        mesoudi.read(people(tmp_path, heading=HEADING.replace("material", "kind")))


# What can be wrong with any archive


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_nothing_there_or_nothing_in_it_is_bad_input(tmp_path, read):
    with pytest.raises(BadInput, match="no such file"):
        read(tmp_path / "nowhere.tar.xz")
    (tmp_path / "nothing_here").mkdir()
    with pytest.raises(BadInput, match="nothing_here"):
        read(tmp_path / "nothing_here")


def test_a_tar_file_that_breaks_off_or_is_none_is_damaged(tmp_path):
    file = packed(telephone_folder(tmp_path / "plain"), tmp_path / "chains.tar.xz")
    whole = file.read_bytes()
    for content in (whole[: len(whole) // 2], b"no tar file at all"):
        file.write_bytes(content)
        with pytest.raises(LogDamaged, match="no whole tar file"):
            telephone.read(file)


def test_a_file_that_is_no_json_is_damaged(tmp_path):
    (tmp_path / "output0.json").write_text('{"initial_story": ')
    with pytest.raises(LogDamaged, match=r"output0\.json: no JSON"):
        telephone.read(tmp_path)


def test_a_file_in_a_tar_that_claims_to_be_huge_is_not_read(tmp_path, monkeypatch):
    file = packed(telephone_folder(tmp_path / "plain"), tmp_path / "chains.tar.xz")
    monkeypatch.setattr(source, "LARGEST", 10)
    with pytest.raises(LogDamaged, match=r"output0\.json: .* bytes, more than"):
        telephone.read(file)


def test_hidden_files_are_passed_over(tmp_path):
    folder = broken_folder(tmp_path)
    (folder / ".news.json").write_text("not ours")
    (found,) = broken_telephone.read(folder)
    assert found.name == "news"


def test_an_error_is_one_sentence_and_one_document(mazedom, tmp_path):
    ran = mazedom("import", "telephone", tmp_path, "--json")
    assert ran.status == 2
    assert ran.document["kind"] == "BadInput"
    assert ran.err.count("\n") == 1


def test_every_kind_that_the_command_line_offers_has_a_reader():
    assert "import" in VERBS
    for kind in READERS:
        assert parse(["import", kind, "PATH"]).kind == kind
