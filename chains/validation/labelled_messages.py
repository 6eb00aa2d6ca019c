"""Read messages from anywhere with the instrument, and compare its verdicts with labels.

The file has one JSON object a line. Its world is generated or comes from a world file (a path from this file's folder):

    {"scenario": "watermelon", "seed": 7101, "facts": 8, "setting": "lab", "message": "...", ...}
    {"world": "worlds/pump.toml", "message": "...", ...}

and a line may have

    "labels": {"F01": {"reader_1": "kept", "reader_2": "kept"}}   or a list of fates for each statement
    "target": "F01", "label": "kept"                               one statement and one label
    "told": "amber"                                                the overall status: red, amber, green, unclear, none
    "hop": 2, "prompt": "career"                                   false loss is shown by each of them

Other keys are ignored. A pair is a statement that somebody labelled; it counts if all its readers agree.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from chains.errors import BadInput, MazedomError, nearest
from chains.fates import FATES, Fate
from chains.scoring.facts.instrument import INSTRUMENT
from chains.scoring.facts.reader import instrument_of
from chains.scoring.facts.verdict import Verdict
from chains.scoring.replies.status import TOLD, status_in
from chains.scoring.text.language import foreign_language
from chains.stats.measurement_error.confusion import Confusion, Judged, confusion, known
from chains.stats.measurement_error.krippendorff_alpha import alpha
from chains.stats.paired.shares import wilson
from chains.validation.labels import read_fate
from chains.worlds.scenario_registry import world_for
from chains.worlds.world import World

_INSTRUMENT, _READERS = "instrument", "readers"


class Row(NamedTuple):
    """One message."""

    line: int
    world: World
    message: str
    labels: Mapping[str, Sequence[Fate | None]]
    """For each statement, each reader's fate; None if the reader is unsure."""
    told: str | None
    hop: str | None
    prompt: str | None

    def agreed(self, statement: str) -> Fate | None:
        """Return the fate on which all readers of a statement agree; None if they don't."""
        said = set(self.labels[statement])
        return said.pop() if len(said) == 1 else None


class Read(NamedTuple):
    """A message and the instrument's verdicts on it."""

    row: Row
    verdicts: Mapping[str, Verdict]
    status: str | None
    """None if the line has no `told`."""
    language: str | None
    """The message's language if it is not English, which the instrument can't read."""


class Lost(NamedTuple):
    """How many pairs are truly kept, and how many of them are read as another fate."""

    kept: int
    lost: int

    @property
    def share(self) -> float:
        """The false loss."""
        return self.lost / self.kept

    def document(self) -> dict[str, Any]:
        """Return it as JSON, with Wilson's 95% interval."""
        low, high = wilson(self.share, self.kept)
        return {"kept": self.kept, "lost": self.lost, "ci": [round(low, 6), round(high, 6)]}


class Found(NamedTuple):
    """The instrument's verdicts on a file's messages, and their agreement with the labels."""

    read: tuple[Read, ...]
    pairs: int
    """Number of statements that somebody labelled."""
    agreed: Confusion | None
    """The instrument against the readers, on pairs on which all readers agree; None without such a pair."""
    alpha: float
    """Krippendorff's alpha between the instrument and the readers, on those pairs."""
    readers_alpha: float
    """Krippendorff's alpha among the readers, on all pairs."""
    by_hop: Mapping[str, Lost]
    by_prompt: Mapping[str, Lost]
    statuses: int
    """Number of lines with `told`."""
    statuses_right: int

    def document(self) -> dict[str, Any]:
        """Return it as JSON; what is undefined is null."""
        matrix = self.agreed
        return {
            "instrument": INSTRUMENT,
            "messages": len(self.read),
            "not_english": sum(one.language is not None for one in self.read),
            "pairs": self.pairs,
            "agreed": matrix.items if matrix else 0,
            "five_way": known(matrix.agreement) if matrix else None,
            "kept_or_not": known(matrix.kept_agreement) if matrix else None,
            "alpha": known(self.alpha),
            "readers_alpha": known(self.readers_alpha),
            "recall": {fate: known(matrix.recall[fate]) if matrix else None for fate in FATES},
            "false_loss_by_hop": {hop: round(one.share, 6) for hop, one in self.by_hop.items()},
            "false_loss_counts_by_hop": {hop: one.document() for hop, one in self.by_hop.items()},
            "false_loss_by_prompt": {prompt: round(one.share, 6) for prompt, one in self.by_prompt.items()},
            "false_loss_counts_by_prompt": {prompt: one.document() for prompt, one in self.by_prompt.items()},
            "confusion": matrix.counts if matrix else {},
            "statuses": self.statuses,
            "status_accuracy": self.statuses_right / self.statuses if self.statuses else None,
            "fates": [
                {
                    "line": one.row.line,
                    "fates": {name: verdict.fate for name, verdict in one.verdicts.items()},
                    "status": one.status,
                    "language": one.language,
                }
                for one in self.read
            ],
        }


