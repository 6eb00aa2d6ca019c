"""Runs from the terminal: made, shown, listed, compared, replayed, and what is said when that can't be done."""

import json
import os
import random
import string
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import steps_of

pytestmark = pytest.mark.usefixtures("channel_as_model")

ROOT = Path(__file__).parent.parent
LOSSY = "model=channel:drop=0.1,flip=0.05,invent=0.2"
HOP_KEYS = {
    "hop", "condition", "factors", "kept", "blurred", "altered", "inverted", "omitted", "invented", "unfounded",
}  # fmt: skip


def small(mazedom, *more):
    """Make a run of two trials; return its document."""
    ran = mazedom("run", "--json", "--set", LOSSY, "--set", "worlds=1", "--set", "depth=3", *more)
    assert ran.status == 0, ran.err
    return ran.document


def test_run_prints_one_document_with_every_hop_of_every_condition(mazedom):
    found = small(mazedom)
    assert {"run", "path", "trials", "finished", "failed", "waiting", "calls", "tokens", "seconds"} < set(found)
    assert (found["trials"], found["finished"], found["failed"], found["waiting"]) == (2, 2, 0, 0)
    assert (found["calls"], found["tokens"] > 0) == (8, True)
    assert Path(found["path"], "run.json").is_file()
    assert [(row["condition"], row["hop"]) for row in found["by_hop"]] == [
        (condition, hop) for condition in ("prompt=honest", "prompt=career") for hop in (1, 2, 3)
    ]
    for row in found["by_hop"]:
        assert set(row) >= HOP_KEYS
        assert sum(row[fate] for fate in ("kept", "blurred", "altered", "inverted", "omitted")) == pytest.approx(1)


def test_a_run_without_json_prints_results_on_stdout_and_hints_on_stderr(mazedom):
    ran = mazedom("run", "--set", LOSSY, "--set", "worlds=1")
    assert ran.status == 0
    assert "prompt=honest" in ran.out
    assert "mazedom show" in ran.err
    assert "mazedom show" not in ran.out


def test_conditions_that_differ_in_the_managers_prompt_alone_ask_the_workers_the_same(mazedom):
    """Same worlds, same facts in the same order, same wording, same sampling seeds: the conditions are paired."""
    found = small(mazedom, "--set", "span=2", "--set", "worlds=2", "--set", "replicates=2")
    asked = {}
    for step in steps_of(Path(found["path"])):
        condition, rest = step["trial"].split(".", 1)
        asked.setdefault(condition, {})[rest, step["seat"]] = step
    first, second = asked["c1"], asked["c2"]
    assert first.keys() == second.keys()
    for key, step in first.items():
        # The channel reads no prompt, so what the executive hears is the same too.
        same = step["digest"] == second[key]["digest"]
        assert same == (step["level"] in (0, 3)), key
        assert step["request"]["settings"] == second[key]["request"]["settings"]


@pytest.mark.parametrize(
    ("settings", "hops", "seats"),
    [
        (("depth=2", "span=3"), 2, 13),
        (("hierarchy=pyramid:1-2-5",), 2, 8),
        (("depth=1",), 1, 2),
        (("depth=12",), 12, 13),
    ],
)
def test_every_shape_runs_from_end_to_end(settings, hops, seats, mazedom):
    words = [word for setting in settings for word in ("--set", setting)]
    found = small(mazedom, "--set", "prompt=plain", *words)
    assert [row["hop"] for row in found["by_hop"]] == list(range(1, hops + 1)) or settings == ("depth=12",)
    assert found["calls"] == seats
    assert mazedom("replay", "--verify").status == 0


def test_a_hierarchy_file_runs_from_end_to_end_and_is_not_needed_again(mazedom, tmp_path):
    path = tmp_path / "firm.toml"
    path.write_text('[reports_to]\nAna = "Ben"\nBea = "Ben"\nBen = "Cy"\nDan = "Cy"\n')
    found = small(mazedom, "--set", f"hierarchy={path}", "--set", "prompt=plain")
    assert {step["seat"] for step in steps_of(Path(found["path"]))} == {"Ana", "Bea", "Ben", "Cy", "Dan"}
    path.unlink()
    assert mazedom("replay", "--verify", "--json").document["identical"]
    assert "Ben" in mazedom("show", "--graph").out


