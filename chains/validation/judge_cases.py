"""What a judge is asked: one message and the ledger, and nothing that tells where the message comes from.

The request depends on nothing but the message, the world and the judge: the
same message in another condition, seat or hop is asked about in the same words,
so a judge is blind to all of these by construction (and asked only once). The
statements stand under names S1, S2, ... in an order drawn from the judge's seed
and the message, not in the ledger's.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from chains.fates import FATES
from chains.models.provider import Request
from chains.organisation.prompts import Prompt
from chains.rng import Draw
from chains.validation.labels import digest
from chains.worlds.world import World

EVIDENCE_CHARACTERS = 160
"""Longest evidence where its length can be enforced: a small model goes on for ever."""


def order(world: World, message: str, seed: int) -> dict[str, str]:
    """Return the statements' names in the request, "S1" and so on, and the ids that they stand for."""
    ids = Draw("judge", seed, world.digest, digest(message)).shuffled([fact.id for fact in world.facts])
    return {f"S{place}": name for place, name in enumerate(ids, 1)}


def schema(asked: Sequence[str], *, bounded: bool) -> dict[str, Any]:
    """Return the JSON schema of an answer: each statement asked about once, its evidence before its fate.

    Args:
        asked: The names of the statements.
        bounded: Limit the evidence's length, which some endpoints do not take.
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
    seed: int, attempt: int = 0, bounded: bool = False,
) -> Request:  # fmt: skip
    """Put the question about some statements in one message.

    Args:
        world: Whose ledger it is.
        message: What a seat wrote.
        asked: The names of the statements asked about, as `order` gives them.
        model: The judge's label.
        prompt: Its prompt.
        settings: Its model's own request settings.
        seed: The judge's.
        attempt: How often it was asked before.
        bounded: As `schema`.
    """
    lines = {name: f"{name}: {world.fact(fact).render(0)}" for name, fact in order(world, message, seed).items()}
    holes = {
        "ledger": "\n".join(lines.values()),
        "statements": "\n".join(lines[name] for name in asked),
        "asked": ", ".join(asked),
        "message": message.strip(),
    }
    form = {"name": "verdicts", "strict": True, "schema": schema(asked, bounded=bounded)}
    return Request(
        model=model,
        messages=prompt.fill(holes),
        settings={**settings, "seed": seed + attempt, "response_format": {"type": "json_schema", "json_schema": form}},
    )


def longest(prompt: Prompt, world: World, message: str) -> int:
    """Return about how many characters a request about a message has at most: all statements twice."""
    ledger = sum(len(fact.render(0)) + 6 for fact in world.facts)
    return len(prompt.body) + len(prompt.system or "") + 2 * ledger + len(message)


def asked_in(logged: Request) -> list[str]:
    """Return the names of the statements that a logged request asks about."""
    return [str(name) for name in logged.settings["response_format"]["json_schema"]["schema"]["required"]]
