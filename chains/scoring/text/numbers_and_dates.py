"""The numbers and dates in a sentence, read once for all callers."""

from functools import lru_cache
from typing import NamedTuple

from chains.scoring.text.dates import Date, dates_of
from chains.scoring.text.number_words import begins
from chains.scoring.text.quantities import Quantity, quantities_of
from chains.scoring.text.tokens import Token


class Values(NamedTuple):
    """The numbers and dates of a sentence, in order."""

    quantities: tuple[Quantity, ...]
    dates: tuple[Date, ...]


def values_of(tokens: tuple[Token, ...], named: frozenset[int] = frozenset()) -> Values:
    """Return the numbers and dates of a sentence or clause.

    Args:
        tokens: The sentence or clause.
        named: Tokens that are names of subjects: a number among them ("line 4") is no quantity.
    """
    return _read(tokens, named) if any(begins(tokens[at]) for at in named) else _values(tokens)


@lru_cache(maxsize=256)
def _values(tokens: tuple[Token, ...]) -> Values:
    """Read a sentence in which no name holds a number; cached, because seats pass on what they heard."""
    return _read(tokens, frozenset())


def _read(tokens: tuple[Token, ...], named: frozenset[int]) -> Values:
    dates = dates_of(tokens)
    taken = named.union(at for date in dates for at in range(date.first, date.last))
    return Values(tuple(quantities_of(tokens, taken)), tuple(dates))
