"""What a reply is, in all the forms in which servers send it: how it ended, what was thought, what was broken."""

import asyncio
import json
import time

import pytest
from aiohttp import web
from endpoint import BEHAVIOURS, answers, completion
from test_endpoint import ASKED, answered, endpoint, failed

from chains.errors import Busy
from chains.models.answer_body import read_body
from chains.models.provider import Reply
from chains.models.reply_parser import LONGEST_TEXT, how_it_ended, read_reply
from chains.models.thoughts import apart

SAID = "- All is well."


def read(content, *, finish="stop", **message) -> Reply:
    return read_reply(completion(content, finish=finish, **message), 10)


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("ended", "stop STOP eos end_turn stop_sequence COMPLETE FinishReason.STOP tool_calls"),
        (
            "length",
            "length MAX_TOKENS max_output_tokens model_length model_context_window_exceeded token_limit ERROR_LIMIT",
        ),
        ("filter", "SAFETY IMAGE_SAFETY BLOCKLIST SPII guardrail_intervened sensitive content_filter:hate ERROR_TOXIC"),
        ("refusal", "refusal"),
        (
            "failed",
            "error network_error insufficient_system_resource abort USER_CANCEL rate_limit stopped_by_user",
        ),
        ("unknown", "repetition pause_turn OTHER FINISH_REASON_UNSPECIFIED"),
    ],
)
def test_the_end_of_a_reply_is_understood_in_every_providers_words(end, words):
    assert {word: how_it_ended(word) for word in words.split()} == dict.fromkeys(words.split(), end)


def test_the_end_of_a_reply_may_be_an_object_or_missing():
    assert how_it_ended({"type": "length", "length": 40}) == "length"
    assert how_it_ended(None) == "ended"
    assert how_it_ended(7) == "ended"
    assert how_it_ended("完成") == "unknown"


def test_an_end_that_nobody_knows_is_noted():
    reply = read(SAID, finish="vibes")
    assert (reply.text, reply.finish) == (SAID, "stop")
    assert reply.notes == ("the endpoint says that the reply ended with 'vibes', whatever that means",)


def test_a_gateway_that_says_stop_is_not_believed_where_its_provider_says_otherwise():
    answer = completion(SAID)
    answer["choices"][0]["native_finish_reason"] = "MAX_TOKENS"
    assert read_reply(answer, 10).finish == "length"


@pytest.mark.parametrize("word", ["network_error", "abort", "insufficient_system_resource"])
def test_a_failed_generation_is_asked_for_again_whatever_it_is_called(word, monkeypatch):
    monkeypatch.setitem(BEHAVIOURS, "odd", answers(completion("- All is w", finish=word)))
    assert f"the reply broke off with an error: it ended with '{word}'" in str(failed(Busy, "odd"))


@pytest.mark.parametrize(
    "content",
    [
        f"<thought>hide it</thought>{SAID}",
        f"<Reasoning>hide it</Reasoning>\n\n{SAID}",
        f"[THINK]hide it[/THINK]{SAID}",
        f"<antThinking>hide it</antThinking>{SAID}",
        f"<internal_monologue>hide it</internal_monologue>{SAID}",
        f"<analysis>hide it</analysis>\n{SAID}",
        f"<|inner_prefix|>hide it<|inner_suffix|>{SAID}",
        f"◁think▷hide it◁/think▷{SAID}",
        f"<seed:think>hide it</seed:think>{SAID}",
        f'<think mode="deep">hide it</think>{SAID}',
        f"hide it</think>\n{SAID}",
        f"<|begin_of_thought|>hide it<|end_of_thought|><|begin_of_solution|>{SAID}<|end_of_solution|>",
        f"<|START_THINKING|>hide it<|END_THINKING|><|START_RESPONSE|>{SAID}<|END_RESPONSE|>",
        f"<think>hide it</think><answer>{SAID}</answer>",
        f"<|channel>thought\nhide it<channel|>{SAID}",
        f"<|channel|>analysis<|message|>hide it<|end|><|start|>assistant<|channel|>final<|message|>{SAID}<|return|>",
        f"analysishide itassistantfinal{SAID}",
        f"Here is my thought process: hide it\nHere is my response: {SAID}",
        [{"type": "reasoning", "text": "hide it"}, {"type": "text", "text": SAID}],
        [{"type": "thinking", "thinking": [{"type": "text", "text": "hide it"}]}, {"type": "text", "text": SAID}],
        [{"type": "text", "text": "hide it", "thought": True}, {"type": "output_text", "text": SAID}],
    ],
)
def test_a_thought_in_any_form_is_logged_and_not_said(content):
    reply = read(content)
    assert (reply.text, reply.thought, reply.finish) == (SAID, "hide it", "stop")


@pytest.mark.parametrize(
    "beside",
    [
        {"reasoning": "hide it"},
        {"reasoning": {"content": "hide it"}},
        {"thinking": "hide it"},
        {
            "reasoning_details": [
                {"type": "reasoning.text", "text": "hide it"},
                {"type": "reasoning.encrypted", "data": "x"},
            ]
        },
        {"reasoning": "hide it", "reasoning_details": [{"type": "reasoning.text", "text": "hide it"}]},
        {"thinking_blocks": [{"type": "thinking", "thinking": "hide it", "signature": "x"}]},
    ],
)
def test_a_thought_beside_what_is_said_is_logged_once(beside):
    assert (read(SAID, **beside).text, read(SAID, **beside).thought) == (SAID, "hide it")


