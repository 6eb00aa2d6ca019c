"""The run log: what a crash, a second writer, a newer version or a hand may do to it."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chains.errors import LogDamaged, LogInUse, MazedomError
from chains.models.provider import Message, Reply, Request, Usage
from chains.organisation.turn_key import Key
from chains.running.folders import LOG_FILE
from chains.running.log.log import Log
from chains.running.log.records import LOG_VERSION, Step, TrialEnd


def step(trial="c1.w1.r1", seat="L2", text="All is well.", attempt=0, **asked):
    request = Request(model="echo", messages=(Message(role="user", content="Report. Größe: 3 µm"),), settings=asked)
    reply = Reply(text=text, usage=Usage(prompt=4, completion=3))
    return Step(
        trial=trial, seat=seat, level=2, attempt=attempt, pass_="up", heard=(), request=request,  # noqa: S106
        digest=request.digest, reply=reply, reply_digest=reply.digest, tries=2, at="2031-01-01T00:00:00Z",
    )  # fmt: skip


END = TrialEnd(trial="c1.w1.r1", status="finished", at="2031-01-01T00:00:00Z")


def written(folder, *records):
    with Log(folder, write=True) as log:
        for record in records:
            log.append(record)
    return folder / LOG_FILE


def test_what_is_appended_is_found_by_key_and_digest(tmp_path):
    first, second = step(), step(seat="L1", text="Größe: 3 µm\n\x1b[31mred\u2028")
    written(tmp_path, first, second, END)
    with Log(tmp_path) as log:
        assert log.find(second.key, second.digest) == second
        assert log.find(second.key, "another") is None
        assert log.find(Key("c1.w9.r1", "L1"), second.digest) is None
        assert list(log.steps()) == [first, second]
        assert log.end("c1.w1.r1") == END
        assert (log.index.calls, log.index.tokens) == (4, 14)


def test_a_pipe_in_place_of_a_log_holds_nobody_up(tmp_path):
    os.mkfifo(tmp_path / LOG_FILE)
    for write in (False, True):
        with pytest.raises(LogDamaged, match="is no file"):
            Log(tmp_path, write=write)


def test_a_line_without_a_version_costs_itself_and_not_the_run(tmp_path):
    path = written(tmp_path, step(), END)
    for line in (b"{}", b'{"kind":"zzz"}', b'{"kind":"note","note":"' + b"a" * 100_000 + b'"}', b'{"v":"1"}'):
        path.write_bytes(path.read_bytes() + line + b"\n")
    with Log(tmp_path) as log:
        assert len(log.index.damaged) == 4
        assert log.find(step().key, step().digest) == step()


def test_what_was_just_appended_is_found_by_who_appended_it(tmp_path):
    with Log(tmp_path, write=True) as log:
        log.append(step())
        assert log.find(step().key, step().digest) == step()
        log.append(step(seat="L1"))
        assert log.find(Key("c1.w1.r1", "L1"), step().digest).seat == "L1"


def test_one_key_may_hold_replies_to_several_requests(tmp_path):
    """A prompt that was changed half way leaves two requests under one key; each is found by its digest."""
    first, second = step(seed=1, text="One."), step(seed=2, text="Two.")
    written(tmp_path, first, second)
    with Log(tmp_path) as log:
        assert log.find(first.key, first.digest).reply.text == "One."
        assert log.find(first.key, second.digest).reply.text == "Two."
        assert log.holds(first.key).reply.text == "Two."


def test_the_last_end_of_a_trial_counts(tmp_path):
    failed = END.model_copy(update={"status": "failed", "error": "no"})
    written(tmp_path, failed, END)
    with Log(tmp_path) as log:
        assert log.end("c1.w1.r1").status == "finished"


def test_a_line_cut_off_at_any_byte_is_dropped_and_nothing_before_it_is_lost(tmp_path):
    path = written(tmp_path, step(), step(seat="L1", text="Größe"))
    whole = path.read_bytes()
    kept = whole.index(b"\n") + 1
    for length in range(kept, len(whole)):
        path.write_bytes(whole[:length])
        with Log(tmp_path) as log:
            assert list(log.steps()) == [step()]
            assert log.index.cut == length - kept
            assert (log.index.notice is None) == (length == kept)


def test_what_was_cut_off_is_gone_before_anything_is_appended(tmp_path):
    path = written(tmp_path, step(), step(seat="L1"))
    whole = path.read_bytes()
    kept = whole.index(b"\n") + 1
    for length in (kept + 1, kept + 40, len(whole) - 1):
        path.write_bytes(whole[:length])
        written(tmp_path, step(seat="L0"), END)
        with Log(tmp_path) as log:
            assert [found.seat for found in log.steps()] == ["L2", "L0"]
            assert log.index.notice is None


def test_reading_a_cut_off_log_leaves_it_as_it_is(tmp_path):
    path = written(tmp_path, step(), step())
    path.write_bytes(path.read_bytes()[:-5])
    before = path.read_bytes()
    with Log(tmp_path) as log:
        assert "is ignored" in log.index.notice
    assert path.read_bytes() == before


def test_a_second_writer_in_the_same_program_is_refused(tmp_path):
    with (
        Log(tmp_path, write=True),
        pytest.raises(LogInUse, match=r"^another process writes .*log\.jsonl; wait"),
        Log(tmp_path, write=True),
    ):
        pass


def test_a_second_process_is_refused_and_a_reader_is_not(tmp_path, mazedom):
    """Refused with one sentence, and nothing of the first writer's is touched."""
    assert mazedom("run", "--set", "model=channel", "--set", "worlds=1").status == 0
    (folder,) = (tmp_path / "runs" / "watermelon").iterdir()
    holding = "import sys; from chains.running.log.log import Log; from pathlib import Path\n"
    holding += "with Log(Path(sys.argv[1]), write=True): print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": ":".join(sys.path)},
    ) as writer:  # fmt: skip
        assert writer.stdout.readline() == "open\n"
        before = (folder / LOG_FILE).read_bytes()
        refused = mazedom("resume", "--json")
        assert refused.status == 1
        assert refused.err.count("\n") == 1
        assert refused.err.startswith("mazedom: another process writes ")
        assert refused.document["kind"] == "LogInUse"
        assert mazedom("show").status == 0
        assert (folder / LOG_FILE).read_bytes() == before
        writer.stdin.close()
    assert mazedom("resume").status == 0


