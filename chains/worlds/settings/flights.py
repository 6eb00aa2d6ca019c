"""Flights and their anomalies, with their wordings, for `in_family` worlds."""

from typing import NamedTuple

TITLES = ("flight {number} of the {name}, readiness", "{name} flight {number}, readiness report")
"""Titles of reports."""


class Anomaly(NamedTuple):
    """Something that must not happen and does, a little more on every flight."""

    noun: str
    code: str
    topic: tuple[str, ...]
    breach: float
    """The size at which it is through, in mm."""
    templates: tuple[str, str]
    vague: tuple[str, str]


ANOMALIES = (
    Anomaly(
        "seal", "S", ("eroded", "erosion"), 7.0,
        ("{subject} eroded {size} on the last flight, {label}.",
         "On the last flight the erosion of {subject} was {size}, {label}."),
        ("{subject} eroded.", "There was some erosion of {subject}."),
    ),
    Anomaly(
        "panel", "T", ("foam", "dented"), 9.0,
        ("Foam dented {subject} by {size} on the last flight, {label}.",
         "On the last flight {subject} was dented {size} by foam, {label}."),
        ("Foam dented {subject}.", "{subject} was dented."),
    ),
    Anomaly(
        "turbine blade", "B", ("crack",), 6.0,
        ("{subject} had a crack of {size} after the last flight, {label}.",
         "After the last flight a crack in {subject} was {size} long, {label}."),
        ("{subject} had a crack.", "There was a crack in {subject}."),
    ),
)  # fmt: skip


class News(NamedTuple):
    """A kind of other news about a flight: good where the figure is below what was planned, bad above."""

    subject: str
    topic: tuple[str, ...]
    unit: str
    range: tuple[int, int]
    templates: tuple[str, str]
    vague: str


NEWS = (
    News("engine E-{code}", ("start",), "seconds", (2, 40),
         ("The start of {subject} was {gap} {way} than planned.", "{subject} had a start {gap} {way} than planned."),
         "The start of {subject} was timed."),
    News("tank K-{code}", ("filling", "fill"), "minutes", (3, 55),
         ("The filling of {subject} was {gap} {way} than planned.", "To fill {subject} was {gap} {way} than planned."),
         "The filling of {subject} was timed."),
    News("crew {name}", ("drill",), "seconds", (4, 60),
         ("The drill of {subject} was {gap} {way} than planned.", "{subject} had a drill {gap} {way} than planned."),
         "The drill of {subject} was timed."),
    News("radio R-{code}", ("answers", "answer"), "ms", (11, 95),
         ("The answers of {subject} were {gap} {way} than planned.",
          "{subject} gave answers {gap} {way} than planned."),
         "The answers of {subject} were timed."),
    News("door D-{code}", ("closed", "closing"), "ms", (11, 95),
         ("{subject} closed {gap} {way} than planned.", "The closing of {subject} was {gap} {way} than planned."),
         "The closing of {subject} was timed."),
    News("pump P-{code}", ("check",), "hours", (2, 19),
         ("The check of {subject} was {gap} {way} than planned.", "{subject} had a check {gap} {way} than planned."),
         "The check of {subject} was timed."),
)  # fmt: skip
