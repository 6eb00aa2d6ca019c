"""Check that the instrument can read a statement, before the statement becomes a fact of a world.

Texts are made from the statement, so that its fate in each is known. The instrument must read

- its quote and each of its renderings as kept;
- another number, count or date in a slot as altered, another name as not kept, a reversed direction as inverted;
- its vague wordings as not kept, and an empty report as omitted;
- in a ledger: the text of all statements as kept, and the text of all other statements as not kept.

A statement that fails is left out: what the instrument can't read is no ground truth.
"""

from collections.abc import Iterator, Mapping, Sequence

from chains.authoring.paraphrasing import paraphrases
from chains.fates import FATES, Fate
from chains.models.channel.codebook import wrong_values
from chains.scoring.facts.instrument import Instrument
from chains.worlds.facts.ledger import Fact, Statement, denied

_NOTHING = "Nothing to report."
_LOST = tuple(fate for fate in FATES if fate != "kept")


def failures(statement: Statement, quote: str) -> list[str]:
    """Return the instrument's errors on a statement that stands alone, each as a short sentence.

    Args:
        statement: The statement.
        quote: The words from which it was made, with the same names as the statement.
    """
    return _errors(Instrument([statement]), statement, quote)


def _errors(instrument: Instrument, statement: Statement, quote: str) -> list[str]:
    """Return an instrument's errors on texts that are made from a statement."""
    return [
        f"{what} is read as {read}"
        for what, text, allowed in _trials(statement, quote)
        if (read := instrument.read(text, only=[statement.id])[statement.id].fate) not in allowed
    ]


def misread_paraphrases(statement: Statement) -> list[str]:
    """Return the instrument's errors on paraphrases that are none of a statement's renderings."""
    instrument = Instrument([statement])
    found = []
    for how, text, right in paraphrases(statement):
        read = instrument.read(text)[statement.id].fate
        if (read == "kept") != right:
            found.append(f"paraphrased, {how} is read as {read}: {text}")
    return found


def misreadings(statement: Statement, quote: str) -> list[str]:
    """Return the instrument's errors on a statement that stands alone, in its own words and in paraphrases."""
    return failures(statement, quote) or misread_paraphrases(statement)


def eased(statement: Fact, quote: str) -> Fact | None:
    """Return a statement that is misread with a plainer second wording, or one value less; None if that is no help.

    Of "50 mg instead of 25 mg" the rules can't tell which is wrong. The value stays in the words, as context that a
    message may leave out. One value at least is looked for that is no name.
    """
    return next((other for other in easings(statement) if not misreadings(other, quote)), None)


def easings(statement: Fact) -> Iterator[Fact]:
    """Yield a statement with a plainer second wording, and with each value but one looked for as well.

    What remains is at least one value that is no name.
    """
    reworded = plain(statement)
    yield reworded
    keys = [slot for slot in statement.slots if slot.key]
    for gone in keys if len(keys) > 1 else ():
        slots = tuple(slot.model_copy(update={"key": False}) if slot is gone else slot for slot in statement.slots)
        if any(slot.key and slot.kind != "name" for slot in slots):
            yield reworded.model_copy(update={"slots": slots})


def plain(statement: Fact) -> Fact:
    """Return a statement whose second wording is its first."""
    first = statement.templates[0]
    return statement.model_copy(update={"templates": (first, f"To note: {first}")})


def _trials(statement: Statement, quote: str) -> Iterator[tuple[str, str, Sequence[Fate]]]:
    """Yield texts in which the statement's fate is known: the text's name, the text, and the fates that are right."""
    yield "its quote", quote, ("kept",)
    for place in range(len(statement.templates)):
        yield f"wording {place + 1}", statement.render(place), ("kept",)
    yield "a report of nothing", _NOTHING, ("omitted",)
    for template in statement.vague:
        yield "its vague wording", statement.render(template), _LOST
    if not statement.slots:
        yield "its denial", denied(statement.render(0)), ("inverted",)
    for slot in (slot for slot in statement.slots if slot.key):
        others = wrong_values(statement, slot)[:2]
        if slot.kind in ("number", "count", "date") and not others:
            yield f"another {slot.name} (there is none to try)", "", ("kept",)
        for other in others:
            allowed: Sequence[Fate] = ("altered",) if slot.kind in ("number", "count", "date") else _LOST
            wrong = statement.render(0, {slot.name: other})
            yield f"{other.text!r} as its {slot.name}", wrong, allowed
            for place in range(1, len(statement.templates)):
                text = statement.render(place, {slot.name: other})
                yield f"{other.text!r} as its {slot.name} in wording {place + 1}", text, allowed
            yield f"{other.text!r} beside its {slot.name}", f"{statement.render(0)}\n{wrong}", _LOST
        if slot.kind == "direction":
            yield (
                f"{slot.opposite!r} as its {slot.name}",
                statement.render(0, {slot.name: slot.flipped()}),
                ("inverted",),
            )


def unreadable(statements: Sequence[Fact], quotes: Mapping[str, str], *, strictly: bool = False) -> dict[str, str]:
    """Return the statements that the instrument can't tell from others of their ledger, by id, each with the reason.

    Args:
        statements: The whole ledger.
        quotes: The words from which each was made, by id; a statement that a person wrote may have none.
        strictly: Whether wrong values must be told too, as of what is only proposed.
    """
    found: dict[str, str] = {}
    instrument = Instrument(statements)
    # a claim stands in its quote's own words
    said = {one.id: _whole(quotes.get(one.id, one.render(0)) if one.slots else one.render(0)) for one in statements}
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
            elif strictly and (errors := _errors(instrument, one, said[one.id])):
                found[one.id] = f"{errors[0]} where the others are known"
    return found


def _whole(text: str) -> str:
    """Return a clause as a sentence, so that it is not read together with the line before it."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", ":")) else ".")
