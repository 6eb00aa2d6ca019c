"""An archive as a run: listed, shown, told, checked, and imported once."""

import shutil

import pytest
from archived import STORIES, packed, people, telephone_folder

from chains.analysis.archives.archive_run import keep
from chains.analysis.archives.kept_counts import kept_counts
from chains.terminal.arguments import VERBS
from chains.terminal.command_line import parse
from chains.terminal.verbs.import_ import READERS
from chains.terminal.views import output


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
    _, row, *conditions = said.splitlines()
    assert row.startswith(found.document["run"])
    assert "".join(line.strip() for line in conditions) == f"{'a-long-name' * 9}/rephrase"


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
