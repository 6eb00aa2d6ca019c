"""Free claims scored: each with its verdict and reason, and how the scores agree with labels."""

import math
from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.analysis.archives.labelled import Item
from chains.scoring.claims.free_claims import Support
from chains.stats.measurement_error.classifier_metrics import Agreement
from chains.terminal.views.output import counted

MOST_ITEMS = 40
"""Items shown one by one; `--out` writes all."""


def score_view(items: Sequence[Item], found: Sequence[Support], kinds: Mapping[str, Agreement]) -> RenderableType:
    """Return a table of agreement by kind where there are labels, else the items one by one."""
    supported = sum(one.verdict == "supported" for one in found)
    parts: list[RenderableType] = [_agreements(kinds) if kinds else _items(items, found)]
    if not kinds and len(items) > MOST_ITEMS:
        parts.append(Text(f"{len(items) - MOST_ITEMS} more: --out FILE writes them all", style="yellow"))
    parts.append(Text(f"{counted(len(items), 'claim')}, {supported} supported"))
    return Group(*parts)


def _items(items: Sequence[Item], found: Sequence[Support]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("id")
    table.add_column("score", justify="right")
    for heading in ("verdict", "reason"):
        table.add_column(heading)
    for item, one in list(zip(items, found, strict=True))[:MOST_ITEMS]:
        style = "green" if one.verdict == "supported" else "red"
        table.add_row(Text(str(item.id)), f"{one.score:.2f}", Text(one.verdict, style), Text(one.reason))
    return table


def _agreements(kinds: Mapping[str, Agreement]) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("kind")
    for heading in ("n", "groups", "balanced accuracy", "95%", "ROC AUC", "95%"):
        table.add_column(heading, justify="right")
    for kind, one in kinds.items():
        table.add_row(
            Text(kind), str(one.n), str(one.groups),
            _share(one.balanced_accuracy), _ends(one.balanced_accuracy_interval),
            _share(one.roc_auc), _ends(one.roc_auc_interval),
        )  # fmt: skip
    return table


def _share(value: float) -> str:
    return "needs both labels" if math.isnan(value) else f"{100 * value:.1f}"


def _ends(interval: tuple[float, float]) -> str:
    return "" if math.isnan(interval[0]) else f"{100 * interval[0]:.1f} to {100 * interval[1]:.1f}"
