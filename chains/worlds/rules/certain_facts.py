"""Worlds whose facts carry what is known of them: a hedge, a source, both or nothing.

Of bad, good and neutral facts alike a quarter carries each, so that what becomes of certainty can be
compared between bad and good news.
"""

import re
from collections.abc import Sequence

from chains.rng import Draw
from chains.worlds.facts.certainty import HEDGES, Certainty, Hedge
from chains.worlds.facts.invented_names import Names
from chains.worlds.facts.ledger import Fact
from chains.worlds.world import World

SOURCES = (
    "the night shift", "the site inspector", "the outside auditor", "the contractor", "the survey team",
    "the duty officer", "the help desk", "the front office", "vendor {name}", "consultant {name}",
)  # fmt: skip
"""Who may be given as a source; `{name}` is an invented name."""
_WORD = re.compile(r"[A-Za-z]+")
_CYCLE = ("hedge", "source", "", "both")
"""What the facts of one valence carry, in turn."""


def with_certainty(world: World) -> World:
    """Return a world with what is known of its facts.

    A fact that carries something already keeps it. Which fact carries what, and which hedge, is drawn from the
    world's seed; no value has a share in it.
    """
    path = (world.scenario, world.seed, world.setting)
    known: list[Certainty | None] = [fact.certainty for fact in world.facts]
    sources = _sources(world, Draw("certainty", *path, "sources"))
    for valence in ("bad", "good", "neutral"):
        places = [at for at, fact in enumerate(world.facts) if fact.valence == valence and fact.certainty is None]
        places = [at for at in places if world.facts[at].slots]  # a claim says how sure it is in its own words
        draw = Draw("certainty", *path, valence)
        start = draw.integer(0, len(_CYCLE) - 1)
        for turn, at in enumerate(draw.shuffled(places)):
            carried = _CYCLE[(start + turn) % len(_CYCLE)]
            hedge = draw.choice(_able(world.facts[at])) if carried in ("hedge", "both") else None
            source = sources[at % len(sources)] if carried in ("source", "both") else None
            if hedge is not None or source is not None:
                known[at] = Certainty(hedge=hedge, source=source)
    facts = (
        fact if of is fact.certainty else fact.model_copy(update={"certainty": of})
        for fact, of in zip(world.facts, known, strict=True)
    )
    return World(**{name: getattr(world, name) for name in World.model_fields} | {"facts": tuple(facts)})


def _able(fact: Fact) -> Sequence[Hedge]:
    """Return the hedges that a fact can have.

    No estimate without a figure, no cause of what has no direction, and nothing unconfirmed that tells a confirmation.
    """
    kinds = {slot.kind for slot in fact.slots}
    ways = [text for slot in fact.slots for text in (slot.text, *slot.also, slot.opposite or "", *slot.opposites)]
    fit = {
        "estimate": bool(kinds & {"number", "count"}),
        "cause": "direction" in kinds and fact.valence != "neutral",
        "unconfirmed": all("confirm" not in text for text in (*fact.templates, *ways)),
    }
    return [hedge for hedge in HEDGES if fit.get(hedge, True)]


def _sources(world: World, draw: Draw) -> list[str]:
    """Return sources of which no word stands in the world, so that none is taken for something else."""
    charter = world.charter.clauses if world.charter else ()
    spoken = " ".join([world.title, *(text for one in (*world.facts, *charter) for text in one.renderings())])
    known = {word.lower() for word in _WORD.findall(spoken)}
    names, out = Names(draw), []
    for pattern in draw.shuffled(SOURCES):
        name = names.next()
        while name.lower() in known:
            name = names.next()
        source = pattern.format(name=name)
        if known.isdisjoint(word.lower() for word in _WORD.findall(source) if word != "the"):
            out.append(source)
    return out or [f"adviser {names.next()}"]
