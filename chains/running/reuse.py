"""Reuse replies of earlier runs in place of calls: same request, same replicate, same model.

It happens only on request (`run --reuse RUN`). A reply is looked up by the
digest of its request, which covers the model's name, every word of the prompt,
all settings and the sampling seed. Two models may share a name, so the address,
or the hash of the model's file, must be the same too. Memory holds only an
index; a reply is read from the earlier run's log when it is needed, and logged
in the new run, which replays without the old one.
"""

import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from chains.errors import BadInput, LogDamaged
from chains.models.model_files import fingerprint
from chains.models.provider import Reply, Request
from chains.organisation.sitting import Answered
from chains.organisation.turn_key import Key
from chains.running.folders import LOG_FILE, all_runs, find_run, run_name
from chains.running.log.log import Log
from chains.running.log.records import Step
from chains.running.log.seals import unsealed
from chains.running.log.step_index import Place, packed
from chains.running.record_file import read_record
from chains.running.reply_source import Asked, OtherReplies, Question, Taken, Without, answered_in
from chains.running.run_record import Casts, RunRecord
from chains.running.trial import as_far_as_it_goes, run_trial

ALL, NONE = "all", "none"
"""Words that stand in place of names of runs."""
_PLACE = struct.Struct("<IQI")
"""The run's number, and offset and length of the line in its log."""


class _Source(NamedTuple):
    """A run that replies are taken from."""

    id: str
    log: Path


class EarlierReplies:
    """The replies of earlier runs that a run may take.

    Holds about 150 bytes per different request and replicate about the run's own worlds and models.
    """

    def __init__(self, record: RunRecord) -> None:
        """Begin empty, for the run `record`, which will ask."""
        self._models = {label: _identity(record, name, here=True) for label, name in _names(record).items()}
        self._worlds, self._replicates = set(record.world_of.values()), record.experiment.replicates
        self._sources: list[_Source] = []
        self._index: dict[bytes, bytes] = {}
        self.notices: list[str] = []
        """Notes for the user: what is not taken, and why."""

    def __len__(self) -> int:
        """The number of replies that may be taken."""
        return len(self._index)

    def add(self, folder: Path) -> int:
        """Index the run in `folder`; if several runs have a reply, the run added first is used.

        Returns:
            How many replies it adds.

        Raises:
            LogDamaged: If it can't be read.
            BadInput: If it holds others' chains.
        """
        record = read_record(folder)
        before, number = len(self._index), len(self._sources)
        if not self._worlds.intersection(record.world_of.values()) or not (same := self._same(record)):
            return 0  # without reading its log, which may be large
        with Log(folder) as log:
            for key, place in self._usable(record, log, same):
                where = _PLACE.pack(number, place.offset, place.length)
                self._index.setdefault(_index_key(place.digest, key.trial), where)
        self._sources.append(_Source(record.id, folder / LOG_FILE))
        return len(self._index) - before

    def _usable(self, record: RunRecord, log: Log, same: set[str]) -> Iterator[tuple[Key, Place]]:
        """Return the steps by the models `same` that could answer this run's requests, and where they are."""
        casts = Casts(record)
        label_of = {name: source.label for name, source in record.models.items()}
        for key, place in log.index.places.steps():
            condition, world, replicate = _parts(key.trial)
            known = record.world_of.get(f"{condition}.{world}")
            if known not in self._worlds or replicate > self._replicates:
                continue
            held_by = casts.models_at(condition, key.seat)
            if not held_by or any(label_of.get(model) not in same for model in held_by):
                continue
            yield key, place

    def _same(self, record: RunRecord) -> set[str]:
        """Return the models of an earlier run that are this run's, by their names in requests; note near misses."""
        same = set()
        for label, name in _names(record).items():
            mine, its = self._models.get(label), _identity(record, name)
            if mine is None:
                continue
            if its == mine:
                same.add(label)
            else:
                self.notices.append(
                    f"nothing of {label!r} is taken from run {record.id}: it was {its}, and is {mine} here"
                )
        return same

    def find(self, key: Key, _turn: str, request: Request) -> Taken | None:
        """Return an earlier reply to exactly this request, for the replicate of its trial; None if there is none.

        Raises:
            LogDamaged: If the earlier run's log was changed since.
        """
        found = self._index.get(_index_key(packed(request.digest), key.trial))
        if found is None or request.model not in self._models:
            return None
        number, offset, length = _PLACE.unpack(found)
        source = self._sources[number]
        try:
            step = Step.model_validate_json(unsealed(_read(source.log, offset, length)))
        except (OSError, ValueError):
            raise _changed(source) from None
        if step.digest != request.digest:
            return None  # another digest with the same beginning
        if step.reply.digest != step.reply_digest or step.request.digest != step.digest:
            raise _changed(source)
        return Taken(step.reply, step.reused or source.id)


