"""What a person sees of a world made from documents: where it stands, and what the instrument makes of it."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from chains.scoring.text.legible import legible
from chains.worlds.world import World

MOST_SENTENCES = 40
"""Most sentences shown that were left out; all of them stand in the file."""


def made_view(document: Mapping[str, Any]) -> RenderableType:
    """Return how many facts stand, what was left out and why, and what to do next."""
    parts: list[RenderableType] = [
        Text(
            f"{document['file']}: {document['facts']} facts ({document['claims']} of them claims), "
            f"{document['confirmed']} confirmed, "
            f"{document['unverified']} unverified, {document['refused']} refused",
            "bold",
        )
    ]
    parts += _left_out(document)
    for name, reason in document["misread"].items():
        parts.append(Text(f"note: {name} can't be relied on: {reason}; edit it in the file, or refuse it", "yellow"))
    if document["unverified"]:
        parts.append(
            Text("note: results on it will say that it is unverified; `mazedom world confirm` goes on", "yellow")
        )
    parts.append(Text(f"run it: mazedom run --set scenario={shlex.quote(document['file'])}"))
    return Group(*parts)


def _left_out(document: Mapping[str, Any]) -> Iterator[RenderableType]:
    """Yield every sentence of which no fact was made under its reason, the most frequent reason first."""
    by_reason: dict[str, list[str]] = {reason: [] for reason in document["left_out"]}
    for one in document["sentences"]:
        by_reason.setdefault(one["reason"], []).append(" ".join(one["text"].split()))
    shown = 0
    for reason, sentences in by_reason.items():
        count = max(len(sentences), document["left_out"].get(reason, 0))
        if not sentences and document["sentences"]:
            continue  # a person has made facts of them since
        yield Text.assemble((f"left out: {count}, ", "bold"), legible(reason))
        for sentence in sentences[: max(0, MOST_SENTENCES - shown)]:
            yield Padding(Text(legible(sentence), "bright_black"), (0, 0, 0, 4), expand=False)
        shown += len(sentences)
    if shown > MOST_SENTENCES:
        yield Text(f"{shown - MOST_SENTENCES} more sentences stand under [[left_out]] in the file", "yellow")


def checked_view(world: World, found: Mapping[str, Sequence[str]], tried: int) -> RenderableType:
    """Return which facts the instrument misreads, and how; `tried`: the paraphrases tried beside their renderings."""
    parts: list[RenderableType] = []
    for name, reasons in found.items():
        parts.append(Text(f"{name}  {legible(world.fact(name).render(0))}", "bold"))
        parts += [Text(f"     {legible(reason)}", "red") for reason in reasons]
    good = len(world.facts) - len(found)
    parts.append(
        Text(
            f"{good} of {len(world.facts)} facts are read as they should be, in their own words and {tried} paraphrases"
        )
    )
    if claims := [fact.id for fact in world.facts if not fact.slots]:
        parts.append(
            Text(
                f"{len(claims)} of them are claims, which were tried only in their own words: said in others they are "
                "unread"
            )
        )
    return Group(*parts)
