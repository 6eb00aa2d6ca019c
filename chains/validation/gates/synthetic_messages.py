"""Messages with known truth from the synthetic channel: relayed, turned into prose, shuffled, cut short."""

from collections.abc import Collection
from itertools import pairwise

from chains.models.channel.channel import Channel, parse_channel
from chains.models.channel.codebook import codebook, lines_of
from chains.models.provider import Occasion
from chains.rng import Draw
from chains.worlds.scenario.watermelon import SETTINGS, watermelon
from chains.worlds.world import World

FACTS = 12
"""Facts of a world: as many as an experiment of ordinary size has."""

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
    """Return worlds with seeds from 0 on; the settings come in turn."""
    names = tuple(SETTINGS)
    return [watermelon(seed, facts=facts, setting=names[seed % len(names)]) for seed in range(count)]


def bulleted(lines: Collection[str]) -> str:
    """Return a message with one bullet for each line."""
    return "\n".join(f"- {line}" for line in lines)


def notes(world: World, replicate: int) -> str:
    """Return a message that keeps the whole ledger; order and wordings are drawn anew for each replicate."""
    draw = Draw("gates", "notes", world.seed, replicate)
    return bulleted([draw.choice(tuple(map(fact.render, fact.templates))) for fact in draw.shuffled(world.facts)])


def relayed(world: World, rates: str, heard: str, *, hop: int, depth: int, replicate: int = 0) -> str:
    """Return what a channel passes on of a message; `rates` are written as in a channel's name."""
    occasion = Occasion(world, replicate, f"L{depth - hop}", "manager", hop, depth, (heard,))
    return bulleted(Channel(parse_channel(rates)).relayed(occasion))


def climbed(world: World, rates: str, *, depth: int, replicate: int = 0) -> list[str]:
    """Return the messages of a chain of channels, from hop 1 on."""
    said = [notes(world, replicate)]
    for hop in range(1, depth + 1):
        said.append(relayed(world, rates, said[-1], hop=hop, depth=depth, replicate=replicate))
    return said[1:]


def prose(message: str, *path: str | int) -> str:
    """Return a message's lines as one paragraph with other words around each, so that no line stands word for word."""
    draw = Draw("gates", "prose", *path)
    openings = [draw.choice(_OPENINGS) for _ in lines_of(message)]
    # a person would not begin two sentences running in the same way
    for at, (before, here) in enumerate(pairwise(openings), start=1):
        if before == here:
            openings[at] = _OPENINGS[(_OPENINGS.index(here) + 1) % len(_OPENINGS)]
    lines = [line[:1].lower() + line[1:] if line[1:2].islower() else line for line in lines_of(message)]
    return " ".join(f"{opening} {line}" for opening, line in zip(openings, lines, strict=True))


def shuffled(message: str, *path: str | int) -> str:
    """Return a message with its lines in another order."""
    return bulleted(Draw("gates", "shuffled", *path).shuffled(lines_of(message)))


def cut(message: str, budget: int) -> str:
    """Return the first lines of a message, as many as fit into a budget of words."""
    fitting, left = [], budget
    for line in lines_of(message):
        left -= len(line.split())
        if left < 0:
            break
        fitting.append(line)
    return bulleted(fitting)


def without(message: str, world: World, facts: Collection[str]) -> str:
    """Return a channel's message without its lines about these facts."""
    states = codebook(world).states
    return bulleted([line for line in lines_of(message) if line not in states or states[line].fact not in facts])
