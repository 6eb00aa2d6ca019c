"""A run in one file: whole it replays elsewhere; without texts it verifies, and gives nothing away."""

import io
import json
import zipfile
from pathlib import Path

import pytest

import chains
import cli
from chains.rng import Draw
from chains.running.record_file import read_record
from chains.shipped import shipped

SAMPLE = shipped("runs") / "sample"


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def packed(*more):
    assert cli.main(["pack", str(SAMPLE), "--to", "run.zip", *more]) == 0


def verified(capsys, name="run.zip"):
    capsys.readouterr()
    status = cli.main(["pack", name, "--verify", "--json"])
    return status, json.loads(capsys.readouterr().out)


def receipt(capsys):
    capsys.readouterr()
    cli.main(["replay", str(SAMPLE), "--verify", "--json"])
    return json.loads(capsys.readouterr().out)["receipt"]["root"]


def rewritten(change):
    """Write run.zip anew with one file changed by `change(name, text)`."""
    with zipfile.ZipFile("run.zip") as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile("changed.zip", "w") as new:
        for name, content in parts.items():
            new.writestr(name, change(name, content))


def test_a_whole_pack_is_replayed_after_unzip_and_nothing_else(capsys):
    packed()
    with zipfile.ZipFile("run.zip") as file:
        file.extractall()
    run = read_record(SAMPLE).id
    assert cli.main(["replay", run, "--verify"]) == 0
    assert "everything is as logged" in capsys.readouterr().out


def test_a_run_that_was_made_here_is_packed_with_its_labels_and_replays(tmp_path, capsys):
    run = chains.run_sync(settings={"model": "channel:drop=0.2", "depth": 2, "worlds": 2})
    (run.folder / "labels").mkdir()
    (run.folder / "labels" / "me.jsonl").write_text("{}\n")
    assert cli.main(["pack", "last"]) == 0
    with zipfile.ZipFile(f"{run.id}.zip") as file:
        assert f"{run.id}/labels/me.jsonl" in file.namelist()
        file.extractall("there")
    assert cli.main(["replay", f"there/{run.id}", "--verify"]) == 0


@pytest.mark.parametrize("more", [(), ("--redact",)])
def test_a_pack_verifies_with_the_receipt_of_the_run(more, capsys):
    packed(*more)
    status, found = verified(capsys)
    assert (status, found["whole"], found["redacted"]) == (0, True, bool(more))
    assert found["receipt"] == receipt(capsys)


def test_a_redacted_pack_holds_no_text_of_prompts_worlds_or_messages():
    packed("--redact")
    with zipfile.ZipFile("run.zip") as file:
        content = b"".join(file.read(name) for name in file.namelist()).decode()
    record = read_record(SAMPLE)
    texts = [row["text"] for row in chains.load(str(SAMPLE)).messages()]
    texts += [prompt.body for prompt in record.prompts.values()]
    texts += [fact.render(0) for world in record.worlds.values() for fact in world.facts]
    lines = {line.strip("- ") for text in texts for line in text.splitlines() if len(line.split()) > 3}
    assert len(lines) > 50
    assert [line for line in lines if line in content] == []
    subjects = {fact.subject for world in record.worlds.values() for fact in world.facts}
    assert [subject for subject in subjects if subject in content] == []


def test_a_redacted_pack_keeps_the_fates_and_who_was_asked():
    packed("--redact")
    with zipfile.ZipFile("run.zip") as file:
        (log,) = (name for name in file.namelist() if name.endswith("log.jsonl"))
        lines = [json.loads(line) for line in io.BytesIO(file.read(log))]
    ends = [line["kept"] for line in lines if line["kind"] == "trial"]
    assert {row["trial"] for row in chains.load(str(SAMPLE)).trials()} == {end["trial"] for end in ends}
    assert all(set(reading["fates"]) <= set("KBAIO-") for end in ends for reading in end["readings"].values())
    steps = [line["kept"] for line in lines if line["kind"] == "step"]
    assert {step["digest"] for step in steps} == {row["request_digest"] for row in chains.load(str(SAMPLE)).calls()}


def flipped(name, content):
    return content.replace(b'"fates":"K', b'"fates":"O', 1) if name.endswith("log.jsonl") else content


def shortened(name, content):
    return b"".join(content.splitlines(keepends=True)[:-1]) if name.endswith("log.jsonl") else content


@pytest.mark.parametrize("more", [(), ("--redact",)])
@pytest.mark.parametrize("change", [flipped, shortened])
def test_a_pack_that_was_changed_is_found_out(change, more, capsys):
    packed(*more)
    rewritten(change)
    status, found = verified(capsys, "changed.zip")
    assert status == 1
    assert not found["whole"]
    assert found["wrong"]


def test_a_run_that_was_changed_is_not_packed(capsys):
    run = chains.run_sync(settings={"model": "channel:drop=0.2", "depth": 2, "worlds": 2})
    log = run.folder / "log.jsonl"
    log.write_text(log.read_text().replace('"fates":"K', '"fates":"O', 1))
    assert cli.main(["pack", "last"]) == 1
    assert "was changed after it was logged" in capsys.readouterr().err


@pytest.mark.parametrize("more", [(), ("--redact",)])
def test_a_pack_with_a_bit_turned_is_refused_or_has_the_receipt_all_the_same(more, capsys):
    """Bits of the container, such as times, don't count."""
    packed(*more)
    whole = receipt(capsys)
    content = Path("run.zip").read_bytes()
    draw = Draw("bits", len(more))
    for _ in range(60):
        turned = bytearray(content)
        turned[draw.integer(0, len(content) - 1)] ^= 1 << draw.integer(0, 7)
        Path("turned.zip").write_bytes(turned)
        status, found = verified(capsys, "turned.zip")
        assert status in (1, 2) or found["receipt"] == whole


@pytest.mark.parametrize("content", [b"no zip", b""])
def test_what_is_no_pack_is_told_in_a_sentence(content, tmp_path, capsys):
    (tmp_path / "run.zip").write_bytes(content)
    assert cli.main(["pack", "run.zip", "--verify"]) == 2
    assert "Traceback" not in capsys.readouterr().err
