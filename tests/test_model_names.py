"""What a model's name stands for, and what `Models` makes of it."""

import asyncio
import json
import math

import pytest
from endpoint import MODEL, serving
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chains.errors import BadInput, OverLimit
from chains.models.budget import Budget
from chains.models.pool import Models
from chains.models.provider import Message, Request, Usage
from chains.models.spec import ModelSpec, Prices, fill_lines, resolve


@pytest.mark.parametrize(
    ("name", "resolved"),
    [
        ("smollm2", ("embedded", "smollm2", None, None)),
        ("gguf:some/where/tiny.gguf", ("embedded", "gguf:tiny.gguf", None, None)),
        ("openai:gpt-5-mini", ("endpoint", "openai:gpt-5-mini", "https://api.openai.com/v1", "gpt-5-mini")),
        ("ollama:qwen3:4b", ("endpoint", "ollama:qwen3:4b", "http://localhost:11434/v1", "qwen3:4b")),
        ("http://localhost:8000/v1/#org/model", ("endpoint", "org/model", "http://localhost:8000/v1", "org/model")),
        ("channel", ("channel", "channel", None, None)),
        ("channel:drop=0.1,flip=0.02", ("channel", "channel:drop=0.1,flip=0.02", None, None)),
    ],
)
def test_every_form_of_a_name_is_understood(monkeypatch, name, resolved):
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    source = resolve(name)
    assert (source.kind, source.label, source.spec.base_url, source.spec.model) == resolved


def test_a_label_says_what_a_model_is_and_not_where_it_answers():
    assert resolve("http://one:1/v1#qwen3").label == resolve("http://two:2/v1#qwen3").label == "qwen3"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("smolm2", "did you mean smollm2?"),
        ("opnai:gpt-5", "no model is called 'opnai:gpt-5'"),
        ("openai:", "did you mean openai:NAME?"),
        ("bigg", "did you mean big?"),
        ("http://localhost:8000/v1", "write URL#NAME"),
        ("", "known: "),
    ],
)
def test_a_wrong_name_is_told_its_nearest(name, hint):
    with pytest.raises(BadInput) as raised:
        resolve(name, {"big": ModelSpec(base_url="http://localhost:1/v1", model="b")})
    assert hint in str(raised.value)


@pytest.mark.parametrize(
    "url", ["http://me:hunter2@host/v1", "http://host/v1?key=hunter2", "ftp://host/hunter2", "http:///hunter2"]
)
def test_an_address_with_a_secret_in_it_is_refused_without_repeating_it(url):
    with pytest.raises(BadInput) as raised:
        resolve(f"{url}#m")
    if "host" in url and not url.startswith("ftp"):
        assert "hunter2" not in str(raised.value)
    with pytest.raises(ValidationError, match=r"not an http address|carries a user"):
        ModelSpec(base_url=url, model="m")


@pytest.mark.parametrize(
    "definition",
    [
        {"params": {"api_key": "x"}},
        {"params": {"stream": True}},
        {"base_url": "http://host/v1"},
        {"frob": 1},
        {"context": 10},
    ],
)
def test_a_definition_with_a_secret_or_a_mistake_is_refused(definition):
    with pytest.raises(ValidationError):
        ModelSpec.model_validate(definition)


