"""What was before and what is now: the words around a number that say which it is ("31, they were 4")."""

from collections.abc import Sequence
from typing import Literal

from chains.scoring.text.ledger_stems import bag
from chains.scoring.text.tokens import Token

_OLD = bag(
    "from was were before previously formerly normally usually originally against versus than used initially started"
)
_NEW = bag("to now only currently is are today reached hit becomes")
_OLD_AFTER = bag(
    "before previously earlier originally foreseen required planned normally usually then last until was were"
)
_NEW_AFTER = bag("now today currently")
_OLD_PAIRS = {
    ("instead", "of"),
    ("rather", "than"),
    ("compared", "with"),
    ("compared", "to"),
    ("no", "longer"),
    ("down", "on"),
}
_SKIPPED = bag("a an the about around roughly at just still eur usd gbp chf € $ £ of had been with for and it they")
_LOOK = 4


def role(tokens: Sequence[Token], first: int, last: int) -> Literal["old", "new"] | None:
    """Return whether the words around a number make it what was before ("old") or what is now ("new")."""
    back = 0
    for at in range(first - 1, max(-1, first - 1 - 2 * _LOOK), -1):
        token = tokens[at]
        pair = (tokens[at - 1].low if at else "", token.low)
        if pair in _OLD_PAIRS or token.low == "after":
            return "old"
        if token.low in _OLD:
            return "old"
        if token.low in _NEW:
            return "new"
        back += token.low not in _SKIPPED
        if back > 1 or token.kind == "number" or (token.kind == "mark" and token.text not in "€$£%"):
            break
    for at in range(last, min(len(tokens), last + _LOOK)):
        token = tokens[at]
        if (token.kind == "mark" and token.text not in "%°") or token.kind == "number":
            break
        if token.low in _OLD_AFTER:
            return "old"
        if token.low in _NEW_AFTER:
            return "new"
    return None
