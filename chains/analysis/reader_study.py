"""A reader study: people answer questions about a world from what the executive hears, and from nothing else.

Each question is about one fact of the ledger, which has the right answer: which of three sentences is true, the fact,
its reverse or one with another value; or the report does not say. Readers see neither the condition nor the fates.
Nobody reads about one world twice, or about one in which they sat: the conditions of a world go to different readers.

Answers stand in `readers/<pseudonym>.jsonl` beside the run, one JSON object a line; the last line about a question
counts.
"""

import os
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from chains.analysis.compare.arms import RunHeard
from chains.errors import BadInput, MazedomError
from chains.experiments.experiment import TrialId
from chains.models.channel.codebook import codebook
from chains.organisation.decision_turns import heard_at_the_top, letters_of
from chains.rng import Draw
from chains.running.log.records import now
from chains.running.people.forgetting import READERS
from chains.worlds.facts.ledger import Fact
from chains.worlds.world import World

QUESTIONS = 5
"""How many facts a reader is asked about in one trial, if nothing else is said."""
DECISION = "decision"
"""The name of the question about the decision, in place of a fact's id."""
UNSAID = "unsaid"
"""The answer that the report does not say."""


class Question(NamedTuple):
    """One question to a reader."""

    trial: str
    about: str
    """The id of a fact, or `DECISION`."""
    text: str
    answers: Mapping[str, str]
    """What can be answered, by letter."""
    right: str
    """The letter of the right answer."""
    unsaid: str | None
    """The letter of "the report does not say"; None for a decision."""


class Report(NamedTuple):
    """What a reader reads of one trial, and is asked about it."""

    trial: str
    title: str
    text: str
    questions: Sequence[Question]


class Answer(msgspec.Struct, frozen=True):
    """One answer of one reader."""

    trial: str
    about: str
    letter: str
    right: bool
    unsaid: bool
    confidence: int
    """1: a guess, 2: fairly sure, 3: sure."""
    seconds: float
    at: str


class Row(NamedTuple):
    """What readers of one condition made of its reports; shares from 0 to 1, None where there is nothing to count."""

    condition: str
    reports: int
    answers: int
    recall: float | None
    """Share of the questions about facts that were answered rightly."""
    misled: float | None
    """Share that were answered wrongly: with another value or the reverse."""
    kept: float | None
    """Share of the same facts that the instrument reads as kept in what the executive hears."""
    distorted: float | None
    """Share that it reads as altered or inverted."""
    confidence_right: float | None
    """Mean confidence of right answers, 1 to 3."""
    confidence_wrong: float | None
    decided: float | None
    """Share of the reports on which the reader chose the best option."""
    minutes: float | None
    """Per report."""


def reports(run: RunHeard, reader: str, most: int = QUESTIONS, sat: Collection[int] = ()) -> Iterator[Report]:
    """Yield what a reader is to read: of each world and replicate, one condition.

    Args:
        run: The run.
        reader: The reader's pseudonym, as in `p2`; it decides which condition of a world they read.
        most: How many facts are asked about.
        sat: The worlds in which the reader held a seat.
    """
    conditions = [condition.id for condition in run.record.conditions]
    number = int(reader.removeprefix("p"))
    places: dict[tuple[int, int], list[TrialId]] = defaultdict(list)
    for trial in run.ends:
        places[trial.seed, trial.replicate].append(trial)
    for place, trials in enumerate(places.values()):
        if trials[0].seed in sat:
            continue
        wanted = conditions[(place + number) % len(conditions)]
        for trial in trials:
            if trial.condition == wanted:
                yield report(run, trial, most)


def report(run: RunHeard, trial: TrialId, most: int = QUESTIONS) -> Report:
    """Return what the executive hears in a trial, and questions about it."""
    cast = run.casts.cast(trial)
    if not cast.plan.top:
        raise BadInput(f"nothing is reported in run {run.record.id}, so there is nothing to read")
    replies = run.replies(trial, cast.plan.top)
    said = {name: reply.spoken for name, reply in replies.items()}
    text = "\n\n".join(cast.plain(one) for one in heard_at_the_top(cast, said))
    facts = Draw("readers", cast.world.digest, trial.replicate).shuffled(cast.world.facts)[:most]
    questions = [about_fact(str(trial), cast.world, fact, trial.replicate) for fact in facts]
    if cast.world.decision is not None and cast.world.charter is not None:
        letters = letters_of(cast)
        best = cast.world.decision.best().id
        questions.append(
            Question(
                str(trial), DECISION, cast.world.decision.question,
                {letter.lower(): option.text for letter, option in letters.items()},
                next(letter.lower() for letter, option in letters.items() if option.id == best), None,
            )
        )  # fmt: skip
    return Report(str(trial), cast.world.title, text, questions)


