"""A model chooses what a document's facts are; its quotes are checked against the document, and rules do the typing.

A model's quote only points: what becomes a fact is the whole sentence that the
quote stands in, so that "it is not true that" can't be cut off. A quote that
does not stand in the document word for word is refused and counted. What a
document tells its reader to do is text like any other: the only thing that a
reply can bring about is that a sentence is proposed to a person.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from chains.authoring.passages import Passage, passages
from chains.authoring.proposing import Found, Text
from chains.errors import BadInput, MazedomError
from chains.models.budget import Budget
from chains.models.pool import Models
from chains.models.provider import Reply, Request
from chains.models.spec import ModelSpec, Source
from chains.organisation.prompts import READER, Prompt, read_prompt

CHARACTERS = 3000
"""Of a document in one call, about."""
CHARACTERS_EMBEDDED = 900
"""The same for a small model, which loses the thread of a long text."""
MOST_QUOTES = 40
_TOKENS_EMBEDDED = 500
_LONGEST_EMBEDDED = 240
_NO_QUOTE = "a quote that does not stand in the document"
_UNREADABLE = "an answer that is no list of quotes"
_ENTRY = re.compile(r'"quote"\s*:\s*("(?:[^"\\]|\\.)*")(?:\s*,\s*"subject"\s*:\s*("(?:[^"\\]|\\.)*"))?')


@dataclass
class Asked:
    """What came of asking a model."""

    found: list[Found] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    """What calls that gave no reply said."""
    quotes: int = 0
    """How many quotes it gave."""


class _Part(NamedTuple):
    """Some sentences of a document that are asked about together."""

    document: Text
    passages: tuple[Passage, ...]

    @property
    def text(self) -> str:
        """The words of the document from the first sentence to the last."""
        return self.document.content[self.passages[0].start : self.passages[-1].end]


def by_model(
    documents: Sequence[Text],
    model: str,
    defined: Mapping[str, ModelSpec],
    *,
    most_calls: int | None = None,
    told: Callable[[str], None] | None = None,
) -> Asked:
    """Ask a model for the sentences of some documents that state facts.

    Args:
        documents: What it reads.
        model: Its name.
        defined: `[models.NAME]` of an experiment file.
        most_calls: Calls at most; what is not read then is not proposed.
        told: Told how far it is.

    Raises:
        BadInput: The name is no model's, or the synthetic channel's.
        MazedomError: No call brought a reply.
    """
    return asyncio.run(_ask(documents, model, defined, most_calls, told or (lambda _: None)))


async def _ask(
    documents: Sequence[Text],
    model: str,
    defined: Mapping[str, ModelSpec],
    most_calls: int | None,
    told: Callable[[str], None],
) -> Asked:
    out = Asked()
    budget = Budget(most_calls)
    async with Models(defined, budget=budget, longest_prompt=CHARACTERS) as models:
        source = models.ready(model)
        if source.kind == "channel":
            raise BadInput("the channel reads nothing; name a model, or leave --model out")
        prompt = read_prompt(READER, "small" if source.kind == "embedded" else "plain")
        size = CHARACTERS_EMBEDDED if source.kind == "embedded" else CHARACTERS
        parts = [part for document in documents for part in _parts(document, size)]
        provider, done = models.provider(model), 0

        async def ask(part: _Part) -> Reply | MazedomError:
            nonlocal done
            try:
                return await provider.reply(_request(part, prompt, source))
            except MazedomError as error:
                return error
            finally:
                done += 1
                told(f"{model} has read {done} of {len(parts)} parts")

        replies = await asyncio.gather(*(ask(part) for part in parts))
    _gather(out, parts, replies)
    return out


def _gather(out: Asked, parts: Sequence[_Part], replies: Sequence[Reply | MazedomError]) -> None:
    errors = [reply for reply in replies if isinstance(reply, MazedomError)]
    if errors and len(errors) == len(replies):
        raise errors[0]
    out.errors.update(str(error) for error in errors)
    seen: set[tuple[str, int]] = set()
    for part, reply in zip(parts, replies, strict=True):
        if isinstance(reply, MazedomError):
            continue
        entries = list(entries_in(reply.text))[:MOST_QUOTES]
        out.left_out[_UNREADABLE] += not entries and '"facts"' not in reply.text
        for quote, subject in entries:
            out.quotes += 1
            where = place_of(quote, part.document.content, part.passages)
            if not where:
                out.left_out[_NO_QUOTE] += 1
            for passage in where:
                if (part.document.name, passage.start) not in seen:
                    seen.add((part.document.name, passage.start))
                    out.found.append(Found(part.document, passage, subject or None))
    out.left_out += Counter()  # without those that did not happen


def _parts(document: Text, size: int) -> Iterator[_Part]:
    held: list[Passage] = []
    for passage in passages(document.content):
        if held and passage.end - held[0].start > size:
            yield _Part(document, tuple(held))
            held = []
        held.append(passage)
    if held:
        yield _Part(document, tuple(held))


def _request(part: _Part, prompt: Prompt, source: Source) -> Request:
    small = source.kind == "embedded"
    text: dict[str, Any] = {"type": "string"} | ({"maxLength": _LONGEST_EMBEDDED} if small else {})
    entry = {
        "type": "object",
        "properties": {"quote": text, "subject": text},
        "required": ["quote", "subject"],
        "additionalProperties": False,
    }
    schema = {
        "type": "object",
        "properties": {"facts": {"type": "array", "items": entry}},
        "required": ["facts"],
        "additionalProperties": False,
    }
    own = {"max_tokens": _TOKENS_EMBEDDED} if small else source.settings(1)
    form = {"name": "facts", "strict": True, "schema": schema}
    return Request(
        model=source.label,
        messages=prompt.fill({"text": part.text}),
        settings={
            "temperature": 0, **own, "seed": 1, "response_format": {"type": "json_schema", "json_schema": form},
        },
    )  # fmt: skip


def entries_in(reply: str) -> Iterator[tuple[str, str]]:
    """Return the (quote, subject) pairs of a reply, also of one that was cut off or has words around its JSON."""
    for found in _ENTRY.finditer(reply[:200_000]):
        try:
            quote = orjson.loads(found[1])
            subject = orjson.loads(found[2]) if found[2] else ""
        except orjson.JSONDecodeError:
            continue
        if quote.strip():
            yield quote, subject


def place_of(quote: str, document: str, near: Sequence[Passage]) -> list[Passage]:
    """Return the sentences that a quote stands in, word for word; none if it doesn't. Kinds of white space are alike.

    Args:
        quote: As a model gave it.
        document: The document's text.
        near: The sentences that it may be from.
    """
    words = quote.split()
    found = re.compile(r"\s+".join(map(re.escape, words))).search(document, near[0].start, near[-1].end)
    if found is None:
        return []
    return [passage for passage in near if passage.start < found.end() and found.start() < passage.end]
