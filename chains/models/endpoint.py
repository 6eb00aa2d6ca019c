"""Any OpenAI-compatible endpoint, through one shared client of the openai package.

The client's own retries are off: only `retries.Patient` waits and asks again.
Nothing here reads or writes a log, and no header is ever logged.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import aiohttp
import httpx2
import openai
import orjson
from msgspec import structs

from chains.errors import Busy, Hopeless, NotThere
from chains.models.answer_body import read_body
from chains.models.client import SentAlong, causes_of, client_of, not_connected, timeouts
from chains.models.dialect import Quirks
from chains.models.endpoint_errors import Refusal, quoted, read_failure, read_refusal
from chains.models.provider import Reply, Request, Usage
from chains.models.reply_parser import read_reply, read_usage
from chains.models.retries import ASK_AGAIN_AFTER
from chains.models.secrets import MASK
from chains.models.spec import ModelSpec

LARGEST_ANSWER = 16 * 2**20
"""Most bytes of an HTTP answer; a longer one is refused while it is read. A reply's text is cut at
`reply_parser.LONGEST_TEXT`, with a note."""
FEWEST_TOKENS_A_CHARACTER = 1 / 8
"""No tokenizer packs more than 8 characters into a token on average, so a prompt has at least this many tokens."""
_OPTIONS: openai.RequestOptions = {
    # Authenticate as the client's own model calls do, never with an administrator's key.
    "security": {"bearer_auth": True},
    # These headers are about the client's retries and time-out, which we don't use; they cost a tenth of a call.
    "headers": {"X-Stainless-Retry-Count": openai.Omit(), "X-Stainless-Read-Timeout": openai.Omit()},
}
SHORTEST_ECHO = 8
"""Shortest key that is masked in replies, in characters; a shorter one may be a word."""
FIRST_PAUSES = (0.3, 0.6)
"""Seconds between the first attempts to connect to an address where nothing has answered yet."""
_DIALECT_STATUSES = (400, 422, 500)
"""Statuses that may be about dialect; some servers fail with 500 in the model's chat template."""


def _free() -> None:
    """Allow a request."""


def _unheard(headers: Mapping[str, str]) -> None:
    """Ignore an answer's headers."""


def _unpaid(usage: Usage) -> None:
    """Ignore tokens."""


