"""A judge of a run, as a folder below the run's: how it is asked, and a log of every call.

    <run>/judges/<name>-<digest>/{judge.json, log.jsonl}

The log has the form of a run's log. A logged verdict is never asked for again, so judging resumes where it stopped,
and reading verdicts needs no model.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from chains.errors import LogDamaged, MazedomError
from chains.fates import Fate
from chains.models.provider import Reply, Request, digest_of
from chains.models.spec import Source
from chains.organisation.prompts import Prompt
from chains.running.folders import LOG_FILE
from chains.running.log.log import Log
from chains.running.log.records import LOG_VERSION, Step, now
from chains.validation.judge_answers import AGAIN, Verdict, read_answer
from chains.validation.judge_cases import asked_in, order, request
from chains.validation.pairs import Pairs, Place
from chains.worlds.world import World

FOLDER = "judges"
RECORD = "judge.json"
ATTEMPTS = 2
"""How often a judge is asked about a statement at most; a clear verdict is never asked for again."""
PER_CALL = 12
PER_CALL_EMBEDDED = 1


class JudgeRecord(BaseModel):
    """The content of judge.json: the model, how it is asked, and whether it is kin to the seats' models."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    v: int = LOG_VERSION
    run: str
    """The run's id."""
    source: Source
    """What the model's name stands for."""
    prompt: Prompt
    per_call: int
    """Most statements that one call asks about."""
    seed: int
    """Seed of the statements' order and of the model's sampler."""
    attempts: int = ATTEMPTS
    marked: bool = False
    """Whether the statements' names have a mark that the message does not have; judges of before have none."""
    kin: str | None = None
    """A sentence that says what the judge shares with the seats' models; None if nothing is known to be shared."""
    unknown: tuple[str, ...] = ()
    """Models whose names do not show their family."""
    served: Mapping[str, Any] = {}
    """What the model told of itself when it was opened."""
    at: str

    @property
    def id(self) -> str:
        """The folder's name: the model's name and a digest of everything that a request depends on."""
        slug = re.sub(r"[^a-z0-9.]+", "-", self.source.label.lower()).strip("-.") or "judge"
        asked = [self.source.label, self.prompt.digest, self.settings(), self.per_call, self.seed, self.attempts]
        asked += ["marked"] * self.marked
        return f"{slug[:40]}-{digest_of(asked)[:8]}"

    @property
    def bounded(self) -> bool:
        """Whether the schema limits the evidence's length."""
        return self.source.traits.takes_bounds

    def settings(self) -> dict[str, Any]:
        """Request settings of the model: its own, with temperature 0 if it sets none.

        The grammar of an embedded model is for reports and is left out; the schema holds its answers.
        """
        if self.source.traits.is_small:
            return {"temperature": 0, "max_tokens": 60 + 80 * self.per_call}
        return {"temperature": 0, **self.source.settings(1)}

    def ask(self, world: World, message: str, asked: Sequence[str], attempt: int = 0) -> Request:
        """Return the request about some statements in one message."""
        return request(
            world, message, asked, model=self.source.label, prompt=self.prompt, settings=self.settings(),
            seed=self.seed, attempt=attempt, bounded=self.bounded, marked=self.marked,
        )  # fmt: skip

    def names(self, world: World, message: str) -> dict[str, str]:
        """Return the id of each statement by its name in requests about a message."""
        return order(world, message, self.seed, marked=self.marked)


