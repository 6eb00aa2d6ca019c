"""What becomes of every answer that an OpenAI-compatible endpoint can give."""

import asyncio
import contextlib
import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from endpoint import MODEL, serving
from msgspec import convert

from chains.errors import Busy, Hopeless, NotThere, OverLimit
from chains.models.budget import Budget
from chains.models.dialect import Quirks
from chains.models.endpoint import Endpoint
from chains.models.endpoint_errors import read_refusal, retry_after
from chains.models.provider import Message, Request
from chains.models.reply_parser import addition_note, read_usage, truncation_note
from chains.models.secrets import masked
from chains.models.spec import ModelSpec
from chains.models.thoughts import apart

KEY = "sk-secret-1234567890"
ASKED = Request(
    model=MODEL,
    messages=(Message(role="system", content="You are a manager."), Message(role="user", content="All is well.")),
    settings={"temperature": 0.3, "max_tokens": 64, "seed": 7},
)


def plain(content, **settings):
    return Request(model=MODEL, messages=(Message(role="user", content=content),), settings=settings)


@contextlib.asynccontextmanager
async def endpoint(*behaviours, sending=lambda: None, **spec):
    async with serving(*behaviours) as server:
        opened = Endpoint(MODEL, ModelSpec(base_url=server.url, model=MODEL, **spec), KEY, sending)
        try:
            yield opened, server
        finally:
            await opened.aclose()


def answered(*behaviours, request=ASKED, **spec):
    async def ask():
        async with endpoint(*behaviours, **spec) as (opened, _):
            return await opened.reply(request)

    return asyncio.run(ask())


def failed(kind, behaviour, request=ASKED, **spec):
    with pytest.raises(kind) as raised:
        answered(behaviour, request=request, **spec)
    return raised.value


def test_a_reply_carries_its_text_tokens_and_who_served_it():
    reply = answered("ok")
    assert (reply.text, reply.finish, reply.served_by) == ("All is well.", "stop", "echo-1 fp_test")
    assert (reply.usage.prompt, reply.usage.completion, reply.usage.cached) == (8, 4, 1)
    assert reply.seconds > 0


@pytest.mark.parametrize("count", [10**30, 1e30, 2**64, -1, "many", None, [3]])
def test_a_count_of_tokens_that_can_not_be_is_none(count):
    """It could not be written to the log, and one of them would be all that a run's sum shows."""
    usage = read_usage({"prompt_tokens": count, "completion_tokens": 7})
    assert (usage.prompt, usage.completion) == (0, 7)


def test_settings_that_the_client_does_not_know_reach_the_server():
    async def ask():
        async with endpoint("ok") as (opened, server):
            await opened.reply(plain("x", grammar="root ::= x", extra_body={"dry_multiplier": 0.6}, temperature=0.1))
            return server.requests[0]

    body = asyncio.run(ask())
    assert (body["grammar"], body["dry_multiplier"], body["temperature"]) == ("root ::= x", 0.6, 0.1)
    assert "extra_body" not in body
    assert body["model"] == MODEL


@pytest.mark.parametrize("behaviour", ["no_choices", "null_content", "white_space"])
def test_a_reply_without_content_is_empty_and_not_an_error(behaviour):
    reply = answered(behaviour)
    assert reply.finish == "empty"
    assert reply.spoken is None


@pytest.mark.parametrize(
    ("behaviour", "finish"), [("refuses", "refusal"), ("filtered", "filter"), ("filtered_reply", "filter")]
)
def test_a_refusal_or_a_content_filter_is_an_outcome_and_no_report(behaviour, finish):
    reply = answered(behaviour)
    assert reply.finish == finish
    assert reply.spoken is None


def test_what_a_model_says_in_refusing_is_kept_for_the_log():
    assert answered("refuses").text == "I can't help with that."


def test_a_reply_that_hits_its_length_limit_is_cut_off():
    reply = answered("cut_by_length")
    assert (reply.finish, reply.spoken) == ("length", "It goes on and")


def test_a_thought_is_logged_and_never_spoken():
    assert (answered("thinks").text, answered("thinks").thought) == ("All is well.", "They want it short.")
    assert answered("thinks_aside").thought == "They want it short."


def test_a_thought_that_never_ends_leaves_nothing_to_say_and_is_cut_off():
    reply = answered("thinks_for_ever")
    assert (reply.text, reply.finish, reply.spoken) == ("", "length", None)
    assert reply.thought == "They want it short, but"


@pytest.mark.parametrize(
    ("content", "text", "thought"),
    [
        ("plain\n", "plain\n", ""),
        ("thought in the prompt's own tag</think>said", "said", "thought in the prompt's own tag"),
        ("<think>a</think>b<think>c</think>d", "bd", "a\nc"),
        ("<THINK>a\nb</THINK> c", "c", "a\nb"),
        ("<think>a", "", "a"),
        ("<think></think>b", "b", ""),
    ],
)
def test_thoughts_are_taken_apart_from_what_is_said(content, text, thought):
    assert apart(content) == (text, thought)