def earlier(record: RunRecord, names: Sequence[str]) -> tuple[EarlierReplies | None, tuple[str, ...]]:
    """Return the replies that a run may take, and the runs that they come from, as `find_run` finds them.

    Args:
        record: The run that will ask.
        names: Earlier runs, in order of precedence; `all` means all runs here, the latest first; `none` means none,
            whatever else is named.

    Raises:
        BadInput: If one is not there, or holds others' chains.
        LogDamaged: If one can't be read.
    """
    if not names or NONE in names:
        return None, ()
    found = EarlierReplies(record)
    folders = list(reversed(all_runs())) if ALL in names else [find_run(name) for name in names]
    used = []
    for folder in dict.fromkeys(folders):
        try:
            added = found.add(folder) if folder.name != record.id else 0
        except (BadInput, LogDamaged) as error:
            if ALL not in names:
                raise
            if isinstance(error, LogDamaged):  # imported archives have no replies to take and need no note
                found.notices.append(f"run {folder.name} is left out: {error}")
            continue
        if added:
            used.append(run_name(folder))
    if not used:
        found.notices.append("no earlier reply is to a request about this run's worlds, replicates and models")
    return found, tuple(used)


async def foreseen(record: RunRecord, found: OtherReplies) -> Counter[str]:
    """Return how many of a run's calls earlier replies will certainly answer, by the model's name.

    Each trial is followed as far as earlier replies lead; requests after a new reply can't be known.
    """
    casts, foresight = Casts(record), _Foresight(found)
    for trial in record.trials():
        cast = casts.cast(trial)
        await run_trial(str(trial), cast, as_far_as_it_goes(cast.plan), foresight, read=False)
    return foresight.hits


class _Foresight:
    """Answers only with earlier replies, counts them, and logs nothing."""

    def __init__(self, found: OtherReplies) -> None:
        self._found = found
        self.hits: Counter[str] = Counter()

    async def reply(
        self, key: Key, turn: Asked, model: str, heard: tuple[str, ...], request: Request, *, drafts: bool = False
    ) -> Reply | None:
        taken = self._found.find(key, turn.name, request) if drafts or not key.attempt else None
        if taken is None:
            return None
        self.hits[model] += 1
        return taken.reply

    async def answer(self, question: Question, without: Without) -> Answered | None:
        """Return a person's answer, where a fork takes its parent's."""
        found = answered_in(self._found, question)
        return None if found is None else found[0]

    def known(self, key: Key, request: Request) -> Reply | None:
        return None


def _names(record: RunRecord) -> dict[str, str]:
    """Return the names of a run's models by their names in requests, where these are unique.

    Synthetic models are left out: their replies depend on more than the request.
    """
    count = Counter(source.label for source in record.models.values())
    return {
        source.label: name
        for name, source in record.models.items()
        if count[source.label] == 1 and not source.traits.is_synthetic
    }


def _identity(record: RunRecord, name: str, *, here: bool = False) -> str:
    """Return what identifies a model besides its name: where it answers, or which file it is and how it is served.

    Args:
        record: The run.
        name: The model's.
        here: The run is about to begin, so look at the file that is there now; otherwise at what run.json says.
    """
    source = record.models[name]
    if not source.traits.has_file:
        where = " and ".join(sorted(source.spec.urls)) or ", ".join(
            f"plugin {name} {of}" for name, of in record.plugins.items()
        )
        return f"{source.spec.model or source.name!r} at {where}"
    about = fingerprint(source) if here else record.served.get(name, {}).get("fingerprint")
    if about is None:
        return "a file that run.json does not name, for the run never came to a stop"
    how = "one request" if record.experiment.reproducible else "several requests"
    return f"file {about['sha256'][:12]}, {how} at a time"


def _parts(trial: str) -> tuple[str, str, int]:
    """Return condition, world and replicate of a trial by its name: c1, w3, 1."""
    condition, world, replicate = trial.split(".")
    return condition, world, int(replicate.removeprefix("r"))


def _index_key(digest: bytes, trial: str) -> bytes:
    """Return a key of 16 bytes made from a request's digest and a trial's replicate."""
    return digest[:12] + _parts(trial)[2].to_bytes(4)


def _read(path: Path, offset: int, length: int) -> bytes:
    with path.open("rb") as file:  # opened each time, because there may be hundreds of runs
        file.seek(offset)
        return file.read(length)


def _changed(source: _Source) -> LogDamaged:
    return LogDamaged(
        f"{source.log}: a reply that this run would take was changed or damaged after it was logged; "
        "go on without with `resume --reuse none`"
    )
