"""Two hosts of a Ray cluster, each with a network and a name of its own, make the run of one process.

They are network namespaces joined by a pair of virtual interfaces, so this needs root and iproute2. The second host
sees the run's folder, or sees nothing of it; then it is lost in the middle.
"""

import contextlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from test_on_ray import ROOT, alike, cli, logged

pytest.importorskip("ray", reason="Ray is not installed; it is the extra mazedom[ray]")
pytestmark = pytest.mark.heavy

RAY = str(Path(sys.executable).parent / "ray")
NAMES, PLACES = ("hosta", "hostb"), ("10.77.0.1", "10.77.0.2")
SETS = ("model=channel:drop=0.1", "depth=2,4", "prompt=plain", "worlds=10", "replicates=12")


def processes(host):
    """Return the processes of a host."""
    found = subprocess.run(["ip", "netns", "pids", host], capture_output=True, text=True, check=False)
    return list(map(int, found.stdout.split()))


def workers(host):
    """Return the workers of a run on a host."""
    found = []
    for one in processes(host):
        with contextlib.suppress(OSError):
            if Path(f"/proc/{one}/cmdline").read_bytes().startswith(b"ray::Worker"):
                found.append(one)
    return found


def lost(host):
    """End everything on a host, as when its power fails."""
    for one in processes(host):
        with contextlib.suppress(OSError):
            os.kill(one, signal.SIGKILL)


def on(host, *words, hidden=None):
    """Return a command line that runs on a host, which sees nothing of a hidden folder."""
    hide = "" if hidden is None else f"mount -t tmpfs none {shlex.quote(str(hidden))}; cd /; "
    line = f"hostname {host}; {hide}exec {shlex.join(map(str, words))}"
    return ["ip", "netns", "exec", host, "unshare", "-u", "-m", "bash", "-c", line]


@contextlib.contextmanager
def two_hosts(hidden=None):
    """Make two hosts and a cluster of both."""
    ip = [
        *(("netns", "add", name) for name in NAMES),
        ("link", "add", "va", "netns", NAMES[0], "type", "veth", "peer", "name", "vb", "netns", NAMES[1]),
    ]
    for name, place, link in zip(NAMES, PLACES, ("va", "vb"), strict=True):
        ip.append(("-n", name, "addr", "add", f"{place}/24", "dev", link))
        ip += [("-n", name, "link", "set", each, "up") for each in ("lo", link)]
    store = ("--num-cpus=2", "--object-store-memory=83886080")
    head = ("--head", f"--node-ip-address={PLACES[0]}", "--port=6379", "--include-dashboard=false", *store)
    other = (f"--address={PLACES[0]}:6379", f"--node-ip-address={PLACES[1]}", *store)
    try:
        for words in ip:
            subprocess.run(["ip", *words], check=True)
        for command in (on(NAMES[0], RAY, "start", *head), on(NAMES[1], RAY, "start", *other, hidden=hidden)):
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        yield f"ray:{PLACES[0]}:6379"
    finally:
        for name in NAMES:
            lost(name)
            subprocess.run(["ip", "netns", "del", name], check=False)


def can_make_hosts():
    """Return whether network namespaces can be made here."""
    if os.geteuid() or shutil.which("ip") is None:
        return False
    made = subprocess.run(["ip", "netns", "add", "mazedom-try"], capture_output=True, check=False)
    subprocess.run(["ip", "netns", "del", "mazedom-try"], capture_output=True, check=False)
    return not made.returncode


@pytest.mark.skipif(not can_make_hosts(), reason="network namespaces need root and iproute2")
@pytest.mark.parametrize("shared", [True, False], ids=["one folder", "no folder in common"])
def test_two_hosts_make_the_run_of_one_process(tmp_path, monkeypatch, shared):
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")  # otherwise a head wants a token; nobody else reaches these hosts
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    words = ["run", *(word for one in SETS for word in ("--set", one))]
    document, _ = cli(here, *words)
    seen = []

    def watched():
        while not (found := workers(NAMES[1])):
            time.sleep(0.1)
        seen.extend(found)
        if not shared:
            while not any(there.glob("runs/*/*/log-w*.jsonl")):
                time.sleep(0.05)
            time.sleep(1.0)
            lost(NAMES[1])

    with two_hosts(None if shared else tmp_path) as where:
        threading.Thread(target=watched, daemon=True).start()
        command = on(NAMES[0], sys.executable, ROOT / "cli.py", *words, "--on", where, "--workers", 2, "--json")
        ran = subprocess.run(command, cwd=there, capture_output=True, text=True, check=False, timeout=240)
    assert ran.stdout, ran.stderr[-3000:]
    assert seen, "no worker was on the second host"
    assert alike(json.loads(ran.stdout)) == alike(document)
    assert logged(there) == logged(here)
