"""From an endpoint's JSON to a reply: what was said, what was thought, how it ended, what it cost."""

import re
from collections.abc import Mapping
from typing import Any

from chains.models.provider import MOST_CHARACTERS_A_TOKEN, Finish, Reply, Usage, whole

LONGEST_TEXT = 1_000_000
"""Characters of a reply that are kept; what goes on longer is cut there and counts as cut off by its length."""
MOST_TOKENS = 10**12
"""Nothing takes as many; an endpoint that counts more has not counted, and sums of what is counted stay within what
JSON can hold."""
SHORT_PROMPT = 300
"""Characters; a shorter prompt is not checked for truncation, one odd word would decide."""

_THINK = re.compile(r"<think(?:ing)?>(.*?)(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_HEADLESS = re.compile(r"\A(.*?)</think(?:ing)?>", re.DOTALL | re.IGNORECASE)


def read_reply(answer: Mapping[str, Any], sent: int) -> Reply:
    """Read a chat completion.

    Args:
        answer: The endpoint's JSON. No choice, no content or only white space is an empty reply.
        sent: Characters of the messages that were sent, to notice a prompt that the server cut silently.

    Raises:
        ValueError: It is no chat completion.
    """
    choices = answer.get("choices")
    if not isinstance(choices, list):
        raise ValueError("no list of choices")  # noqa: TRY004 - what it means is that the text is not what it claims
    choice = choices[0] if choices and isinstance(choices[0], Mapping) else {}
    said = choice.get("message")
    said = said if isinstance(said, Mapping) else {}
    text, thought = apart(_plain(said.get("content")))
    thoughts = [part for part in (_plain(said.get("reasoning_content") or said.get("reasoning")), thought) if part]
    finish = _finish(choice.get("finish_reason"), said, text)
    if finish == "refusal":
        text = text or _plain(said.get("refusal"))
    notes = []
    if len(text) > LONGEST_TEXT:
        notes.append(f"the reply was {len(text):,} characters long; the first {LONGEST_TEXT:,} are kept")
        text, finish = text[:LONGEST_TEXT], "length"
    usage = read_usage(answer.get("usage"))
    if note := truncation_note(sent, usage.prompt):
        notes.append(note)
    served_by = " ".join(str(answer[name]) for name in ("model", "system_fingerprint") if answer.get(name))
    return Reply(
        text=text,
        finish=finish,
        usage=usage,
        thought="\n".join(thoughts) or None,
        served_by=served_by or None,
        notes=tuple(notes),
    )


def apart(content: str) -> tuple[str, str]:
    """Return what was said and what was thought.

    A `<think>` without an end holds everything after it; an end without a
    `<think>` (some chat templates open it in the prompt) closes everything
    before it.
    """
    if "<" not in content:
        return content, ""  # as nearly always, and the expressions would look at every character
    thoughts: list[str] = []

    def keep(found: re.Match[str]) -> str:
        thoughts.append(found[1].strip())
        return ""

    text = _HEADLESS.sub(keep, _THINK.sub(keep, content))
    # White space is what was said, unless a thought stood beside it.
    return (text.strip() if thoughts else text), "\n".join(thought for thought in thoughts if thought)


def read_usage(counted: Any) -> Usage:
    """Read the tokens as counted, each part within its whole; 0 where the endpoint does not say, or what can't be."""
    if not isinstance(counted, Mapping):
        return Usage()

    def number(of: Any, name: str) -> int:
        value = of.get(name) if isinstance(of, Mapping) else None
        return int(value) if isinstance(value, int | float) and 0 <= value <= MOST_TOKENS else 0

    return whole(
        Usage(
            prompt=number(counted, "prompt_tokens"),
            completion=number(counted, "completion_tokens"),
            reasoning=number(counted.get("completion_tokens_details"), "reasoning_tokens"),
            cached=number(counted.get("prompt_tokens_details"), "cached_tokens")
            or number(counted, "prompt_cache_hit_tokens"),
        )
    )


def truncation_note(sent: int, counted: int) -> str | None:
    """Return a note if the endpoint counted fewer prompt tokens than the prompt can have had.

    Args:
        sent: Characters sent.
        counted: Prompt tokens counted; 0 means that it did not say.
    """
    fewest = sent / MOST_CHARACTERS_A_TOKEN
    if sent < SHORT_PROMPT or counted == 0 or counted >= fewest:
        return None
    return (
        f"the endpoint counted {counted:,} prompt tokens where at least {fewest:,.0f} were sent: "
        "it may have truncated the prompt"
    )


def _finish(reason: Any, said: Mapping[str, Any], text: str) -> Finish:
    if said.get("refusal"):
        return "refusal"
    if reason == "content_filter":
        return "filter"
    if reason in ("length", "max_tokens"):
        return "length"
    return "stop" if text.strip() else "empty"


def _plain(content: Any) -> str:
    """Return the text of a content that is a string, a list of parts, or nothing."""
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if isinstance(part, Mapping))
    return content if isinstance(content, str) else ""
