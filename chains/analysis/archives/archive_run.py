"""An archive kept as a run: others' chains in a run folder of ours, found and listed like any run.

    runs/<kind>/<run id>/
      run.json      which archive, its sets and chains, what they must come to (a digest)
      log.jsonl     one line a chain: its texts by generation, and the archive's own scores

There are no worlds, prompts or requests in it, for none are known, so a replay
can check that the chains are as imported and can ask nothing again.
"""

import contextlib
import hashlib
import platform
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple, Self

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from chains import VERSION
from chains.analysis.archives.chain import Chain, Outline, check_alike
from chains.errors import BadInput, LogDamaged, MazedomError, nearest
from chains.running.folders import RUN_FILE, is_archive, new_run_id, runs_folder
from chains.running.log.log import Log
from chains.running.log.records import LOG_VERSION, LoggedChain, now
from chains.running.record_file import write_record


class ArchiveSet(BaseModel):
    """Chains of an archive that were made alike."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    """c1, c2, ... in the order of names."""
    name: str
    chains: tuple[str, ...]
    """Their names, in order."""
    generations: int
    """The last generation's number."""


class ArchiveRecord(BaseModel):
    """What run.json holds of an imported archive."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    v: int = LOG_VERSION
    kind: Literal["archive"] = "archive"
    id: str
    archive: str
    """Whose format it was in: telephone, broken-telephone or mesoudi."""
    source: str
    """The name of the folder or file, never its path."""
    sets: tuple[ArchiveSet, ...]
    digest: str
    """Of all chains' names, texts and scores, in the order of names."""
    notes: tuple[str, ...] = ()
    """What was odd in it and read all the same."""
    versions: Mapping[str, str]
    platform: str
    at: str
    """When it was imported, UTC."""


class Kept(NamedTuple):
    """The run that an archive was kept as."""

    folder: Path
    made: bool
    """False if these very chains were a run already."""


class Archive:
    """An imported run, open for reading; holds one chain at a time. Use as a context manager."""

    def __init__(self, record: ArchiveRecord, folder: Path) -> None:
        """Open its log.

        Raises:
            LogDamaged: If the log can't be read, or has not the chains that run.json names.
        """
        self.record = record
        self.folder = folder
        self.log = Log(folder)
        missing = next((place for place in self._places() if place not in self.log.index.chains), None)
        if missing:
            self.log.__exit__()
            raise LogDamaged(f"{self.log.path} lacks chain {missing[1]!r} of {missing[0]!r}; import the archive again")

    def __enter__(self) -> Self:
        """Return the open archive."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close its log."""
        self.log.__exit__()

    def _places(self) -> Iterator[tuple[str, str]]:
        return ((of.name, name) for of in self.record.sets for name in of.chains)

    @property
    def trials(self) -> dict[str, tuple[ArchiveSet, str]]:
        """Every chain by what a person calls it: `c1.NAME`, as trials of ours are named."""
        return {f"{of.id}.{name}": (of, name) for of in self.record.sets for name in of.chains}

    def chains(self, of: ArchiveSet) -> Iterator[Chain]:
        """Yield the chains of a set in the order of their names, one by one."""
        return (self.chain(of, name) for name in of.chains)

    def chain(self, of: ArchiveSet, name: str) -> Chain:
        """Return one chain of a set."""
        logged = self.log.chain(of.name, name)
        return Chain(of.name, name, str(self.log.path), logged.texts, logged.scores)

    def find(self, trial: str) -> tuple[ArchiveSet, str]:
        """Return the set and name of the chain that `trial` means; an empty name means the first.

        Raises:
            BadInput: If there is none, or several.
        """
        trials = self.trials
        if not trial:
            return next(iter(trials.values()))
        if trial in trials:
            return trials[trial]
        alike = [full for full, (_, name) in trials.items() if name == trial]
        if len(alike) > 1:
            raise BadInput(f"{trial!r} names {len(alike)} chains: {', '.join(alike[:5])}; give one of these")
        if not alike:
            close = nearest(trial, trials)
            if close.startswith("; known"):  # thousands of them
                close = f"; it has {len(trials)}, from {next(iter(trials))} on"
            raise BadInput(f"run {self.record.id} has no chain {trial!r}{close}")
        return trials[alike[0]]

    def differences(self) -> Iterator[str]:
        """Yield each difference of the log from what was imported."""
        digests: list[tuple[str, str, str]] = []
        for of, name in self._places():
            logged = self.log.chain(of, name)
            digests.append((of, name, logged.content))
            if logged.content != logged.digest:
                yield f"chain {name!r} of {of!r}: a text or score was changed after it was imported"
        if _digest(digests) != self.record.digest:
            yield "the chains together are not those that were imported: one was changed, or exchanged for another"
        for of, name in sorted(set(self.log.index.chains) - set(self._places())):
            yield f"chain {name!r} of {of!r}: the run has no such chain"


