"""Keys stand in environment variables: nothing that a run writes or prints holds one, at whatever depth it was set."""

import asyncio

import pytest
from aiohttp import web
from endpoint import BEHAVIOURS, MODEL, completion, refused, serving
from pydantic import ValidationError
from test_endpoint import ASKED

from chains.errors import BadInput
from chains.models.pool import Models
from chains.models.secrets import looks_secret, masked
from chains.models.spec import ModelSpec, resolve

HIDDEN = "s3cr3t-Value-0f-Mine"


@pytest.mark.parametrize(
    "extra_body",
    [
        {"auth": "Bearer SECRETKEY1"},
        {"headers": {"Authorization": "SECRETKEY2"}},
        {"litellm_params": {"api_key": "SECRETKEY3"}},
        {"a": [{"b": {"x-api-key": "SECRETKEY4"}}]},
        {"a": [{"b": "sk-proj-SECRETKEY5"}]},
        {"where": "https://me:SECRETKEY6@example.org/v1"},
        {"note": "AIzaSECRETKEY7SECRETKEY7SECRETKEY7"},
        {"id": "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bSECRETKEY8"},
    ],
)
def test_a_secret_is_found_at_any_depth_by_its_name_or_its_look_and_is_not_quoted(extra_body):
    for place in ("extra_body", "params"):
        with pytest.raises((BadInput, ValueError), match="looks like a secret") as raised:
            resolve("m", {"m": ModelSpec(base_url="http://x/v1", model="m", **{place: extra_body})})
        told = raised.value
        said = told.errors()[0]["msg"] if isinstance(told, ValidationError) else str(told)
        assert "SECRETKEY" not in said


@pytest.mark.parametrize(
    "params",
    [
        {"max_tokens": 100, "stop": ["\n"], "logit_bias": {"50256": -100}},
        {"grammar": "root ::= line{2,9}", "dry_sequence_breakers": ["\n"], "prompt_cache_key": "depth-study"},
        {"chat_template_kwargs": {"enable_thinking": False, "bos_token_id": 1}, "provider": {"order": ["a", "b"]}},
        {"user": "0b1e2f3a-1111-4222-8333-944445555666", "metadata": {"run": "20261124-101112-ab12"}},
    ],
)
def test_what_parameters_are_is_no_secret(params):
    spec = ModelSpec(base_url="http://x/v1", model="m", extra_body=params)
    assert resolve("m", {"m": spec}).settings(3) == params


@pytest.mark.parametrize("name", ["HF_API_TOKEN", "KEY_OF_TESTS", "SK_PROJECT_SECRET", "MY_KEY", "my_key", "K2_KEY_1"])
def test_names_of_variables_that_begin_as_keys_do_are_names(name):
    assert ModelSpec(base_url="http://x/v1", model="m", key_env=name).key_env == name


def test_key_env_names_a_variable_and_is_no_key():
    for key in ("sk-proj-abcdefghijkl", "my key", "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9b1234"):
        with pytest.raises(ValueError, match="not the key") as raised:
            ModelSpec(base_url="http://x/v1", model="m", key_env=key)
        assert key not in raised.value.errors()[0]["msg"]


def test_headers_and_query_come_from_the_environment_and_are_sent(monkeypatch):
    monkeypatch.setenv("MY_ORG", HIDDEN)
    monkeypatch.setenv("MY_VERSION", "2026-01-01")
    seen = {}

    async def sees(request, body):
        seen.update(org=request.headers.get("X-Org"), query=dict(request.query))
        return web.json_response(completion(f"All is {HIDDEN}."))

    monkeypatch.setitem(BEHAVIOURS, "sees", sees)

    async def ask():
        async with serving("sees") as server:
            more = {"headers": {"X-Org": "MY_ORG"}, "query": {"api-version": "MY_VERSION"}}
            async with Models({"m": ModelSpec(base_url=server.url, model=MODEL, **more)}) as models:
                return await models.provider("m").reply(ASKED), models.describe()

    reply, described = asyncio.run(ask())
    assert seen["org"] == HIDDEN
    assert seen["query"] == {"api-version": "2026-01-01"}
    assert reply.text == "All is ****."
    assert HIDDEN not in str(described)
    assert described["m"]["spec"]["headers"] == {"X-Org": "MY_ORG"}


def test_a_variable_that_is_not_set_is_named_before_anything_is_asked(monkeypatch):
    monkeypatch.delenv("MY_ORG", raising=False)
    models = Models({"m": ModelSpec(base_url="http://x/v1", model="m", headers={"X-Org": "MY_ORG"})})
    with pytest.raises(BadInput, match="MY_ORG is not set"):
        models.ready("m")


@pytest.mark.parametrize("headers", [{"X-Org": "sk-proj-abcdefghijkl"}, {"Host": "MY_HOST"}, {"X\nY": "MY_ORG"}])
def test_a_header_holds_the_name_of_a_variable_and_is_no_header_of_ours(headers):
    with pytest.raises(ValueError, match=r"headers\."):
        ModelSpec(base_url="http://x/v1", model="m", headers=headers)


def test_no_file_and_no_output_of_a_run_holds_a_key(mazedom, serve, experiment, tmp_path, monkeypatch):
    monkeypatch.setenv("MY_KEY", HIDDEN)
    monkeypatch.setenv("MY_ORG", HIDDEN[::-1])

    async def echoes(request, body):
        sent = request.headers["Authorization"] + request.headers["X-Org"]
        if body["messages"][0]["content"].count("a") % 2:
            return refused(400, f"no: {sent}, {HIDDEN[-10:]}")
        return web.json_response(completion(f"- It is {sent}", reasoning_content=sent))

    monkeypatch.setitem(BEHAVIOURS, "echoes", echoes)
    spec = 'key_env = "MY_KEY"\nattempts = 1\nheaders = {X-Org = "MY_ORG"}'
    ran = mazedom("run", experiment(serve("echoes"), seeds=(1, 2, 3), spec=spec), "--json", "--events", "events.jsonl")
    shown = mazedom("show", "--trial")
    files = [path.read_text() for path in tmp_path.rglob("*") if path.suffix in (".json", ".jsonl")]
    for text in (ran.out, ran.err, shown.out, shown.err, *files):
        assert HIDDEN not in text
        assert HIDDEN[::-1] not in text


def test_a_seed_of_a_models_own_is_refused(mazedom, serve, experiment):
    ran = mazedom("run", experiment(serve("ok"), spec="params.seed = 7"), "--json")
    assert ran.status == 2
    assert "params.seed is not yours to set" in ran.document["error"]


def test_a_password_in_an_address_is_not_printed(mazedom):
    ran = mazedom("models", "http://me:hunter2@127.0.0.1:9/v1#x", "--json")
    assert ran.status == 1
    assert "hunter2" not in ran.out + ran.err


def test_parts_and_encodings_of_a_key_are_masked():
    for echo in (HIDDEN, HIDDEN[:10], HIDDEN[-9:], "czNjcjN0LVZhbHVlLTBmLU1pbmU=", HIDDEN.upper()):
        found = masked(f"bad key {echo} given", (HIDDEN,))
        assert "****" in found
        assert echo not in found


def test_words_and_paths_look_like_no_secret():
    assert not any(map(looks_secret, ["key facts", "a-very-long-name-with-many-parts-in-it-0123", "/models/qwen3-32b"]))
