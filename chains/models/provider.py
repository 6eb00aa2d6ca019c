"""The one thing a source of replies must do, and what goes in and comes out.

Requests and replies are made by the hundred thousand, so they are structs, which
cost a tenth of what a validated model costs. They are checked where they come
in from outside: `replies` reads what endpoints send, `records` what was logged.
"""

import hashlib
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Literal, Protocol

import msgspec
import orjson

from chains.worlds.world import World

Finish = Literal["stop", "length", "refusal", "filter", "empty"]
"""How a reply ended: of itself; cut off by its length limit; the model refused; a content filter
refused; nothing came. The last three reach the seat above as "(no report)"."""


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One turn of a conversation as an endpoint reads it."""

    role: Literal["system", "user", "assistant"]
    content: str


class Occasion(msgspec.Struct, frozen=True):
    """On what occasion a request is made: what the synthetic channel and people need to know, and models never see.

    It is no part of the request's digest and is never sent.
    """

    world: World
    replicate: int
    seat: str
    role: str
    """worker, manager or executive."""
    hop: int
    """Which message on a fact's way up this reply will be: 1 for a worker's report."""
    depth: int
    """Hops from a worker to the executive."""
    heard: tuple[str, ...]
    """What the seat was given: the reports of those below it, or a worker's own notes; one text each.
    On the way down, the directive of its superior."""
    task: str = "report"
    """What it is asked for: the name of a task of `organisation.task`."""
    letters: Mapping[str, str] = {}
    """For a choice: the ids of the options by the letter under which they are shown."""
    decided: str | None = None
    """For the executive's order: the option that it has decided on; None where that can't be read."""
    drafted: int = 0
    """Which of several drafts of one report it will be: 0 for the first or only one."""
    more: Mapping[str, Any] = {}
    """What else the synthetic channel needs to reply to this task."""
    by_channel: "ByChannel | None" = None
    """How the synthetic channel replies; None: it relays what was heard."""


ByChannel = Callable[[Any, Occasion], str]
"""The text with which a synthetic channel, the first argument, replies on an occasion."""


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """What is asked of a model.

    The digest covers the model's name, messages and settings (the sampling
    seed among them), never an address, a port or a key.
    """

    model: str
    messages: tuple[Message, ...]
    settings: Mapping[str, Any] = {}
    """temperature, seed, max_tokens and whatever else the endpoint takes, as resolved."""
    occasion: Occasion | None = None
    """Is not logged."""

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of model, messages and settings, in hexadecimal."""
        return digest_of(self.plain())

    def plain(self) -> dict[str, Any]:
        """Return the request as JSON has it in the log, and as its digest covers it."""
        turns = [{"role": turn.role, "content": turn.content} for turn in self.messages]
        return {"model": self.model, "messages": turns, "settings": dict(self.settings)}


CHARACTERS_A_TOKEN = 3.0
"""Of prompts and reports, about, while no endpoint has counted: they are full of figures and codes. English prose has
over four, so what is planned by this has room to spare."""
MOST_CHARACTERS_A_TOKEN = 6.0
"""No prose has more on average with a current tokenizer: who counts fewer tokens has not read all of it."""


class Usage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Tokens as the endpoint counted them; 0 where it did not say."""

    prompt: int = 0
    completion: int = 0
    reasoning: int = 0
    """Part of `completion` that was thought and not said."""
    cached: int = 0
    """Part of `prompt` that the endpoint had cached."""
    written: int = 0
    """Part of `prompt` that the endpoint wrote to its cache, which some charge more for."""
    cost: float = 0.0
    """What the endpoint says that it charged; 0 where it does not say."""


def whole(counted: Usage) -> Usage:
    """Return the tokens with no part larger than what it is a part of, and no count below 0.

    Endpoints that count more cached tokens than the prompt has leave them out of the prompt; so with reasoning and the
    reply. It can't be seen in a sum of several calls, so each call is made whole before it is added.
    """
    fits = counted.cached >= 0 and counted.written >= 0 and counted.cached + counted.written <= counted.prompt
    if fits and 0 <= counted.reasoning <= counted.completion and counted.cost >= 0:
        return counted  # as nearly always
    prompt, completion, reasoning, cached, written = (
        max(0, count)
        for count in (counted.prompt, counted.completion, counted.reasoning, counted.cached, counted.written)
    )
    return Usage(
        prompt=prompt + (cached + written) * (cached + written > prompt),
        completion=completion + reasoning * (reasoning > completion),
        reasoning=reasoning,
        cached=cached,
        written=written,
        cost=max(0.0, counted.cost),
    )


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What came back, with how it was had.

    `text`, `finish`, `usage`, `thought` and `served_by` are what was said and are
    covered by the reply's digest; `tries` and `seconds` are how it was had.
    """

    text: str
    finish: Finish = "stop"
    usage: Usage = Usage()
    thought: str | None = None
    """What the model thought aloud (`<think>` or reasoning content): logged, never passed on."""
    served_by: str | None = None
    """What the endpoint says answered: its model id and fingerprint."""
    notes: tuple[str, ...] = ()
    """What a reader of the log must know of this reply: "the endpoint counted 212 prompt tokens where
    about 900 were sent: it may have truncated the prompt"."""
    tries: int = 1
    """Times the request was sent until this reply came."""
    seconds: float = 0.0

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of what was said, in hexadecimal."""
        return digest_of(self.plain())

    def plain(self) -> dict[str, Any]:
        """Return the reply as JSON has it in the log, and as its digest covers it."""
        usage = self.usage
        counted: dict[str, int | float] = {
            "prompt": usage.prompt, "completion": usage.completion, "reasoning": usage.reasoning,
            "cached": usage.cached,
        }  # fmt: skip
        if usage.written or usage.cost:  # left out where there is none, as in logs from before these were read
            counted |= {"written": usage.written, "cost": usage.cost}
        return {
            "text": self.text, "finish": self.finish, "usage": counted, "thought": self.thought,
            "served_by": self.served_by, "notes": self.notes,
        }  # fmt: skip

    @property
    def spoken(self) -> str | None:
        """What the seat above reads; None where there is no report."""
        return self.text if self.finish in ("stop", "length") and self.text.strip() else None


class Provider(Protocol):
    """A source of replies. Wrappers (retries, limits, recording) have the same one method."""

    async def reply(self, request: Request) -> Reply:
        """Answer a request.

        Raises:
            Busy: The service may answer later.
            Hopeless: Asking again can't succeed.
        """
        ...


def digest_of(plain: Any) -> str:
    """Return the SHA-256 of a JSON value's canonical form, in hexadecimal."""
    return hashlib.sha256(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)).hexdigest()
