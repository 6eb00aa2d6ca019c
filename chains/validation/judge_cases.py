"""The request to a judge: one message and the ledger, and nothing that shows where the message comes from.

The request depends on the message, the world and the judge alone. The same message in another condition, seat or hop
makes the same request, so a judge is blind to all of these and is asked only once. The statements are named S1, S2, ...
in an order drawn from the judge's seed and the message, not in the ledger's order.

Messages are written by models and people who may want to be judged kindly. So the names carry a mark that is drawn for
each message and does not occur in it ("S3-kvtq"): nothing that stands in a message can be taken for an answer. What
looks like a tag or a sign of a chat template in a message is broken, so that a message can't end its own quotation.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from chains.fates import FATES
from chains.models.provider import Request
from chains.organisation.prompts import Prompt
from chains.rng import Draw
from chains.validation.labels import digest
from chains.worlds.world import World

EVIDENCE_CHARACTERS = 160
"""Longest evidence, where a schema can limit it: without a limit a small model never stops quoting."""


_LETTERS = "bcdfghjkmnpqrstvwxz"
_MARK = 4
"""Letters of a mark."""
_TAG = re.compile(r"(?<=<)(?=[/|!a-z])|(?<=\[)(?=/?INST\b)|(?<=\|)(?=>)", re.IGNORECASE)
"""Where a tag or a sign of a chat template begins: `</report>`, `<|im_end|>`, `[INST]`."""
_BREAK = "\u200b"
"""A space without width, which `judge_answers.occurs` passes over."""


def mark_of(world: World, message: str, seed: int) -> str:
    """Return the mark of a message: letters that do not occur in it, drawn from the judge's seed and the message."""
    draw, text = Draw("judge mark", seed, world.digest, digest(message)), message.casefold()
    while True:
        mark = "".join(draw.choice(_LETTERS) for _ in range(_MARK))
        if mark not in text:
            return mark


def unmarked(message: str) -> str:
    """Return a message whose tags and signs of chat templates are broken by spaces without width."""
    return _TAG.sub(_BREAK, message)


def order(world: World, message: str, seed: int, *, marked: bool = True) -> dict[str, str]:
    """Return the id of each statement by its name in the request: "S1-kvtq", "S2-kvtq", ...; unmarked "S1", "S2"."""
    ids = Draw("judge", seed, world.digest, digest(message)).shuffled([fact.id for fact in world.facts])
    ending = f"-{mark_of(world, message, seed)}" if marked else ""
    return {f"S{place}{ending}": name for place, name in enumerate(ids, 1)}


def number_of(name: str) -> int:
    """Return the number in a statement's name: 3 of "S3-kvtq"."""
    return int(name[1:].partition("-")[0])


def schema(asked: Sequence[str], *, bounded: bool) -> dict[str, Any]:
    """Return the JSON schema of an answer: each statement asked about once, its evidence before its fate.

    Args:
        asked: The names of the statements.
        bounded: Whether to limit the evidence's length; some endpoints refuse such a schema.
    """
    evidence: dict[str, Any] = {"type": "string"} | ({"maxLength": EVIDENCE_CHARACTERS} if bounded else {})
    verdict = {
        "type": "object",
        "properties": {
            "evidence": evidence,
            "fate": {"type": "string", "enum": list(FATES)},
        },
        "required": ["evidence", "fate"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": dict.fromkeys(asked, verdict),
        "required": list(asked),
        "additionalProperties": False,
    }


def request(
    world: World, message: str, asked: Sequence[str], *, model: str, prompt: Prompt, settings: Mapping[str, Any],
    seed: int, attempt: int = 0, bounded: bool = False, marked: bool = True,
) -> Request:  # fmt: skip
    """Return the request about some statements in one message.

    Args:
        world: The world whose ledger is shown.
        message: A seat's message.
        asked: The names of the statements asked about, as `order` gives them.
        model: The judge's label.
        prompt: The judge's prompt.
        settings: Request settings of the judge's model.
        seed: The judge's seed.
        attempt: How often the judge was asked about these before.
        bounded: As in `schema`.
        marked: Whether names have a mark and tags in the message are broken; False for judges of before.
    """
    names = order(world, message, seed, marked=marked)
    lines = {name: f"{name}: {world.fact(fact).render(0)}" for name, fact in names.items()}
    holes = {
        "ledger": "\n".join(lines.values()),
        "statements": "\n".join(lines[name] for name in asked),
        "asked": ", ".join(asked),
        "message": unmarked(message.strip()) if marked else message.strip(),
    }
    form = {"name": "verdicts", "strict": True, "schema": schema(asked, bounded=bounded)}
    return Request(
        model=model,
        messages=prompt.fill(holes),
        settings={**settings, "seed": seed + attempt, "response_format": {"type": "json_schema", "json_schema": form}},
    )


def longest(prompt: Prompt, world: World, message: str) -> int:
    """Return about how many characters the longest request about a world has: each statement stands in it twice."""
    ledger = sum(len(fact.render(0)) + 6 for fact in world.facts)
    return len(prompt.body) + len(prompt.system or "") + 2 * ledger + len(message)


def asked_in(logged: Request) -> list[str]:
    """Return the names of the statements that a logged request asks about."""
    return [str(name) for name in logged.settings["response_format"]["json_schema"]["schema"]["required"]]
