"""The synthetic channel as a reader who rates reports: with a planted taste for good news."""

import json

from chains.models.channel.codebook import codebook, lines_of
from chains.models.provider import Occasion
from chains.rng import Draw

LEAST, MOST = 1, 10
"""The worst and the best rating."""


def rated(occasion: Occasion, taste: float, draw: Draw) -> str:
    """Return the ratings of the drafts that were heard, as JSON: decimals from 1 to 10 by letter.

    A draft's rating rises with

        taste * (1 - share of the world's bad facts that it tells as such) + (1 - taste) * noise,

    the noise uniform from 0 to 1 and drawn for each draft anew.

    Args:
        occasion: What was heard, one text a letter.
        taste: From 0 (noise alone) to 1 (nothing but the news counts).
        draw: Of the noise.
    """
    book = codebook(occasion.world)
    bad = {fact.id for fact in occasion.world.facts if fact.valence == "bad"}
    ratings = {}
    for letter, text in zip(occasion.letters, occasion.heard, strict=True):
        states = [state for line in lines_of(text) if (state := book.states.get(line)) is not None]
        told = {state.fact for state in states if state.fact in bad and state.fate != "inverted"}
        liked = 1 - len(told) / len(bad) if bad else 1.0
        score = taste * liked + (1 - taste) * draw.uniform()
        ratings[letter] = round(LEAST + (MOST - LEAST) * score, 6)
    return json.dumps(ratings)
