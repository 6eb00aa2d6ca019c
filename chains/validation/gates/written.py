"""A gate on fates planted in sentences whose writer had not seen the instrument's rules.

`renderings/<setting>.toml` holds, for each kind of fact and each direction it can take, sentences that keep, blur and
invert it. A language model wrote them; it knew the kinds of fact and the definitions of the fates, but nothing of the
instrument. An altered fact is a kept sentence with one wrong value.
"""

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from chains.fates import FATES, Fate
from chains.models.channel.codebook import wrong_values
from chains.rng import Draw
from chains.validation.gates.gate import Gate, Read, Share
from chains.validation.gates.synthetic_messages import worlds as made
from chains.worlds.facts.ledger import Fact
from chains.worlds.scenario.watermelon import SETTINGS
from chains.worlds.world import World

FIVE_WAY, KEPT_OR_NOT = 0.97, 0.99
"""The bars: the share of verdicts that are the planted fate, and of those that are right about kept or not kept."""
REPLICATES = 6
FEWEST = 40
_FOLDER = Path(__file__).parent / "renderings"


class Wordings(NamedTuple):
    """Templates for one kind of fact in one direction, by the fate that they give it."""

    kept: tuple[str, ...]
    blurred: tuple[str, ...]
    inverted: tuple[str, ...]


class Written(NamedTuple):
    """A message and the fates that were planted in it."""

    text: str
    fates: dict[str, Fate]
    sentences: dict[str, str]
    """The message's sentence about each fact; omitted facts have none."""


@cache
def wordings_of(setting: str) -> Mapping[tuple[str, str], Wordings]:
    """Read the written sentences of a setting, by kind of fact and by the word for its direction."""
    content = tomllib.loads((_FOLDER / f"{setting}.toml").read_text(encoding="utf-8"))
    kinds = {kind.name: kind for kind in SETTINGS[setting].kinds}
    return {
        (name, (kinds[name].bad if side == "bad" else kinds[name].good).word): Wordings(
            **{fate: tuple(templates) for fate, templates in table.items()}
        )
        for name, sides in content.items()
        for side, table in sides.items()
    }


def written(world: World, replicate: int) -> Written:
    """Return a message in which each fact of a world has a fate drawn at random, in written sentences.

    Messages of even replicates are bullets, the others running text.
    """
    bank = wordings_of(str(world.setting))
    fates: dict[str, Fate] = {}
    sentences: dict[str, str] = {}
    for fact in world.facts:
        draw = Draw("gates", "written", world.digest, replicate, fact.id)
        fates[fact.id] = draw.choice(FATES)
        sentence = _sentence(world, fact, fates[fact.id], bank[_key(world, fact)], draw)
        if sentence is None:
            fates[fact.id] = "omitted"
        else:
            sentences[fact.id] = sentence
    order = Draw("gates", "written", world.digest, replicate).shuffled(list(sentences.values()))
    text = " ".join(order) if replicate % 2 else "\n".join(f"- {sentence}" for sentence in order)
    return Written(text, fates, sentences)


def _key(world: World, fact: Fact) -> tuple[str, str]:
    kind = next(kind for kind in SETTINGS[str(world.setting)].kinds if kind.templates == fact.templates)
    return kind.name, str(fact.slot("way").value)


def _sentence(world: World, fact: Fact, fate: Fate, wordings: Wordings, draw: Draw) -> str | None:
    """Return a sentence that gives a fact its fate; None if it is omitted, or no wrong value is there to alter it."""
    if fate == "omitted":
        return None
    if fate != "altered":
        return fact.render(draw.choice(getattr(wordings, fate)))
    near = [other for other in world.facts if other.subject == fact.subject or other.templates == fact.templates]
    beside = {slot.value for other in near for slot in other.slots}
    wrong = [other for slot in fact.slots if slot.key for other in wrong_values(fact, slot, beside)]
    if not wrong:
        return None
    other = draw.choice(wrong)
    return fact.render(draw.choice(wordings.kept), {other.name: other})


def fates_in_other_words(worlds: Sequence[World], read: Read) -> Gate:
    """Check fates in sentences whose writer had not seen the rules.

    At least `FEWEST` worlds are read, more than are given if need be, so that there are over 2,000 planted cases.
    """
    seen: Counter[tuple[Fate, Fate]] = Counter()
    for world in worlds if len(worlds) >= FEWEST else made(FEWEST):
        for replicate in range(REPLICATES):
            message = written(world, replicate)
            said = read(world, message.text)
            seen.update((fate, said[fact]) for fact, fate in message.fates.items())
    five = Share(sum(seen[fate, fate] for fate in FATES), seen.total())
    two = Share(sum(count for (true, said), count in seen.items() if (true == "kept") == (said == "kept")), five.n)
    recall = {fate: Share(seen[fate, fate], sum(seen[fate, said] for said in FATES)).value for fate in FATES}
    low, high = five.interval
    return Gate(
        name="other words",
        checks="share of planted fates found in sentences written without sight of the rules, all five mixed in one "
        f"message; kept or not kept must be right in at least {KEPT_OR_NOT:.0%}",
        bar=f"at least {FIVE_WAY:.0%}",
        figure=five.value,
        low=low,
        high=high,
        n=five.n,
        passed=five.value >= FIVE_WAY and two.value >= KEPT_OR_NOT,
        details={
            "kept_or_not": round(two.value, 6),
            "recall": {fate: round(share, 6) for fate, share in recall.items()},
            "confusion": {true: {said: seen[true, said] for said in FATES} for true in FATES},
        },
    )
