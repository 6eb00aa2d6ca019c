"""Test whether an endpoint honours a seed and a JSON schema, before a run relies on them."""

from collections.abc import Mapping
from typing import Any

import orjson

from chains.errors import MazedomError
from chains.models.provider import Message, Provider, Request
from chains.models.spec import LINES_HOLE, Source

OPEN_QUESTION = "Invent a name for a small town and say in one sentence what it is known for."
"""A question that a model answers differently each time, unless a seed holds it."""
CLOSED_QUESTION = "Is a kettle hotter than an ice cube? Answer as JSON with the keys answer (yes or no) and reason."
SCHEMA = {
    "type": "object",
    "properties": {"answer": {"type": "string", "enum": ["yes", "no"]}, "reason": {"type": "string"}},
    "required": ["answer", "reason"],
    "additionalProperties": False,
}
MOST_TOKENS = 120


async def seed_honoured(provider: Provider, source: Source) -> str:
    """Say whether the same seed gives the same text, and another seed another text.

    Returns:
        "yes"; "no" (the same seed gave two texts); or "can't tell" (the text is the same for every seed, or it did not
        answer). Whether the endpoint refused to take a seed at all is in its dialect.
    """
    texts = []
    for seed in (7, 7, 8):
        settings = _settings(source) | {"seed": seed, "temperature": 1.0}
        texts.append(await _text(provider, source, OPEN_QUESTION, settings))
    first, again, other = texts
    if None in texts:
        return "can't tell"
    if first != again:
        return "no"
    return "yes" if other != first else "can't tell"


async def schema_honoured(provider: Provider, source: Source) -> str:
    """Say whether a reply keeps to a JSON schema: "yes", "no", or "can't tell" if no whole reply came."""
    shape = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA}}
    text = await _text(provider, source, CLOSED_QUESTION, _settings(source) | {"response_format": shape})
    if text is None:
        return "can't tell"
    try:
        answer = orjson.loads(text)
    except orjson.JSONDecodeError:
        return "no"
    fits = isinstance(answer, dict) and set(answer) == {"answer", "reason"} and answer["answer"] in ("yes", "no")
    return "yes" if fits and isinstance(answer["reason"], str) else "no"


def _settings(source: Source) -> dict[str, Any]:
    """Return the model's own parameters without its grammar, which would hold every reply to one form."""
    own = {name: value for name, value in source.spec.params.items() if LINES_HOLE not in str(value)}
    return {"max_tokens": MOST_TOKENS} | own


async def _text(provider: Provider, source: Source, question: str, settings: Mapping[str, Any]) -> str | None:
    request = Request(model=source.label, messages=(Message(role="user", content=question),), settings=settings)
    try:
        reply = await provider.reply(request)
    except MazedomError:
        return None
    return reply.text if reply.finish == "stop" else None
