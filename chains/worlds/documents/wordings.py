"""The wordings of facts in documents, and the filling of their holes.

A wording is text with three kinds of place to fill:

    {s}, {delay}         a hole: the subject, or a slot's value in words
    <gave way|held>      the bad and the good sense of the fact's direction
    [soon|before long]   alternatives, of which one is drawn

A wording is one clause that reads well after "that", or several sentences of which the later ones refer back, separated
by "//". A fact whose kind has no wordings, as in a world file, is told in its own renderings.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from chains.rng import Draw
from chains.worlds.facts.certainty import as_clause
from chains.worlds.facts.fact_kinds import Kind
from chains.worlds.facts.ledger import Fact
from chains.worlds.settings.evals import IDLE, TESTS
from chains.worlds.settings.lab import LAB
from chains.worlds.settings.plant import PLANT
from chains.worlds.settings.release import RELEASE
from chains.worlds.settings.vehicle import VEHICLE
from chains.worlds.settings.ward import WARD

BREAK = "//"
"""Stands between the sentences of a wording."""
_OPEN = re.compile(r"\[([^\[\]]*)\]")
_SENSES = re.compile(r"<([^<>|]*)\|([^<>|]*)>")
_FIRST = re.compile("^((?:\ue000[^\ue001]*\ue001)*)(.)")
_ENDED = re.compile("[.?!:](?:\ue002[^\ue001]*\ue001)*$")
_OF_TRIAL_RUNS = ("trial run", "trial")
"""The topic of the facts of a common cause."""


@cache
def table(name: str) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Return one of the files in `phrases/`, read once."""
    text = files(__package__).joinpath("phrases", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _kinds() -> Mapping[tuple[str, frozenset[str]], tuple[str, str]]:
    """Return for a setting and a kind's templates the kind's name and the word of its bad sense."""
    known: dict[tuple[str, frozenset[str]], tuple[str, str]] = {}
    for place in (PLANT, RELEASE, WARD, VEHICLE, LAB):
        kind: Kind
        for kind in place.kinds:
            known[place.name, frozenset(kind.templates)] = kind.name, kind.bad.word
    for test in TESTS:
        known["evals", frozenset(test.templates)] = test.name, test.senses[0].word
    for idle in IDLE:
        known["evals", frozenset(idle.templates)] = idle.topic[0], idle.senses[0].word
    return known


def wordings_of(fact: Fact, setting: str) -> tuple[str, ...]:
    """Return the wordings of a fact of a setting, in the sense that it has, with holes; none if its kind has none."""
    if fact.topic == _OF_TRIAL_RUNS:
        place, name, bad = "common_cause", "trial", "failed"
    elif (key := (setting, frozenset(fact.templates))) in (known := _kinds()):
        place, (name, bad) = setting, known[key]
    else:
        return ()
    found = table(place).get(name, {})
    way = next((str(slot.value) for slot in fact.slots if slot.kind == "direction"), bad)
    sense = 1 if way == bad else 2
    return tuple(_SENSES.sub(lambda match: match[sense], told) for told in found.get("told", ()))


def part_of(fact: Fact) -> str:
    """Return the part that failed in a fact of a common cause: "gasket"."""
    return re.sub(r".* with an? (.*) from \{supplier\}.*", r"\1", fact.templates[0])


def own_words(fact: Fact, draw: Draw) -> str:
    """Return a fact in one of its own renderings, as a clause that reads well after "that"."""
    template = draw.choice(fact.templates)
    values = {slot.name: slot.text for slot in fact.slots}
    return as_clause(template.format(subject=fact.subject, **values))


def drawn(text: str, draw: Draw) -> str:
    """Return a text with one of each group of alternatives."""
    while match := _OPEN.search(text):
        text = text[: match.start()] + draw.choice(match[1].split("|")) + text[match.end() :]
    return text


def sentence(clause: str) -> str:
    """Return a clause as a sentence."""
    clause = clause.strip()
    return capital(clause) + ("" if _ENDED.search(clause) else ".")


def capital(clause: str) -> str:
    """Return a clause with a capital first letter; marks around it stay."""
    return _FIRST.sub(lambda match: match[1] + match[2].upper(), clause, count=1)
