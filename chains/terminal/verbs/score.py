"""`score`: judge free claims against texts, and with labels say how well the score agrees with them."""

import argparse
import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import Any

import orjson

from chains.analysis.archives.labelled import Item, read_items
from chains.errors import BadInput
from chains.scoring.claims.free_claims import THRESHOLD, Support, support
from chains.stats.measurement_error.classifier_metrics import Agreement, agreement
from chains.terminal.views.output import print_json, progress, say
from chains.terminal.views.output import results as stdout
from chains.terminal.views.score import score_view


def main(arguments: argparse.Namespace) -> int:
    """Score every item of a file, write the scores where asked, and print; return 0."""
    items = read_items(Path(arguments.file))
    if arguments.out is not None:
        _check_apart(Path(arguments.file), Path(arguments.out))
    _name_doubles(items)
    with progress.status("scoring"):
        found = [support(item.source, item.claim) for item in items]
        kinds = by_kind(items, found)
    if arguments.out is not None:
        _write(Path(arguments.out), items, found)
        say(f"{len(items)} scores written to {arguments.out}")
    if arguments.json:
        rows = {kind: document(one) for kind, one in kinds.items()}
        print_json({"items": len(items), "threshold": THRESHOLD, "by_kind": rows})
    else:
        stdout.print(score_view(items, found, kinds))
    return 0


def by_kind(items: Sequence[Item], found: Sequence[Support]) -> dict[str, Agreement]:
    """Return how the scores of the labelled items agree with their labels, by kind in the order of the file."""
    rows: dict[str, list[tuple[float, int, Hashable]]] = defaultdict(list)
    for at, (item, one) in enumerate(zip(items, found, strict=True)):
        if item.label is not None:
            group = ("alone", at) if item.group is None else item.group
            rows[item.kind].append((one.score, item.label, group))
    out = {}
    for kind, row in rows.items():
        scores, labels, groups = zip(*row, strict=True)
        out[kind] = agreement(scores, labels, groups, THRESHOLD)
    return out


def document(found: Agreement) -> dict[str, Any]:
    """Return an agreement for `--json`; what is undefined is null."""
    out = found._asdict()
    for name, value in out.items():
        if isinstance(value, float):
            out[name] = None if math.isnan(value) else value
        elif isinstance(value, tuple):
            out[name] = None if math.isnan(value[0]) else list(value)
    return out


def _name_doubles(items: Sequence[Item]) -> None:
    """Say which ids are given more than once: whoever looks scores up by id has to know."""
    doubles = [repr(id_) for id_, times in Counter(item.id for item in items).items() if times > 1]
    if doubles:
        more = f" and {len(doubles) - 3} more" if len(doubles) > 3 else ""
        say(f"given to several items: id {', '.join(doubles[:3])}{more}; scores are written in the order of the file")


def _check_apart(file: Path, out: Path) -> None:
    """Refuse to write scores over the claims: labels that people gave are not to be had again."""
    if out.exists() and out.samefile(file):
        raise BadInput(f"--out {out} is the file of the claims, which would be lost; give --out another path")


def _write(path: Path, items: Sequence[Item], found: Sequence[Support]) -> None:
    lines = [
        orjson.dumps({"id": item.id, "score": round(one.score, 4), "verdict": one.verdict, "reason": one.reason})
        for item, one in zip(items, found, strict=True)
    ]
    try:
        path.write_bytes(b"\n".join(lines) + b"\n")
    except OSError as error:
        raise BadInput(f"{path} can't be written ({error.strerror}); give --out another path") from error
