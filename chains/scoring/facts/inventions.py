"""Invented claims: what a message states without support.

An *invented* claim is new at this hop: no text that the seat heard supports it.
An *unfounded* claim is not supported by the ledger, be it new or passed on. A
claim counts once, however often it is repeated. A claim that gives a known
statement another value is that statement's alteration and does not count here.

A claim is supported if each of its numbers and names stands in what was heard,
each number in a sentence that shares a word of content with the claim, and,
for an event, if a third of its words of content stand together in one
sentence that was heard or two thirds of them anywhere in it.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from chains.scoring.facts.claims import Claim, Stated, claim_of, claims_in, content_of, stated_in
from chains.scoring.facts.instrument import Instrument, Verdict
from chains.scoring.text.dates import Date
from chains.scoring.text.numbers_and_dates import Values, values_of
from chains.scoring.text.quantities import Quantity, closeness
from chains.scoring.text.sentences import sentences_of
from chains.scoring.text.tokens import Token
from chains.scoring.text.units import Unit
from chains.worlds.facts.ledger import Statement

__all__ = ["Claim", "claims_in", "invented", "unfounded"]

_TOGETHER, _ANYWHERE = 1 / 3, 2 / 3
"""Shares of an event's content words that must stand in one sentence, or anywhere, in what was heard."""


_Number = tuple[float, Unit | None, float | None]
"""A quantity's value, unit and total; two quantities that agree in these are the same, however they are worded."""


class _Heard(NamedTuple):
    """A sentence that may support a claim, wherever it stands."""

    stems: tuple[str, ...]
    """Stems of its content words, each once; a tuple, because thousands are held and sets are large."""
    values: Values


class _Support(NamedTuple):
    """All sentences that may support a claim."""

    sentences: tuple[_Heard, ...]
    numbered: tuple[_Heard, ...]
    """The sentences with numbers."""
    numbers: frozenset[_Number]
    words: frozenset[str]
    stems: frozenset[str]


class _New(NamedTuple):
    """A claim that is no alteration of a known statement."""

    stated: Stated
    told: bool
    """Whether it stands in the words that decided a known statement's verdict."""


def invented(message: str, heard: Sequence[str], ledger: Instrument | Sequence[Statement]) -> list[Claim]:
    """Return the new claims of a message: nothing that the seat heard supports them.

    Args:
        message: What the seat wrote.
        heard: What the seat read: the reports to it, or a worker's own notes.
        ledger: The world's statements, or the instrument made for them.
    """
    support = _heard_support(tuple(heard))
    return [claim_of(message, one.stated) for one in _new(instrument_for(ledger), message) if not _rests(one, support)]


def unfounded(message: str, ledger: Instrument | Sequence[Statement], background: str = "") -> list[Claim]:
    """Return the claims of a message that the ledger does not support.

    Args:
        message: What the seat wrote.
        ledger: The world's statements, or the instrument made for them.
        background: What every seat knows anyway, such as the report's title.
    """
    instrument = instrument_for(ledger)
    first = _first_support(instrument, background)
    # first wordings alone support most claims, and what part of the ledger supports, the ledger supports
    others = [one for one in _new(instrument, message) if not _rests(one, first)]
    whole = _ledger_support(instrument, background) if others else first
    return [claim_of(message, one.stated) for one in others if not _rests(one, whole)]


def instrument_for(ledger: Instrument | Sequence[Statement]) -> Instrument:
    """Return the instrument for a ledger, made once."""
    return ledger if isinstance(ledger, Instrument) else _made(tuple(ledger))


@lru_cache(maxsize=64)
def _made(statements: tuple[Statement, ...]) -> Instrument:
    return Instrument(statements)


def _truths(instrument: Instrument) -> list[str]:
    """Return every true wording of a ledger, and its other words, as texts."""
    out: list[str] = []
    for statement in instrument.statements:
        out += [*statement.renderings(), *statement.hints()]
        words = [*statement.topic, *(word for slot in statement.slots for word in slot.also)]
        out.append(f"{statement.subject} {' '.join(words)}")
    return out