def test_a_trial_is_told_hop_by_hop_with_the_fate_of_every_fact(mazedom):
    small(mazedom)
    told = mazedom("show", "last", "--trial", "--json").document
    assert [(message["seat"], message["hop"]) for message in told["messages"]] == [
        ("L3", 1), ("L2", 2), ("L1", 3), ("L0", 4),
    ]  # fmt: skip
    ids = {fact["id"] for fact in told["facts"]}
    for message in told["messages"]:
        assert set(message["fates"]) == set(message["why"]) == ids
    shown = mazedom("show", "last", "--trial", "c1.w1.r1", "--why").out
    assert "hop 1: L3, worker" in shown
    assert "stands word for word" in shown


def test_show_prints_what_run_printed(mazedom):
    made = small(mazedom)
    shown = mazedom("show", made["run"], "--json").document
    assert shown.pop("instrument_error") is None  # measured by people's labels alone, which come later
    assert shown == {key: value for key, value in made.items() if key != "seconds"}


def test_a_run_is_found_by_id_beginning_path_and_last(mazedom):
    first, second = small(mazedom), small(mazedom)
    assert first["run"] < second["run"]
    for name in (second["run"], second["path"], f"{second['path']}/log.jsonl", "last", second["run"][:-1]):
        ran = mazedom("show", name, "--json")
        assert ran.status == 0
        assert ran.document["run"] == second["run"]
    ambiguous = mazedom("show", first["run"][:4], "--json")
    assert ambiguous.status == 2
    assert "begins 2 runs" in ambiguous.document["error"]
    assert [row["run"] for row in mazedom("list", "--json").document["runs"]] == [second["run"], first["run"]]


def test_two_runs_on_the_same_worlds_are_compared_in_pairs(mazedom):
    first = small(mazedom, "--set", "worlds=3")
    second = mazedom("run", "--json", "--set", "model=channel", "--set", "worlds=3", "--set", "depth=3").document
    compared = mazedom("compare", first["run"], second["run"], "--json").document
    assert compared["pairs"] == 3
    row = compared["measures"]["retention"]
    assert row["b"] == 1
    assert row["difference"] == pytest.approx(row["b"] - row["a"])
    within = mazedom("compare", first["run"], "--by", "prompt", "--json").document
    assert within["measures"]["words"]["difference"] == 0  # the channel reads no prompt


def test_a_dry_run_writes_nothing_and_says_what_it_would_cost(mazedom, tmp_path):
    ran = mazedom("run", "--dry-run", "--json", "--set", "depth=2,4", "--set", "worlds=5")
    assert ran.status == 0
    assert ran.document["trials"] == 10
    assert ran.document["calls"] == 5 * (3 + 5)
    assert ran.document["tokens"] > 0
    assert not (tmp_path / "runs").exists()


def test_a_dry_run_counts_the_calls_that_a_run_makes(mazedom):
    words = ("run", "--json", "--set", "model=channel", "--set", "worlds=2", "--set", "span=2", "--set", "depth=2,3")
    assert mazedom(*words, "--dry-run").document["calls"] == mazedom(*words).document["calls"]


def test_over_a_thousand_calls_to_an_endpoint_must_be_agreed_to(mazedom, serve, tmp_path):
    server = serve("ok")
    words = ("run", "--json", "--set", f"model={server.url}#echo", "--set", "worlds=110")
    refused = mazedom(*words)
    assert refused.status == 2
    assert "1,100 calls" in refused.document["error"]
    assert "--max-calls 1100" in refused.document["error"]
    assert server.calls == 0
    assert not (tmp_path / "runs").exists()
    agreed = mazedom(*words, "--max-calls", "3")
    assert agreed.status == 1
    assert server.calls == 3


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("run", "--set", "dept=4"), "did you mean depth?"),
        (("run", "--set", "model=smolm2"), "did you mean smollm2?"),
        (("run", "nothing"), "no experiment file"),
        (("run", "--max-calls", "0"), "at least 1"),
        (("run", "--max-calls", "many"), "no whole number"),
        (("run", "--frob"), "--frob"),
        (("run", "--human", "boss", "--set", "model=channel"), "'human.boss'"),
        (("show", "no-such-run"), "no run 'no-such-run'"),
        (("replay",), "there are no runs"),
        (("compare", "a", "b", "c"), "there are no runs"),
        (("list", "nonsense"), "invalid choice"),
        (("rnu",), "did you mean run?"),
    ],
)
def test_wrong_usage_is_one_sentence_status_2_and_a_document_if_asked_for(words, says, mazedom):
    ran = mazedom(*words, "--json")
    assert ran.status == 2
    assert says in ran.document["error"]
    assert ran.err.splitlines()[-1] == f"mazedom: {ran.document['error']}"
    plain = mazedom(*words)
    assert (plain.status, plain.out) == (2, "")