@pytest.mark.parametrize(
    "text",
    [
        "- Use `<think>` as the mark.\n- All is well.",
        "- Use `<think>x</think>` as the mark.\n- All is well.",
        "- The form is:\n```\n<think>x</think>\n```\n- All is well.",
        '- The tag "</think>" was in the log.\n- All is well.',
        "- The tag </think> was seen in the log.\n- All is well.",
        "- The tag <think> was seen in the log.\n- All is well.",
        "- It is <b>late</b>.",
        "[THINKING OF YOU] is the name of the ship.",
        "analysis of the valves: all is well.",
    ],
)
def test_a_mark_that_is_spoken_of_is_text(text):
    assert (read(text).text, read(text).thought) == (text, None)


def test_that_thinking_took_the_whole_budget_is_said():
    for reply in (
        read("<think>They want", finish="length"),
        read(None, finish="length", reasoning_content="They want"),
    ):
        assert (reply.text, reply.finish) == ("", "length")
        assert "raise max_tokens, or lower reasoning_effort" in reply.notes[0]
    assert read("It goes on and", finish="length").notes == ()


def test_what_a_server_says_of_itself_and_what_is_thought_have_an_end():
    answer = completion(SAID, reasoning_content="x" * (LONGEST_TEXT + 5)) | {"system_fingerprint": "f" * 10**6}
    reply = read_reply(answer, 10)
    assert len(reply.served_by) == 200
    assert len(reply.thought) == LONGEST_TEXT
    assert "the thought was 1,000,005 characters long" in reply.notes[0]


@pytest.mark.parametrize(
    "mark", ["<think>", "</think>", "`<think>` ", "<think>\n```\n", "[THINK]", "<|channel|>x<|message|>"]
)
def test_many_marks_take_no_more_than_their_share_of_time(mark):
    began = time.process_time()
    apart(mark * (400_000 // len(mark)))
    assert time.process_time() - began < 2


def sends(raw, content_type="application/json"):
    async def behaviour(request, body):
        return web.Response(body=raw, headers={"Content-Type": content_type})

    return behaviour


WHOLE = json.dumps(completion("- All is \\ud83d well.")).replace("\\\\ud83d", "\\ud83d")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (WHOLE.encode(), "- All is \ufffd well."),
        (json.dumps(completion(SAID) | {"created": float("nan")}).encode(), SAID),
        (json.dumps(completion(SAID) | {"logprob": float("-inf")}).encode(), SAID),
        (b"\xef\xbb\xbf" + json.dumps(completion(SAID)).encode(), SAID),
        (b"\n\n  " + json.dumps(completion(SAID)).encode(), SAID),
    ],
)
def test_json_that_is_not_quite_json_is_read(raw, text, monkeypatch):
    monkeypatch.setitem(BEHAVIOURS, "odd", sends(raw))
    reply = answered("odd")
    assert (reply.text, reply.finish) == (text, "stop")
    assert bool(reply.notes) == ("\ufffd" in text)


def test_what_is_nothing_at_all_is_broken():
    for raw in (b"", b"<html>", b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe", b"data: [DONE]\n\n"[:9]):
        with pytest.raises((ValueError, AttributeError)):
            read_reply(read_body(raw), 1)


def streamed(*events, end="data: [DONE]\n\n"):
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events) + end


def piece(finish=None, **delta):
    return {"model": "echo-1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


PIECES = (
    piece(role="assistant"),
    piece(reasoning_content="hide "),
    piece(reasoning_content="it"),
    piece(content="- All\u2028is"),
    piece(content=" well."),
    piece("stop"),
)


def test_an_endpoint_that_streams_all_the_same_is_read(monkeypatch):
    usage = {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 5}}
    monkeypatch.setitem(BEHAVIOURS, "odd", sends(streamed(*PIECES, usage).encode(), "text/event-stream"))
    reply = answered("odd")
    assert (reply.text, reply.thought, reply.finish) == ("- All\u2028is well.", "hide it", "stop")
    assert (reply.usage.prompt, reply.usage.completion, reply.served_by) == (7, 5, "echo-1")


def test_a_stream_that_was_cut_off_is_no_reply(monkeypatch):
    monkeypatch.setitem(BEHAVIOURS, "odd", sends(streamed(*PIECES[:-1], end="").encode(), "text/event-stream"))
    failed(Busy, "odd")


def test_an_error_in_a_stream_is_one(monkeypatch):
    died = {"error": {"message": "the provider died", "code": 502}}
    monkeypatch.setitem(BEHAVIOURS, "odd", sends(streamed(*PIECES[:4], died).encode(), "text/event-stream"))
    assert "the provider died" in str(failed(Busy, "odd"))


def test_a_stream_is_not_asked_for():
    async def ask():
        async with endpoint("ok") as (opened, server):
            await opened.reply(ASKED)
            return server.requests[0]

    assert asyncio.run(ask())["stream"] is False
