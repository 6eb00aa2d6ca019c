"""Let a model choose the sentences of a document that state facts; its quotes are checked, and rules type the facts.

A quote only points to a sentence. The whole sentence becomes the fact, so that "it is not true that" can't be cut off.
A quote that does not stand in the document word for word is refused and counted. Instructions in a document can do no
harm: all that a reply can do is to propose a sentence to a person.
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
"""Characters of a document in one call, about."""
CHARACTERS_EMBEDDED = 900
"""The same for the embedded model, which loses the thread of a long text."""
MOST_QUOTES = 40
_TOKENS_EMBEDDED = 500
_LONGEST_EMBEDDED = 240
_NO_QUOTE = "a quote that does not stand in the document"
_UNREADABLE = "an answer that is no list of quotes"
_ENTRY = re.compile(r'"quote"\s*:\s*("(?:[^"\\]|\\.)*")(?:\s*,\s*"subject"\s*:\s*("(?:[^"\\]|\\.)*"))?')


@dataclass
class Asked:
    """The outcome of asking a model."""

    found: list[Found] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    """The errors of calls that got no reply, with the number of each."""
    quotes: int = 0
    """Number of quotes that the model gave."""


class _Part(NamedTuple):
    """Sentences of a document that one call asks about."""

    document: Text
    passages: tuple[Passage, ...]

    @property
    def text(self) -> str:
        """The document's text from the first of the sentences to the last."""
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
        documents: The documents.
        model: The model's name.
        defined: The tables `[models.NAME]` of an experiment file.
        most_calls: Most calls; parts of the documents that are left over are not read.
        told: Called with the progress.

    Raises:
        BadInput: If no model has this name, or it is the synthetic channel's.
        MazedomError: If no call got a reply.
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
        if source.traits.is_synthetic:
            raise BadInput(f"{model} is synthetic and reads nothing; name a model, or leave --model out")
        prompt = read_prompt(READER, "small" if source.traits.is_small else "plain")
        size = CHARACTERS_EMBEDDED if source.traits.is_small else CHARACTERS
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
    small = source.traits.is_small
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
    """Return the (quote, subject) pairs of a reply, even if it was cut off or has words around its JSON."""
    for found in _ENTRY.finditer(reply[:200_000]):
        try:
            quote = orjson.loads(found[1])
            subject = orjson.loads(found[2]) if found[2] else ""
        except orjson.JSONDecodeError:
            continue
        if quote.strip():
            yield quote, subject


def place_of(quote: str, document: str, near: Sequence[Passage]) -> list[Passage]:
    """Return the sentences in which a quote stands word for word, white space aside; empty if there are none.

    Args:
        quote: The model's quote.
        document: The document's text.
        near: The sentences from which it may be.
    """
    words = quote.split()
    found = re.compile(r"\s+".join(map(re.escape, words))).search(document, near[0].start, near[-1].end)
    if found is None:
        return []
    return [passage for passage in near if passage.start < found.end() and found.start() < passage.end]
