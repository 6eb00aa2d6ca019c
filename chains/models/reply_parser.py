"""Read an endpoint's JSON as a reply: what was said, what was thought, how it ended, what it cost."""

import re
from collections.abc import Mapping
from typing import Any, Final, Literal

from chains.models.provider import MOST_CHARACTERS_A_TOKEN, Finish, Reply, Usage, whole
from chains.models.thoughts import apart, beside, parts_of

LONGEST_TEXT = 1_000_000
"""Most characters kept of a reply; a longer one is cut and counts as cut off by its length limit."""
MOST_TOKENS = 10**12
"""Most tokens that are believed; no call takes as many, and sums stay within what JSON can hold."""
SHORT_PROMPT = 300
"""Shortest prompt checked for truncation, in characters; in a shorter one a single odd word would decide."""
MOST_TOKENS_A_CHARACTER = 2
"""Most tokens per character with current tokenizers: byte tokenizers need that many for letters with accents."""
UNSEEN = 2_000
"""Tokens that a prompt may have besides its text: marks of its messages, and a schema of the reply."""

ATE_THE_BUDGET = (
    "reasoning took the whole budget of the reply, and nothing was said; raise max_tokens, or lower reasoning_effort"
)
ONLY_THOUGHT = "all of the reply was thought, and nothing was said"
LONGEST_SERVED_BY = 200
"""Most characters of the name of the model that answered."""

_WORDS: Final = re.compile(r"[^a-z]+")
_FAILED: Final = re.compile(
    r"(?<!safety_)error|abort|cancel|insufficient|network|fail|interrupt|disconnect|overload|exhausted|unavailable|"
    r"preempt|by_user|quota|rate_limit|server|timed_?out|timeout|malformed"
)
_FILTERED: Final = re.compile(
    r"filter|safety|prohibit|sensitive|recitation|guardrail|block|moderat|censor|spii|policy|flagged|risk|toxic|armor|"
    r"violation|harm|jailbreak|unsafe"
)
_CUT_OFF: Final = re.compile(
    r"length|max_?(?:[a-z]+_)?tokens?|token_?(?:limit|budget)|context_?(?:window|limit|size)|error_limit|max_output|"
    r"time_limit|too_long|truncat|incomplete|\blimit\b"
)
_ENDED: Final = frozenset({
    "", "stop", "stopped", "stop_sequence", "stop_token", "end", "end_turn", "ended", "eos", "eos_token", "eos_found",
    "complete", "completed", "completion", "done", "finish", "finished", "normal", "success", "succeeded", "null",
    "none",
    "tool_calls", "tool_call", "tool_use", "function_call", "finish_reason_stop", "finishreason_stop",
})  # fmt: skip
End = Literal["ended", "length", "filter", "refusal", "failed", "unknown"]


def how_it_ended(reason: Any) -> End:
    """Return how a reply ended, from any provider's word for it.

    Args:
        reason: The value of `finish_reason`.
    """
    if isinstance(reason, Mapping):
        reason = reason.get("type") or reason.get("reason")
    word = _WORDS.sub("_", str(reason or "").casefold()).strip("_")
    if word in _ENDED:
        return "unknown" if not word and isinstance(reason, str) and reason.strip() else "ended"
    if word in ("refusal", "refused"):
        return "refusal"
    kinds: tuple[tuple[End, re.Pattern[str]], ...] = (("filter", _FILTERED), ("length", _CUT_OFF), ("failed", _FAILED))
    if word == "rate_limit" or word.startswith("rate_limit_"):
        return "failed"
    return next((kind for kind, words in kinds if words.search(word)), "unknown")


def read_reply(answer: Mapping[str, Any], sent: int) -> Reply:
    """Read a chat completion that reports no failure (see `endpoint_errors.read_failure`).

    Args:
        answer: The endpoint's JSON. No choice, no content or only white space is an empty reply.
        sent: Characters of the messages that were sent, to notice a prompt that the server cut silently.

    Raises:
        ValueError: It is no chat completion.
    """
    choices = answer.get("choices")
    if not isinstance(choices, list):
        raise ValueError("no list of choices")  # noqa: TRY004 - what it means is that the text is not what it claims
    choice = first_of(choices)
    said = choice.get("message")
    said = said if isinstance(said, Mapping) else {}
    content, in_parts = parts_of(said.get("content") if "content" in said else choice.get("text"))
    text, in_text = apart(content)
    thought = "\n".join(filter(None, (*beside(said), in_parts, in_text)))
    refusal, _ = parts_of(said.get("refusal"))
    usage, notes = counted(answer.get("usage"))
    finish, note = _finish(choice, text, refusal=bool(refusal))
    if finish == "refusal":
        text = text or refusal
    if finish in ("length", "empty") and not text.strip() and (thought or usage.reasoning):
        notes.append(ATE_THE_BUDGET if finish == "length" else ONLY_THOUGHT)
    if len(text) > LONGEST_TEXT:
        finish = "length"
    text, too_long = _capped("reply", text)
    thought, thought_too_long = _capped("thought", thought)
    odd = "\N{REPLACEMENT CHARACTER}" in text
    notes += [
        *filter(None, (note, too_long, thought_too_long)),
        *["what the endpoint sent is no text in places; \N{REPLACEMENT CHARACTER} stands there"] * odd,
        *filter(None, [truncation_note(sent, usage.prompt), addition_note(sent, usage.prompt)]),
    ]
    served_by = " ".join(_line(answer[name]) for name in ("model", "system_fingerprint") if answer.get(name))
    return Reply(
        text=text,
        finish=finish,
        usage=usage,
        thought=thought or None,
        served_by=served_by[:LONGEST_SERVED_BY] or None,
        notes=tuple(notes),
    )