def test_a_reply_of_two_megabytes_is_cut_and_marked():
    reply = answered("two_megabytes")
    assert (len(reply.text), reply.finish) == (1_000_000, "length")
    assert "2,000,000 characters" in reply.notes[0]


def test_an_answer_without_end_is_refused_while_it_is_read(monkeypatch):
    monkeypatch.setattr("chains.models.endpoint.LARGEST_ANSWER", 2**20)
    assert "set max_tokens" in str(failed(Hopeless, "two_megabytes"))


@pytest.mark.parametrize("behaviour", ["server_error", "rate_limited", "cut", "truncated_json", "failed_behind"])
def test_a_fault_that_may_pass_is_busy(behaviour):
    failed(Busy, behaviour)


def test_a_server_that_hangs_is_busy_after_its_time_out():
    assert "did not answer within 0.2 s" in str(failed(Busy, "hang", timeout=0.2))


def test_a_server_that_never_was_there_is_given_up_within_seconds_and_named():
    with pytest.raises(NotThere, match=r"can't connect to .*start the server"):
        asyncio.run(asyncio.wait_for(asked_at("http://127.0.0.1:9/v1"), 3))


def test_a_host_that_does_not_exist_is_given_up_and_named():
    with pytest.raises(NotThere, match=r"there is no such host; check base_url"):
        asyncio.run(asyncio.wait_for(asked_at("http://no-such-host.invalid/v1"), 3))


def test_a_server_that_went_away_is_waited_for():
    async def ask():
        async with serving() as server:
            opened = Endpoint(MODEL, ModelSpec(base_url=server.url, model=MODEL), None)
            await opened.reply(ASKED)
        try:
            await opened.reply(ASKED)
        finally:
            await opened.aclose()

    with pytest.raises(Busy, match=r"can't connect to .*start the server|dropped the connection"):
        asyncio.run(ask())


async def asked_at(url):
    opened = Endpoint(MODEL, ModelSpec(base_url=url, model=MODEL), None)
    try:
        return await opened.reply(ASKED)
    finally:
        await opened.aclose()


@pytest.mark.parametrize(
    ("behaviour", "remedy"),
    [
        ("not_found", "check the model's name"),
        ("too_long", "the prompt is too long"),
        ("bad_request", "check params"),
        ("no_credit", "no credit left"),
    ],
)
def test_a_fault_that_stays_is_hopeless_and_says_what_to_do(behaviour, remedy):
    assert remedy in str(failed(Hopeless, behaviour))


def test_a_key_that_the_endpoint_echoes_is_masked():
    error = str(failed(Hopeless, "echoes_key", key_env="TEST_KEY"))
    assert KEY not in error
    assert "Incorrect API key provided: ****" in error
    assert "check the key in TEST_KEY" in error


def test_whatever_looks_like_a_key_is_masked():
    assert masked("bad key sk-proj-abcDEF123456 used", ()) == "bad key **** used"
    assert masked("Authorization: Bearer abc.def", ()) == "Authorization: Bearer ****"
    assert masked("the key hunter2x is wrong", ("hunter2x",)) == "the key **** is wrong"


def test_what_an_endpoint_says_moves_no_terminal():
    said = {"error": {"message": "bad\r\n\x1b[31m key \x07\u202e é"}}
    assert read_refusal(401, said, {}, None).text == "bad \ufffd[31m key \ufffd\ufffd é"


def test_the_wait_that_a_service_asks_for_is_read_in_all_its_forms():
    assert failed(Busy, "rate_limited").retry_after == 3
    assert retry_after({"retry-after-ms": "1500", "retry-after": "9"}) == 1.5
    assert retry_after({"retry-after": "2.5"}) == 2.5
    assert retry_after({"retry-after": "Thu, 01 Jan 1970 00:01:40 GMT"}, now=40.0) == 60
    assert retry_after({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}, now=40.0) == 0
    assert retry_after({"retry-after": "soon"}) is None
    assert retry_after({}) is None


def test_an_endpoint_with_another_dialect_is_learnt_once_by_many_at_the_same_time():
    async def ask():
        async with endpoint("modern") as (opened, server):
            replies = await asyncio.gather(*(opened.reply(ASKED) for _ in range(8)))
            return replies, opened.resolved, server

    replies, resolved, server = asyncio.run(ask())
    assert server.calls == 4 + 8
    assert resolved == {
        "length_name": "max_completion_tokens",
        "refuses": ["seed", "temperature"],
        "system_role": False,
    }
    body = server.requests[-1]
    assert body["messages"] == [{"role": "user", "content": "You are a manager.\n\nAll is well."}]
    assert body["max_completion_tokens"] == 64
    assert {reply.text for reply in replies} == {"You are a manager.\n\nAll is well."}


