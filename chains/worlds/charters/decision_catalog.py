"""For each setting, the options of a decision and the clauses of a charter."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from chains.rng import Draw
from chains.worlds.charters.charter import Charter, Clause
from chains.worlds.facts.direction_words import MAY, MUST_NOT
from chains.worlds.facts.ledger import MONTHS, Slot


class Limit(NamedTuple):
    """A limit that a number must stay below."""

    subject: str
    topic: tuple[str, ...]
    unit: str | None
    range: tuple[int, int]
    step: int = 1
    per: str = ""
    """The text after the number: " a month"."""


class Ban(NamedTuple):
    """Something that must not be done: "must not run at more than 41 bar"."""

    nouns: tuple[str, ...]
    code: str
    topic: tuple[str, ...]
    act: str
    unit: str
    range: tuple[int, int]


class Intents(NamedTuple):
    """The options and clauses of one setting."""

    question: str
    options: tuple[str, str, str, str]
    """Four orders, from the boldest to the most careful."""
    harm: Limit
    """The harm to avoid: the first goal."""
    goods: str
    """The goods promised to a customer."""
    customer: str
    """The kind of customer, before an invented name."""
    spending: Limit
    ban: Ban


INTENTS: Mapping[str, Intents] = MappingProxyType(
    {
        "plant": Intents(
            "Do the lines start?",
            ("start all lines now", "start one line only", "replace the worn parts first", "stop and investigate"),
            Limit("injuries", ("injuries", "injury"), None, (2, 6), per=" a month"),
            "units", "customer",
            Limit("the restart", ("spending", "costs"), "EUR", (21, 58), 1000),
            Ban(("boiler", "press"), "H", ("pressure",), "run at more than", "bar", (31, 58)),
        ),
        "release": Intents(
            "Does the release go out?",
            ("release to all customers now", "release to one region only", "repair the open faults first",
             "call off the release and investigate"),
            Limit("lost orders", ("lost orders",), None, (3, 9), per=" a week"),
            "licences", "customer",
            Limit("the launch", ("spending", "costs"), "USD", (21, 58), 1000),
            Ban(("log server", "print server"), "H", ("load",), "run at more than", "degrees", (41, 68)),
        ),
        "ward": Intents(
            "Do the wards open?",
            ("open all wards now", "open one ward only", "retrain the staff first", "stay shut and investigate"),
            Limit("medication errors", ("medication errors",), None, (2, 6), per=" a month"),
            "beds", "clinic",
            Limit("the opening", ("spending", "costs"), "GBP", (21, 58), 1000),
            Ban(("lift", "steriliser"), "H", ("heat",), "run at more than", "degrees", (61, 88)),
        ),
        "vehicle": Intents(
            "Does the series start?",
            ("start the whole series now", "start one model only", "rework the weak parts first",
             "halt the series and investigate"),
            Limit("injuries", ("injuries", "injury"), None, (2, 6), per=" a month"),
            "vans", "dealer",
            Limit("the series start", ("spending", "costs"), "EUR", (21, 58), 1000),
            Ban(("test track", "lifting rig"), "T", ("speed",), "run at more than", "km/h", (61, 98)),
        ),
        "lab": Intents(
            "Does the main study start?",
            ("start the main study now", "start with one site only", "overhaul the instruments first",
             "suspend the study and investigate"),
            Limit("spills", ("spills", "spill"), None, (2, 6), per=" a month"),
            "samples", "sponsor",
            Limit("the main study", ("spending", "costs"), "CHF", (21, 58), 1000),
            Ban(("centrifuge", "incubator"), "H", ("heat",), "run at more than", "degrees", (31, 58)),
        ),
    }
)  # fmt: skip

OPTIONS = ("go", "part", "repair", "halt")
"""The ids of the four options, from the boldest to the most careful."""


def charter_of(intents: Intents, draw: Draw, name: str) -> Charter:
    """Make a charter: three goals and a must-not, their values drawn; `name` is the customer's."""
    harm, spending, ban = intents.harm, intents.spending, intents.ban
    noun, code = draw.choice(ban.nouns), f"{ban.code}-{draw.integer(101, 188)}"
    day = f"{draw.integer(1, len(MONTHS)):02d}-{draw.integer(1, 28):02d}"
    promised = (
        Slot(name="amount", kind="number", value=draw.integer(12, 19) * 5, unit=intents.goods),
        Slot(name="day", kind="date", value=day),
    )
    return Charter(
        clauses=(
            _limit(
                1, harm, ("Keep {subject} below {limit}{per}.", "{subject} must stay under {limit}{per}."), draw
            ),
            Clause(
                id="C2",
                rank=2,
                subject=f"{intents.customer} {name}",
                aliases=(name,),
                topic=(intents.goods, "promised"),
                slots=promised,
                templates=("{subject} must have {amount} by {day}.", "Have {amount} ready for {subject} by {day}."),
                vague=("{subject} must have what was promised.", "Be on time for {subject}."),
            ),
            _limit(
                3, spending,
                ("Keep spending on {subject} below {limit}.", "Spending on {subject} must stay under {limit}."), draw,
            ),
            Clause(
                id="C4",
                rank=4,
                must_not=True,
                subject=f"{noun} {code}",
                aliases=(code,),
                topic=ban.topic,
                slots=(
                    Slot(
                        name="may", kind="direction", value=MUST_NOT.word, also=MUST_NOT.also,
                        opposite=MAY.word, opposites=MAY.also,
                    ),
                    Slot(name="limit", kind="number", value=draw.integer(*ban.range), unit=ban.unit),
                ),
                templates=(
                    f"{{subject}} {{may}} {ban.act} {{limit}}.",
                    f"Whatever happens, {{subject}} {{may}} {ban.act} {{limit}}.",
                ),
                vague=("Be careful with {subject}.", "There is a limit for {subject}."),
            ),
        )
    )  # fmt: skip


def _limit(rank: int, limit: Limit, templates: tuple[str, ...], draw: Draw) -> Clause:
    value = draw.integer(*limit.range) * limit.step
    return Clause(
        id=f"C{rank}",
        rank=rank,
        subject=limit.subject,
        topic=limit.topic,
        slots=(Slot(name="limit", kind="number", value=value, unit=limit.unit),),
        templates=tuple(template.replace("{per}", limit.per) for template in templates),
        vague=("Keep an eye on {subject}.", "{subject} must not get out of hand."),
    )
