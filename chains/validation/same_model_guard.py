"""Whether a judge is of the same model family as the seats that it judges, which it must not be.

Models of one family are trained on much the same text by the same people, and favour each other's wording. The family
is found in the model's name and in the name that its endpoint reports. A name that shows no family ("echo", "prod-7")
counts as a family of its own and is reported as unknown.
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
"""For each family, what shows it in a model's name (in lower case); a distilled model belongs to two families."""

_MATCH = {family: re.compile(names) for family, names in FAMILIES.items()}


class Kinship(NamedTuple):
    """What a judge has in common with the seats' models."""

    same: tuple[str, ...]
    """The seats' models that are the judge's own model."""
    families: tuple[str, ...]
    """Families of the judge that a seat's model belongs to."""
    unknown: tuple[str, ...]
    """Models whose names show no family; that they are independent can't be checked."""

    @property
    def shared(self) -> bool:
        """Whether the judge's model, or one of its family, holds a seat."""
        return bool(self.same or self.families)

    def sentence(self, judge: str) -> str:
        """Say what is shared."""
        if self.same:
            return f"judge {judge!r} is also the model in the seats ({', '.join(self.same)})"
        return f"judge {judge!r} and the seats share the lineage {', '.join(self.families)}"


def families(names: Iterable[str]) -> frozenset[str]:
    """Return the families that a model's names show."""
    text = " ".join(names).lower()
    return frozenset(family for family, match in _MATCH.items() if match.search(text))


def names_of(source: Source, served: Any = None, answered: Iterable[str] = ()) -> tuple[str, ...]:
    """Return every name that may show a model's family.

    Args:
        source: The model.
        served: What was found when it was opened: an embedded model's file.
        answered: The names that its endpoint reported (`Reply.served_by`).
    """
    fingerprint = served.get("fingerprint") if isinstance(served, Mapping) else None
    file = str(fingerprint.get("file", "")) if isinstance(fingerprint, Mapping) else ""
    named = (source.name, source.label, source.spec.model or "", file, *answered)
    # The address is left out: "https://gpt-proxy..." holds a family's name and may serve any model.
    return tuple(name.rsplit("#", 1)[-1] for name in named if name)


def kinship(judge: tuple[str, ...], seats: Mapping[str, tuple[str, ...]]) -> Kinship:
    """Find what a judge has in common with the seats' models.

    Args:
        judge: The judge's names, from `names_of`; its label is the first or second.
        seats: The names of each model that holds a seat.
    """
    mine = families(judge)
    theirs = {name: families(names) for name, names in seats.items()}
    lower = {name.lower() for name in judge}
    return Kinship(
        same=tuple(name for name, names in seats.items() if lower & {other.lower() for other in names}),
        families=tuple(sorted(mine & frozenset().union(*theirs.values()))),
        unknown=tuple(name for name, found in (("the judge", mine), *theirs.items()) if not found),
    )
