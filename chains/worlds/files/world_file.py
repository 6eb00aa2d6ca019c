"""World files: a situation that a person writes in TOML, in place of a generated one.

The least that a file needs is one fact; a fact needs a subject, two
renderings, its slots and a valence:

    [[facts]]
    subject = "cooling pump P-12"
    renderings = ["{subject} was delivered {delay} {when}.", "Delivery of {subject} came {delay} {when}."]
    slots = { delay = "3 weeks", when = "late/early" }
    valence = "bad"

A slot is written as people write values, and its kind is read off:

    3.2, 14, "3 weeks", "12%", "EUR 40,000"        number
    "7 of 40"                                      count
    2031-03-04, "2031-03-04", "4 March"            date
    "late/early"                                   direction: what is true, and its opposite
    "Ilmar"                                        name

or as a table with `value` and any of `kind`, `unit`, `of`, `also` (other
wordings), `opposite`, `opposites`, `others` (wrong values that a lossy
channel may plant) and `key` (false where a message may leave it out). Common
directions (late/early, over/under, failed/passed, ...) come with their other
wordings.

A fact may also have `id` (else F01, F02, ...), `severity` 1-5 (else 3 for bad
facts, 2 for good, 1 for neutral), `topic`, `aliases`, `vague` (mentions
without key values), `distractor`, and `twin`: the values that would give it
the opposite valence; directions in it are reversed unless it names them. What is known of
a fact is its `hedge` (likely, unconfirmed, estimate, or cause: nobody knows why) and its `source`
("vendor Ilmar"); the renderings say neither, and are told with both. A
file may have `title`, `setting` and `version`.

A fact without a typed value is a *claim*, such as a cause, a denial or a skipped step. It is written as a sentence:

    [[facts]]
    claim = "The canary phase was skipped because of the deadline."
    valence = "bad"

It may have `subject`, `aliases`, `topic`, `renderings` (other wordings) and `vague`, but neither slots nor a weight.
The rules read it only where they are sure; otherwise it is unread, and no rate counts it.

A world with a decision has a table `[decision]` (`question`, `intercept`,
`standing`, and `[[decision.options]]` with `id`, `text`, `base`, `exposure` and
perhaps `also`), and facts with a `weight` and perhaps a `twin_weight`: what they,
or their opposites, add to the log-odds of failure. An option may also have `facts`, the
ids of its own, as a candidate has: these add to what it pays. If no option has `base` and
`exposure` and no fact a weight, payoffs are unknown: there is no regret, and
decision flips are counted instead. The charter is a list of tables `[[charter]]`,
the highest goal first, each with a subject, renderings and slots like a fact, and
perhaps `must_not = true`. A table `[status]` with `amber` and `red` gives the
points of trouble (the severities of the bad facts, added up) from which the
status is amber or red.

A world taken from documents (`mazedom world from`) says where its facts stand in
them: `chains/worlds/files/quotes.py`.
"""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from chains.errors import BadInput, nearest
from chains.worlds.charters.charter import Charter, Clause
from chains.worlds.decisions.decision import Decision, Option
from chains.worlds.facts.certainty import HEDGES, Certainty
from chains.worlds.facts.ledger import Fact, Slot
from chains.worlds.facts.status_rule import StatusRule
from chains.worlds.files.quotes import read_sources, standing_facts
from chains.worlds.files.world_file_values import slot_of
from chains.worlds.world import World

_WORLD_KEYS = (
    "title",
    "setting",
    "version",
    "facts",
    "decision",
    "charter",
    "status",
    "documents",
    "renamed",
    "proposed",
    "left_out",
)
_STATEMENT_KEYS = ("id", "subject", "renderings", "slots", "topic", "aliases", "vague")
_KNOWN_OF_FACT = ("hedge", "source")
_OF_FACT = ("claim", "valence", "severity", "distractor", "twin", "weight", "twin_weight", "status", "quote")
_FACT_KEYS = (*_STATEMENT_KEYS, *_OF_FACT, *_KNOWN_OF_FACT)
_NOT_OF_FACT = ("renderings", "claim", "twin", "weight", "twin_weight", "status", "quote", *_KNOWN_OF_FACT)
"""Keys of a fact's table that are read separately, or under another name."""
_CLAUSE_KEYS = (*_STATEMENT_KEYS, "must_not")
_PAYOFF = ("base", "exposure")
_DECISION_KEYS = ("question", "options", "standing", "careful", "intercept")
_STATEMENT_NEEDS = ("subject", "renderings", "slots")
_FACT_NEEDS = (*_STATEMENT_NEEDS, "valence")
_SLOT_KEYS = tuple(name for name in Slot.model_fields if name != "name")
_SEVERITY = {"bad": 3, "good": 2, "neutral": 1}