def test_a_line_of_a_newer_version_is_refused(tmp_path):
    path = written(tmp_path, step(), step(seat="L1"))
    lines = path.read_bytes().splitlines(keepends=True)
    newer = json.loads(lines[1]) | {"v": LOG_VERSION + 1, "mood": "new"}
    path.write_bytes(lines[0] + json.dumps(newer).encode() + b"\n")
    with pytest.raises(LogDamaged, match=f"line 2 .*version {LOG_VERSION + 1}.*reads version {LOG_VERSION}"):
        Log(tmp_path)


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"garbage",
        b"[1, 2]",
        b'"v"',
        b"null",
        b"\xff\xfe\x00",
        b'{"v": 1, "kind": "step"}',
        b'{"v": 1, "kind": "trial", "trial": ["c1"], "status": "finished"}',
        b'{"v": 1, "kind": "trial", "trial": "c1", "status": "perhaps"}',
        b'{"v": 1, "kind": "step", "trial": "c1", "seat": {}, "turn": 0, "attempt": 0, "digest": "0"}',
        b'{"v": 1, "kind": "step", "trial": "c1", "seat": "L1", "turn": 0, "attempt": 0, "digest": "0", "reply": 3}',
        b'{"v": 1, "kind": "step", "trial": "c1", "seat": "L1", "turn": 0, "attempt": 0, "digest": 7, "reply": {}}',
    ],
)
def test_garbage_in_the_middle_is_named_by_its_line_and_costs_no_other(garbage, tmp_path):
    path = written(tmp_path, step(), step(seat="L1"))
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + garbage + b"\n" + second)
    with Log(tmp_path) as log:
        assert len(log.index.places) == 2
        assert "log.jsonl line 2 of " in log.index.notice
        assert [read.seat for read in log.steps()] == ["L2", "L1"]
    path.write_bytes(garbage + b"\n")
    with pytest.raises(LogDamaged, match=r"log\.jsonl line 1 of "):
        Log(tmp_path)  # it is no log at all


@pytest.mark.parametrize("newer", [b'{"v": 1}', b'{"v": 1, "kind": "mood"}'])
def test_a_record_of_a_kind_that_nobody_knows_is_refused(newer, tmp_path):
    path = written(tmp_path, step())
    path.write_bytes(path.read_bytes() + newer + b"\n")
    with pytest.raises(LogDamaged, match=r"log\.jsonl line 2 of "):
        Log(tmp_path)


@given(st.binary(min_size=1, max_size=60))
def test_no_garbage_makes_a_traceback(tmp_path_factory, garbage):
    folder = tmp_path_factory.mktemp("log")
    path = written(folder, step())
    path.write_bytes(path.read_bytes() + garbage + b"\n")
    with Log(folder) as log:
        assert len(log.index.damaged) == 1 + garbage.count(b"\n")


def test_a_bad_line_costs_its_trial_and_not_the_run(mazedom, serve, experiment):
    """One reply of six trials can't be read any more; the others are shown, and that one can be asked again."""
    server = serve("copies")
    ran = mazedom("run", experiment(server, seeds=range(1, 7)), "--json")
    path = Path(ran.document["path"], "log.jsonl")
    lines = path.read_bytes().splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if b'"kind":"step"' in line)
    path.write_bytes(b"".join([*lines[:at], b"garbage\n", *lines[at + 1 :]]))
    shown = mazedom("show", "--json")
    assert (shown.status, shown.document["finished"]) == (0, 6)
    assert "is not JSON" in mazedom("show").err
    verified = mazedom("replay", "--verify", "--json")
    assert verified.status == 1
    assert 5 * 3 <= verified.document["steps"] < 6 * 3
    assert mazedom("resume", "--json").status == 1
    again = mazedom("resume", "--again", "--json")
    assert (again.status, server.calls) == (0, 18 + 1)


def test_a_full_disk_leaves_whole_lines_only(tmp_path):
    """What was half written is taken back, so that what other trials log after it can still be read."""
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = len(step().line())
    with Log(tmp_path, write=True) as log:
        log.append(step())
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + size // 2, limit[1]))
        try:
            with pytest.raises(MazedomError, match=r"can't write .*; make room, then `mazedom resume"):
                log.append(step(seat="L1"))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        log.append(step(seat="L0"))
    with Log(tmp_path) as log:
        assert [found.seat for found in log.steps()] == ["L2", "L0"]


def test_a_folder_without_a_log_is_no_run(tmp_path):
    with pytest.raises(LogDamaged, match="it is no run"):
        Log(tmp_path)


def test_a_reply_taken_from_the_log_has_the_digest_it_was_logged_with(tmp_path):
    odd = step(text='"quoted" \\ \t\r\n \x00 \x7f 😀 <think>')
    written(tmp_path, odd)
    with Log(tmp_path) as log:
        (found,) = log.steps()
    assert found.reply.digest == found.reply_digest == odd.reply_digest
    assert found.request.digest == found.digest
