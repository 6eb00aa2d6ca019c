"""What can be wrong with any archive: nothing of it is imported, and a sentence says why."""

import io
import json
import tarfile

import pytest
from archived import broken_folder, chains_of, files_in, packed, summaries, telephone_folder

from chains.analysis.archives import source
from chains.errors import BadInput, LogDamaged
from chains.terminal.verbs.import_ import READERS


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
