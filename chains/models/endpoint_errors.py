"""From an endpoint's error to one of ours: whether asking again may help, and what a person can do."""

import email.utils
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chains.errors import Busy, Hopeless, ProviderError

LONGEST_QUOTE = 300
"""Characters of an endpoint's own words in an error."""
_KEY_LIKE = re.compile(r"(?:sk|pk|gsk|xai|key)[-_][\w*.-]{6,}|(?<=Bearer )\S+", re.IGNORECASE)
_TOO_LONG = re.compile(
    r"context[ _](?:length|size|window)|maximum context|prompt is too long|too many tokens|"
    r"exceeds? the (?:available )?context|input is too long",
    re.IGNORECASE,
)
_FILTERED = re.compile(r"content_filter|content_policy|content management policy|ResponsibleAIPolicy", re.IGNORECASE)
_BUSY_STATUSES = (408, 409, 425, 429)
_FAILED_BEHIND = 502
"""What a gateway answers for a server behind it that failed."""
_THROTTLED_STATUSES = (429, 503, 529)
"""Answers that mean that the service has too much to do."""


@dataclass(frozen=True)
class Refusal:
    """What an endpoint answered instead of a reply, its key masked."""

    status: int
    text: str
    """Its words."""
    code: str = ""
    parameter: str | None = None
    """Which parameter it names as the trouble."""
    retry_after: float | None = None
    """Seconds that it asks to wait."""

    @property
    def filtered(self) -> bool:
        """Whether a content filter refused the prompt: an outcome, not an error."""
        return self.status in (400, 403, 422) and bool(_FILTERED.search(f"{self.code} {self.text}"))

    def error(self, where: str, key_env: str | None) -> ProviderError:
        """Return the error that a person reads.

        Args:
            where: The model and its endpoint.
            key_env: The variable that holds the key, if there is one.
        """
        said = f" ({self.text})" if self.text else ""
        if self.code == "insufficient_quota":
            return Hopeless(
                f"the account at {where} has no credit left{said}; top it up or use another key", of_endpoint=True
            )
        if self.status in _BUSY_STATUSES or self.status >= 500:
            return Busy(
                f"{where} answers {self.status}{said}; wait, or lower in_flight",
                self.retry_after,
                throttled=self.status in _THROTTLED_STATUSES,
            )
        if self.status in (401, 403):
            remedy = f"check the key in {key_env}" if key_env else "name the variable that holds its key in key_env"
            return Hopeless(f"{where} refuses access with {self.status}{said}; {remedy}", of_endpoint=True)
        if self.status == 404:
            return Hopeless(f"{where} is not found{said}; check the model's name and the base_url", of_endpoint=True)
        if self.code == "context_length_exceeded" or _TOO_LONG.search(self.text) or self.status == 413:
            return Hopeless(
                f"the prompt is too long for {where}{said}; use fewer facts or reports, or a larger context"
            )
        return Hopeless(f"{where} rejects the request with {self.status}{said}; check params and extra_body")


def read_refusal(status: int, body: Any, headers: Mapping[str, str], key: str | None) -> Refusal:
    """Read an error answer.

    Args:
        status: Of the HTTP response.
        body: Its JSON, or its text.
        headers: Its headers, names in lower case.
        key: The key that was sent, so that an echo of it is masked.
    """
    error = body.get("error", body) if isinstance(body, Mapping) else body
    error = error if isinstance(error, Mapping) else {"message": error}
    message = error.get("message") or error.get("detail") or error.get("msg") or ""
    parameter = error.get("param")
    if isinstance(message, list):
        # FastAPI lists each bad field with its place in the body.
        parameter = parameter or next((str(item["loc"][-1]) for item in message if _has_place(item)), None)
        message = "; ".join(str(item.get("msg", item)) if isinstance(item, Mapping) else str(item) for item in message)
    inner = error.get("innererror")
    codes = [error.get("code"), error.get("type"), inner.get("code") if isinstance(inner, Mapping) else None]
    return Refusal(
        status=status,
        text=quoted(str(message), key)[:LONGEST_QUOTE].rstrip("."),
        code=" ".join(str(code) for code in codes if isinstance(code, str)) if not codes[0] else str(codes[0]),
        parameter=str(parameter) if parameter else None,
        retry_after=retry_after(headers),
    )


def read_failure(answer: Mapping[str, Any], key: str | None) -> Refusal | None:
    """Read the failure that an answer of status 200 reports; None if it reports none.

    Gateways report so that the server behind them failed, whether nothing came of it or half a reply did. Such a half
    is no reply, whatever it ends with.

    Args:
        answer: The endpoint's JSON.
        key: As in `read_refusal`.
    """
    choices = answer.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], Mapping) else {}
    error = next((error for error in (answer.get("error"), choice.get("error")) if _says_something(error)), None)
    if error is None:
        if choice.get("finish_reason") != "error":
            return None
        error = "the reply broke off with an error"
    code = str(error.get("code")) if isinstance(error, Mapping) else ""
    status = int(code) if code.isdecimal() else 0
    return read_refusal(status if 400 <= status < 600 else _FAILED_BEHIND, {"error": error}, {}, key)


def _says_something(error: Any) -> bool:
    return any(error.values()) if isinstance(error, Mapping) else bool(error)


def retry_after(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Return the seconds that a service asks to wait; None if it does not say.

    Reads `retry-after-ms`, and `retry-after` in seconds or as an HTTP date
    (RFC 9110, section 10.2.3).

    Args:
        headers: Of the response, names in lower case.
        now: Seconds since 1970; None for the clock.
    """
    milliseconds, seconds = headers.get("retry-after-ms"), headers.get("retry-after")
    if milliseconds is not None and (wait := _number(milliseconds)) is not None:
        return max(0.0, wait / 1000)
    if seconds is None:
        return None
    if (wait := _number(seconds)) is not None:
        return max(0.0, wait)
    try:
        then = email.utils.parsedate_to_datetime(seconds).timestamp()
    except ValueError:
        return None
    return max(0.0, then - (time.time() if now is None else now))


def quoted(words: str, key: str | None) -> str:
    """Return what an endpoint said as it may stand in an error: a line, keys masked, nothing that a terminal obeys.

    Args:
        words: What it said.
        key: The key that was sent.
    """
    line = masked(" ".join(words.split()), key)
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in line)


def masked(text: str, key: str | None) -> str:
    """Return the text with the key, and whatever looks like one, replaced by asterisks."""
    if key and len(key) >= 4:
        text = text.replace(key, "****")
    return _KEY_LIKE.sub("****", text)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def _has_place(item: Any) -> bool:
    return isinstance(item, Mapping) and bool(item.get("loc"))
