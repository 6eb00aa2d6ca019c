"""Messages with known truth, from the synthetic channel: relayed, run together into prose, shuffled, cut short."""

from collections.abc import Collection
from itertools import pairwise

from chains.models.channel.channel import Channel, parse_channel
from chains.models.channel.codebook import codebook, lines_of
from chains.models.provider import Occasion
from chains.rng import Draw
from chains.worlds.scenario.watermelon import SETTINGS, watermelon
from chains.worlds.world import World

FACTS = 12
"""Facts of a world, as in an experiment of ordinary size."""

_OPENINGS = (
    "We must report today that",
    "As far as I can tell from what my team wrote,",
    "You should know that",
    "For completeness:",
    "My people tell me that",
    "In other news,",
    "Please note that",
)


def worlds(count: int, facts: int = FACTS) -> list[World]:
    """Return worlds from seed 0 on, the settings in turn."""
    names = tuple(SETTINGS)
    return [watermelon(seed, facts=facts, setting=names[seed % len(names)]) for seed in range(count)]


def bulleted(lines: Collection[str]) -> str:
    """Return lines as a message, one a bullet."""
    return "\n".join(f"- {line}" for line in lines)


def notes(world: World, replicate: int) -> str:
    """Return the whole ledger in words, each fact in a rendering drawn anew for each replicate, in a drawn order."""
    draw = Draw("gates", "notes", world.seed, replicate)
    return bulleted([draw.choice(tuple(map(fact.render, fact.templates))) for fact in draw.shuffled(world.facts)])


def relayed(world: World, rates: str, heard: str, *, hop: int, depth: int, replicate: int = 0) -> str:
    """Return what one seat of a channel passes on of a message; `rates` as in a channel's name."""
    occasion = Occasion(world, replicate, f"L{depth - hop}", "manager", hop, depth, (heard,))
    return bulleted(Channel(parse_channel(rates)).relayed(occasion))


def climbed(world: World, rates: str, *, depth: int, replicate: int = 0) -> list[str]:
    """Return the messages of one chain of channels, from hop 1 on."""
    said = [notes(world, replicate)]
    for hop in range(1, depth + 1):
        said.append(relayed(world, rates, said[-1], hop=hop, depth=depth, replicate=replicate))
    return said[1:]


def prose(message: str, *path: str | int) -> str:
    """Return a message's lines as one paragraph, each inside other words: no line stands there word for word."""
    draw = Draw("gates", "prose", *path)
    openings = [draw.choice(_OPENINGS) for _ in lines_of(message)]
    # the same opening twice running would be nothing that a person writes
    for at, (before, here) in enumerate(pairwise(openings), start=1):
        if before == here:
            openings[at] = _OPENINGS[(_OPENINGS.index(here) + 1) % len(_OPENINGS)]
    lines = [line[:1].lower() + line[1:] if line[1:2].islower() else line for line in lines_of(message)]
    return " ".join(f"{opening} {line}" for opening, line in zip(openings, lines, strict=True))


def shuffled(message: str, *path: str | int) -> str:
    """Return a message with its lines in another order."""
    return bulleted(Draw("gates", "shuffled", *path).shuffled(lines_of(message)))


def cut(message: str, budget: int) -> str:
    """Return the lines from the start that fit whole into a budget of words."""
    fitting, left = [], budget
    for line in lines_of(message):
        left -= len(line.split())
        if left < 0:
            break
        fitting.append(line)
    return bulleted(fitting)


def without(message: str, world: World, facts: Collection[str]) -> str:
    """Return a channel's message without what it says of these facts."""
    states = codebook(world).states
    return bulleted([line for line in lines_of(message) if line not in states or states[line].fact not in facts])