def test_another_dialect_changes_nothing_in_what_was_asked_for():
    before = ASKED.digest
    answered("modern")
    assert convert(ASKED.plain(), Request).digest == before


def test_a_schema_that_the_endpoint_refuses_is_asked_for_in_words():
    wanted = {"type": "json_schema", "json_schema": {"name": "v", "schema": {"type": "object", "title": "Verdict"}}}

    async def ask():
        async with endpoint("no_schema") as (opened, server):
            await opened.reply(plain("Judge it.", response_format=wanted))
            return opened.resolved, server.requests[-1]

    resolved, body = asyncio.run(ask())
    assert resolved == {"response_format": "json_object"}
    assert body["response_format"] == {"type": "json_object"}
    assert '"title":"Verdict"' in body["messages"][-1]["content"]


def test_a_refused_value_that_is_simply_wrong_is_not_dropped_silently():
    body = {"messages": [], "temperature": 5}
    said = "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 5 instead."
    assert Quirks().learnt(body, said, "temperature") is None


def test_a_parameter_that_shapes_the_reply_is_never_dropped():
    assert Quirks().learnt({"messages": [], "grammar": "x"}, "Unsupported parameter: grammar", "grammar") is None


def test_a_fastapi_server_that_forbids_extra_fields_is_understood():
    said = "Extra inputs are not permitted"
    learnt = Quirks().learnt({"messages": [], "seed": 1}, said, "seed")
    assert learnt is not None
    assert learnt.resolved() == {"refuses": ["seed"]}


def test_what_did_not_help_is_not_learnt():
    async def ask():
        async with endpoint("modern", "bad_request") as (opened, _):
            with pytest.raises(Hopeless):
                await opened.reply(ASKED)
            return opened.resolved

    assert asyncio.run(ask()) == {}


def test_a_prompt_that_the_endpoint_truncates_silently_is_noted():
    reply = answered("truncates_prompt", request=plain("The valve opened late. " * 100))
    assert "counted 40 prompt tokens where at least 383 were sent" in reply.notes[0]
    assert answered("ok", request=plain("The valve opened late. " * 100)).notes == ()


def test_a_prompt_of_which_more_was_counted_than_was_sent_is_noted():
    """By an endpoint that adds instructions of its own, which no prompt of ours shows, or that can't count."""
    reply = answered("adds_a_prompt", request=plain("The valve opened late. " * 100))
    assert "counted 9,000 prompt tokens where at most 6,600 were sent: it adds a prompt of its own" in reply.notes[0]
    assert addition_note(sent=2_300, counted=6_600) is None


def test_a_short_prompt_or_an_endpoint_that_does_not_count_is_not_suspected():
    assert truncation_note(sent=250, counted=3) is None
    assert truncation_note(sent=50_000, counted=0) is None


def test_a_prompt_that_surely_exceeds_the_declared_context_is_not_sent():
    async def ask():
        async with endpoint("ok", context=256) as (opened, server):
            with pytest.raises(Hopeless, match="too long for 'echo', which takes 256 tokens"):
                await opened.reply(plain("word " * 1000))
            return server.calls

    assert asyncio.run(ask()) == 0


def test_every_request_that_is_sent_counts_against_the_budget():
    budget = Budget(3)

    async def ask():
        async with endpoint("modern", sending=budget.spend) as (opened, server):
            with pytest.raises(OverLimit):
                await opened.reply(ASKED)
            return server.calls

    assert asyncio.run(ask()) == budget.sent == 3


def test_the_account_of_one_service_is_not_told_to_another(monkeypatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Gateway-Key: secret-1\nAuthorization: Bearer secret-2")

    async def ask():
        async with endpoint("ok") as (opened, server):
            await opened.reply(ASKED)
            return server.headers[0]

    headers = {name.lower(): value for name, value in asyncio.run(ask()).items()}
    assert not headers.keys() & {"openai-organization", "openai-project", "x-gateway-key"}
    assert headers["authorization"] == f"Bearer {KEY}"


def test_the_server_runs_as_a_process_and_tells_what_it_was_asked():
    script = Path(__file__).with_name("endpoint.py")
    with subprocess.Popen([sys.executable, script, "--behaviour", "ok"], stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().strip()

            async def ask():
                opened = Endpoint(MODEL, ModelSpec(base_url=url, model=MODEL))
                try:
                    await opened.reply(ASKED)
                finally:
                    await opened.aclose()

            asyncio.run(ask())
            with urllib.request.urlopen(url.replace("/v1", "/calls")) as answer:  # noqa: S310 - loopback
                counted = json.load(answer)
        finally:
            process.kill()
    assert counted["calls"] == 1
    assert len(counted["digests"][0]) == 64
