"""Logs that are cut, bent or can't grow, by the hundred: nothing is lost or asked again, every change is found."""

import asyncio
import json
import random
import resource
import shutil
import signal
from pathlib import Path

import pytest
from aiohttp import web
from conftest import steps_of
from endpoint import BEHAVIOURS, completion, cut, refused
from test_kill import made, said, started, whole_steps

CHANNEL = ("--set", "model=channel:drop=0.1,flip=0.05", "--set", "depth=3", "--set", "worlds=3")


@pytest.fixture
def ran(mazedom):
    """Make a run of the channel; return its folder, and run.json as it was before the first trial."""
    run = Path(mazedom("run", *CHANNEL, "--json").document["path"]).resolve()
    record = json.loads((run / "run.json").read_bytes())
    begun = record | {"held": {}, "spend": {}, "served": {}}
    del begun["seal"]
    return run, json.dumps(begun).encode()


def lines_of(text):
    return [json.loads(line) for line in text.split(b"\n")[:-1]]


DEEP = "[" * 5000
DIGITS = "9" * 5000


def test_what_is_nested_too_deep_or_too_long_a_number_is_refused_in_a_sentence(ran, mazedom, tmp_path):
    run, _ = ran
    for name, text in (("deep.toml", f"x = {DEEP}\n"), ("digits.toml", f"worlds = {DIGITS}\n")):
        (tmp_path / name).write_text(text)
        for words in (("run", name), ("world", "check", name), ("run", "--set", f"hierarchy={name}", *CHANNEL[:2])):
            refused = mazedom(*words)
            assert refused.status in (1, 2), words
            assert name in refused.err
    (tmp_path / "p.md").write_text(f"+++\nabout = {DEEP}\n+++\n{{{{ reports }}}}\n")
    assert "is not TOML" in mazedom("run", *CHANNEL, "--set", "prompt.manager=p.md").err
    assert mazedom("run", *CHANNEL, "--set", f"limits.calls={DIGITS}").status == 2
    # One line of the log costs its trial, and a file beside it costs nothing.
    (run / "about.json").write_text(f'{{"tags": {DEEP}')
    lines = (run / "log.jsonl").read_bytes().splitlines(keepends=True)
    lines[3] = lines[3].replace(b'"heard":', f'"heard":{DEEP}'.encode())
    (run / "log.jsonl").write_bytes(b"".join(lines))
    assert mazedom("replay", run, "--verify").status == 1
    assert "line 4" in mazedom("show", run).err
    (run / "run.json").write_text(f'{{"id": {DEEP}')
    assert mazedom("show", run).status == 1
    assert mazedom("list").status in (0, 1)


@pytest.mark.heavy
def test_a_thousand_logs_that_were_cut_lose_the_cut_line_alone(ran, mazedom):
    """As a crash, or a copy that was broken off, leaves them: run.json is as it was when the run was begun."""
    run, begun = ran
    log, record = run / "log.jsonl", run / "run.json"
    whole, expected = log.read_bytes(), said(run)
    draw = random.Random(11)
    for number in range(1000):
        at = draw.randrange(len(whole) + 1)
        log.write_bytes(whole[:at])
        record.write_bytes(begun)
        kept = [line for line in lines_of(whole[: whole[:at].rfind(b"\n") + 1]) if line["kind"] == "step"]
        resumed = mazedom("resume", run, "--json")
        assert resumed.status == 0, (at, resumed.err)
        assert said(run) == expected
        assert len(steps_of(run)) == len(expected)
        assert log.read_bytes().startswith(whole[: whole[:at].rfind(b"\n") + 1])
        assert resumed.document["calls"] == len(expected) >= len(kept)
        if number % 20 == 0:
            assert mazedom("replay", run, "--verify").status == 0


@pytest.mark.heavy
def test_a_finished_log_that_was_cut_is_refused_and_with_again_exactly_what_is_gone_is_asked(
    serve, experiment, mazedom, tmp_path
):
    server = serve("copies")
    run = Path(mazedom("run", experiment(server, seeds=(1, 2)), "--json").document["path"]).resolve()
    log, whole = run / "log.jsonl", (run / "log.jsonl").read_bytes()
    shutil.copytree(run, tmp_path / "kept")
    expected = said(run)
    draw = random.Random(12)
    ends = [at for at, sign in enumerate(whole) if sign == 10]
    for _ in range(30):
        at = draw.choice(ends[1:-2]) + 1
        shutil.copy(tmp_path / "kept" / "run.json", run)
        log.write_bytes(whole[:at])
        left = sum(line["kind"] == "step" for line in lines_of(whole[:at]))
        before = server.calls
        assert mazedom("resume", run).status == 1
        assert server.calls == before
        assert mazedom("resume", run, "--again").status == 0
        assert server.calls - before == len(expected) - left
        assert said(run) == expected