def read_messages(path: Path) -> Found:
    """Read every message of a file with the instrument, and compare the verdicts with the labels.

    Raises:
        BadInput: If the file or a line of it can't be understood; the sentence names the line.
    """
    read = tuple(_read(row) for row in _rows(path))
    pairs = [(one, name) for one in read for name in one.row.labels]
    judged: list[Judged] = []
    labels: dict[tuple[tuple[int, str], str], str] = {}
    everybody: dict[tuple[tuple[int, str], str], str] = {}
    kept: dict[str, dict[str, list[bool]]] = {"hop": defaultdict(list), "prompt": defaultdict(list)}
    for one, name in pairs:
        at = one.row.line, name
        said = {f"reader {n}": fate for n, fate in enumerate(one.row.labels[name]) if fate}
        everybody.update({(at, who): fate for who, fate in said.items()})
        true, verdict = one.row.agreed(name), one.verdicts[name]
        if true is None or verdict.fate == "unread":
            continue
        fate = verdict.fate
        judged.append(Judged(true, fate))
        labels[at, _READERS], labels[at, _INSTRUMENT] = true, fate
        for what, value in (("hop", one.row.hop), ("prompt", one.row.prompt)):
            if true == "kept" and value is not None:
                kept[what][value].append(fate != "kept")
    told = [one for one in read if one.row.told is not None]
    return Found(
        read=read,
        pairs=len(pairs),
        agreed=confusion(judged) if judged else None,
        alpha=alpha(labels, resamples=1).value,
        readers_alpha=alpha(everybody, resamples=1).value,
        by_hop=_lost(kept["hop"]),
        by_prompt=_lost(kept["prompt"]),
        statuses=len(told),
        statuses_right=sum(one.status == one.row.told for one in told),
    )


def _lost(kept: Mapping[str, Sequence[bool]]) -> dict[str, Lost]:
    return {name: Lost(len(kept[name]), sum(kept[name])) for name in sorted(kept, key=lambda name: (len(name), name))}


def _read(row: Row) -> Read:
    names = [name for fact in row.world.facts for name in (fact.subject, *fact.aliases)]
    status = status_in(row.message, names) if row.told is not None else None
    return Read(row, instrument_of(row.world).read(row.message), status, foreign_language(row.message))


def _rows(path: Path) -> list[Row]:
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except OSError as error:
        raise BadInput(f"can't read {path}: {error.strerror}") from None
    worlds: dict[tuple[Any, ...], World] = {}
    rows = [
        _row(line, number, f"{path} line {number}", path.parent, worlds)
        for number, line in enumerate(lines, 1)
        if line.strip()
    ]
    if not rows:
        raise BadInput(f"{path} holds no message; write one JSON object a line")
    return rows


def _row(line: bytes, number: int, where: str, folder: Path, worlds: dict[tuple[Any, ...], World]) -> Row:
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadInput(f"{where} is not JSON ({error}); write one object a line") from None
    if not isinstance(content, dict) or not isinstance(content.get("message"), str):
        raise BadInput(f"{where} has no message; write a world (scenario, seed, facts) and message")
    world = _world(content, where, folder, worlds)
    labels = _labels(content, where)
    ids = [fact.id for fact in world.facts]
    if unknown := [name for name in labels if name not in ids]:
        raise BadInput(f"{where} labels {unknown[0]!r}, which its world does not have{nearest(unknown[0], ids)}")
    told = content.get("told")
    if told is not None and told not in TOLD:
        raise BadInput(f"{where} has told {told!r}{nearest(str(told), TOLD)}")
    hop, prompt = content.get("hop"), content.get("prompt")
    return Row(
        line=number,
        world=world,
        message=content["message"],
        labels=labels,
        told=told,
        hop=None if hop is None else str(hop),
        prompt=None if prompt is None else str(prompt),
    )


def _labels(content: Mapping[str, Any], where: str) -> dict[str, list[Fate | None]]:
    given = content.get("labels")
    if given is None and content.get("target") is not None:
        given = {content["target"]: [content.get("label")]}
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise BadInput(f'{where} has labels that are no object; write {{"F01": {{"reader_1": "kept"}}}}')
    out: dict[str, list[Fate | None]] = {}
    for name, said in given.items():
        fates = list(said.values()) if isinstance(said, dict) else said if isinstance(said, list) else [said]
        out[name] = [read_fate(fate, where) for fate in fates]
    return out


def _world(content: Mapping[str, Any], where: str, folder: Path, worlds: dict[tuple[Any, ...], World]) -> World:
    file = content.get("world")
    if file is not None:
        if not isinstance(file, str):
            raise BadInput(f"{where}: world is {file!r}; it must be the path of a world file")
        key: tuple[Any, ...] = ("file", file)
    else:
        key = tuple(content.get(name) for name in ("scenario", "seed", "facts", "setting"))
        if not (isinstance(key[0], str) and all(type(number) is int for number in key[1:3])):
            raise BadInput(f"{where} names no world; give scenario, seed and facts, or world: a world file's path")
        if not isinstance(key[3], str | None):
            raise BadInput(f"{where}: setting is {key[3]!r}; it must be a name")
    if key not in worlds:
        try:
            worlds[key] = world_for(str(folder / file), 1, 0) if file else _generated(*key)
        except MazedomError as error:
            raise BadInput(f"{where}: {error}") from None
    return worlds[key]


def _generated(scenario: str, seed: int, facts: int, setting: str | None) -> World:
    """Make the world of a scenario.

    `setting` may record where the world plays, as in a log, or ask for it, as in an experiment. In scenarios with a
    decision these are different worlds. If the seed alone would choose this setting, it counts as a record.
    """
    if setting is not None:
        unasked = world_for(scenario, seed, facts)
        if unasked.setting == setting:
            return unasked
    return world_for(scenario, seed, facts, setting)
