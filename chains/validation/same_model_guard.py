"""Which family of models a name belongs to: a judge must not share one with those it judges.

Models of one family are trained on much the same text by the same people, and
favour each other's wording. A family is told by the name alone, and by what an
endpoint says answers there; a name that hides its family ("echo", "prod-7")
counts as a family of its own, and is said to be unknown.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from chains.models.spec import Source

FAMILIES: Mapping[str, str] = {
    "gpt": r"(?<![a-z])(?:gpt|o[1345](?![a-z0-9])|codex|davinci)|chatgpt",
    "claude": r"claude",
    "gemini": r"gemini|gemma",
    "llama": r"llama|vicuna|alpaca|(?<![a-z])tulu",
    "qwen": r"qwen|(?<![a-z])qwq",
    "mistral": r"mistral|mixtral|ministral|magistral|codestral|devstral|pixtral",
    "deepseek": r"deepseek",
    "phi": r"(?<![a-z])phi-?\d",
    "smollm": r"smollm",
    "grok": r"(?<![a-z])grok",
    "command": r"(?<![a-z])(?:command-?[ar]|c4ai|aya)(?![a-z])",
    "glm": r"glm",
    "kimi": r"kimi",
    "yi": r"(?<![a-z])yi-\d",
    "olmo": r"olmo",
    "granite": r"granite",
    "nova": r"nova-(?:micro|lite|pro|premier)",
    "falcon": r"falcon",
    "minimax": r"minimax",
    "nemotron": r"nemotron",
}
"""A family, and what in a model's name, in lower case, shows it; a distilled model is of both its families."""

_MATCH = {family: re.compile(names) for family, names in FAMILIES.items()}


class Kinship(NamedTuple):
    """What a judge has in common with the seats."""

    same: tuple[str, ...]
    """Seats' models that are the judge itself."""
    families: tuple[str, ...]
    """Families that both have."""
    unknown: tuple[str, ...]
    """Models whose family can't be told by their name: independence is taken on trust."""

    @property
    def shared(self) -> bool:
        """Whether the judge is, or is kin to, a model that holds a seat."""
        return bool(self.same or self.families)

    def sentence(self, judge: str) -> str:
        """Say what is shared."""
        if self.same:
            return f"judge {judge!r} is also the model in the seats ({', '.join(self.same)})"
        return f"judge {judge!r} and the seats share the lineage {', '.join(self.families)}"


def families(names: Iterable[str]) -> frozenset[str]:
    """Return the families that any of a model's names shows."""
    text = " ".join(names).lower()
    return frozenset(family for family, match in _MATCH.items() if match.search(text))


def names_of(source: Source, served: Any = None, answered: Iterable[str] = ()) -> tuple[str, ...]:
    """Return every name by which a model's family may be told.

    Args:
        source: What its name stands for.
        served: What was found of it when it was opened: an embedded model's file.
        answered: What its endpoint said answers (`Reply.served_by`).
    """
    fingerprint = served.get("fingerprint") if isinstance(served, Mapping) else None
    file = str(fingerprint.get("file", "")) if isinstance(fingerprint, Mapping) else ""
    named = (source.name, source.label, source.spec.model or "", file, *answered)
    # An address may hold a family's name ("https://gpt-proxy...") and says nothing of the model.
    return tuple(name.rsplit("#", 1)[-1] for name in named if name)


def kinship(judge: tuple[str, ...], seats: Mapping[str, tuple[str, ...]]) -> Kinship:
    """Find what a judge has in common with the seats' models.

    Args:
        judge: Its names (`names_of`), its label first or second.
        seats: For each model that holds a seat, its names.
    """
    mine = families(judge)
    theirs = {name: families(names) for name, names in seats.items()}
    lower = {name.lower() for name in judge}
    return Kinship(
        same=tuple(name for name, names in seats.items() if lower & {other.lower() for other in names}),
        families=tuple(sorted(mine & frozenset().union(*theirs.values()))),
        unknown=tuple(name for name, found in (("the judge", mine), *theirs.items()) if not found),
    )