def read_world(path: Path) -> World:
    """Read a world from a file.

    Raises:
        BadInput: The file is not there or can't be read as a world; the sentence names the fact and slot.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        beside = [str(other) for other in path.parent.glob("*.toml")]
        raise BadInput(f"there is no world file {str(path)!r}{nearest(str(path), beside)}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(f"{path} can't be read as TOML; {error}") from None
    _check_keys(content, _WORLD_KEYS, str(path))
    facts = content.get("facts")
    if not isinstance(facts, list) or not facts or not all(isinstance(fact, dict) for fact in facts):
        raise BadInput(f"{path} has no facts; begin each with a line [[facts]]")
    facts = standing_facts(facts, str(path))
    if not facts:
        raise BadInput(f"{path} has no facts: every one of them is refused")
    made = [_fact(fact, f"F{number:02d}", str(path)) for number, fact in enumerate(facts, start=1)]
    sources = read_sources(content, [(one.id, table) for one, table in zip(made, facts, strict=True)], path)
    try:
        return World(
            scenario=path.stem,
            version=content.get("version", "1"),
            seed=0,
            setting=content.get("setting", path.stem),
            title=content.get("title", path.stem),
            facts=tuple(made),
            decision=_decision(content, facts, made, str(path)),
            charter=_charter(content, str(path)),
            status=_status(content, str(path)),
            sources=sources,
        )
    except ValidationError as error:
        raise BadInput(f"{path}: {_sentence(error)}") from None


def _fact(plain: Mapping[str, Any], number: str, path: str) -> Fact:
    name = str(plain.get("id", number))
    where = f"{path}, fact {name}"
    if "claim" in plain:
        plain = _claim(plain, where)
    _check_statement(plain, where, _FACT_KEYS, _FACT_NEEDS)
    slots = {slot: _slot(slot, value, where) for slot, value in plain["slots"].items()}
    content = {key: value for key, value in plain.items() if key not in _NOT_OF_FACT}
    try:
        return Fact.model_validate(
            {"severity": _SEVERITY.get(str(plain["valence"]), 1)}
            | content
            | {
                "id": name,
                "slots": tuple(slots.values()),
                "templates": plain["renderings"],
                "twin": _twin(plain["twin"], slots, where) if "twin" in plain else None,
                "certainty": _certainty(plain, where),
            }
        )
    except ValidationError as error:
        raise BadInput(f"{where}: {_sentence(error)}") from None


def _claim(plain: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """Return a claim's table as that of a statement: its sentence is its first rendering."""
    sentence, others = plain["claim"], plain.get("renderings", [])
    for key in ("slots", "twin", "weight", "twin_weight"):
        if key in plain:
            raise BadInput(f"{where} is a claim, which has no {key}; take out {key}, or write slots and no claim")
    if not isinstance(sentence, str) or not sentence.strip():
        raise BadInput(f'{where}: claim is {sentence!r}; write a sentence: claim = "No customer data were lost."')
    if not isinstance(others, list) or not all(isinstance(one, str) for one in others):
        raise BadInput(f"{where}: renderings is {others!r}; write other wordings of the claim as a list")
    said = [_escaped(sentence.strip()), *others]
    about = {"subject": sentence.strip().rstrip(".")} | dict(plain)
    return about | {"renderings": said if others else [*said, f"To note: {said[0]}"], "slots": {}}


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _certainty(plain: Mapping[str, Any], where: str) -> Certainty | None:
    """Return what is known of a fact."""
    given = {key: plain[key] for key in _KNOWN_OF_FACT if key in plain}
    if not given:
        return None
    if given.get("hedge") not in (None, *HEDGES):
        raise BadInput(f"{where}: hedge is {given['hedge']!r}; it must be one of {', '.join(HEDGES)}")
    try:
        return Certainty.model_validate(given)
    except ValidationError as error:
        raise BadInput(f"{where}: {_sentence(error)}") from None


def _decision(
    content: Mapping[str, Any], tables: Sequence[Mapping[str, Any]], facts: Sequence[Fact], path: str
) -> Decision | None:
    """Return the decision, with the weights that the facts' tables give."""
    plain = content.get("decision")
    weighed = [
        (fact.id, table)
        for fact, table in zip(facts, tables, strict=True)
        if "weight" in table or "twin_weight" in table
    ]
    if plain is None:
        if weighed:
            raise BadInput(f"{path}, fact {weighed[0][0]} has a weight and nothing is decided; add a table [decision]")
        return None
    where = f"{path}, decision"
    if not isinstance(plain, dict):
        raise BadInput(f"{where} must be a table, [decision]")
    _check_keys(plain, _DECISION_KEYS, where)
    options = plain.get("options", [])
    if not isinstance(options, list) or not all(isinstance(option, dict) for option in options):
        raise BadInput(f"{where}: begin each option with a line [[decision.options]]")
    for option in options:
        _check_keys(option, Option.model_fields, where)
    if not any(key in option for option in options for key in _PAYOFF) and not weighed:
        plain = {"intercept": 0.0} | plain | {"options": [option | dict.fromkeys(_PAYOFF, 0.0) for option in options]}
    weights = [
        {"fact": name, "true": table.get("weight", 0.0), "twin": table.get("twin_weight", 0.0)}
        for name, table in weighed
    ]
    try:
        return Decision.model_validate(plain | {"weights": weights})
    except ValidationError as error:
        raise BadInput(f"{where}: {_sentence(error)}") from None


