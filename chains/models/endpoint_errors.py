"""Translate an endpoint's error into one of ours: whether asking again may help, and what the user can do."""

import email.utils
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chains.errors import Busy, Hopeless, ProviderError
from chains.models.rate_limit import span
from chains.models.reply_parser import first_of, how_it_ended
from chains.models.secrets import masked

Secrets = str | tuple[str, ...] | None
"""The secrets that were sent to an endpoint: a key, or several."""
LONGEST_QUOTE = 300
"""Most characters of an endpoint's own words in an error."""


def _any(*wordings: str) -> re.Pattern[str]:
    return re.compile("|".join(wordings), re.IGNORECASE)


_TOO_LONG = _any(
    r"context[ _-]?(?:length|size|window|limit)",
    r"maximum context",
    r"exceeds? (?:the )?(?:available )?context",
    r"prompt (?:is )?too long|prompt exceeds|input length",
    r"(?:input|prompt|messages?|request|conversation|text)[^.]{0,40}too (?:long|large)",
    r"(?:input|prompt)[^.]{0,60}(?:exceeds?|over|above|greater than|more than)[^.]{0,40}(?:length|tokens|limit)",
    r"too many (?:input |prompt )?tokens|token count[^.]{0,60}exceed",
    r"reduce the (?:length|size|number of (?:input )?tokens)",
    r"maximum number of (?:input |prompt )?tokens|longer than the (?:maximum|model)",
    r"max(?:imum)? (?:input|prompt|sequence) (?:len(?:gth)?|size|tokens)",
    r"string[_ ](?:too long|above[_ ]max)|(?:model|prompt|input|message) tokens? limit|max(?:imum)? message tokens",
    r"`?(?:inputs?|prompt)`? (?:tokens? \+|must have (?:less|fewer) than)",
)
_TOO_LARGE_BY_ITSELF = re.compile(r"request too large", re.IGNORECASE)
"""This single request exceeds the limit of tokens a minute, so waiting does not help."""
_NO_CREDIT = _any(
    r"insufficient[ _-]?(?:balance|credits?|funds?|quota|account)|credit balance|payment required",
    r"(?:no|out of|not enough|lacks?|more) (?:credits?|balance|funds)|no remaining (?:quota|credits?|balance)",
    r"(?:balance|credits?)[^.]{0,40}(?:too low|not enough|insufficient|exhausted|used up|depleted|negative)",
    r"billing[ _](?:hard[ _])?limit|exceeded your current quota|exceeded[^.]{0,20}budget|budget has been exceeded",
    r"(?:monthly|spending|usage|budget|spend) (?:limit|cap|budget)[^.]{0,40}(?:reached|exceeded|hit)",
    r"(?:reached|exceeded|hit)[^.]{0,30}(?:spending|spend|budget|credit) (?:limit|cap)|key limit exceeded",
    r"top[ -]?up|arrear|overdue|prepaid|wallet|in good standing|余额不足|欠费",
)
_PER_DAY = _any(
    r"per[ _-]?(?:day|month|week|24)|\b24[ -]?h(?:ours?|rs?)?\b|\b(?:daily|monthly|weekly)\b",
    r"requests a day|\b[RT]PD\b|\btoday\b|free[ _-]?tier quota",
)
_FILTERED = _any(
    r"content[_ ](?:filter|policy|management|moderation)|ResponsibleAIPolicy|data[_ ]?inspection[_ ]?failed",
    r"content exists risk|flagged by|moderation|sensitive content|(?:safety|usage) (?:system|polic)",
    r"blocked by[^.]{0,20}(?:safety|guardrail|filter)",
)
_AGAIN_IN = _any(
    r"\b(?:try|retry|wait|again|available|resets?)\b[^.\d]{0,40}?"
    r"((?:\d+(?:\.\d+)?\s*(?:ms|milliseconds?|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)(?![a-z])"
    r"[ ,]*(?:and )?)+)"
)
_NUMBER_AND_UNIT = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)
_SECONDS = {"ms": 0.001, "mil": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_AGAIN_AT = re.compile(
    r"\b(?:try|retry|wait|again|available|resets?)\b.{0,40}?"
    r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)",
    re.IGNORECASE,
)
_AGAIN_BY_CLOCK = re.compile(
    r"\b(?:try|retry|wait|again|available|resets?)\b[^.\d]{0,40}?\bin (\d{1,3}:\d\d:\d\d)\b", re.IGNORECASE
)
_WAITS = (
    "retryDelay", "retry_delay", "retry_after", "retryAfter", "retry_after_seconds", "retryAfterSeconds",
    "retry_after_ms", "retryAfterMs", "estimated_time",
)  # fmt: skip
"""Fields in which a wait is told."""
_SAID = ("message", "detail", "msg", "error_msg", "error_message", "status_msg", "error", "title")
"""Fields in which the words of an error stand."""
NO_KEY = (
    "if it wants a key, say which environment variable holds it: OPENAI_BASE_URL=URL OPENAI_API_KEY=KEY mazedom ... "
    '--set model=openai:NAME, or in an experiment file key_env = "VARIABLE" under [models.NAME]'
)
"""What to do where an endpoint refuses access and no key was sent."""
LONGEST_READ = 20_000
"""Characters of an endpoint's words that are searched."""
_BUSY_STATUSES = (408, 409, 425, 429)
_FAILED_BEHIND = 502
"""Statuses with which a gateway reports that the server behind it failed."""
_BEHIND_STATUSES = (502, 503, 504)
"""Statuses of a gateway, whose words are about what stands behind it, not about the prompt."""
_THROTTLED_STATUSES = (429, 503, 529)
"""Statuses of an overloaded service."""


