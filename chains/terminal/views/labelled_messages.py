"""What the instrument reads in messages from anywhere, and how far their labels agree with it."""

import math
from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.scoring.facts.instrument import INSTRUMENT
from chains.stats.paired.shares import wilson
from chains.terminal.views.agreement import in_words, matrix_table
from chains.terminal.views.judging import share
from chains.terminal.views.output import counted
from chains.terminal.views.run_tables import FATE_STYLE
from chains.validation.labelled_messages import Found, Lost

_MOST_ROWS = 60
"""Messages whose fates are printed; `--json` has all of them."""


def messages_view(found: Found) -> RenderableType:
    """Return everything for the terminal: the fates, then what the labels say of them."""
    parts: list[RenderableType] = [_fates(found)]
    if len(found.read) > _MOST_ROWS:
        parts.append(Text(f"the first {_MOST_ROWS} of {len(found.read)} messages; --json has all", "bright_black"))
    if other := sum(one.language is not None for one in found.read):
        parts.append(Text(f"note: {counted(other, 'message')} not in English, which alone is read", "yellow"))
    if found.pairs:
        parts += [Text(""), Text(f"{counted(found.pairs, 'labelled pair')}; {_accord(found)}")]
    if found.agreed:
        parts += [Text(""), Text(f"{INSTRUMENT} against what the readers agree on", "bold"), matrix_table(found.agreed)]
        parts.append(Text(in_words(found.agreed)))
    for name, lost in (("hop", found.by_hop), ("prompt", found.by_prompt)):
        if lost:
            parts += [Text(""), _lost(name, lost)]
    if found.statuses:
        right = f"{found.statuses_right} of {found.statuses} ({share(found.statuses_right / found.statuses)})"
        parts += [Text(""), Text(f"overall status read as told: {right}")]
    return Group(*parts)


def _fates(found: Found) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("line", justify="right")
    table.add_column("world")
    table.add_column("fates")
    table.add_column("status")
    for one in found.read[:_MOST_ROWS]:
        fates = Text(" ").join(
            Text(f"{name} {verdict.fate}", FATE_STYLE[verdict.fate]) for name, verdict in one.verdicts.items()
        )
        world = Text(f"{one.row.world.scenario} {one.row.world.seed}")
        table.add_row(str(one.row.line), world, fates, one.status or "")
    return table


def _accord(found: Found) -> str:
    agreed = f"the readers agree on {found.agreed.items}" if found.agreed else "the readers agree on none"
    among = "" if math.isnan(found.readers_alpha) else f" (alpha {found.readers_alpha:.2f} among them)"
    held = "" if math.isnan(found.alpha) else f"; alpha of {INSTRUMENT} against them {found.alpha:.2f}"
    return agreed + among + held


def _lost(name: str, lost: Mapping[str, Lost]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(name)
    for heading in ("kept", "read as lost", "false loss", "95%"):
        table.add_column(heading, justify="right")
    for value, one in lost.items():
        low, high = wilson(one.share, one.kept)
        table.add_row(Text(value), str(one.kept), str(one.lost), f"{100 * one.share:.1f}%",
                      f"{100 * low:.1f} to {100 * high:.1f}%")  # fmt: skip
    return table