def test_a_key_that_is_not_set_is_named(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(BadInput, match="OPENAI_API_KEY is not set; put the key for 'openai:gpt-5'"):
        Models().provider("openai:gpt-5")


def test_a_definition_refines_a_built_in_model_key_by_key():
    mine = resolve("calm", {"calm": ModelSpec(model="smollm2", params={"temperature": 0.0}, in_flight=2)})
    assert (mine.kind, mine.label, mine.spec.in_flight) == ("embedded", "smollm2", 2)
    settings = mine.settings(lines=6)
    assert settings["temperature"] == 0.0
    assert settings["dry_multiplier"] == 0.8
    assert settings["max_tokens"] == 640


def test_a_definition_under_a_built_in_name_refines_that_name():
    mine = resolve("smollm2", {"smollm2": ModelSpec(extra_body={"dry_multiplier": 0})})
    assert mine.settings(lines=6)["dry_multiplier"] == 0
    assert mine.settings(lines=6)["temperature"] == 0.3


def test_a_definition_that_says_nothing_is_refused():
    with pytest.raises(BadInput, match=r"\[models.mine\] does not say what the model is"):
        resolve("mine", {"mine": ModelSpec()})


def test_the_embedded_model_writes_as_many_bullets_as_it_heard_lines():
    grammar = resolve("smollm2").settings(lines=6)["grammar"]
    assert grammar.startswith("root ::= line{2,6}\n")
    assert '[^\\n"\\[\\]*#:]{8,200}' in grammar


def test_holes_are_filled_wherever_they_stand_and_with_two_lines_at_least():
    settings = {"a": "{lines}", "b": {"c": ["x{lines}", 1]}, "d": 0.5}
    assert fill_lines(settings, 9) == {"a": "9", "b": {"c": ["x9", 1]}, "d": 0.5}
    assert fill_lines(settings, 0)["a"] == "2"


def test_reasoning_costs_as_output_and_cached_tokens_have_their_own_price():
    usage = Usage(prompt=1_000_000, completion=500_000, reasoning=400_000, cached=600_000)
    assert Prices(input=2, output=10, cached=1).cost(usage) == pytest.approx(0.4 * 2 + 0.6 * 1 + 0.5 * 10)
    assert Prices(input=2, output=10).cost(usage) == pytest.approx(2 + 5)


def test_a_prompt_or_a_reply_smaller_than_its_part_leaves_that_part_out():
    prices = Prices(input=3, output=15, cached=0.3)
    assert prices.cost(Usage(prompt=10, completion=50, cached=10_000)) == pytest.approx(0.00378)
    assert prices.cost(Usage(prompt=10, completion=50, reasoning=400)) == pytest.approx(0.00678)


COUNTS = st.integers(-(2**63), 2**63)
PRICES = st.floats(0, 1e9)


@given(COUNTS, COUNTS, COUNTS, COUNTS, PRICES, PRICES, st.none() | PRICES)
def test_no_usage_costs_less_than_nothing(prompt, completion, reasoning, cached, to_ask, to_hear, to_keep):
    usage = Usage(prompt=prompt, completion=completion, reasoning=reasoning, cached=cached)
    assert 0 <= Prices(input=to_ask, output=to_hear, cached=to_keep).cost(usage) < math.inf


@pytest.mark.parametrize("price", [-1, math.inf, math.nan])
def test_a_price_that_no_limit_can_be_kept_with_is_refused(price):
    with pytest.raises(ValidationError):
        Prices(input=1, output=1, cached=price)


def asked(models, name):
    source = models.source(name)
    request = Request(
        model=source.label, messages=(Message(role="user", content="Hello there."),), settings=source.settings(3)
    )
    return models.provider(name).reply(request)


async def no_wait(seconds):
    """Wait for nothing."""


def test_a_busy_endpoint_is_asked_again_through_the_factory():
    async def ask():
        async with serving("rate_limited", "server_error", "cut", "ok") as server, Models(sleep=no_wait) as models:
            return await asked(models, f"{server.url}#{MODEL}"), server.calls, models.budget.sent

    reply, calls, sent = asyncio.run(ask())
    assert (reply.text, reply.tries, calls, sent) == ("Hello there.", 4, 4, 4)


def test_one_budget_serves_all_models_of_a_run():
    async def ask():
        async with serving("ok") as one, serving("ok") as two, Models(budget=Budget(3), sleep=no_wait) as models:
            for server in (one, two, one):
                await asked(models, f"{server.url}#{MODEL}")
            with pytest.raises(OverLimit):
                await asked(models, f"{two.url}#{MODEL}")
            return one.calls + two.calls

    assert asyncio.run(ask()) == 3


def test_no_more_requests_are_in_flight_than_the_definition_allows():
    async def ask():
        async with serving("ok", latency=0.01) as server:
            spec = ModelSpec(base_url=server.url, model=MODEL, in_flight=2)
            async with Models({"mine": spec}) as models:
                await asyncio.gather(*(asked(models, "mine") for _ in range(8)))
            return server.most_in_flight

    assert asyncio.run(ask()) == 2


def test_the_description_holds_what_was_learnt_and_no_secret(monkeypatch):
    monkeypatch.setenv("MY_KEY", "hunter2-hunter2")

    async def ask():
        async with serving("modern") as server:
            spec = ModelSpec(
                base_url=server.url,
                model=MODEL,
                key_env="MY_KEY",
                params={"max_tokens": 9, "temperature": 1},
            )
            async with Models({"mine": spec}) as models:
                await asked(models, "mine")
                return models.describe(), server.headers[0]

    described, headers = asyncio.run(ask())
    assert headers["authorization"] == "Bearer hunter2-hunter2"
    assert described["mine"]["resolved"] == {"length_name": "max_completion_tokens", "refuses": ["temperature"]}
    assert described["mine"]["spec"]["key_env"] == "MY_KEY"
    assert "hunter" not in json.dumps(described)


def test_a_channel_is_opened_by_its_rates_and_described_by_them():
    async def ask():
        async with Models() as models:
            reply = await asked(models, "channel:drop=0.1,flip=0.02")
            return reply, models.describe(), models.budget.sent

    reply, described, sent = asyncio.run(ask())
    assert reply.served_by == "channel"
    resolved = described["channel:drop=0.1,flip=0.02"]["resolved"]
    assert (resolved["drop"], resolved["invert"], sent) == (0.1, 0.02, 1)


def test_a_channels_mistaken_rate_is_found_before_anything_runs():
    with pytest.raises(BadInput, match="did you mean drop"):
        Models().ready("channel:drp=0.1")


def test_checking_a_model_that_answers_says_how_fast():
    async def ask():
        async with serving("ok") as server, Models() as models:
            return await models.check(f"{server.url}#{MODEL}")

    found = asyncio.run(ask())
    assert (found["ok"], found["listed"], found["error"]) == (True, True, None)
    assert found["tokens_per_second"] > 0


def test_checking_a_model_that_does_not_answer_says_why(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    async def ask():
        async with serving("not_found") as server, Models() as models:
            return [await models.check(name) for name in (f"{server.url}#{MODEL}", "openai:gpt-5", "frob")]

    gone, keyless, nameless = asyncio.run(ask())
    assert "check the model's name" in gone["error"]
    assert "OPENAI_API_KEY is not set" in keyless["error"]
    assert "no model is called 'frob'" in nameless["error"]
    assert not any(found["ok"] for found in (gone, keyless, nameless))