@dataclass(frozen=True)
class Refusal:
    """What an endpoint answered instead of a reply, its key masked."""

    status: int
    text: str
    """Its words."""
    code: str = ""
    parameter: str | None = None
    """The parameter that it names as the cause."""
    retry_after: float | None = None
    """Seconds that it asks to wait."""
    details: str = ""
    """Further codes and names of quotas."""
    lost: bool = False
    """Whether half a reply came and was not counted: it may have been paid for."""

    @property
    def filtered(self) -> bool:
        """Whether a content filter refused the prompt: an outcome, not an error."""
        return self.status in (400, 403, 422) and bool(_FILTERED.search(f"{self.code} {self.text}"))

    def error(self, where: str, key_env: str | None) -> ProviderError:  # noqa: PLR0911 - one for each kind of trouble
        """Return the error that a person reads.

        Args:
            where: The model and its endpoint.
            key_env: The variable that holds the key, if there is one.
        """
        said = f" ({self.text})" if self.text else ""
        words = f"{self.code} {self.text} {self.details}"
        if self._no_credit(words):
            return Hopeless(
                f"the account at {where} has no credit left{said}; top it up or use another key", used_up=True
            )
        if self.status in (403, 429) and _PER_DAY.search(words):
            return Hopeless(
                f"{where} has a limit for a day or longer, and it is used up{said}; `resume` when it is reset, or use "
                "another key",
                used_up=True,
            )
        if self._too_long(words):
            return Hopeless(
                f"the prompt is too long for {where}{said}; use fewer facts or reports, or a larger context"
            )
        if self.status in _BUSY_STATUSES or self.status >= 500:
            return Busy(
                f"{where} answers {self.status}{said}; wait, or lower in_flight",
                self.retry_after,
                throttled=self.status in _THROTTLED_STATUSES,
                lost=self.lost,
            )
        if self.status in (401, 403):
            remedy = f"check the key in {key_env}" if key_env else NO_KEY
            return Hopeless(f"{where} refuses access with {self.status}{said}; {remedy}", of_endpoint=True)
        if self.status == 404:
            return Hopeless(f"{where} is not found{said}; check the model's name and the base_url", of_endpoint=True)
        return Hopeless(f"{where} rejects the request with {self.status}{said}; check params and extra_body")

    def _no_credit(self, words: str) -> bool:
        if self.status == 402 or self.code in (
            "insufficient_quota",
            "insufficient_balance",
            "billing_hard_limit_reached",
        ):
            return True
        # Some call a limit of requests a minute a "quota", and then say how long to wait.
        return self.status in (400, 401, 403, 429) and self.retry_after is None and bool(_NO_CREDIT.search(words))

    def _too_long(self, words: str) -> bool:
        if self.status in _BUSY_STATUSES or self.status in _BEHIND_STATUSES:
            return bool(_TOO_LARGE_BY_ITSELF.search(words))
        return self.status == 413 or bool(_TOO_LONG.search(words))


