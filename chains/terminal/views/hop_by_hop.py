"""Two trials beside each other: at which message they part, which facts fare otherwise, and the words that differ."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from chains.analysis.compare.comparison import Pair
from chains.analysis.results.hop_by_hop import Both
from chains.fates import Read, letter_of
from chains.scoring.text.legible import legible
from chains.terminal.views.run_tables import FATE_STYLE
from chains.terminal.views.trial_grid import legend
from chains.terminal.views.word_difference import word_difference


def hop_by_hop_view(found: Sequence[Both], labels: tuple[str, str], pair: Pair, messages: int | None) -> RenderableType:
    """Return two trials message by message.

    Args:
        found: Their messages.
        labels: The two sides.
        pair: The two trials.
        messages: How many messages that differ are printed word by word; None: the first and the last.
    """
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("message", no_wrap=True)
    for heading in ("hop", "kept a", "kept b"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("facts that fare otherwise: a>b", ratio=1)
    for one in found:
        facts = Text("the same to the letter", "dim") if one.same else Text(" ").join(_fates(one))
        table.add_row(
            legible(one.turn), str(one.hop), *("-" if kept is None else str(kept) for kept in one.kept), facts
        )
    other = [one for one in found if not one.same]
    parts: list[RenderableType] = [
        Text(legible(f"a: {labels[0]}, {pair.a}\nb: {labels[1]}, {pair.b}")),
        Text(_first(other), style="bold"),
        table,
        legend(capitals=False),
    ]
    shown = other[:messages] if messages is not None else other[:1] + other[1:][-1:]
    for one in shown:
        parts += [Rule(legible(f"{one.turn}, hop {one.hop}"), align="left"), word_difference(*one.texts)]
    if shown:
        parts.append(Text("[-only in a-]  {+only in b+}", style="dim"))
    return Group(*parts)


def _first(other: Sequence[Both]) -> str:
    if not other:
        return "Both say the same to the letter."
    fates = next((one for one in other if one.fates), None)
    said = f"They part at {legible(other[0].turn)}"
    if fates is None:
        return f"{said}; no fact fares otherwise."
    return f"{said}; the first fact that fares otherwise is in {legible(fates.turn)}."


def _fates(one: Both) -> Iterator[Text]:
    for fact, (a, b) in one.fates.items():
        yield Text.assemble(f"{fact} ", _letter(a), ">", _letter(b))


def _letter(read: Read | None) -> tuple[str, str]:
    return ("-", "dim") if read is None else (letter_of(read, claim=True), FATE_STYLE[read])