def test_a_replay_is_identical_and_calls_no_model(mazedom):
    made = small(mazedom)
    replayed = mazedom("replay", made["run"], "--verify", "--json")
    assert replayed.status == 0
    found = replayed.document
    assert {key: found[key] for key in ("run", "trials", "steps", "identical", "model_calls")} == {
        "run": made["run"], "trials": 2, "steps": 8, "identical": True, "model_calls": 0,
    }  # fmt: skip
    assert found["seconds"] >= 0


NO_NETWORK = """\
import socket

def refuse(*args, **more):
    raise RuntimeError("a socket was asked for")

socket.socket.connect = socket.socket.connect_ex = socket.socket.bind = socket.getaddrinfo = refuse
socket.create_connection = refuse
import os, subprocess
subprocess.Popen = os.fork = os.posix_spawn = refuse
"""


def test_a_replay_works_unplugged_and_starts_no_process(mazedom, serve, experiment, tmp_path):
    """Of a run on an endpoint that is gone: no socket is opened, no child started, no client imported."""
    server = serve("ok")
    made = mazedom("run", experiment(server), "--json").document
    calls = server.calls
    (tmp_path / "sitecustomize.py").write_text(NO_NETWORK)
    script = "import sys, cli; status = cli.main(['replay', '--verify', '--json']); "
    script += "assert not {'openai', 'aiohttp', 'xllamacpp'} & set(sys.modules); sys.exit(status)"
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": f"{tmp_path}:{ROOT}"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["identical"]
    assert json.loads(ran.stdout)["run"] == made["run"]
    assert server.calls == calls


def reply_bytes(line):
    """Return where in a log line its reply stands, and the line's length."""
    record = json.loads(line)
    start = line.index(b'"reply":{') + len(b'"reply":')
    reply, end = json.JSONDecoder().raw_decode(line[start:].decode())
    assert reply == record["reply"]
    return start, start + len(line[start:].decode()[:end].encode())


def test_any_byte_of_a_reply_that_is_changed_by_hand_is_found(mazedom):
    """Whatever is put in its place: the replay says where, exits 1, and never breaks down."""
    made = small(mazedom)
    log = Path(made["path"], "log.jsonl")
    whole = log.read_bytes()
    lines = whole.splitlines(keepends=True)
    steps = [number for number, line in enumerate(lines) if b'"kind":"step"' in line]
    draw = random.Random(20)
    for _ in range(150):
        number = draw.choice(steps)
        place = draw.randrange(*reply_bytes(lines[number]))
        old = lines[number][place]
        new = ord(draw.choice([c for c in string.printable[:95] if ord(c) != old]))
        changed = bytearray(lines[number])
        changed[place] = new
        log.write_bytes(b"".join([*lines[:number], bytes(changed), *lines[number + 1 :]]))
        ran = mazedom("replay", "--verify", "--json")
        what = f"line {number + 1}, byte {place}: {chr(old)!r} -> {chr(new)!r}: {ran.out}"
        assert ran.status == 1, what
        found = ran.document
        assert not found.get("identical", False), what
        step = json.loads(lines[number])
        where = found.get("error") or " ".join(found["differences"])
        assert step["trial"] in where or f"line {number + 1} " in where or "at byte" in where, what
    log.write_bytes(whole)
    assert mazedom("replay", "--verify").status == 0


def test_a_damaged_run_file_is_one_sentence_or_bears_on_nothing(mazedom):
    """Any byte of run.json may be changed by hand: what can't be read is said, and never a traceback."""
    made = small(mazedom, "--set", "prompt=plain", "--set", "facts=6")
    file = Path(made["path"], "run.json")
    whole = file.read_bytes()
    draw = random.Random(21)
    for _ in range(100):
        changed = bytearray(whole)
        changed[draw.randrange(len(whole))] = ord(draw.choice(string.printable[:95]))
        file.write_bytes(bytes(changed))
        ran = mazedom("replay", "--verify", "--json")
        assert ran.status in (0, 1, 2)
        assert ran.document.get("error") or ran.document["identical"] == (ran.status == 0)
    for old, new, says in (
        (b'"depth": 3', b'"depth": "three"', "depth must be a whole number"),
        (b'"c1.w1": "', b'"c1.w1": "0', "lacks the world of c1.w1"),
        (b'"L2": "manager/plain"', b'"L2": "manager/vain"', "lacks the prompt of c1, seat L2"),
        (b'"v": 1', b'"v": 2', "has version 2"),
    ):
        assert old in whole
        file.write_bytes(whole.replace(old, new))
        assert says in mazedom("show", "--json").document["error"]