def read_refusal(status: int, body: Any, headers: Mapping[str, str], key: Secrets) -> Refusal:
    """Read an error answer.

    Args:
        status: Status of the HTTP response.
        body: Its JSON, or its text.
        headers: Its headers, names in lower case.
        key: The key that was sent, so that an echo of it is masked.
    """
    if isinstance(body, list):
        body = next((item for item in body if isinstance(item, Mapping)), {"message": body})
    outer = body if isinstance(body, Mapping) else {}
    error = (outer.get("error") or body) if outer else body
    if isinstance(error, list):
        error = next((item for item in error if isinstance(item, Mapping)), {"message": error})
    error = error if isinstance(error, Mapping) else {"message": error}
    message = next((error[name] for name in _SAID if error.get(name)), "")
    parameter = error.get("param")
    if isinstance(message, list):
        # FastAPI lists each bad field with its place in the body.
        parameter = parameter or next((str(item["loc"][-1]) for item in message if _has_place(item)), None)
        message = "; ".join(str(item.get("msg", item)) if isinstance(item, Mapping) else str(item) for item in message)
    if isinstance(message, Mapping):
        message = next((message[name] for name in _SAID if message.get(name)), message)
    metadata = error.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    if raw := metadata.get("raw"):
        message = f"{message}: {raw}" if message else raw  # a gateway's own "provider returned error" says nothing
    inner = error.get("innererror")
    codes = [
        error.get("code"),
        error.get("type"),
        error.get("status"),
        inner.get("code") if isinstance(inner, Mapping) else None,
    ]
    message = str(message)[:LONGEST_READ]
    wait = retry_after(headers)
    return Refusal(
        status=status,
        text=quoted(message, key)[:LONGEST_QUOTE].rstrip("."),
        code=" ".join(str(code) for code in codes if isinstance(code, str)) if not codes[0] else str(codes[0]),
        parameter=str(parameter) if parameter else None,
        retry_after=told_wait({**outer, **error}, metadata, message) if wait is None else wait,
        details=" ".join([*(str(code) for code in codes if code), str(error.get("details") or "")[:LONGEST_READ]]),
    )


def told_wait(error: Mapping[str, Any], metadata: Mapping[str, Any], message: str) -> float | None:
    """Return the seconds that an error's body asks to wait; None if it does not say.

    Args:
        error: The error's JSON.
        metadata: What a gateway says beside it.
        message: Its words.
    """
    headers = metadata.get("headers")
    if isinstance(headers, Mapping):
        told = {str(name).lower(): str(value) for name, value in headers.items()}
        wait = retry_after(told)
        reset = told.get("x-ratelimit-reset")
        if wait is None and reset is not None:
            wait = span(reset)
        if wait is not None:
            return wait
    details = error.get("details")
    for part in (error, metadata, *(details if isinstance(details, list) else [details])):
        for name in _WAITS:
            value = part.get(name) if isinstance(part, Mapping) else None
            if isinstance(value, Mapping):
                value = value.get("seconds")
            if value is not None and not isinstance(value, bool) and (wait := span(str(value))) is not None:
                return wait / 1000 if name.lower().endswith("ms") else wait
    return _told_in_words(message)


