"""People's chains: what was recalled of four kinds of material (Mesoudi, Whiten and Dunbar 2006, experiment 2).

One csv file, a row for each participant and kind of material: `chain`,
`generation` (from 1), `material`, `correct_recall` and `total_recall` (counts
of propositions). The texts themselves were not published.
"""

import csv
import io
from collections import defaultdict
from pathlib import Path

from chains.archives.chain import Chain, ChainSet, chain_set
from chains.archives.source import File, files
from chains.errors import BadInput, LogDamaged

COLUMNS = ("chain", "generation", "material", "correct_recall", "total_recall")
COUNTS = ("correct_recall", "total_recall")
"""Each is a score for all materials together, and with the material after a dot for each alone."""


def read(path: Path) -> list[ChainSet]:
    """Read the csv file at or under `path` as one set.

    Raises:
        BadInput: If there is no such path, or no csv file in it, or several.
        LogDamaged: If a row is not what it should be, or a chain lacks a generation.
    """
    found = list(files(path, lambda name: name.suffix == ".csv"))
    if len(found) != 1:
        raise BadInput(f"{len(found) or 'no'} csv files in {str(path)!r}; name the one with the chains")
    file = found[0]
    scores = _scores(file)
    chains = [Chain(name, file.where, scores=rows) for name, rows in scores.items()]
    for chain in chains:
        generations = chain.scores[COUNTS[0]]
        for generation in range(1, max(generations) + 1):
            if generation not in generations:
                raise LogDamaged(f"{file.where}: chain {chain.name!r} has no generation {generation}")
    return [chain_set(file.path.stem, chains)]


def _scores(file: File) -> dict[str, dict[str, dict[int, float]]]:
    """Return by chain, score and generation."""
    rows = csv.DictReader(io.StringIO(file.content.decode("utf-8-sig", errors="replace")))
    missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
    if missing:
        raise LogDamaged(f"{file.where}: no column {missing[0]!r}; the first line must name {', '.join(COLUMNS)}")
    scores: dict[str, dict[str, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
    seen = set()
    for row in rows:
        line = f"{file.where}: line {rows.line_num}"
        try:
            generation = int(row["generation"])
            counts = {name: int(row[name]) for name in COUNTS}
        except (TypeError, ValueError) as error:
            raise LogDamaged(f"{line}: generation, correct_recall and total_recall must be whole numbers") from error
        if generation < 1 or not 0 <= counts["correct_recall"] <= counts["total_recall"]:
            raise LogDamaged(f"{line}: generations count from 1, and correct_recall is from 0 to total_recall")
        place = row["chain"], generation, row["material"]
        if place in seen:
            raise LogDamaged(f"{line}: chain {place[0]!r} has generation {generation} of {place[2]!r} twice")
        seen.add(place)
        for name, count in counts.items():
            chain = scores[row["chain"]]
            chain[name][generation] = chain[name].get(generation, 0.0) + count
            chain[f"{name}.{row['material']}"][generation] = float(count)
    if not scores:
        raise LogDamaged(f"{file.where}: no row in it")
    return scores
