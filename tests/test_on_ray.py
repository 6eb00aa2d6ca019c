"""A run on a Ray cluster is the run that one process makes: results, digests, counts, limits; also where workers die.

Heavy, and skipped where Ray is not installed: `uv pip install ray`, then `pytest -m heavy tests/test_on_ray.py`.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from chains.running.people.worklist import Worklist
from chains.running.record_file import read_record
from chains.terminal.page.links import Links
from chains.terminal.page.server import application

ray = pytest.importorskip("ray", reason="Ray is not installed; it is the extra mazedom[ray]")
pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parent.parent
STORE = 80 * 2**20


@contextlib.contextmanager
def cluster_of(raylets, cpus=2):
    """Start a real cluster of several raylets on this machine; yields it."""
    from ray.cluster_utils import Cluster  # noqa: PLC0415 - after the skip

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    head = {"num_cpus": cpus, "object_store_memory": STORE, "include_dashboard": False}
    for left in reversed(range(3)):  # a node that has not started after 30 s is given up, as on a busy machine
        try:
            made = Cluster(initialize_head=True, head_node_args=head)
        except Exception:
            if not left:
                raise
        else:
            break
    try:
        for _ in range(raylets - 1):
            made.add_node(num_cpus=cpus, object_store_memory=STORE)
        yield made
    finally:
        made.shutdown()


@pytest.fixture(scope="module")
def cluster():
    with cluster_of(3) as made:
        yield made


@contextlib.contextmanager
def endpoint(behaviour, *more):
    """Serve a deterministic endpoint in a process of its own; yields its address."""
    command = [sys.executable, str(ROOT / "tests/endpoint.py"), "--behaviour", behaviour, *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def counts_of(url):
    import urllib.request  # noqa: PLC0415

    with urllib.request.urlopen(url.removesuffix("/v1") + "/calls", timeout=60) as answer:  # noqa: S310
        return json.load(answer)


def experiment(folder, url, worlds, *, limits="", spec="", depth="[1, 2]", replicates=1):
    path = folder / "faults.toml"
    path.write_text(
        f'worlds = {worlds}\nreplicates = {replicates}\n[fixed]\nmodel = "echo"\nprompt = "plain"\n'
        f'[factors]\ndepth = {depth}\n[models.echo]\nbase_url = "{url}"\nmodel = "echo"\n{spec}\n[limits]\n{limits}\n'
    )
    return path


def cli(folder, *words):
    """Run the program to its end; return its document and what it said."""
    command = [sys.executable, str(ROOT / "cli.py"), *map(str, words), "--json"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert "Traceback" not in ran.stderr, ran.stderr[-3000:]
    assert ran.stdout, ran.stderr[-3000:]
    return json.loads(ran.stdout), ran.stderr


def logged(folder):
    """Return the digests of request and reply of each step, and how each trial ended, of the one run in a folder."""
    (path,) = folder.glob("runs/*/*/log.jsonl")
    assert not list(path.parent.glob("log-*"))
    lines = list(map(json.loads, path.read_bytes().splitlines()))
    steps = Counter(
        (one["trial"], one["seat"], one["turn"], one["digest"], one["reply_digest"], one["tries"])
        for one in lines
        if one["kind"] == "step"
    )
    ends = {one["trial"]: {**one, "at": "", "n": 0, "sha": ""} for one in lines if one["kind"] == "trial"}
    return steps, ends


def alike(document):
    return {key: value for key, value in document.items() if key not in ("run", "path", "seconds")}


def test_2000_trials_on_three_raylets_are_those_of_one_process(cluster, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    found = []
    for folder, on in ((here, ()), (there, ("--on", f"ray:{cluster.address}", "--workers", 4))):
        folder.mkdir()
        with endpoint("copies") as url:
            path = experiment(folder, url, worlds=50, replicates=20)
            document, said = cli(folder, "run", path, "--max-calls", 100_000, *on)
            found.append((alike(document), counts_of(url), logged(folder)))
            assert "ray" not in said.lower().replace("/ray", "").replace("ray:", "")
    (document, calls, log), (other, other_calls, other_log) = found
    assert document["finished"] == document["trials"] == 2000
    assert other == document
    assert other_log == log
    for name in ("calls", "answered", "answered_twice"):
        assert other_calls[name] == calls[name]
    assert sorted(other_calls["digests"]) == sorted(calls["digests"])
    run = next(there.glob("runs/*/*/run.json")).parent
    assert cli(there, "replay", run, "--verify")[0]["identical"]
    packed, _ = cli(there, "pack", run, "--to", "run.zip")
    assert packed["records"] == sum(log[0].values()) + 2000 + 1


def test_a_worker_and_a_raylet_killed_lose_nothing_and_nothing_logged_is_asked_again(tmp_path):
    with cluster_of(3) as cluster, endpoint("copies", "--latency", "0.3") as url:
        path = experiment(tmp_path, url, worlds=60, spec="in_flight = 24")
        killed = threading.Thread(target=_kill_two, args=(cluster, url, tmp_path))
        killed.start()
        document, _ = cli(tmp_path, "run", path, "--max-calls", 9000, "--on", f"ray:{cluster.address}", "--workers", 4)
        killed.join()
        counts = counts_of(url)
    steps, ends = logged(tmp_path)
    assert document["finished"] == len(ends) == 120
    assert set(steps.values()) == {1}
    asked = sum(tries for *_, tries in steps)
    # what was asked twice was in flight at the two deaths, and never logged before
    assert 0 <= counts["answered"] - asked <= 24
    assert counts["answered_twice"] <= 24
    run = next(tmp_path.glob("runs/*/*/run.json")).parent
    assert cli(tmp_path, "replay", run, "--verify")[0]["identical"]


def _kill_two(cluster, url, folder):
    """Kill a worker's process, and then a raylet that is not the head's, in the middle of a run."""
    while counts_of(url)["calls"] < 50:
        time.sleep(0.1)
    shards = next(folder.glob("runs/*/*/run.json")).parent.glob("log-*.jsonl")
    os.kill(_holder(max(shards, key=lambda shard: shard.stat().st_size)), signal.SIGKILL)
    while counts_of(url)["calls"] < 130:
        time.sleep(0.1)
    raylet = cluster.worker_nodes.copy().pop()
    raylet.kill_raylet()


def _holder(shard):
    """Return the process that has a shard open."""
    for place in Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if place.readlink() == shard.resolve():
                return int(place.parts[2])
    raise AssertionError(shard)


@pytest.mark.parametrize("behaviour", ["flaky"])
def test_a_limit_of_700_calls_holds_over_eight_workers_and_faults(cluster, tmp_path, behaviour):
    with endpoint(behaviour) as url:
        path = experiment(tmp_path, url, worlds=400, limits="calls = 700", spec="in_flight = 48")
        on = ("--on", f"ray:{cluster.address}", "--workers", 8)
        document, said = cli(tmp_path, "run", path, *on)
        calls = counts_of(url)["calls"]
        assert 600 <= calls <= 700
        assert "limit of 700 model calls is met" in document["stopped"] or "limit" in said
        document, _ = cli(tmp_path, "resume", "--set", "limits.calls=900", *on)
        assert calls < counts_of(url)["calls"] <= 900


def test_a_run_on_ray_is_stopped_resumed_here_and_extended_there(cluster, tmp_path):
    with endpoint("copies", "--latency", "0.05") as url:
        path = experiment(tmp_path, url, worlds=60, spec="in_flight = 8")
        on = ("--on", f"ray:{cluster.address}", "--workers", 2)
        command = [sys.executable, str(ROOT / "cli.py"), "run", path, "--max-calls", "5000", *map(str, on)]
        with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as running:
            while counts_of(url)["calls"] < 60:
                time.sleep(0.1)
            running.send_signal(signal.SIGINT)
            said = running.communicate(timeout=120)[1]
        assert running.returncode == 130
        assert "goes on" in said
        stopped = counts_of(url)
        assert stopped["calls"] < 300
        document, _ = cli(tmp_path, "resume")
        assert document["finished"] == document["trials"] == 120
        extended, _ = cli(tmp_path, "run", "--extend", "last", "--set", "replicates=2", "--max-calls", 5000, *on)
        assert extended["finished"] == extended["trials"] == 240
        assert counts_of(url)["answered_twice"] == 0
        assert read_record(next(tmp_path.glob("runs/*/*/run.json")).parent).held["finished"] == 240


class AtThePage(threading.Thread):
    """A person at the page: opens an inbox by its link, and writes the same message to everything."""

    def __init__(self, folder):
        super().__init__(daemon=True)
        self.folder, self.sent, self.over = folder, 0, threading.Event()

    def run(self):
        run = next(iter(self._until(lambda: list(self.folder.glob("runs/*/*/people")), every=0.2))).parent
        (links, port) = Links(8723), 8723
        with contextlib.chdir(self.folder):
            app = application(links, port)
            base = f"/inbox/{run.name}/{Worklist(run, read_record(run).experiment.people).names.of('anna')}"
            theirs = TestClient(app, base_url=f"http://127.0.0.1:{port}", follow_redirects=False)
            theirs.get(f"/?token={links.owner}")
            link = theirs.get(f"/run/{run.name}").text.split(f'href="{base}')[1].partition('"')[0]
            theirs.get(base + link)
            while not self.over.wait(0.3):
                for item in re.findall(rf'"({base}/[0-9a-f]+)/take"', theirs.get(base).text):
                    origin = {"Origin": f"http://127.0.0.1:{port}"}
                    theirs.post(f"{item}/take", headers=origin)
                    theirs.post(f"{item}/answer", data={"text": "All is well, says Anna."}, headers=origin)
                    self.sent += 1

    def _until(self, found, every):
        while not (some := found()):
            time.sleep(every)
        return some


def test_people_who_answer_at_the_page_while_trials_wait_make_the_run_of_one_process(cluster, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    sets = ("--human", "L1=write", "--wait")
    found = []
    for folder, on in ((here, ()), (there, ("--on", f"ray:{cluster.address}", "--workers", "2"))):
        folder.mkdir()
        with endpoint("copies") as url:
            path = experiment(folder, url, worlds=3, depth="[2, 3]")
            person = AtThePage(folder)
            person.start()
            if on:
                _interrupted_once(folder, person, "run", path, *sets, *on)
                document, _ = cli(folder, "resume", "--wait", *on)
            else:
                document, _ = cli(folder, "run", path, *sets)
            person.over.set()
            person.join()
            assert counts_of(url)["answered_twice"] == 0
        steps, ends = logged(folder)
        found.append(({key: kept for key, kept in alike(document).items() if key != "calls_per_second"}, steps, ends))
        assert person.sent == 6
        assert document["finished"] == document["trials"] == 6
        assert cli(folder, "replay", next(folder.glob("runs/*/*/run.json")).parent, "--verify")[0]["identical"]
    assert found[0][1].keys() == found[1][1].keys()
    assert found[0][2] == found[1][2]


def _interrupted_once(folder, person, *words):
    """Run the program, and interrupt it when the person has answered twice."""
    command = [sys.executable, str(ROOT / "cli.py"), *map(str, words)]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as running:
        while person.sent < 2:
            time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=120)
    assert running.returncode in (3, 130)
