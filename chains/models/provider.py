"""Providers, and their requests and replies.

Hundreds of thousands of requests and replies are made, so they are structs,
which cost a tenth of validated models. They are checked where they come in from
outside: `reply_parser` reads what endpoints send, `records` what was logged.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
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
    """The circumstances of a request, for the synthetic channel and for people; models never see them.

    It is no part of the request's digest and is never sent.
    """

    world: World
    replicate: int
    seat: str
    role: str
    """worker, manager or executive."""
    hop: int
    """The hop of this reply on a fact's way up: 1 for a worker's report."""
    depth: int
    """Hops from a worker to the executive."""
    heard: tuple[str, ...]
    """What the seat was given: the reports of those below it, or a worker's own notes; one text each.
    On the way down, the directive of its superior."""
    task: str = "report"
    """The name of the task (see `organisation/task.py`)."""
    letters: Mapping[str, str] = {}
    """For a choice: the option's id behind each letter."""
    decided: str | None = None
    """For the executive's order: the option that it chose; None if that can't be read."""
    drafted: int = 0
    """Which draft of a report it is: 0 for the first or only one."""
    more: Mapping[str, Any] = {}
    """What else the synthetic channel needs to reply to this task."""
    by_channel: "ByChannel | None" = None
    """How the synthetic channel replies; None: it relays what was heard."""


ByChannel = Callable[[Any, Occasion], str]
"""Returns the reply of a synthetic channel (the first argument) on an occasion."""


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
    """Not logged."""

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of model, messages and settings, in hexadecimal."""
        return digest_of(self.plain())

    def plain(self) -> dict[str, Any]:
        """Return the request as plain JSON, as in the log; the digest is made of this."""
        turns = [{"role": turn.role, "content": turn.content} for turn in self.messages]
        return {"model": self.model, "messages": turns, "settings": dict(self.settings)}


CHARACTERS_A_TOKEN = 3.0
"""Characters per token in prompts and reports, roughly, until an endpoint has counted: they are full of figures and
codes. English prose has over four, so estimates with this leave room to spare."""
MOST_CHARACTERS_A_TOKEN = 6.0
"""Most characters per token of prose with current tokenizers; an endpoint that counts fewer tokens cut the prompt."""


class Usage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Tokens as the endpoint counted them; 0 where it did not say."""

    prompt: int = 0
    completion: int = 0
    reasoning: int = 0
    """Part of `completion` that was thought, not said."""
    cached: int = 0
    """Part of `prompt` that the endpoint had cached."""
    written: int = 0
    """Part of `prompt` that the endpoint wrote to its cache; some charge more for it."""
    cost: float = 0.0
    """What the endpoint says that it charged; 0 where it does not say."""


def whole(counted: Usage) -> Usage:
    """Return the tokens with no part larger than its whole, and no count below 0.

    If an endpoint counts more cached tokens than prompt tokens, its prompt count leaves them out, and they are added;
    likewise for reasoning and the reply. Sums of several calls would hide this, so correct each call before adding.
    """
    fits = counted.cached >= 0 and counted.written >= 0 and counted.cached + counted.written <= counted.prompt
    if fits and 0 <= counted.reasoning <= counted.completion and counted.cost >= 0:
        return counted  # the usual case
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


def added(usages: Iterable[Usage]) -> Usage:
    """Return the tokens of several answers together."""
    wholes = [whole(usage) for usage in usages]
    return Usage(*(sum(getattr(one, name) for one in wholes) for name in Usage.__struct_fields__))


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reply, and how it was obtained.

    The reply's digest covers `text`, `finish`, `usage`, `thought` and `served_by`;
    `tries` and `seconds` say how it was obtained.
    """

    text: str
    finish: Finish = "stop"
    usage: Usage = Usage()
    thought: str | None = None
    """What the model thought aloud (`<think>` or reasoning content): logged, never passed on."""
    served_by: str | None = None
    """Which model answered, according to the endpoint: model id and fingerprint."""
    notes: tuple[str, ...] = ()
    """What to know about this reply: "the endpoint counted 212 prompt tokens where
    about 900 were sent: it may have truncated the prompt"."""
    tries: int = 1
    """How often the request was sent until this reply came."""
    seconds: float = 0.0

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of what was said, in hexadecimal."""
        return digest_of(self.plain())

    def plain(self) -> dict[str, Any]:
        """Return the reply as plain JSON, as in the log; the digest is made of this."""
        usage = self.usage
        counted: dict[str, int | float] = {
            "prompt": usage.prompt, "completion": usage.completion, "reasoning": usage.reasoning,
            "cached": usage.cached,
        }  # fmt: skip
        if usage.written or usage.cost:  # left out if both are 0, as in logs from before these were read
            counted |= {"written": usage.written, "cost": usage.cost}
        return {
            "text": self.text, "finish": self.finish, "usage": counted, "thought": self.thought,
            "served_by": self.served_by, "notes": self.notes,
        }  # fmt: skip

    @property
    def spoken(self) -> str | None:
        """The text that the seat above reads; None if there is no report."""
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
