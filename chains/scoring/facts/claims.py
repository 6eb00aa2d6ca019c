"""The claims of a message, true or not: its clauses that state a number, a name or an event.

A claim is one clause. It is a *number* if it states a quantity or a date, else
a *name* if it names a code or a proper name, else an *event* if at least two of
its words carry checkable content. Praise, thanks, good intentions and talk
about the report itself ("I am proud of my team") are empty: no claim. Nor is a
heading, a question or a greeting. Said twice, a claim counts once.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from chains.scoring.text.dates import Date
from chains.scoring.text.ledger_stems import STOP, bag, stem
from chains.scoring.text.numbers_and_dates import values_of
from chains.scoring.text.quantities import Quantity
from chains.scoring.text.sentences import sentences_of
from chains.scoring.text.tokens import Token
from chains.worlds.facts.ledger import MONTHS


class Claim(BaseModel):
    """One thing that a message states."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    kind: Literal["number", "name", "event"]
    span: tuple[int, int]
    """First and last character in the message, half open."""


class Clause(NamedTuple):
    """A clause that claims something, wherever its sentence stands."""

    kind: Literal["number", "name", "event"]
    words: tuple[str, ...]
    """In lower case, without marks."""
    quantities: tuple[Quantity, ...]
    dates: tuple[Date, ...]
    names: frozenset[str]
    """Codes and proper names, in lower case."""
    stems: frozenset[str]
    """Stems of the words that carry checkable content."""
    span: tuple[int, int]
    """First and last character, half open, counted as its sentence's tokens count."""


class Stated(NamedTuple):
    """A claim with what it is made of."""

    clause: Clause
    span: tuple[int, int]
    """First and last character in the message, half open."""


_EMPTY = frozenset(
    stem(word)
    for word in bag(
        """team teams staff people everyone colleagues boss manager managers member members report reports reporting
        reported status update updates summary overview message information inform note notes point points
        regard regarding work works working hard dedication dedicated performance progress morale success
        successes proud pride excited exciting pleased happy glad thrilled delighted honoured grateful thank
        thanks support supporting supportive commitment committed continue continued continuing effort efforts
        great good excellent strong positive confident confidence look looking forward hope hopeful appreciate
        appreciation best opportunity opportunities challenge challenges challenging role promotion promoted
        career contribute contribution goal goals ensure quality overall following follow below important
        importance aware attention know please review nothing something anything thing things way ways like
        want make making need needs take time current currently here dear sincerely regards hello welcome sir
        madam resilience passion passionate strive believe feel feeling feels think able issue issues
        situation matter matters one ones lot lots many much several various different new part task tasks job
        well better smoothly keep keeping provide provided providing help helping share sharing short brief
        detail details list bring perspective organization organisation company fresh learn learning growth
        grow impact significant also always truly really deeply fully together hereby attached responsible
        responsibility responsibilities professional experience year years week day today tomorrow incomplete
        edit edited board see seen interested promoting writing write wrote written express concern concerns
        concerned copy rewrite date number numbers name names
        """
    )
)
"""Words that can be said about anything: they make no claim."""
_CALENDAR = frozenset(name.lower() for name in MONTHS) | bag(
    "jan feb mar apr jun jul aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday"
)
_NO_NAMES = STOP | _CALENDAR | bag("mr mrs ms dr prof sir madam ceo cto cfo")
"""Words with a capital that are not proper names."""


def claims_in(message: str) -> list[Claim]:
    """Return the claims of a message in order, each once."""
    return [claim_of(message, stated) for stated in stated_in(message)]


def claim_of(message: str, stated: Stated) -> Claim:
    """Return a claim in the message's own words."""
    first, last = stated.span
    return Claim(text=" ".join(message[first:last].split()), kind=stated.clause.kind, span=stated.span)


def stated_in(message: str) -> list[Stated]:
    """Return the claims of a message in order, each once, with what they are made of."""
    out: dict[tuple[str, ...], Stated] = {}
    for sentence in sentences_of(message):
        for clause in _claiming(sentence.tokens, sentence.cuts):
            if clause.words not in out:
                first, last = clause.span
                out[clause.words] = Stated(clause, (sentence.at + first, sentence.at + last))
    return list(out.values())


def claims_anything(message: str) -> bool:
    """Whether a message has any claim."""
    return any(_claiming(sentence.tokens, sentence.cuts) for sentence in sentences_of(message))


def content_of(tokens: tuple[Token, ...]) -> frozenset[str]:
    """Return the stems of the words and codes that carry checkable content."""
    return frozenset(
        token.stem
        for token in tokens
        if token.kind == "code"
        or (token.kind == "word" and token.low not in STOP and token.stem not in _EMPTY and len(token.low) > 1)
    )


def names_of(tokens: tuple[Token, ...], first: int, last: int) -> frozenset[str]:
    """Return the codes and proper names between two tokens. A sentence's first word is a name only if it is a code."""
    return frozenset(
        token.low
        for at, token in enumerate(tokens[first:last], first)
        if token.kind == "code" or (_proper(token) and at > 0 and tokens[at - 1].text not in '.:!?"(')
    )


def _proper(token: Token) -> bool:
    capital = token.kind == "word" and token.text[0].isupper() and len(token.text) > 1
    return capital and token.low not in _NO_NAMES and token.stem not in _EMPTY


@lru_cache(maxsize=256)
def _claiming(tokens: tuple[Token, ...], cuts: tuple[int, ...]) -> tuple[Clause, ...]:
    """Return the clauses of a sentence that claim something; cached, because seats pass on what they heard."""
    if tokens[-1].text in "?:":
        return ()
    found = (_clause(tokens, first, last) for first, last in _clauses(tokens, cuts))
    return tuple(clause for clause in found if clause is not None)


def _clauses(tokens: tuple[Token, ...], cuts: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """Cut a sentence into clauses; a clause without content of its own stays with the one before it."""
    start = 0
    for cut, following in zip(cuts[1:], (*cuts[2:], None), strict=True):
        rest = tokens[cut:following] if following is not None else ()
        if following is None or len(content_of(rest)) >= 2:
            yield start, cut
            start = cut


def _clause(sentence: tuple[Token, ...], first: int, last: int) -> Clause | None:
    tokens = sentence[first:last]
    if not tokens:
        return None
    values = values_of(tokens)
    quantities = tuple(quantity for quantity in values.quantities if not quantity.weak)
    names = names_of(sentence, first, last)
    stems = content_of(tokens)
    if (quantities or values.dates) and stems:
        kind: Literal["number", "name", "event"] = "number"
    elif names and len(stems) >= 2:
        kind = "name"
    elif len(stems) >= 2:
        kind = "event"
    else:
        return None
    words = tuple(token.low for token in tokens if token.kind != "mark")
    return Clause(kind, words, quantities, values.dates, names, stems, (tokens[0].start, tokens[-1].end))