def read_archive(folder: Path) -> Archive:
    """Open an imported archive.

    Raises:
        LogDamaged: If it is not whole.
    """
    return Archive(read_archive_record(folder), folder)


def read_archive_record(folder: Path) -> ArchiveRecord:
    """Return the run.json of an imported archive (see `folders.is_archive`), its log unread.

    Raises:
        LogDamaged: If it is not whole.
    """
    path = folder / RUN_FILE
    try:
        content = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise LogDamaged(f"{path} can't be read ({error}); import the archive again") from None
    if content.get("v") != LOG_VERSION:
        raise LogDamaged(f"{path} has version {content.get('v')!r}; this program reads version {LOG_VERSION}")
    try:
        return ArchiveRecord.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise LogDamaged(f"{path}: {place}: {first['msg']}; the file was changed or damaged there") from None


def keep(kind: str, path: Path, chains: Iterable[Chain]) -> Kept:
    """Make a run of an archive's chains, written as they are read, or find the run that has them.

    Args:
        kind: Whose format the archive is in; the run is kept in a folder of that name.
        path: Where it was read from.
        chains: Its chains, in any order.

    Raises:
        LogDamaged: If chains of a set are not alike, or one is there twice; then, as whenever this fails,
            nothing of the run is left.
        MazedomError: If the run can't be written.
    """
    name = new_run_id()
    folder = runs_folder() / kind / name
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise MazedomError(f"can't write {folder}: {error.strerror}") from None
    try:
        record = _write(chains, folder, kind, path)
        if other := _same(record):
            _remove(folder)
            return Kept(other, made=False)
        write_record(record, folder)  # last: with it the folder is a run
    except OSError as error:
        _remove(folder)
        raise MazedomError(f"can't write {folder}: {error.strerror}") from None
    except BaseException:
        _remove(folder)
        raise
    return Kept(folder, made=True)


def _write(chains: Iterable[Chain], folder: Path, kind: str, path: Path) -> ArchiveRecord:
    """Log the chains, and return the record that goes with them."""
    outlines: dict[str, dict[str, Outline]] = defaultdict(dict)
    lasts: dict[str, int] = {}
    digests: list[tuple[str, str, str]] = []
    notes: list[str] = []
    with Log(folder, write=True) as log:
        for chain in chains:
            twin = outlines[chain.set].get(chain.name)
            if twin:
                raise LogDamaged(
                    f"chain {chain.name!r} of {chain.set!r} is there twice: in {twin.where} and {chain.where}"
                )
            logged = LoggedChain(
                set=chain.set, chain=chain.name, texts=tuple(chain.texts), scores=chain.scores, digest=""
            )
            logged = logged.model_copy(update={"digest": logged.content})
            log.append(logged)
            outlines[chain.set][chain.name] = Outline.of(chain)
            lasts[chain.set] = chain.last
            digests.append((chain.set, chain.name, logged.digest))
            notes += (f"{chain.where}: {note}" for note in chain.notes)
    for of in sorted(outlines):
        check_alike(outlines[of].values())
    return ArchiveRecord(
        id=folder.name,
        archive=kind,
        source=path.resolve().name,
        sets=tuple(
            ArchiveSet(id=f"c{at}", name=of, chains=tuple(sorted(outlines[of])), generations=lasts[of])
            for at, of in enumerate(sorted(outlines), start=1)
        ),
        digest=_digest(digests),
        notes=tuple(notes),
        versions={"mazedom": VERSION},
        platform=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        at=now(),
    )


def _digest(digests: Iterable[tuple[str, str, str]]) -> str:
    """Return one digest of all chains, whatever their order, in hexadecimal."""
    return hashlib.sha256(orjson.dumps(sorted(digests))).hexdigest()


def _same(record: ArchiveRecord) -> Path | None:
    """Return an intact run that has these very chains already."""
    for other in sorted((runs_folder() / record.archive).glob(f"*/{RUN_FILE}"), reverse=True):
        with contextlib.suppress(MazedomError):
            if not is_archive(other.parent) or read_archive_record(other.parent).digest != record.digest:
                continue
            with read_archive(other.parent) as archive:
                if not any(archive.differences()):
                    return other.parent
    return None


def _remove(folder: Path) -> None:
    """Remove what was written of a run, and the folder of its kind if that was its only one."""
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()