def about_fact(trial: str, world: World, fact: Fact, replicate: int) -> Question:
    """Return the question about one fact: the same for whoever reads about this world and replicate."""
    book, draw = codebook(world), Draw("question", world.digest, replicate, fact.id)
    said = [fact.render(draw.integer(0, len(fact.templates) - 1))]
    for fate in ("inverted", "altered"):
        wrong = [state for state in book.wordings if state.fact == fact.id and state.fate == fate]
        if wrong:
            said.append(draw.choice(book.wordings[draw.choice(wrong)]))
    sentences = draw.shuffled(said)
    letters = [chr(ord("a") + place) for place in range(len(sentences) + 1)]
    answers = dict(zip(letters, [*sentences, "the report does not say"], strict=True))
    right = next(letter for letter, sentence in answers.items() if sentence == said[0])
    return Question(trial, fact.id, "Which is true, by this report?", answers, right, letters[-1])


class ReaderFile:
    """The answers of one reader; each is on the disk before `add` returns."""

    def __init__(self, run: Path, reader: str) -> None:
        """Open the file of the reader with this pseudonym; it is made with the first answer."""
        self.path = run / READERS / f"{reader}.jsonl"
        self.answers = {(one.trial, one.about): one for one in read_answers(self.path)}

    def add(self, question: Question, letter: str, confidence: int, seconds: float) -> None:
        """Add an answer.

        Raises:
            MazedomError: If it can't be written.
        """
        answer = Answer(
            question.trial, question.about, letter, letter == question.right, letter == question.unsaid, confidence,
            round(seconds, 1), now(),
        )  # fmt: skip
        try:
            self.path.parent.mkdir(exist_ok=True)
            with self.path.open("ab") as file:
                file.write(msgspec.json.encode(answer) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise MazedomError(f"can't write {self.path}: {error.strerror}; make room and go on") from None
        self.answers[answer.trial, answer.about] = answer


def read_answers(path: Path) -> list[Answer]:
    """Return the answers in a file, the last one to each question; a line that a crash cut off is dropped.

    Raises:
        BadInput: If another line can't be understood.
    """
    if not path.exists():
        return []
    found: dict[tuple[str, str], Answer] = {}
    lines = path.read_bytes().splitlines(keepends=True)
    for number, line in enumerate(lines, 1):
        try:
            answer = msgspec.json.decode(line, type=Answer)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if number == len(lines) and not line.endswith(b"\n"):
                break
            raise BadInput(f"{path} line {number} is no answer of a reader: {error}") from None
        found[answer.trial, answer.about] = answer
    return list(found.values())


def summary(run: RunHeard, folder: Path) -> list[Row]:
    """Return what all readers of a run made of it, a row a condition that somebody read.

    Raises:
        BadInput: If nobody has read anything, or a file can't be understood.
    """
    answers = [one for path in sorted((folder / READERS).glob("p*.jsonl")) for one in read_answers(path)]
    if not answers:
        raise BadInput(f"nobody has read run {run.record.id} yet; `mazedom read {run.record.id} --as NAME` asks")
    by_condition: dict[str, list[Answer]] = defaultdict(list)
    for one in answers:
        by_condition[one.trial.split(".")[0]].append(one)
    return [_row(run, condition.id, by_condition[condition.id]) for condition in run.record.conditions
            if by_condition[condition.id]]  # fmt: skip


def _row(run: RunHeard, condition: str, answers: Sequence[Answer]) -> Row:
    trials = {str(trial): trial for trial in run.ends}
    facts = [one for one in answers if one.about != DECISION]
    choices = [one for one in answers if one.about == DECISION]
    fates = [fate for one in facts if one.trial in trials and (fate := _fate(run, trials[one.trial], one.about))]
    name = next(one.name for one in run.record.conditions if one.id == condition)
    read = {one.trial for one in answers}
    return Row(
        condition=name,
        reports=len(read),
        answers=len(facts),
        recall=_mean([one.right for one in facts]),
        misled=_mean([not one.right and not one.unsaid for one in facts]),
        kept=_mean([fate == "K" for fate in fates]),
        distorted=_mean([fate in "AI" for fate in fates]),
        confidence_right=_mean([one.confidence for one in facts if one.right]),
        confidence_wrong=_mean([one.confidence for one in facts if not one.right and not one.unsaid]),
        decided=_mean([one.right for one in choices]),
        minutes=sum(one.seconds for one in answers) / 60 / len(read),
    )


def _fate(run: RunHeard, trial: TrialId, fact: str) -> str:
    heard = run.heard(trial)
    return next((fate for one, fate in zip(heard.facts, heard.fates, strict=True) if one.id == fact), "")


def _mean(values: Sequence[Any]) -> float | None:
    return sum(values) / len(values) if values else None