def test_a_changed_request_digest_fate_or_world_is_found(mazedom):
    made = small(mazedom)
    folder = Path(made["path"])
    for file, old, new in (
        ("log.jsonl", b'"role":"user","content":"', b'"role":"user","content":"Lie. '),
        ("log.jsonl", b'"seed":', b'"seed":1'),
        ("log.jsonl", b'"words":', b'"words":1'),
        ("run.json", b'"severity":', b'"severity":1'),
        ("run.json", b'"body": "', b'"body": "Please. '),
    ):
        whole = (folder / file).read_bytes()
        assert old in whole
        (folder / file).write_bytes(whole.replace(old, new, 1))
        ran = mazedom("replay", "--verify", "--json")
        assert ran.status == 1, (file, new)
        assert not ran.document.get("identical", False)
        (folder / file).write_bytes(whole)
    assert mazedom("replay", "--verify").status == 0


def test_a_replay_without_the_end_of_the_log_says_what_is_missing(mazedom):
    made = small(mazedom)
    log = Path(made["path"], "log.jsonl")
    lines = log.read_bytes().splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if b'"kind":"step"' in line)
    log.write_bytes(b"".join(lines[:first] + lines[first + 1 :]))
    ran = mazedom("replay", "--verify", "--json")
    assert ran.status == 1
    assert "holds no reply" in ran.document["differences"][0]


def test_an_unfinished_run_replays_as_far_as_it_went(mazedom, serve, experiment):
    server = serve("ok")
    stopped = mazedom("run", experiment(server, seeds=(1, 2)), "--max-calls", 4, "--json")
    assert stopped.status == 1
    replayed = mazedom("replay", "--verify", "--json")
    assert replayed.status == 0
    assert replayed.document["steps"] == 4


def test_max_calls_stops_cleanly_and_resume_goes_on(mazedom, serve, experiment):
    server = serve("ok")
    stopped = mazedom("run", experiment(server, seeds=(1, 2, 3)), "--max-calls", 5, "--json")
    assert stopped.status == 1
    assert "limit of 5 model calls" in stopped.document["stopped"]
    assert (server.calls, stopped.document["calls"], stopped.document["failed"]) == (5, 5, 0)
    again = mazedom("resume", "--json")
    assert again.status == 1
    assert server.calls == 5
    further = mazedom("resume", "--max-calls", 7, "--json")
    assert (further.status, server.calls) == (1, 7)
    done = mazedom("resume", "--max-calls", 100, "--json")
    assert done.status == 0
    assert (done.document["finished"], server.calls) == (3, 9)
    assert mazedom("resume", "--json").document["finished"] == 3
    assert server.calls == 9


def test_a_resumed_run_that_would_ask_something_else_stops_and_shows_the_difference(mazedom, serve, experiment):
    server = serve("ok")
    stopped = mazedom("run", experiment(server), "--max-calls", 1, "--json").document
    record = Path(stopped["path"], "run.json")
    record.write_text(record.read_text().replace('"body": "', '"body": "Please. '))
    ran = mazedom("resume", "--max-calls", 50, "--json")
    assert ran.status == 1
    assert ran.document["kind"] == "ReplayDiffers"
    assert "Please." in ran.document["error"]
    assert server.calls == 1


def test_the_embedded_model_runs_and_replays(mazedom):
    ran = mazedom("run", "--json", "--set", "worlds=1", "--set", "depth=2", "--set", "prompt=plain")
    assert ran.status == 0, ran.err
    found = ran.document
    assert (found["finished"], found["calls"]) == (1, 3)
    assert [row["hop"] for row in found["by_hop"]] == [1, 2]
    assert all(set(row) >= HOP_KEYS for row in found["by_hop"])
    assert found["tokens"] > 0
    assert mazedom("replay", "--verify", "--json").document["identical"]
