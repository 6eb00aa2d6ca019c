"""Graded facts in the messages of one hop: what is told, reclassified, and how close calls are read.

Where several seats stand at one hop, a fact is told if one of them tells it. A
reclassification counts for each message that tells the fact with a clear grade.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from chains.scoring.facts.grades import SUCCESS, UNCLEAR, UNTOLD, WARNING
from chains.scoring.reading import Reading
from chains.worlds.world import World


class Graded(NamedTuple):
    """Shares in the messages of one hop of one trial, from 0 to 1; nan where there is nothing to take a share of."""

    told: float
    """Of the graded facts, with whatever grade."""
    milder: float
    """Told with a milder grade, of those told with a clear grade that are not the mildest."""
    worse: float
    """Told with a worse grade, of those told with a clear grade that are not the worst."""
    unclear: float
    """Without a clear grade, of those told."""
    success: float
    """Told as a success, of the close calls told."""
    warning: float
    """Told as a warning, of the close calls told."""


def graded(world: World, readings: Sequence[Reading]) -> Graded | None:
    """Return the shares in some messages of a world with graded facts; None if it has none, or they were not read.

    Args:
        world: The world.
        readings: The readings of the messages of one hop.
    """
    scale = world.grading
    if scale is None or not readings or any(reading.grades is None for reading in readings):
        return None
    true = {place: grade for place, fact in enumerate(world.facts) if (grade := scale.grade_of(fact)) is not None}
    letters = [(grade, (reading.grades or "")[place]) for reading in readings for place, grade in true.items()]
    said = [(grade, letter) for grade, letter in letters if letter != UNTOLD]
    clear = [(grade, int(letter)) for grade, letter in said if letter != UNCLEAR]
    calls = [letter for reading in readings for letter in reading.calls or "" if letter != UNTOLD]
    worst = len(scale.grades) - 1
    return Graded(
        told=_share([any(told(reading, place) for reading in readings) for place in true]),
        milder=_share([there < grade for grade, there in clear if grade > 0]),
        worse=_share([there > grade for grade, there in clear if grade < worst]),
        unclear=_share([letter == UNCLEAR for _, letter in said]),
        success=_share([letter == SUCCESS for letter in calls]),
        warning=_share([letter == WARNING for letter in calls]),
    )


def told(reading: Reading, place: int) -> bool:
    """Return whether a message tells the graded fact at a place of the world."""
    return (reading.grades or "")[place : place + 1] not in ("", UNTOLD)


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else math.nan
