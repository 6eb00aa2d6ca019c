"""Dialects: how endpoints that call themselves compatible differ, learnt from what they refuse.

A request is first sent in the common dialect. If an endpoint refuses a part
that has an equivalent, or that only tunes the sampling, the request is
translated and sent again, and all later requests use that dialect. Nothing that
a seat says or hears is ever dropped.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import orjson

from chains.models.provider import Message

DROPPABLE = ("temperature", "top_p", "seed", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs")
"""Sampling parameters that may be dropped if an endpoint refuses them; if it refuses others, the run stops."""
LENGTH_NAMES = ("max_tokens", "max_completion_tokens")
Shape = Literal["json_schema", "json_object", "text"]
_REFUSED = re.compile(
    r"unsupported|not support|n't support|unknown|unrecogni[sz]ed|unexpected|not permitted|not allowed|"
    r"not available|deprecated",
    re.IGNORECASE,
)
_FIXED = re.compile(
    r"only\b[^.]{0,40}(?:allowed|supported|accepted|permitted|valid|possible)|only (?:default|1)\b|"
    r"(?:cannot|can't|not) both|mutually exclusive|does not accept|no longer|not a valid|is fixed|"
    r"invalid (?:parameter|key|field|argument)|extra (?:inputs|fields)|(?:must|should) be (?:set to )?1(?:\.0)?\b",
    re.IGNORECASE,
)
"""Other words for refusing a sampling parameter, or all values of it but one."""
_OUT_OF_RANGE = re.compile(
    r"between|range|at (?:most|least)|(?:less|greater|more|lower|higher) than|maximum|minimum|[<>≤≥]", re.IGNORECASE
)
"""Words for a value out of range, which the user must correct."""
_ROLES = re.compile(r"\brole|\balternate", re.IGNORECASE)


@dataclass(frozen=True)
class Quirks:
    """An endpoint's dialect, as far as it is known."""

    length_name: str | None = None
    """Its name for the limit of a reply's length; None: the name in the request."""
    dropped: frozenset[str] = frozenset()
    """Sampling parameters that it refuses."""
    system_role: bool = True
    """Whether it takes a system message; if not, its text opens the first user message."""
    shape: Shape = "json_schema"
    """The strictest form of `response_format` that it takes."""

    def resolved(self) -> dict[str, Any]:
        """Return what differs from the common dialect, as it is logged; empty if nothing does."""
        found: dict[str, Any] = {}
        if self.length_name is not None:
            found["length_name"] = self.length_name
        if self.dropped:
            found["refuses"] = sorted(self.dropped)
        if not self.system_role:
            found["system_role"] = False
        if self.shape != "json_schema":
            found["response_format"] = self.shape
        return found

    def body(self, model: str, messages: Sequence[Message], settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return the body of a request in this dialect.

        Args:
            model: The model's name on the server.
            messages: The messages.
            settings: Request parameters; those under `extra_body` stand beside the others.
        """
        flat = {**settings, **settings.get("extra_body", {})}
        flat.pop("extra_body", None)
        turns = [{"role": turn.role, "content": turn.content} for turn in messages]
        if not self.system_role:
            turns = merged(turns)
        wanted = flat.get("response_format")
        if isinstance(wanted, Mapping) and wanted.get("type") == "json_schema" and self.shape != "json_schema":
            turns = _asked_in_words(turns, wanted)
            flat["response_format"] = {"type": "json_object"}
        if self.shape == "text":
            flat.pop("response_format", None)
        if self.length_name is not None:
            for name in LENGTH_NAMES:
                if name != self.length_name and name in flat:
                    flat[self.length_name] = flat.pop(name)
        kept = {name: value for name, value in flat.items() if name not in self.dropped and value is not None}
        return {"model": model, "messages": turns, **kept, "stream": False}

    def learnt(self, body: Mapping[str, Any], text: str, parameter: str | None) -> "Self | None":
        """Return the dialect in which to ask again after a refusal; None if the refusal is not about dialect.

        Args:
            body: What was sent.
            text: What the endpoint said about it.
            parameter: Which parameter it named, if it did.
        """
        named = parameter or ""
        if self.system_role and _has_system(body) and (_ROLES.search(named) or _ROLES.search(text)):
            return replace(self, system_role=False)
        if not _REFUSED.search(text):
            return self._without(body, text, named) if _FIXED.search(text) and not _OUT_OF_RANGE.search(text) else None
        if "response_format" in body and ("response_format" in f"{named} {text}" or "json_schema" in text):
            strict = body["response_format"].get("type") == "json_schema"
            return replace(self, shape="json_object" if strict else "text")
        for name, other in (LENGTH_NAMES, LENGTH_NAMES[::-1]):
            if name in body and (named == name or (not named and _names(text, name))):
                return replace(self, length_name=other) if self.length_name is None else None
        return self._without(body, text, named)

    def _without(self, body: Mapping[str, Any], text: str, named: str) -> "Self | None":
        """Return the dialect without the sampling parameter that was refused; None if none was named."""
        refused = [name for name in DROPPABLE if name in body and (named == name or (not named and _names(text, name)))]
        if not refused:
            return None
        # If two exclude each other, keep temperature, which experiments vary.
        return replace(self, dropped=self.dropped | {refused[1] if refused == ["temperature", "top_p"] else refused[0]})


def merged(turns: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the turns with the system text at the head of the first user turn."""
    system = "\n\n".join(turn["content"] for turn in turns if turn["role"] == "system")
    rest = [dict(turn) for turn in turns if turn["role"] != "system"]
    if not system:
        return rest
    first = next((turn for turn in rest if turn["role"] == "user"), None)
    if first is None:
        return [{"role": "user", "content": system}, *rest]
    first["content"] = f"{system}\n\n{first['content']}"
    return rest


def _asked_in_words(turns: list[dict[str, str]], wanted: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the turns with the schema, which the endpoint can't enforce, added to the last one."""
    schema = orjson.dumps(wanted.get("json_schema", {}).get("schema", {})).decode()
    last = turns[-1]
    text = f"{last['content']}\n\nAnswer with JSON alone, of this schema: {schema}"
    return [*turns[:-1], {**last, "content": text}]


def _has_system(body: Mapping[str, Any]) -> bool:
    return any(turn["role"] == "system" for turn in body["messages"])


def _names(text: str, parameter: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(parameter)}(?!\w)", text) is not None