def write_judge(record: JudgeRecord, folder: Path) -> None:
    """Write judge.json whole or not at all; make its folder and an empty log if they are missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / LOG_FILE).touch()
        draft = folder / f"{RECORD}.new"
        with draft.open("wb") as file:
            file.write(orjson.dumps(record.model_dump(mode="json"), option=orjson.OPT_INDENT_2) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / RECORD)
    except OSError as error:
        raise MazedomError(f"can't write {folder}: {error.strerror}") from None


def read_judge(folder: Path) -> JudgeRecord:
    """Read a judge's record.

    Raises:
        LogDamaged: If it can't be read.
    """
    path = folder / RECORD
    try:
        record = JudgeRecord.model_validate_json(path.read_bytes())
    except OSError as error:
        raise LogDamaged(f"can't read {path}: {error.strerror}") from None
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"])) or "the file"
        raise LogDamaged(f"{path}: {place}: {error.errors()[0]['msg']}; the file was changed or damaged") from None
    if record.v != LOG_VERSION:
        raise LogDamaged(f"{path} has version {record.v}; this program reads version {LOG_VERSION}")
    return record


def judges_of(run: Path) -> list[Path]:
    """Return the folders of a run's judges, by name."""
    return sorted(path.parent for path in (run / FOLDER).glob(f"*/{RECORD}"))


def new_judge(run: str, source: Source, prompt: Prompt, per_call: int | None, seed: int) -> JudgeRecord:
    """Return a new judge's record; with `per_call` None, its kind of model decides how many statements a call has."""
    most = PER_CALL_EMBEDDED if source.traits.is_small else PER_CALL
    return JudgeRecord(
        run=run, source=source, prompt=prompt, per_call=per_call or most, seed=seed, marked=True, at=now()
    )


Asked = tuple[Place, str]
"""What a judge is asked about once: the first place in the run that has a message, and the name of a statement."""


def asked_before(record: JudgeRecord, log: Log, pairs: Pairs) -> dict[Asked, tuple[Verdict, int]]:
    """Return the verdict on each statement and message in a judge's log, and how often it was asked for.

    No model is called. The first clear verdict counts.

    Raises:
        LogDamaged: If a logged request is not the one that this run and this judge make.
    """
    found: dict[Asked, tuple[Verdict, int]] = {}
    for step in log.steps():
        for statement, verdict in _of_step(record, step, pairs):
            asked = pairs.first_with[step.trial, step.seat], statement
            earlier, count = found.get(asked, (verdict, 0))
            found[asked] = (verdict if earlier.problem in AGAIN else earlier), max(count, step.attempt + 1)
    return found


def verdicts(record: JudgeRecord, log: Log, pairs: Pairs) -> dict[str, Verdict]:
    """Return the verdict on each pair in a judge's log; that on a message holds wherever the run has the same message.

    Raises:
        LogDamaged: As `asked_before`.
    """
    known = asked_before(record, log, pairs)
    if not known:
        return {}
    asked = {name: (pairs.first_with[str(pair.trial), pair.seat], pair.statement) for name, pair in pairs.by_id.items()}
    return {name: known[one][0] for name, one in asked.items() if one in known}


def _of_step(record: JudgeRecord, step: Step, pairs: Pairs) -> Iterator[tuple[str, Verdict]]:
    case = pairs.case(step.trial, step.seat)
    try:
        asked = asked_in(step.request)
    except (KeyError, TypeError):
        asked = []
    names = {} if case is None else record.names(*case)
    known = asked and names.keys() >= {*asked}  # the names depend on the message
    if case is None or not known or record.ask(*case, asked, step.attempt).digest != step.digest:
        raise LogDamaged(
            f"judge {record.id}: the log asks about another message than the run's at {step.trial}, seat {step.seat}; "
            "the run or the judge was changed since"
        )
    _, message = case
    for name, verdict in read_verdicts(step.reply, asked, message).items():
        yield names[name], verdict


def read_verdicts(reply: Reply, asked: Sequence[str], message: str) -> dict[str, Verdict]:
    """Return the verdict of a reply on each statement asked about; a refusal is a verdict too."""
    if reply.finish in ("refusal", "filter"):
        return {name: Verdict(None, "", "refused") for name in asked}
    return read_answer(reply.text, asked, message)


def majority(votes: Sequence[Fate | None]) -> Fate | None:
    """Return the fate of more than half of the votes; None if there is none."""
    cast = [vote for vote in votes if vote is not None]
    return next((fate for fate in cast if 2 * cast.count(fate) > len(cast)), None)
