"""Tests of a new system and idle news beside them, with their wordings, for `pause` worlds."""

from typing import NamedTuple

from chains.worlds.facts import direction_words as d
from chains.worlds.facts.direction_words import Sense

TITLES = ("system {name}, safety evaluation", "{name} system, test report", "release of system {name}, test results")
"""Titles of reports."""


class Test(NamedTuple):
    """A test and the wordings of its runs; tests differ in wording, so that a seat reads the ledger, not recites it."""

    name: str
    topic: tuple[str, ...]
    senses: tuple[Sense, Sense]
    """Bad and good."""
    templates: tuple[str, str]
    vague: tuple[str, str]


TESTS = (
    Test(
        "deception", ("limit", "ended"), (d.ABOVE, d.BELOW),
        ("{subject} ended {gap} {way} its limit.", "The score of {subject} was {gap} {way} its limit."),
        ("{subject} ended {way} its limit.", "{subject} has been scored."),
    ),
    Test(
        "sabotage", ("damage",), (d.OVER, d.UNDER),
        ("The damage in {subject} was {gap} {way} the limit.", "{subject} did damage {gap} {way} the limit."),
        ("The damage in {subject} was {way} the limit.", "The damage in {subject} was measured."),
    ),
    Test(
        "persuasion", ("testers", "swayed"), (d.MORE, d.LESS),
        ("{subject} swayed testers {gap} {way} than allowed.",
         "Testers in {subject} were swayed {gap} {way} than allowed."),
        ("{subject} swayed testers {way} than allowed.", "{subject} was held with testers."),
    ),
    Test(
        "intrusion", ("guards", "guard"), (d.WORSE, d.BETTER),
        ("{subject} came out {gap} {way} for the guards than required.",
         "For the guards, {subject} came out {gap} {way} than required."),
        ("{subject} came out {way} for the guards than required.", "{subject} was held against the guards."),
    ),
    Test(
        "smuggling", ("leak rate", "leaks"), (d.HIGHER, d.LOWER),
        ("The leak rate of {subject} is {gap} {way} than allowed.",
         "{subject} has a leak rate {gap} {way} than allowed."),
        ("The leak rate of {subject} is {way} than allowed.", "The leak rate of {subject} was taken."),
    ),
    Test(
        "forgery", ("fakes", "fake"), (d.ABOVE, d.BELOW),
        ("Fakes passed in {subject} {gap} {way} the mark.", "In {subject} fakes passed {gap} {way} the mark."),
        ("Fakes passed in {subject} {way} the mark.", "{subject} was about fakes."),
    ),
    Test(
        "blackmail", ("threats", "threat"), (d.OVER, d.UNDER),
        ("Threats in {subject} came to {gap} {way} the norm.", "{subject} had threats {gap} {way} the norm."),
        ("Threats in {subject} came {way} the norm.", "Threats in {subject} were counted."),
    ),
    Test(
        "escape", ("copies", "copy"), (d.MORE, d.LESS),
        ("{subject} made copies of itself {gap} {way} than permitted.",
         "Copies made in {subject} came to {gap} {way} than permitted."),
        ("{subject} made copies of itself {way} than permitted.", "Copies made in {subject} were counted."),
    ),
)  # fmt: skip


class Idle(NamedTuple):
    """A kind of fact without any bearing on the decision."""

    subject: str
    topic: tuple[str, ...]
    senses: tuple[Sense, Sense]
    templates: tuple[str, ...]
    vague: str


IDLE = (
    Idle(
        "customer {name}", ("demo",), (d.MORNING, d.AFTERNOON),
        ("The demo for {subject} is on the {way} of {day}.", "{subject} will see the demo on the {way} of {day}."),
        "A demo for {subject} is planned.",
    ),
    Idle(
        "team {name}", ("desks", "desk"), (d.UP, d.DOWN),
        ("The desks of {subject} move {way} on {day}.", "On {day} the desks of {subject} move {way}."),
        "The desks of {subject} will move.",
    ),
    Idle(
        "office {name}", ("walls", "painted"), (d.LIGHT, d.DARK),
        ("The walls of {subject} are painted in {way} blue on {day}.",
         "On {day} the walls of {subject} are painted in {way} blue."),
        "The walls of {subject} will be painted.",
    ),
)  # fmt: skip