def _finish(choice: Mapping[str, Any], text: str, *, refusal: bool) -> tuple[Finish, str | None]:
    """Return how a reply ended, and a note if that is unclear."""
    reason = choice.get("finish_reason")
    end = how_it_ended(reason)
    if end == "ended" and (native := how_it_ended(choice.get("native_finish_reason"))) in ("length", "filter"):
        end = native  # a gateway that says "stop" whatever its provider said
    if refusal or end == "refusal":
        return "refusal", None
    if end in ("filter", "length"):
        return ("filter" if end == "filter" else "length"), None
    note = f"the endpoint says that the reply ended with {_line(reason)!r}, whatever that means"
    return ("stop" if text.strip() else "empty"), note if end == "unknown" else None


def _capped(what: str, text: str) -> tuple[str, str | None]:
    if len(text) <= LONGEST_TEXT:
        return text, None
    note = f"the {what} was {len(text):,} characters long; the first {LONGEST_TEXT:,} are kept"
    return text[:LONGEST_TEXT], note


def first_of(choices: Any) -> Mapping[str, Any]:
    """Return the choice with index 0, wherever it stands; {} if there is none."""
    known = [choice for choice in choices if isinstance(choice, Mapping)] if isinstance(choices, list) else []
    return next((choice for choice in known if choice.get("index") == 0), known[0] if known else {})


def _line(value: Any) -> str:
    """Return an endpoint's word for something as one short line."""
    return " ".join(str(value)[:LONGEST_SERVED_BY].split())


def read_usage(told: Any) -> Usage:
    """Read the tokens as counted; see `counted`."""
    return counted(told)[0]


def counted(told: Any) -> tuple[Usage, list[str]]:
    """Read the tokens that an endpoint counts, each part within its whole, with a note on impossible counts.

    Providers count differently. OpenAI counts cached tokens within the prompt and
    reasoning within the reply. Anthropic (`input_tokens` with
    `cache_read_input_tokens`) counts tokens that are read from or written to the
    cache besides the prompt. Some count reasoning besides the reply, so that only
    `total_tokens` includes it. Here the prompt and the reply include all their
    parts. A missing or impossible count is 0.
    """
    if not isinstance(told, Mapping):
        return Usage(), []
    odd: list[str] = []

    def number(*names: str, of: Any = told) -> int:
        for name in names if isinstance(of, Mapping) else ():
            value = of.get(name)
            if (read := _count(value)) is not None:
                return read
            if value is not None and not isinstance(value, Mapping):
                odd.append(f"{name} = {_line(value)[:40]}")
        return 0

    inside = next((told[name] for name in ("prompt_tokens_details", "input_tokens_details") if told.get(name)), None)
    outside = next(
        (told[name] for name in ("completion_tokens_details", "output_tokens_details") if told.get(name)), None
    )
    prompt, completion = number("prompt_tokens", "input_tokens"), number("completion_tokens", "output_tokens")
    apart_from_prompt = "cache_read_input_tokens" in told and told.get("input_tokens", -1) in (
        told.get("prompt_tokens"),
        prompt,
    )
    cached = number("cached_tokens", of=inside) or number(
        "cache_read_input_tokens", "prompt_cache_hit_tokens", "cached_tokens"
    )
    written = number("cache_write_tokens", "cache_creation_tokens", of=inside) or number("cache_creation_input_tokens")
    reasoning = number("reasoning_tokens", of=outside) or number("reasoning_tokens")
    total = number("total_tokens")
    unsaid = total - prompt - completion
    if (
        apart_from_prompt
        or cached + written > prompt
        or (cached + written and unsaid in (cached + written, cached + written + reasoning))
    ):
        prompt += cached + written
    if reasoning > completion:
        completion += reasoning
    if (unsaid := total - prompt - completion) > 0:
        # Tokens that only the sum includes are hidden reasoning, which costs as much as the reply.
        completion, reasoning = completion + unsaid, reasoning + unsaid
    cost = told.get("cost")
    price = (
        float(cost)
        if isinstance(cost, int | float) and not isinstance(cost, bool) and 0 <= cost <= MOST_TOKENS
        else 0.0
    )
    if isinstance(cost, int | float) and price != cost:
        odd.append(f"cost = {cost}")
    notes = [f"the endpoint counts what can't be ({', '.join(odd[:4])}); it is taken as 0"] if odd else []
    return whole(Usage(prompt, completion, reasoning, cached, written, price)), notes


def _count(value: Any) -> int | None:
    """Return a count of tokens, however it is written; None if it is not a count."""
    if isinstance(value, str):
        try:
            value = float(value.replace(",", "").replace("_", ""))
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST_TOKENS:
        return None
    return int(value)


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


def addition_note(sent: int, counted: int) -> str | None:
    """Return a note if the endpoint counted more prompt tokens than the prompt can have had.

    Args:
        sent: Characters sent.
        counted: Prompt tokens counted.
    """
    most = sent * MOST_TOKENS_A_CHARACTER + UNSEEN
    if counted <= most:
        return None
    return (
        f"the endpoint counted {counted:,} prompt tokens where at most {most:,} were sent: "
        "it adds a prompt of its own, or counts what can't be"
    )