class Endpoint:
    """A model on a server, as a provider.

    The first request of each kind (by the names of its settings) goes alone, so
    that the others need not find out for themselves what the endpoint refuses.

    Args:
        name: What the model is called in errors.
        spec: Its address and limits; `base_url` and `model` are set.
        key: Its key; None where the server asks for none.
        sending: Called before every request that is sent; may raise to forbid it (see `budget.Budget.spend`).
        heard: Called with the headers of every answer (see `rate_limit.Pace.heard`).
        lost: Called with the tokens of every failed answer that counts them (see `budget.Budget.took`).
        along: Further headers and the query of every request; never logged, and masked if the endpoint echoes them.
    """

    def __init__(
        self,
        name: str,
        spec: ModelSpec,
        key: str | None = None,
        sending: Callable[[], None] = _free,
        heard: Callable[[Mapping[str, str]], None] = _unheard,
        lost: Callable[[Usage], None] = _unpaid,
        along: SentAlong = ({}, {}),
    ) -> None:
        if spec.base_url is None or spec.model is None:
            raise ValueError(f"model {name!r} has no address")
        self._name, self._spec = name, spec
        self._secrets = tuple(filter(None, (key, *along[0].values(), *along[1].values())))
        self._echoes = tuple(secret.encode() for secret in self._secrets if len(secret) >= SHORTEST_ECHO)
        self._sending, self._heard, self._lost = sending, heard, lost
        self._model = spec.model
        self._where = f"{name!r} at {spec.base_url}"
        self._client = client_of(spec, key, along)
        self._quirks = Quirks()
        self._tried: set[frozenset[str]] = set()
        self._alone = asyncio.Lock()
        self._refused: Hopeless | None = None
        self._ask_again = 0.0
        self._reached = self._answered = False

    @property
    def resolved(self) -> dict[str, Any]:
        """What was learnt of the endpoint's dialect, to be logged."""
        return self._quirks.resolved()

    async def reply(self, request: Request) -> Reply:
        """Answer a request; its `seconds` are those of the attempt that was answered.

        Raises:
            Busy: The service may answer later.
            Hopeless: Asking again can't succeed.
        """
        sent = sum(len(turn.content) for turn in request.messages)
        if self._spec.context is not None and sent * FEWEST_TOKENS_A_CHARACTER > self._spec.context:
            raise Hopeless(
                f"a prompt of {sent:,} characters is too long for {self._name!r}, which takes "
                f"{self._spec.context:,} tokens; use fewer facts or reports, or a larger context"
            )
        kind = frozenset(request.settings)
        if kind not in self._tried:
            async with self._alone:
                if kind not in self._tried:
                    try:
                        return await self._asked(request, sent)
                    finally:
                        self._tried.add(kind)
        return await self._asked(request, sent)

    async def _asked(self, request: Request, sent: int) -> Reply:
        """Ask, unless the endpoint has just refused all requests; requests that wait then fail without asking."""
        if self._refused is not None and time.monotonic() < self._ask_again:
            raise self._refused.with_traceback(None)
        try:
            reply = await self._ask(request, sent)
        except Hopeless as error:
            if error.used_up or (error.of_endpoint and not self._answered):
                self._refused, self._ask_again = error, time.monotonic() + ASK_AGAIN_AFTER
            raise
        self._answered, self._refused = True, None
        return reply

    async def listed(self) -> list[str]:
        """Return the names of the models that the endpoint says it has.

        Raises:
            Busy: It could not be reached.
            Hopeless: It refuses to say.
        """
        try:
            async with asyncio.timeout(self._spec.timeout):
                answer = await self._client.get("/models", cast_to=httpx2.Response)
                models = orjson.loads(answer.content).get("data") or []
        except openai.APIStatusError as error:
            raise self._refusal(error).error(self._where, self._spec.key_env) from None
        except (*_UNREACHABLE, ValueError, AttributeError) as error:
            raise self._unreachable(error) from None
        return [str(model.get("id")) for model in models]

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _ask(self, request: Request, sent: int) -> Reply:
        quirks = self._quirks
        while True:
            body = quirks.body(self._model, request.messages, request.settings)
            answer = await self._send(body, sent)
            if isinstance(answer, Reply):
                self._quirks = quirks  # learn only what was accepted
                return answer
            if answer.filtered:
                return Reply(text="", finish="filter", notes=(f"refused by a content filter: {answer.text}",))
            dialect = answer.status in _DIALECT_STATUSES
            learnt = quirks.learnt(body, answer.text, answer.parameter) if dialect else None
            if learnt is None:
                raise answer.error(self._where, self._spec.key_env)
            quirks = learnt  # the loop ends, because each dialect differs in one more respect

    async def _send(self, body: dict[str, Any], sent: int) -> Reply | Refusal:
        """Send one request; return the reply, or what the endpoint answered instead."""
        self._sending()
        started = time.perf_counter()
        try:
            # The client's time-outs are per read: a server that sends slowly would never time out.
            async with asyncio.timeout(self._spec.timeout), await self._connected(orjson.dumps(body)) as stream:
                headers = stream.response.headers
                self._heard(headers)
                raw = bytearray()
                async for chunk in stream.response.aiter_bytes():
                    raw += chunk
                    if len(raw) > LARGEST_ANSWER:
                        raise Hopeless(
                            f"{self._where} sent a reply of over {LARGEST_ANSWER // 2**20} MiB; set max_tokens"
                        )
            for echo in self._echoes:
                if echo in raw:  # a reply that echoes a key would be logged with it
                    raw = raw.replace(echo, MASK.encode())
            answer = read_body(raw)
            if (failure := read_failure(answer, self._secrets, headers)) is not None:
                usage = read_usage(answer.get("usage") if isinstance(answer, Mapping) else None)
                self._lost(usage)
                broke_off = isinstance(answer, Mapping) and bool(answer.get("choices"))
                return replace(failure, lost=broke_off and not (usage.prompt or usage.completion))
            reply = read_reply(answer, sent)
        except openai.APIStatusError as error:
            self._reached = True
            return self._refusal(error)
        except _UNREACHABLE as error:
            raise self._unreachable(error) from None
        except (ValueError, AttributeError, TypeError):
            raise Busy(
                f"{self._where} sent an answer that is broken or no chat completion; check its base_url", lost=True
            ) from None
        return structs.replace(reply, seconds=time.perf_counter() - started)

    async def _connected(self, content: bytes) -> openai.AsyncStream[object]:
        """Send a request and return its answer when it begins to arrive.

        An address where nothing has answered yet is tried a few times within a second: a server may be starting.

        Raises:
            NotThere: If nothing answers there, and nothing has before.
        """
        for pause in (*FIRST_PAUSES, None):
            try:
                # Skips the client's types for requests and answers: their checks take half of a call's time.
                stream = await self._client.post(
                    "/chat/completions",
                    content=content,
                    options=_OPTIONS,
                    cast_to=object,
                    stream=True,
                    stream_cls=openai.AsyncStream[object],
                )
            except _UNREACHABLE as error:
                trouble = None if self._reached else not_connected(error)
                if trouble is None:
                    raise
                if trouble.final or pause is None:
                    raise NotThere(f"can't connect to {self._where}{trouble}") from None
                await asyncio.sleep(pause)
            else:
                if not self._reached:
                    self._reached, self._client.timeout = True, timeouts(self._spec)
                return stream
        raise AssertionError

    def _refusal(self, error: openai.APIStatusError) -> Refusal:
        headers = {name.lower(): value for name, value in error.response.headers.items()}
        self._heard(headers)
        body = error.body if error.body is not None else error.response.text
        return read_refusal(error.status_code, body, headers, self._secrets)

    def _unreachable(self, error: BaseException) -> Busy | Hopeless:
        """Return the error for an answer that never came whole."""
        causes = causes_of(error)
        if (astray := next((cause for cause in causes if isinstance(cause, _ASTRAY)), None)) is not None:
            why = quoted(str(astray), self._secrets)
            return Hopeless(
                f"{self._where} redirects where nothing can follow ({why}); check base_url", of_endpoint=True
            )
        if (trouble := not_connected(error)) is not None:
            return Busy(f"can't connect to {self._where}{trouble}")
        if any(isinstance(cause, TimeoutError) for cause in causes):
            seconds = f"{self._spec.timeout:g} s"
            return Busy(f"{self._where} did not answer within {seconds}; wait, or raise its timeout", lost=True)
        reason = quoted(str(causes[-1]), self._secrets) or type(causes[-1]).__name__
        return Busy(f"{self._where} dropped the connection ({reason}); try again", lost=True)


_ASTRAY = (httpx2.TooManyRedirects, httpx2.UnsupportedProtocol)
_UNREACHABLE = (openai.APIConnectionError, httpx2.HTTPError, aiohttp.ClientError, TimeoutError, OSError)
