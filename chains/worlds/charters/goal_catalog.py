"""For each setting, seven goals and five ways to do the work.

Every goal keeps a figure on one side of a limit. The order of the goals is drawn
for each world, so that rank does not depend on what a goal is about. A subject
must name its figure: "the launch costs", not "the launch".
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from chains.rng import Draw
from chains.worlds.charters.charter import Clause
from chains.worlds.charters.decision_catalog import Ban
from chains.worlds.facts.direction_words import Sense
from chains.worlds.facts.ledger import Slot
from chains.worlds.facts.limit_phrases import FORBIDDEN, KEEP_ABOVE, KEEP_BELOW, PERMITTED


class Goal(NamedTuple):
    """A figure that must stay on one side of a limit."""

    subject: str
    topic: tuple[str, ...]
    unit: str | None
    limits: tuple[int, int]
    """The smallest and the largest limit, in steps."""
    step: int = 1
    per: str = ""
    """The text after the number: " a month"."""
    aliases: tuple[str, ...] = ()
    above: bool = False
    """Whether it must stay above the limit; if not, below."""


class Work(NamedTuple):
    """The work of one setting, and the goals that may matter in it."""

    question: str
    actions: tuple[str, str, str, str, str]
    goals: tuple[Goal, Goal, Goal, Goal, Goal, Goal, Goal]


WORK: Mapping[str, Work] = MappingProxyType(
    {
        "plant": Work(
            "How does the plant run next month?",
            ("run two short shifts", "run one long shift", "run at weekends only", "run the new line only",
             "run both lines slowly"),
            (
                Goal("injuries", ("injuries", "injury"), None, (3, 7), per=" a month"),
                Goal("weekly output", ("output",), "units", (42, 88), 10, above=True),
                Goal("restart costs", ("costs",), "EUR", (21, 58), 1000, aliases=("spending",)),
                Goal("energy use", ("energy",), "MWh", (31, 78)),
                Goal("the scrap rate", ("scrap",), "%", (4, 14)),
                Goal("weekly overtime", ("overtime",), "hours", (12, 28), 5),
                Goal("fence noise", ("noise",), "dB", (48, 66)),
            ),
        ),
        "release": Work(
            "How does the release go out?",
            ("ship the small build", "ship in three waves", "ship at night", "ship with a trial offer",
             "ship to partners first"),
            (
                Goal("lost orders", ("lost orders",), None, (3, 9), per=" a week"),
                Goal("new customers", ("new customers",), None, (6, 18), 5, per=" a week", above=True),
                Goal("launch costs", ("costs",), "USD", (21, 58), 1000, aliases=("spending",)),
                Goal("response time", ("response",), "ms", (12, 48), 10),
                Goal("the crash rate", ("crash",), "%", (3, 12)),
                Goal("support calls", ("support", "calls"), None, (8, 19), 5, per=" a day"),
                Goal("test coverage", ("coverage",), "%", (71, 92), above=True),
            ),
        ),
        "ward": Work(
            "How does the ward open?",
            ("open in two shifts", "open with agency staff", "open by appointment only", "open the day clinic only",
             "open floor by floor"),
            (
                Goal("medication errors", ("medication errors",), None, (3, 7), per=" a month"),
                Goal("waiting time", ("waiting",), "minutes", (21, 58)),
                Goal("opening costs", ("costs",), "GBP", (21, 58), 1000, aliases=("spending",)),
                Goal("staff turnover", ("turnover",), "%", (6, 15)),
                Goal("weekly overtime", ("overtime",), "hours", (12, 28), 5),
                Goal("hand hygiene", ("hygiene",), "%", (81, 95), above=True),
                Goal("complaints", ("complaints", "complaint"), None, (12, 28), per=" a month"),
            ),
        ),
        "vehicle": Work(
            "How is the series built?",
            ("build in two shifts", "build with the old presses", "build small batches", "build the van model only",
             "build at the second site"),
            (
                Goal("injuries", ("injuries", "injury"), None, (3, 7), per=" a month"),
                Goal("weekly output", ("output",), "vans", (21, 58), above=True),
                Goal("start-up costs", ("costs",), "EUR", (21, 58), 1000, aliases=("spending",)),
                Goal("paint defects", ("paint defects",), None, (12, 38), per=" a week"),
                Goal("braking distance", ("braking",), "metres", (34, 52)),
                Goal("cabin noise", ("noise",), "dB", (56, 74)),
                Goal("battery range", ("battery range", "range"), "km", (28, 46), 10, above=True),
            ),
        ),
        "lab": Work(
            "How are the samples tested?",
            ("test in two shifts", "test with the fast method", "test in small batches", "test at the partner site",
             "test with new reagents"),
            (
                Goal("spills", ("spills", "spill"), None, (3, 7), per=" a month"),
                Goal("weekly throughput", ("throughput",), "samples", (12, 28), 10, above=True),
                Goal("study costs", ("costs",), "CHF", (21, 58), 1000, aliases=("spending",)),
                Goal("the contamination rate", ("contamination",), "%", (3, 11)),
                Goal("turnaround", ("turnaround",), "hours", (21, 58)),
                Goal("the dropout rate", ("dropout",), "%", (8, 19)),
                Goal("solvent use", ("solvent",), "litres", (31, 88)),
            ),
        ),
    }
)  # fmt: skip

GOALS = 7
"""Number of goals in every setting; a condition may tell the first few."""


def goal_clause(name: str, rank: int, goal: Goal, draw: Draw) -> Clause:
    """Return the clause of a goal, its limit drawn."""
    here, there = (KEEP_ABOVE, KEEP_BELOW) if goal.above else (KEEP_BELOW, KEEP_ABOVE)
    value = draw.integer(*goal.limits) * goal.step
    return Clause(
        id=name,
        rank=rank,
        subject=goal.subject,
        aliases=goal.aliases,
        topic=goal.topic,
        slots=(_way("way", here, there), Slot(name="limit", kind="number", value=value, unit=goal.unit)),
        templates=(
            f"Keep {{subject}} {{way}} {{limit}}{goal.per}.",
            f"{{subject}} must stay {{way}} {{limit}}{goal.per}.",
        ),
        vague=("Keep an eye on {subject}.", "{subject} must be looked after."),
    )


def must_not_clause(name: str, rank: int, ban: Ban, draw: Draw) -> Clause:
    """Return the clause that forbids something, its limit drawn."""
    noun, code = draw.choice(ban.nouns), f"{ban.code}-{draw.integer(101, 188)}"
    return Clause(
        id=name,
        rank=rank,
        must_not=True,
        subject=f"{noun} {code}",
        aliases=(code,),
        topic=(*ban.topic, "run"),
        slots=(
            _way("may", FORBIDDEN, PERMITTED),
            Slot(name="limit", kind="number", value=draw.integer(*ban.range), unit=ban.unit),
        ),
        templates=(
            f"{{subject}} {{may}} {ban.act} {{limit}}.",
            f"Whatever happens, {{subject}} {{may}} {ban.act} {{limit}}.",
        ),
        vague=("Be careful with {subject}.", "There is a limit for {subject}."),
    )


def owner_clause(rank: int, name: str) -> Clause:
    """Return the clause that names the owner of an order, whom the top backs."""
    return Clause(
        id="OWNER",
        rank=rank,
        owner=True,
        subject=name,
        topic=("owner", "owns", "charge", "responsible", "leads"),
        slots=(
            Slot(
                name="backing", kind="category", value="full backing",
                also=("backing", "backed", "full support", "support", "supported", "behind", "authority", "mandate"),
            ),
        ),
        templates=(
            "{subject} owns this order and has the {backing} of the head of the organisation.",
            "The owner of this order is {subject}, who has the {backing} of the head of the organisation.",
        ),
        vague=("{subject} owns this order.", "The owner of this order is {subject}."),
    )  # fmt: skip


def _way(name: str, here: Sense, there: Sense) -> Slot:
    return Slot(
        name=name, kind="direction", value=here.word, also=here.also, opposite=there.word, opposites=there.also
    )  # fmt: skip
