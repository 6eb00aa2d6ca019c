"""Invented claims: what a message states and nothing that it could rest on does.

*Invented* is new at this hop: no text that the seat heard supports it.
*Unfounded* is not supported by the ledger, carried on or new. A claim is
counted once, however often it is repeated, and a claim about a known statement
that has another value is that statement's alteration and is not counted here
again.

A claim is supported if each of its numbers and names stands in what was heard,
each number in a sentence that shares a word of content with the claim, and,
for an event, if a third of its words of content stand together in one
sentence that was heard or two thirds of them anywhere in it.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from chains.drift.claims import Claim, Stated, claims_in, content_of, stated_in
from chains.drift.dates import Date, dates_of
from chains.drift.fates import Instrument, Verdict
from chains.drift.quantities import Quantity, closeness, quantities_of
from chains.drift.words import sentences_of
from chains.worlds.ledger import Statement

__all__ = ["Claim", "claims_in", "invented", "unfounded"]

_TOGETHER, _ANYWHERE = 1 / 3, 2 / 3
"""Shares of an event's words of content that must stand in one sentence, or anywhere, in what was heard."""


class _Heard(NamedTuple):
    """A sentence that a claim may rest on."""

    stems: frozenset[str]
    quantities: tuple[Quantity, ...]
    dates: tuple[Date, ...]


class _Support(NamedTuple):
    """All that a claim may rest on."""

    sentences: tuple[_Heard, ...]
    numbered: tuple[_Heard, ...]
    """Those with numbers."""
    words: frozenset[str]
    stems: frozenset[str]


def invented(message: str, heard: Sequence[str], ledger: Instrument | Sequence[Statement]) -> list[Claim]:
    """Return the claims of a message that are new: nothing heard supports them.

    Args:
        message: What the seat wrote.
        heard: What it was given: the reports below it, or a worker's own notes.
        ledger: The world's statements, or the instrument made for them.
    """
    instrument = instrument_for(ledger)
    return _unsupported(message, _heard_support(tuple(heard)), instrument)


def unfounded(message: str, ledger: Instrument | Sequence[Statement], background: str = "") -> list[Claim]:
    """Return the claims of a message that the ledger does not support.

    Args:
        message: What the seat wrote.
        ledger: The world's statements, or the instrument made for them.
        background: What every seat knows besides, such as the report's title.
    """
    instrument = instrument_for(ledger)
    return _unsupported(message, _ledger_support(instrument, background), instrument)


def instrument_for(ledger: Instrument | Sequence[Statement]) -> Instrument:
    """Return the instrument for a ledger, made once."""
    return ledger if isinstance(ledger, Instrument) else _made(tuple(ledger))


@lru_cache(maxsize=64)
def _made(statements: tuple[Statement, ...]) -> Instrument:
    return Instrument(statements)


def _truths(instrument: Instrument) -> list[str]:
    """Return every true wording of a ledger, and the other words that it knows, as texts."""
    out: list[str] = []
    for compiled in instrument.ledger:
        statement = compiled.statement
        out += [statement.render(template) for template in (*statement.templates, *statement.vague)]
        words = [*statement.topic, *(word for slot in statement.slots for word in slot.also)]
        out.append(f"{statement.subject} {' '.join(words)}")
    return out


def _support(texts: Sequence[str]) -> _Support:
    sentences: list[_Heard] = []
    words: set[str] = set()
    for sentence in (sentence for text in texts for sentence in sentences_of(text)):
        dates = dates_of(sentence.tokens)
        taken = frozenset(at for date in dates for at in range(date.first, date.last))
        words |= {token.low for token in sentence.tokens if token.kind in ("word", "code")}
        quantities = tuple(quantities_of(sentence.tokens, taken))
        sentences.append(_Heard(content_of(sentence.tokens), quantities, tuple(dates)))
    return _Support(
        tuple(sentences),
        tuple(sentence for sentence in sentences if sentence.quantities),
        frozenset(words),
        frozenset().union(*(sentence.stems for sentence in sentences)),
    )


@lru_cache(maxsize=16)
def _heard_support(texts: tuple[str, ...]) -> _Support:
    """Return what the texts that a seat heard support; kept for a while, as seats pass on what they heard."""
    return _support(texts)


@lru_cache(maxsize=64)
def _ledger_support(instrument: Instrument, background: str) -> _Support:
    """Return what a ledger supports; made once for all messages about it."""
    return _support((*_truths(instrument), background))


def _unsupported(message: str, support: _Support, instrument: Instrument) -> list[Claim]:
    stated = stated_in(message)
    if not stated:
        return []
    verdicts = [verdict for verdict in instrument.read(message).values() if verdict.evidence is not None]
    return [
        one.claim
        for one in stated
        if not _changed_statement(one.claim, verdicts) and not _supported(one, support, verdicts)
    ]


def _touches(claim: Claim, verdict: Verdict) -> bool:
    return verdict.evidence is not None and verdict.evidence[0] < claim.span[1] and claim.span[0] < verdict.evidence[1]


def _changed_statement(claim: Claim, verdicts: Sequence[Verdict]) -> bool:
    return any(verdict.fate in ("altered", "inverted") and _touches(claim, verdict) for verdict in verdicts)


def _supported(stated: Stated, support: _Support, verdicts: Sequence[Verdict]) -> bool:
    told = any(_touches(stated.claim, verdict) for verdict in verdicts)
    if not stated.names <= support.words:
        return False
    for quantity in stated.quantities:
        if not any(_same_number(quantity, other) and (told or stated.stems & sentence.stems)
                   for sentence in support.numbered for other in sentence.quantities):  # fmt: skip
            return False
    for date in stated.dates:
        if not any(_same_day(date, other) for sentence in support.sentences for other in sentence.dates):
            return False
    if told or stated.claim.kind == "number":
        return True
    together = max((len(stated.stems & sentence.stems) for sentence in support.sentences), default=0)
    anywhere = len(stated.stems & support.stems)
    return together >= _TOGETHER * len(stated.stems) or anywhere >= _ANYWHERE * len(stated.stems)


def _same_number(said: Quantity, heard: Quantity) -> bool:
    """Whether a number said is one that was heard: alike, converted, rounded, or as a share of a count."""
    if said.of is not None and heard.of is not None:
        return said.of == heard.of and said.value in (heard.value, heard.of - heard.value)
    if said.share is not None and heard.share is not None:
        off = min(abs(said.share - heard.share), abs(1 - said.share - heard.share))
        return off <= (0.0101 if said.about else 0.0051)
    if heard.of is not None:
        return said.unit is None and said.value in (heard.value, heard.of, heard.of - heard.value)
    if said.of is not None or (said.unit and heard.unit and said.unit.dimension != heard.unit.dimension):
        return False
    factor = heard.unit.factor / said.unit.factor if said.unit and heard.unit else 1.0
    alike = closeness(said.value, heard.value * factor, said.digits, about=said.about) != "other"
    return alike or (said.high is not None and said.value <= heard.value * factor <= said.high)


def _same_day(said: Date, heard: Date) -> bool:
    return said.month == heard.month and (said.day is None or said.day == heard.day)
