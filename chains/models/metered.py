"""Count what a model's replies take, and set aside the most that its requests in flight may take."""

import asyncio
import math

import orjson
from msgspec import structs

from chains.errors import Busy
from chains.models.budget import Budget, Most
from chains.models.dialect import LENGTH_NAMES
from chains.models.provider import CHARACTERS_A_TOKEN, Provider, Reply, Request, Usage
from chains.models.spec import Prices

UNKNOWN_COMPLETION = 256
"""Tokens expected of a reply before the first one has come, if the request sets no limit."""
UNSENT_TOKENS = 256
"""Tokens that a chat template may add to what is sent: marks of the messages, a system prompt of its own, a schema."""
ROOM_FOR_WORSE = 1.1
"""The next one may be this many times the worst seen so far, where nothing bounds it."""


class Metered:
    """Wraps a provider: counts what its replies take, and sets aside what requests in flight may take.

    Args:
        inner: The provider that is asked; it calls `Budget.spend` for every request that it sends.
        name: What the model is called in errors.
        budget: Shared with all other models of the run.
        prices: The model's prices. None: it costs nothing, or its prices are not known.
        largest: Tokens of its largest prompt and reply before, if it has been asked before.
        context: Tokens that prompt and reply may have together, if that is known.
    """

    def __init__(
        self,
        inner: Provider,
        name: str,
        budget: Budget,
        prices: Prices | None = None,
        largest: tuple[int, int] | None = None,
        context: int | None = None,
    ) -> None:
        self._inner, self._name, self._budget, self._prices = inner, name, budget, prices
        self._context = context or 0
        self._replies = self._characters = self._prompt = self._completion = 0
        self._largest_prompt, self._worst_completion = largest or (0, 0)
        self._unsent = float(UNSENT_TOKENS)
        self._markup, self._worst_charge = 1.0, 0.0
        self._first = asyncio.Lock()

    def expected(self, request: Request) -> tuple[int, int]:
        """Return the expected tokens of a request and of its reply, judged by earlier ones."""
        characters = _characters(request)
        if self._replies and self._prompt:
            return round(characters * self._prompt / self._characters), round(self._completion / self._replies)
        return round(characters / CHARACTERS_A_TOKEN), request.settings.get("max_tokens") or UNKNOWN_COMPLETION

    def tokens(self, request: Request) -> int:
        """Return the tokens that a request is expected to take, prompt and reply together."""
        return sum(self.expected(request))

    def most(self, request: Request) -> Most:
        """Return the most that a request and its reply can take.

        A token is at least one byte of what is sent; what the endpoint adds is bounded by what it added before. Without
        `max_tokens` and a context, the longest reply so far stands for the limit.
        """
        prompt = max(_bytes(request) + math.ceil(self._unsent), self._largest_prompt)
        limit = _length_limit(request) or self._context
        completion = max(self._worst_completion, limit or round(self._worst_completion * ROOM_FOR_WORSE))
        completion = completion or UNKNOWN_COMPLETION
        cost = 0.0 if self._prices is None else self._prices.most(prompt, completion) * self._markup
        return Most(prompt, completion, max(cost, self._worst_charge))

    async def reply(self, request: Request) -> Reply:
        """Answer a request, if the budget allows it."""
        if not self._budget.measures:
            return self._took(request, await self._inner.reply(request))
        if not self._replies:
            async with self._first:
                # The first request goes alone: until it is answered, others would set aside too little.
                if not self._replies:
                    return await self._within(request)
        return await self._within(request)

    async def _within(self, request: Request) -> Reply:
        async with self._budget.room(lambda: self.most(request)) as aside:
            try:
                reply = self._took(request, await self._inner.reply(request))
            except Busy as error:
                if error.lost:  # the reply may have been generated, and then it is paid for
                    self._budget.may_have_taken(aside)
                raise
            except asyncio.CancelledError:
                self._budget.may_have_taken(aside)
                raise
            if not reply.usage.prompt or (reply.text and not reply.usage.completion):
                self._budget.may_have_taken(aside)  # it is paid for, though the endpoint does not count it
            return reply

    def _took(self, request: Request, reply: Reply) -> Reply:
        came = len(reply.text.encode()) + len((reply.thought or "").encode())
        usage, note = self._budget.took(reply.usage, self._prices, self._name, came)
        if note is not None:
            reply = structs.replace(reply, usage=usage, notes=(*reply.notes, note))
        characters = _characters(request)
        self._replies += 1
        self._characters += characters
        self._prompt += usage.prompt
        self._completion += usage.completion
        if self._budget.measures:
            self._learn(request, usage)
        if reply.text and not usage.prompt + usage.completion:
            self._budget.uncounted(self._name)
        return reply

    def _learn(self, request: Request, usage: Usage) -> None:
        """Remember the worst so far, for what is set aside for later requests."""
        self._unsent = max(self._unsent, (usage.prompt - _bytes(request)) * ROOM_FOR_WORSE)
        self._worst_completion = max(self._worst_completion, usage.completion)
        self._largest_prompt = max(self._largest_prompt, usage.prompt)
        priced = 0.0 if self._prices is None else self._prices.most(usage.prompt, usage.completion)
        if priced:
            self._markup = max(self._markup, usage.cost / priced * ROOM_FOR_WORSE)
        else:
            self._worst_charge = max(self._worst_charge, usage.cost * ROOM_FOR_WORSE)


def _length_limit(request: Request) -> int:
    """Return the most tokens that a request lets its reply have; 0 if it sets no limit."""
    limits = (request.settings.get(name) for name in LENGTH_NAMES)
    return max((int(limit) for limit in limits if isinstance(limit, int | float)), default=0)


def _characters(request: Request) -> int:
    return sum(len(turn.content) for turn in request.messages)


def _bytes(request: Request) -> int:
    """Return the bytes of a request as it is sent: messages, settings and all that stands around them."""
    return len(orjson.dumps(request.plain()))
