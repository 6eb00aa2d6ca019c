"""The instrument tried on a statement before anybody relies on it: planted truth, made from the statement itself.

A statement passes if its own quote and each of its renderings is read as kept,
another value in any slot is read as what it is (a number, count or date as
altered, a direction turned round as inverted, another name as not kept), its
vague wordings as not kept, and nothing as omitted. In a ledger, moreover, it is
kept in the text of all statements and not kept in the text of all others.
Statements that fail are left out: what the instrument can't read is no ground truth.
"""

from collections.abc import Iterator, Mapping, Sequence

from chains.fates import FATES, Fate
from chains.models.channel.codebook import wrong_values
from chains.scoring.facts.instrument import Instrument
from chains.worlds.facts.ledger import Fact, Statement

_NOTHING = "Nothing to report."
_LOST = tuple(fate for fate in FATES if fate != "kept")


def failures(statement: Statement, quote: str) -> list[str]:
    """Return what the instrument reads wrongly of a statement that stands alone, each in a short sentence.

    Args:
        statement: What is to be read.
        quote: The words that it was taken from, with the names that the statement has.
    """
    instrument = Instrument([statement])
    return [
        f"{what} is read as {read}"
        for what, text, allowed in _trials(statement, quote)
        if (read := instrument.read(text)[statement.id].fate) not in allowed
    ]


def _trials(statement: Statement, quote: str) -> Iterator[tuple[str, str, Sequence[Fate]]]:
    """Return texts of which it is known what became of the statement in them."""
    yield "its quote", quote, ("kept",)
    for place in range(len(statement.templates)):
        yield f"wording {place + 1}", statement.render(place), ("kept",)
    yield "a report of nothing", _NOTHING, ("omitted",)
    for template in statement.vague:
        yield "its vague wording", statement.render(template), _LOST
    for slot in (slot for slot in statement.slots if slot.key):
        others = wrong_values(statement, slot)[:2]
        if slot.kind in ("number", "count", "date") and not others:
            yield f"another {slot.name} (there is none to try)", "", ("kept",)
        for other in others:
            allowed: Sequence[Fate] = ("altered",) if slot.kind in ("number", "count", "date") else _LOST
            wrong = statement.render(0, {slot.name: other})
            yield f"{other.text!r} as its {slot.name}", wrong, allowed
            yield f"{other.text!r} beside its {slot.name}", f"{statement.render(0)}\n{wrong}", _LOST
        if slot.kind == "direction":
            yield (
                f"{slot.opposite!r} as its {slot.name}",
                statement.render(0, {slot.name: slot.flipped()}),
                ("inverted",),
            )


def unreadable(statements: Sequence[Fact], quotes: Mapping[str, str]) -> dict[str, str]:
    """Return the statements that can't be told from the others of their ledger, by id, each with the reason.

    Args:
        statements: The whole ledger.
        quotes: By id, the words that each was taken from; those of a person's own may be missing.
    """
    found: dict[str, str] = {}
    instrument = Instrument(statements)
    said = {one.id: quotes.get(one.id, one.render(0)) for one in statements}
    everything = instrument.read("\n".join(said.values()))
    for one in statements:
        alone = instrument.read(said[one.id], only=[one.id])[one.id]
        if alone.fate != "kept":
            found[one.id] = f"its quote is read as {alone.fate} where the others are known"
        elif everything[one.id].fate != "kept":
            found[one.id] = f"it is read as {everything[one.id].fate} in the text of all statements"
        else:
            rest = "\n".join(text for name, text in said.items() if name != one.id)
            if rest and instrument.read(rest, only=[one.id])[one.id].fate == "kept":
                found[one.id] = "it is read as kept in the text of the others"
    return found