def _told_in_words(message: str) -> float | None:
    """Return the seconds that words ask to wait: "try again in 2m", "resets in 00:02:00", "available at 2026-..."."""
    if (found := _AGAIN_IN.search(message)) is not None:
        return _long(found[1])
    if (found := _AGAIN_AT.search(message)) is not None:
        return span(found[1])
    if (found := _AGAIN_BY_CLOCK.search(message)) is not None:
        return sum(float(part) * unit for part, unit in zip(found[1].split(":"), (3600, 60, 1), strict=True))
    return None


def _long(words: str) -> float:
    """Return the seconds of a span in words: "7m12s", "1 minute and 30 seconds"."""
    return sum(
        float(number) * next(_SECONDS[start] for start in (unit[:3], unit[:2], unit[0]) if start in _SECONDS)
        for number, unit in _NUMBER_AND_UNIT.findall(words.lower())
        if unit != "and"
    )


def read_failure(answer: Mapping[str, Any], key: Secrets, headers: Mapping[str, str] | None = None) -> Refusal | None:
    """Read the failure that an answer of status 200 reports; None if it reports none.

    Gateways use this when the server behind them failed, with no reply or half a reply. Half a reply is not a reply,
    whatever it ends with.

    Args:
        answer: The endpoint's JSON.
        key: As in `read_refusal`.
        headers: The answer's headers, names in lower case.
    """
    if isinstance(answer, list):
        answer = next((item for item in answer if isinstance(item, Mapping)), {})
    choice = first_of(answer.get("choices"))
    said = choice.get("message")
    said = said if isinstance(said, Mapping) else {}
    errors: list[Any] = [answer.get("error"), choice.get("error"), said.get("error"), answer.get("errors")]
    base = answer.get("base_resp")
    if isinstance(base, Mapping) and base.get("status_code") not in (None, 0, "0"):
        errors.append({"message": base.get("status_msg"), "code": base.get("status_code")})
    if not isinstance(answer.get("choices"), list) and any(answer.get(name) for name in _SAID):
        errors.append(answer)
    error = next((error for error in errors if _says_something(error)), None)
    if error is None:
        reason = choice.get("finish_reason")
        if how_it_ended(reason) != "failed":
            return None
        word = "" if reason == "error" else f": it ended with {str(reason)[:80]!r}"
        error = f"the reply broke off with an error{word}"
    told = error if isinstance(error, Mapping) else {}
    codes = (str(told.get(name)) for name in ("code", "status", "status_code", "http_status"))
    status = next((int(code) for code in codes if code.isdecimal() and 400 <= int(code[:9]) < 600), _FAILED_BEHIND)
    return read_refusal(status, {"error": error}, headers or {}, key)


def _says_something(error: Any) -> bool:
    return any(error.values()) if isinstance(error, Mapping) else bool(error)


def retry_after(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Return the seconds that a service asks to wait; None if it does not say.

    Reads `retry-after-ms`, and `retry-after` in seconds or as an HTTP date
    (RFC 9110, section 10.2.3).

    Args:
        headers: The response's headers, names in lower case.
        now: Seconds since 1970; None for the clock.
    """
    milliseconds, seconds = headers.get("retry-after-ms"), headers.get("retry-after")
    if milliseconds is not None and (wait := _number(milliseconds)) is not None:
        return max(0.0, wait / 1000)
    if seconds is None:
        return None
    if (wait := span(seconds, now)) is not None:
        return wait
    try:
        then = email.utils.parsedate_to_datetime(seconds).timestamp()
    except (ValueError, OverflowError):
        return None
    return max(0.0, then - (time.time() if now is None else now))


def quoted(words: str, key: Secrets) -> str:
    """Return what an endpoint said, fit for an error: one line, keys masked, no control characters.

    Args:
        words: What it said.
        key: The key that was sent.
    """
    line = masked(" ".join(words.split()), (key,) if isinstance(key, str) else key or ())
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in line)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def _has_place(item: Any) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("loc"), list) and bool(item["loc"])
