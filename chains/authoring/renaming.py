"""Replace a document's names by invented ones, the same name always by the same, so that no model knows the answers.

Every code and proper name in a subject or a value is renamed. Abbreviations in capitals ("SLA", "IBM") stay, because
most are technical terms; they are listed, so that a person can see what still shows the source.
"""

import re
from collections.abc import Iterable, Mapping

from chains.rng import Draw
from chains.scoring.facts.claims import names_of
from chains.scoring.text.ledger_stems import bag
from chains.scoring.text.tokens import tokens_of
from chains.worlds.facts.invented_names import Names
from chains.worlds.facts.ledger import Fact, Slot

_NOUNS = bag(
    "customer client vendor supplier partner contractor crew team group unit shift line pump tank valve test batch "
    "sample patient nurse doctor engineer technician manager director operator analyst auditor bed ward room lab plant "
    "site project programme program phase release version build module service server node cluster host database queue "
    "ticket incident order invoice contract budget grant package vehicle truck car engine sensor reactor boiler model "
    "department office committee board professor inspector driver account region zone sector building gate door"
)
"""Words before a name that are no names, even with a capital at the start of a sentence: "Customer Ostrava"."""
_WORD = r"(?<![^\W_]){}(?![^\W_])"


def invented(facts: Iterable[Fact], common: frozenset[str], seed: str) -> tuple[dict[str, str], list[str]]:
    """Return an invented name for each name in the facts, and the abbreviations that stay.

    Args:
        facts: The facts.
        common: Words that the documents write in lower case, which are no names.
        seed: Seed of the invented names: the same documents get the same ones.
    """
    words, codes, left = _names(facts, common)
    draw = Draw("renamed", seed)
    names = Names(draw)
    out: dict[str, str] = {}
    taken = {word.casefold() for word in (*words, *codes)}
    for word in words:
        new = names.next()
        while new.casefold() in taken:
            new = names.next()
        out[word] = new
    for code in codes:
        out[code] = _other_code(code, draw, taken)
        taken.add(out[code].casefold())
    return out, left


def _names(facts: Iterable[Fact], common: frozenset[str]) -> tuple[list[str], list[str], list[str]]:
    words: dict[str, None] = {}
    codes: dict[str, None] = {}
    left: dict[str, None] = {}
    for fact in facts:
        subject = tokens_of(fact.subject)
        if subject and subject[0].low in common | _NOUNS:
            subject = subject[1:]
        if not fact.slots:
            said = tuple(tokens_of(fact.templates[0]))
            named = names_of(said, 0, len(said))
            subject = [*subject, *(token for token in said if token.low in named and token.text != token.low)]
        valued = [token for slot in fact.slots if slot.kind == "name" for token in tokens_of(str(slot.value))]
        for token in (*subject, *valued):
            if token.kind == "code" and token.text != token.text.lower():
                codes[token.text] = None
            elif token.kind == "word" and token.text[0].isupper() and len(token.text) > 1:
                plain = re.sub(r"['’]s$", "", token.text)
                (left if plain.isupper() else words)[plain] = None
    return list(words), list(codes), list(left)


def _other_code(code: str, draw: Draw, taken: set[str]) -> str:
    """Return a code of the same form with other digits."""
    for _ in range(1000):
        new = re.sub(r"\d+", lambda found: _digits(len(found[0]), draw), code)
        if new.casefold() not in taken:
            return new
    return f"{code}-{draw.integer(100, 999)}"


def _digits(length: int, draw: Draw) -> str:
    """Return a random number with `length` digits, at least two, so that there are enough different ones."""
    length = max(length, 2)
    return str(draw.integer(10 ** (length - 1), 10**length - 1))


def renamed(text: str, names: Mapping[str, str]) -> str:
    """Return a text with every name replaced; only whole words count."""
    if not names:
        return text
    longest = sorted(names, key=len, reverse=True)
    pattern = re.compile(_WORD.format("(?:" + "|".join(map(re.escape, longest)) + ")"))
    return pattern.sub(lambda found: names[found[0]], text)


def renamed_fact(fact: Fact, names: Mapping[str, str]) -> Fact:
    """Return a fact with its names replaced, in subject, values and wordings."""

    def slot_of(slot: Slot) -> Slot:
        return slot.model_copy(update={"value": renamed(str(slot.value), names)}) if slot.kind == "name" else slot

    return Fact.model_validate(
        fact.model_dump()
        | {
            "subject": renamed(fact.subject, names),
            "aliases": [renamed(alias, names) for alias in fact.aliases],
            "slots": [slot_of(slot).model_dump() for slot in fact.slots],
            "templates": [renamed(template, names) for template in fact.templates],
            "vague": [renamed(template, names) for template in fact.vague],
            "topic": [renamed(word, names) for word in fact.topic],
        }
    )
