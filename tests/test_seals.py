"""Every change of a run's files is found: lines carry digests, trials and the run have roots."""

import json
import random
from pathlib import Path

import pytest
from conftest import steps_of

from chains.running.log.seals import record_is_whole, seal_of, sealed, unsealed, with_seal


@pytest.fixture
def ran(mazedom):
    """Make a run of the channel; return its folder."""
    made = mazedom("run", "--set", "model=channel:drop=0.1", "--set", "worlds=2", "--set", "depth=2", "--json")
    assert made.status == 0
    return Path(made.document["path"])


def verified(mazedom, folder):
    found = mazedom("replay", folder, "--verify", "--json")
    return found.status, found.document


def test_a_seal_comes_off_as_it_went_on():
    line = b'{"kind":"note","at":"x"}\n'
    whole = sealed(line, 7)
    assert json.loads(whole)["n"] == 7
    assert seal_of(whole) == (line[:-1], 7, True)
    assert unsealed(whole) == line[:-1]
    assert seal_of(line) is None
    assert not seal_of(whole.replace(b"note", b"nose")).whole
    text = "".join(with_seal(["{\n", '  "a": 1', "\n}\n"])).encode()
    assert json.loads(text)["a"] == 1
    assert record_is_whole(text)
    assert record_is_whole(text.replace(b"1", b"2", 1)) is False
    assert record_is_whole(b"{}") is None


def test_a_run_as_it_was_logged_has_one_receipt(ran, mazedom):
    status, document = verified(mazedom, ran)
    assert (status, document["differences"]) == (0, [])
    assert document["receipt"]["sealed"]
    assert len(document["receipt"]["root"]) == 64
    assert verified(mazedom, ran)[1]["receipt"] == document["receipt"]
    assert f"receipt  {document['receipt']['root']}" in mazedom("replay", ran, "--verify").out


def lines_of(run):
    return (run / "log.jsonl").read_bytes().splitlines(keepends=True)


def number_of_step(lines, where):
    return next(n for n, line in enumerate(lines) if b'"kind":"step"' in line and where(json.loads(line)))


def heard_by_nobody(lines):
    at = number_of_step(lines, lambda step: step["heard"])
    step = json.loads(lines[at]) | {"heard": []}
    return [*lines[:at], json.dumps(step).encode() + b"\n", *lines[at + 1 :]]


def heard_and_mended(lines):
    """Change whom a seat heard, and mend the digest of its line."""
    at = number_of_step(lines, lambda step: step["heard"])
    step = {name: value for name, value in json.loads(lines[at]).items() if name not in ("n", "sha")}
    return [*lines[:at], sealed(json.dumps(step | {"heard": ["L2.9"]}).encode() + b"\n", at + 1), *lines[at + 1 :]]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (heard_by_nobody, "was changed after it was logged"),
        (heard_and_mended, "the log says that it heard L2.9"),
        (lambda lines: [*lines, lines[3]], "when it was logged: lines were moved, doubled or removed"),
        (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], "lines were moved, doubled or removed"),
        (lambda lines: [*lines[:2], *lines[3:]], "lines were moved, doubled or removed"),
        (
            lambda lines: [line.replace(b'"seconds":0', b'"seconds":9') for line in lines],
            "was changed after it was logged",
        ),
    ],
)
def test_what_was_done_to_lines_is_found(change, says, ran, mazedom):
    (ran / "log.jsonl").write_bytes(b"".join(change(lines_of(ran))))
    status, document = verified(mazedom, ran)
    assert status == 1
    assert any(says in difference for difference in document["differences"]), document["differences"]


def test_lines_without_seals_that_were_doubled_or_moved_are_found_too(ran, mazedom):
    """As logs are from before there were seals."""
    bare = [unsealed(line) + b"\n" for line in lines_of(ran)]
    (ran / "log.jsonl").write_bytes(b"".join(bare))
    assert verified(mazedom, ran)[0] == 0
    for changed, says in (([*bare, bare[2]], "a second time"), (bare[::-1], "lines were moved")):
        (ran / "log.jsonl").write_bytes(b"".join(changed))
        status, document = verified(mazedom, ran)
        assert status == 1
        assert any(says in difference for difference in document["differences"]), document["differences"]


def test_an_edited_record_is_found(ran, mazedom):
    path = ran / "run.json"
    path.write_text(path.read_text().replace('"question": "', '"question": "Really: '))
    status, document = verified(mazedom, ran)
    assert (status, document["differences"]) == (1, ["run.json: it was changed after it was written"])


def test_a_record_that_another_program_wrote_anew_or_whose_seal_was_cut_out_is_found(ran, mazedom):
    path = ran / "run.json"
    content = json.loads(path.read_bytes()) | {"id": "another"}
    bare = {name: value for name, value in content.items() if name != "seal"}
    for text, why in (
        (json.dumps(content), "it was changed after it was written"),
        (json.dumps(content, indent=2), "it was changed after it was written"),
        (json.dumps(bare, indent=2), "it was changed after it was written: it has no seal, and the log has"),
    ):
        path.write_text(text)
        status, document = verified(mazedom, ran)
        assert (status, document["differences"]) == (1, [f"run.json: {why}"])


def test_what_editors_do_to_line_ends_and_beginnings_is_no_change(ran, mazedom):
    for path in (ran / "run.json", ran / "log.jsonl"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert verified(mazedom, ran)[1]["differences"] == []


def test_a_line_that_stands_twice_was_paid_for_once(ran, mazedom):
    before = mazedom("show", ran, "--json").document
    lines = lines_of(ran)
    (ran / "log.jsonl").write_bytes(b"".join([*lines[:3], lines[2], *lines[3:], *lines]))
    after = mazedom("show", ran, "--json").document
    assert (after["calls"], after["tokens"]) == (before["calls"], before["tokens"])


def test_branches_that_finish_in_another_order_have_the_same_root(ran, mazedom):
    """The order in which siblings reply is nobody's doing."""
    before = verified(mazedom, ran)[1]["receipt"]["trials"]
    bare = [unsealed(line) + b"\n" for line in lines_of(ran)]
    trials = sorted(bare, key=lambda line: json.loads(line).get("trial") or "")
    (ran / "log.jsonl").write_bytes(b"".join(trials))
    assert verified(mazedom, ran)[1]["receipt"]["trials"] == before


@pytest.mark.parametrize("name", ["log.jsonl", "run.json"])
def test_every_bit_that_flips_is_found(name, ran, mazedom):
    draw, path = random.Random(7), ran / name
    whole = path.read_bytes()
    for _ in range(20):
        at, bit = draw.randrange(len(whole)), 1 << draw.randrange(8)
        path.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
        found = mazedom("replay", ran, "--verify", "--json")
        assert found.status == 1, (at, bit, whole[max(0, at - 30) : at + 30])
    path.write_bytes(whole)
    assert len(steps_of(ran)) > 0