def _charter(content: Mapping[str, Any], path: str) -> Charter | None:
    """Return the charter: a clause for each table, ranked in the file's order."""
    tables = content.get("charter")
    if tables is None:
        return None
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise BadInput(f"{path}: begin each clause of the charter with a line [[charter]]")
    return Charter(clauses=tuple(_clause(table, rank, path) for rank, table in enumerate(tables, start=1)))


def _status(content: Mapping[str, Any], path: str) -> StatusRule | None:
    """Return the status rule: the points of trouble from which the status is amber or red."""
    plain = content.get("status")
    if plain is None:
        return None
    where = f"{path}, status"
    if not isinstance(plain, dict):
        raise BadInput(f"{where} must be a table, [status], with amber and red")
    _check_keys(plain, StatusRule.model_fields, where)
    try:
        return StatusRule.model_validate(plain)
    except ValidationError as error:
        raise BadInput(f"{where}: {_sentence(error)}") from None


def _clause(plain: Mapping[str, Any], rank: int, path: str) -> Clause:
    name = str(plain.get("id", f"C{rank}"))
    where = f"{path}, clause {name}"
    _check_statement(plain, where, _CLAUSE_KEYS, _STATEMENT_NEEDS)
    slots = tuple(_slot(slot, value, where) for slot, value in plain["slots"].items())
    content = {key: value for key, value in plain.items() if key != "renderings"}
    try:
        return Clause.model_validate(
            content | {"id": name, "rank": rank, "slots": slots, "templates": plain["renderings"]}
        )
    except ValidationError as error:
        raise BadInput(f"{where}: {_sentence(error).replace('fact ', 'clause ')}") from None


def _check_statement(plain: Mapping[str, Any], where: str, known: Collection[str], needs: Sequence[str]) -> None:
    _check_keys(plain, known, where)
    for needed in needs:
        if needed not in plain:
            raise BadInput(f"{where} has no {needed!r}; see runs/worlds/kestrel.toml for an example")
    for table in ("slots", "twin"):
        if not isinstance(plain.get(table, {}), dict):
            example = f'{table} = {{ delay = "3 weeks" }}'
            raise BadInput(f"{where}: {table} is {plain[table]!r}, not a table; write {example}")
    if not plain["slots"] and "claim" not in plain:
        raise BadInput(f"{where} has no slots; give at least one value that makes it true")
    if not isinstance(plain["renderings"], list) or len(plain["renderings"]) < 2:
        raise BadInput(f"{where} needs at least two renderings; write them as a list")


def _twin(plain: Mapping[str, Any], slots: Mapping[str, Slot], where: str) -> tuple[Slot, ...]:
    """Return the slots of the valence twin: given ones as given, directions reversed, all others unchanged."""
    _check_keys(plain, slots, f"{where}, twin")
    twin = []
    for name, slot in slots.items():
        other = slot.flipped() if slot.kind == "direction" else slot
        if name in plain and plain[name] != other.value:
            given = _slot(name, plain[name], f"{where}, twin")
            if given.kind == "name":
                # a bare word has the kind of the fact's slot: a category, or a wording of the direction
                given = other.model_copy(update={"value": given.value, "also": ()})
            if given.kind != slot.kind:
                raise BadInput(
                    f"{where}, twin: {name} is a {given.kind}, and a {slot.kind} in the fact; write it alike"
                )
            other = given.model_copy(update={"key": slot.key})
        twin.append(other)
    return tuple(twin)


def _slot(name: str, plain: Any, where: str) -> Slot:
    where = f"{where}, slot {name}"
    table = plain if isinstance(plain, dict) else {"value": plain}
    _check_keys(table, _SLOT_KEYS, where)
    if "value" not in table:
        raise BadInput(f'{where} has no value; write {name} = "3 weeks"')
    try:
        return slot_of(name, table)
    except ValidationError as error:
        sentence = _sentence(error).removeprefix(f"slot {name}: ")
        raise BadInput(f"{where}: {sentence}") from None
    except ValueError as error:
        raise BadInput(f"{where}: {error}") from None


def _check_keys(plain: Mapping[str, Any], known: Collection[str], where: str) -> None:
    for key in plain:
        if key not in known:
            raise BadInput(f"{where} has an unknown key {key!r}{nearest(key, known)}")


def _sentence(error: ValidationError) -> str:
    """Return the first thing that pydantic found, as one sentence in a file's own words."""
    first = error.errors()[0]
    if first["type"] == "value_error":
        return str(first["ctx"]["error"]).replace("statement ", "fact ")
    place = ".".join(str(part) for part in first["loc"]).replace("templates", "renderings")
    message = first["msg"][:1].lower() + first["msg"][1:]
    return f"{place} is {first['input']!r}; {message}" if place else message
