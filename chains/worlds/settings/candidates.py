"""Posts, grants and places, for which several candidates apply: what each is asked for, and how it is said of one."""

from typing import NamedTuple

from chains.worlds.facts import direction_words as d
from chains.worlds.facts.direction_words import Sense


class Criterion(NamedTuple):
    """One thing that counts: each candidate has so much more or less of it than was asked for."""

    name: str
    """What it is called in the rule: "the entry test"."""
    unit: str
    """What the distance from what was asked for is counted in."""
    one: str
    """One of them, in words: "a point"."""
    senses: tuple[Sense, Sense]
    """For better than was asked for, then for worse."""
    topic: tuple[str, ...]
    templates: tuple[str, ...]
    """Holes: `{subject}`, `{gap}` and `{way}`."""
    vague: tuple[str, ...]


class Place(NamedTuple):
    """What the candidates apply for."""

    name: str
    titles: tuple[str, ...]
    """Titles of what is written about them; the hole `{name}` takes an invented name."""
    noun: str
    """What a candidate is."""
    question: str
    takes: str
    """What is done with the best, with the hole `{name}`: an option's text."""
    none: str
    """The standing plan."""
    criteria: tuple[Criterion, ...]


JOBS = Place(
    name="jobs",
    titles=("the post of fitter at {name}", "the post of shift planner at {name}", "the post of driver at {name}"),
    noun="applicant",
    question="Who is hired?",
    takes="hire {name}",
    none="leave the post open",
    criteria=(
        Criterion(
            "the entry test", "points", "a point", (d.ABOVE, d.BELOW), ("entry test", "test"),
            ("{subject} scored {gap} {way} the mark in the entry test.",
             "In the entry test {subject} was {gap} {way} the mark."),
            ("{subject} was {way} the mark in the entry test.", "{subject} took the entry test."),
        ),
        Criterion(
            "experience", "months", "a month", (d.MORE, d.LESS), ("experience",),
            ("{subject} has {gap} {way} experience than asked.",
             "The experience of {subject} is {gap} {way} than asked."),
            ("{subject} has {way} experience than asked.", "{subject} has experience."),
        ),
        Criterion(
            "the trial task", "minutes", "a minute", (d.EARLY, d.LATE), ("trial task", "task"),
            ("{subject} finished the trial task {gap} {way}.", "The trial task of {subject} was done {gap} {way}."),
            ("{subject} finished the trial task {way}.", "{subject} did the trial task."),
        ),
        Criterion(
            "the trial shift", "errors", "an error", (d.FEWER, d.MORE), ("trial shift", "shift"),
            ("{subject} made {gap} {way} than allowed in the trial shift.",
             "In the trial shift {subject} had {gap} {way} than allowed."),
            ("{subject} made {way} errors than allowed in the trial shift.", "{subject} worked a trial shift."),
        ),
    ),
)  # fmt: skip
GRANTS = Place(
    name="grants",
    titles=("the {name} grant", "the {name} fund", "the {name} prize for young groups"),
    noun="project",
    question="Which project is funded?",
    takes="fund {name}",
    none="fund nobody",
    criteria=(
        Criterion(
            "the pilot", "%", "a per cent", (d.BETTER, d.WORSE), ("pilot",),
            ("The pilot of {subject} came out {gap} {way} than promised.",
             "{subject} had a pilot with results {gap} {way} than promised."),
            ("The pilot of {subject} came out {way} than promised.", "{subject} had a pilot."),
        ),
        Criterion(
            "milestones", "weeks", "a week", (d.EARLY, d.LATE), ("milestone", "milestones"),
            ("{subject} reached its last milestone {gap} {way}.", "The last milestone of {subject} came {gap} {way}."),
            ("{subject} reached its last milestone {way}.", "{subject} reached its last milestone."),
        ),
        Criterion(
            "repeat trials", "trials", "a trial", (d.MORE, d.FEWER), ("held", "repeat", "repeated"),
            ("In {subject} {gap} {way} than needed held when repeated.",
             "{subject} has {gap} {way} than needed that held when repeated."),
            ("In {subject} {way} trials than needed held when repeated.", "{subject} repeated some trials."),
        ),
        Criterion(
            "costs", "EUR", "a euro", (d.UNDER, d.OVER), ("budget", "costs", "cost"),
            ("{subject} stayed {gap} {way} its budget.", "The costs of {subject} are {gap} {way} its budget."),
            ("{subject} is {way} its budget.", "The costs of {subject} were added up."),
        ),
    ),
)  # fmt: skip
LETTERS = Place(
    name="letters",
    titles=("a place in the {name} doctoral school", "the {name} fellowship", "a place in the {name} master class"),
    noun="student",
    question="Who gets the place?",
    takes="admit {name}",
    none="leave the place empty",
    criteria=(
        Criterion(
            "the final exam", "points", "a point", (d.ABOVE, d.BELOW), ("final exam", "exam"),
            ("{subject} ended {gap} {way} the average in the final exam.",
             "In the final exam {subject} was {gap} {way} the average."),
            ("{subject} was {way} the average in the final exam.", "{subject} took the final exam."),
        ),
        Criterion(
            "the thesis", "days", "a day", (d.EARLY, d.LATE), ("thesis",),
            ("{subject} handed the thesis in {gap} {way}.", "The thesis of {subject} was handed in {gap} {way}."),
            ("{subject} handed the thesis in {way}.", "{subject} has handed the thesis in."),
        ),
        Criterion(
            "seminars", "seminars", "a seminar", (d.MORE, d.FEWER), ("attended", "attendance"),
            ("{subject} attended {gap} {way} than required.", "Attended by {subject} were {gap} {way} than required."),
            ("{subject} attended {way} seminars than required.", "{subject} attended seminars."),
        ),
        Criterion(
            "lab work", "mistakes", "a mistake", (d.FEWER, d.MORE), ("lab", "laboratory"),
            ("In the lab {subject} made {gap} {way} than usual.", "{subject} made {gap} {way} than usual in the lab."),
            ("In the lab {subject} made {way} mistakes than usual.", "{subject} worked in the lab."),
        ),
    ),
)  # fmt: skip
PLACES = {place.name: place for place in (JOBS, GRANTS, LETTERS)}