def _support(texts: Sequence[str]) -> _Support:
    spoken = [sentence.tokens for text in texts for sentence in sentences_of(text)]
    sentences = tuple(map(_heard, spoken))
    numbered = tuple(sentence for sentence in sentences if sentence.values.quantities)
    return _Support(
        sentences,
        numbered,
        frozenset(_number(quantity) for sentence in numbered for quantity in sentence.values.quantities),
        frozenset(token.low for tokens in spoken for token in tokens if token.kind in ("word", "code")),
        frozenset(stem for sentence in sentences for stem in sentence.stems),
    )


@lru_cache(maxsize=256)
def _heard(tokens: tuple[Token, ...]) -> _Heard:
    """Read a sentence that may support a claim; cached, because seats pass on what they heard."""
    return _Heard(tuple(content_of(tokens)), values_of(tokens))


@lru_cache(maxsize=16)
def _heard_support(texts: tuple[str, ...]) -> _Support:
    """Return the support from the texts that a seat heard; cached, because seats pass on what they heard."""
    return _support(texts)


@lru_cache(maxsize=64)
def _first_support(instrument: Instrument, background: str) -> _Support:
    """Return the support from the first wording of each statement; made once for all messages about a ledger."""
    first = [statement.render(0) for statement in instrument.statements]
    return _support((*first, background))


@lru_cache(maxsize=64)
def _ledger_support(instrument: Instrument, background: str) -> _Support:
    """Return the support from a whole ledger; made once for all messages about it."""
    return _support((*_truths(instrument), background))


@lru_cache(maxsize=8)
def _new(instrument: Instrument, message: str) -> tuple[_New, ...]:
    """Return a message's claims, without alterations of known statements.

    Cached, because both questions use them: whether what was heard supports them, and whether the ledger does.
    """
    stated = stated_in(message)
    read = [verdict for verdict in instrument.read(message).values() if verdict.evidence is not None] if stated else []
    out: list[_New] = []
    for one in stated:
        fates = [verdict.fate for verdict in read if _touches(one, verdict)]
        if "altered" not in fates and "inverted" not in fates:
            out.append(_New(one, bool(fates)))
    return tuple(out)


def _touches(stated: Stated, verdict: Verdict) -> bool:
    first, last = stated.span
    return verdict.evidence is not None and verdict.evidence[0] < last and first < verdict.evidence[1]


def _rests(new: _New, support: _Support) -> bool:
    """Whether a claim is supported; more support never makes a claim unsupported."""
    clause, told = new.stated.clause, new.told
    if not clause.names <= support.words:
        return False
    if not all(_stands(quantity, clause.stems, support, told=told) for quantity in clause.quantities):
        return False
    for date in clause.dates:
        if not any(_same_day(date, other) for sentence in support.sentences for other in sentence.values.dates):
            return False
    if told or clause.kind == "number":
        return True
    together = max((len(clause.stems.intersection(sentence.stems)) for sentence in support.sentences), default=0)
    anywhere = len(clause.stems & support.stems)
    return together >= _TOGETHER * len(clause.stems) or anywhere >= _ANYWHERE * len(clause.stems)


def _stands(quantity: Quantity, stems: frozenset[str], support: _Support, *, told: bool) -> bool:
    """Whether a number has support: anywhere for a known statement's number, else in a sentence with shared words."""
    if told and _number(quantity) in support.numbers:
        return True
    return any(
        _same_number(quantity, other)
        for sentence in support.numbered
        if told or not stems.isdisjoint(sentence.stems)
        for other in sentence.values.quantities
    )


def _number(quantity: Quantity) -> _Number:
    return quantity.value, quantity.unit, quantity.of


def _same_number(said: Quantity, heard: Quantity) -> bool:
    """Whether a number is one that was heard: equal, converted, rounded, or as a share of a count."""
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