@pytest.mark.heavy
@pytest.mark.parametrize("name", ["log.jsonl", "run.json"])
def test_three_hundred_bits_that_flip_are_all_found_and_crash_no_verb(name, ran, mazedom):
    run, _ = ran
    path, draw = run / name, random.Random(13)
    whole = path.read_bytes()
    for number in range(300):
        at, bit = draw.randrange(len(whole)), 1 << draw.randrange(8)
        path.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
        found = mazedom("replay", run, "--verify", "--json").status  # 2: it is no run of ours any more
        assert found in (1, 2), (at, bit, whole[max(0, at - 40) : at + 20])
        if number % 3 == 0:
            for verb in (("show", run), ("show", run, "--trial"), ("list",)):
                mazedom(*verb)  # which says in a sentence what is wrong, or shows what is whole


def limited(mazedom, most, *words):
    """Call the program while no file may grow beyond `most` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        return mazedom(*words)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)


@pytest.mark.heavy
def test_a_disk_that_fills_while_the_log_grows_costs_no_more_than_what_was_in_flight(serve, experiment, mazedom):
    server = serve("copies")
    path = experiment(server, seeds=(1, 2, 3, 4), spec="attempts = 1\nin_flight = 3")
    words = ("run", path, "--set", "replicates=10", "--json")  # a log larger than run.json, which must fit
    undisturbed = Path(mazedom(*words).document["path"]).resolve()
    expected, calls = said(undisturbed), server.calls
    size = (undisturbed / "log.jsonl").stat().st_size
    least = (undisturbed / "run.json").stat().st_size + 4096
    draw = random.Random(14)
    stopped = 0
    for _ in range(12):
        before = server.calls
        filled = limited(mazedom, draw.randrange(max(least, size // 5), size), *words)
        assert filled.status == 1
        assert "File too large; make room, then `mazedom resume" in filled.err + filled.out
        run = max(Path("runs/faults").resolve().iterdir())
        logged = whole_steps(run)
        stopped += len(logged) < len(expected)
        assert not (run / "log.jsonl").read_bytes().rpartition(b"\n")[2]  # no half line stands at the end
        at_the_end = server.calls
        assert mazedom("resume", run, "--json").status == 0
        assert server.calls - at_the_end == len(expected) - len(logged)
        assert server.calls - before <= calls + 1 + 3  # the reply that found no room, and those on their way
        assert said(run) == expected
        assert mazedom("replay", run, "--verify").status == 0
    assert stopped >= 10


@pytest.mark.heavy
def test_thirty_runs_of_the_channel_that_are_killed_go_on_as_if_nothing_had_happened(tmp_path, mazedom):
    words = ("--set", "model=channel:drop=0.1", "--set", "worlds=60", "--set", "depth=4", "--set", "prompt=plain")
    expected = said(Path(mazedom("run", *words, "--json").document["path"]))
    draw = random.Random(15)
    cut_short = 0
    for number in range(30):
        folder = tmp_path / f"killed{number}"
        folder.mkdir()
        process = started(folder, "run", *words)
        run = made(folder, process)
        moment = draw.uniform(0, 0.9) * len(expected)
        while process.is_alive() and (run / "log.jsonl").read_bytes().count(b'"kind":"step"') < moment:
            pass
        process.kill()
        process.join()
        logged = (run / "log.jsonl").read_bytes()
        cut_short += len(whole_steps(run)) < len(expected)
        assert mazedom("resume", run, "--json").status == 0
        assert (run / "log.jsonl").read_bytes().startswith(logged[: logged.rfind(b"\n") + 1])
        assert said(run) == expected
        assert len(steps_of(run)) == len(expected)
    assert cut_short >= 25


CROWD = 130


class HostileCounts:
    """An endpoint that fails at three calls in ten, counts in every odd way, and knows what it charges.

    What it charges is what can be: some 0.26 tokens a character, and replies within `max_tokens`.

    Args:
        beyond: The share of calls, after the first hundred, for which it counts what can't be.
    """

    def __init__(self, beyond=0.0):
        self.draw, self.calls, self.tokens, self.cost, self.beyond = random.Random(16), 0, 0, 0.0, beyond
        self.crowd = asyncio.Event()

    async def __call__(self, request, body):
        self.calls += 1
        if self.calls == CROWD:
            self.crowd.set()
        if self.calls > 1:  # the first goes alone; then nobody is answered before many are in flight
            await self.crowd.wait()
        fault = self.draw.random()
        if fault < 0.1:
            return refused(429, "Rate limit reached", headers={"Retry-After": "0.05"})
        if fault < 0.2:
            return refused(500, "The server had an error")
        heard = "".join(turn["content"] for turn in body["messages"])
        text = "\n".join(line for line in heard.splitlines() if line.startswith("- "))
        prompt, said = round(len(heard) * self.draw.uniform(0.25, 0.27)), self.draw.randint(20, 150)
        cached = self.draw.randrange(prompt)
        usage = self.draw.choice([
            {"prompt_tokens": prompt, "completion_tokens": said},
            {"prompt_tokens": str(prompt), "completion_tokens": f"{said}"},
            {"prompt_tokens": prompt - cached, "completion_tokens": said, "total_tokens": prompt + said,
             "prompt_tokens_details": {"cached_tokens": cached}},
            {"prompt_tokens": 1, "completion_tokens": said, "prompt_tokens_details": {"cached_tokens": prompt - 1}},
            {"input_tokens": prompt - cached, "output_tokens": said, "cache_read_input_tokens": cached},
            {"prompt_tokens": prompt, "completion_tokens": said, "prompt_tokens_details": {"cached_tokens": -1000}},
            {"prompt_tokens": prompt, "completion_tokens": said, "cost": -100, "total_tokens": None},
            {"prompt_tokens": float(prompt), "completion_tokens": said, "completion_tokens_details": [1, "x"]},
        ])  # fmt: skip
        if self.calls > 100 and self.draw.random() < self.beyond:
            usage = self.draw.choice([
                {"prompt_tokens": 10**12, "completion_tokens": 10**12},
                {"prompt_tokens": 10, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 10**6}},
                {"prompt_tokens": prompt, "completion_tokens": said, "total_tokens": 10**9},
                {"prompt_tokens": prompt, "completion_tokens": said, "cost": 10**6},
                {"input_tokens": "10", "output_tokens": 10, "cache_creation_input_tokens": 10**7},
            ])  # fmt: skip
        self.tokens += prompt + said
        self.cost += (prompt + said * 1000) / 1e6  # at most: what was cached is cheaper
        if fault < 0.25:
            half = {"choices": [{"finish_reason": "error", "message": {"content": text[:9]}}], "usage": usage}
            return web.json_response(half)
        if fault < 0.3:
            return await cut(request, body)
        return web.json_response(completion(text, usage=usage))


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("limit", "beyond"),
    [("calls = 400", 0), ("cost = 60.0", 0), ("tokens = 250000", 0), ("cost = 60.0", 0.1), ("tokens = 250000", 0.1)],
)
def test_three_hundred_in_flight_with_faults_and_hostile_counts_keep_to_their_limits(
    limit, beyond, serve, experiment, mazedom, monkeypatch
):
    endpoint = HostileCounts(beyond)
    monkeypatch.setitem(BEHAVIOURS, "hostile_counts", endpoint)
    server = serve("hostile_counts", latency=0.5)
    spec = (
        "attempts = 6\ntimeout = 100\nin_flight = 300\nparams.max_tokens = 150\n"
        "prices.input = 1.0\nprices.cached = 0.1\nprices.output = 1000.0\n"
    )
    path = experiment(server, seeds=range(1, 301), fixed="depth = 3\nfacts = 6", spec=spec, limits=limit)
    key, most = limit.split(" = ")
    ran = mazedom("run", path, "--json")
    for _ in range(2):
        assert ran.status == 1
        # What it truly takes, and what it says: neither passes the limit, whatever it counts.
        assert getattr(endpoint, key) <= float(most)
        assert ran.document[key] <= float(most)
        assert ran.document["stopped"].startswith(("the limit of", "the endpoint of")[: 1 + bool(beyond)])
        if not beyond:
            assert getattr(endpoint, key) > float(most) * 0.6
        ran = mazedom("resume", "--json")
    assert server.most_in_flight >= CROWD - 1
