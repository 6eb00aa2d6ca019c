"""People's chains: what was recalled of kinds of material (Mesoudi, Whiten and Dunbar 2006, experiments 1 and 2).

A csv file an experiment, a row for each participant and kind of material: `chain`,
`generation` (from 1), `material`, `correct_recall` and `total_recall` (counts
of propositions). The texts themselves were not published.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from chains.analysis.archives.chain import Chain
from chains.analysis.archives.source import File, files
from chains.errors import BadInput, LogDamaged

COLUMNS = ("chain", "generation", "material", "correct_recall", "total_recall")
COUNTS = ("correct_recall", "total_recall")
"""Each is a score for all materials together, and with the material after a dot for each alone."""


def read(path: Path) -> Iterator[Chain]:
    """Yield the chains of every csv file at or under `path`, each file a set.

    Raises:
        BadInput: If there is no such path, or no csv file in it.
        LogDamaged: If a row is not what it should be, or a chain lacks a generation.
    """
    found = None
    for found in files(path, lambda name: name.suffix == ".csv"):
        yield from _chains(found)
    if found is None:
        raise BadInput(f"no csv file in {str(path)!r}; one has the columns {', '.join(COLUMNS)}")


def _chains(file: File) -> Iterator[Chain]:
    scores, notes = _scores(file)
    for name, rows in scores.items():
        generations = rows[COUNTS[0]]
        for generation in range(1, max(generations) + 1):
            if generation not in generations:
                raise LogDamaged(f"{file.where}: chain {name!r} has no generation {generation}")
        yield Chain(file.path.stem, name, file.where, scores=rows, notes=notes[name])


def _scores(file: File) -> tuple[dict[str, dict[str, dict[int, float]]], dict[str, list[str]]]:
    """Return by chain, score and generation; and for each chain what is odd."""
    rows = csv.DictReader(io.StringIO(file.content.decode("utf-8-sig", errors="replace")))
    missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
    if missing:
        raise LogDamaged(f"{file.where}: no column {missing[0]!r}; the first line must name {', '.join(COLUMNS)}")
    scores: dict[str, dict[str, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
    notes: dict[str, list[str]] = defaultdict(list)
    seen = set()
    for row in rows:
        line = f"{file.where}: line {rows.line_num}"
        try:
            generation = int(row["generation"])
            counts = {name: int(row[name]) for name in COUNTS}
        except (TypeError, ValueError) as error:
            raise LogDamaged(f"{line}: generation, correct_recall and total_recall must be whole numbers") from error
        if generation < 1 or min(counts.values()) < 0:
            raise LogDamaged(f"{line}: generations count from 1, correct_recall and total_recall from 0")
        place = row["chain"], generation, row["material"]
        if place in seen:
            raise LogDamaged(f"{line}: chain {place[0]!r} has generation {generation} of {place[2]!r} twice")
        seen.add(place)
        correct, total = counts.values()
        if correct > total:  # experiment 1 has such rows: the two were counted by different rules, or miscounted
            notes[row["chain"]].append(f"line {rows.line_num}: {correct} recalled correctly and {total} in total")
        for name, count in counts.items():
            chain = scores[row["chain"]]
            chain[name][generation] = chain[name].get(generation, 0.0) + count
            chain[f"{name}.{row['material']}"][generation] = float(count)
    if not scores:
        raise LogDamaged(f"{file.where}: no row in it")
    return scores, notes
