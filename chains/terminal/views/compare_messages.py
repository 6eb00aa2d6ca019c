"""The pairs of a comparison whose messages differ most: a word diff side by side."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from chains.analysis.compare.comparison import Comparison
from chains.analysis.compare.most_different import Stretch, Unlike, stretches
from chains.scoring.text.legible import legible
from chains.terminal.views.run_tables import FATE_STYLE


def unlike_view(found: Sequence[Unlike], comparison: Comparison) -> RenderableType:
    """Return the pairs that differ most, a word diff side by side."""
    parts: list[RenderableType] = []
    for unlike in found:
        a, b = unlike.pair
        parts.append(Rule(f"differ most: {a} and {b}, {unlike.title}", align="left"))
        for fact, (one, other) in unlike.fates.items():
            line = Text(f"{fact}: ")
            line.append(one, style=FATE_STYLE[one]).append(" | ").append(other, style=FATE_STYLE[other])
            parts.append(line.append(f"  {unlike.facts[fact]}", style="dim"))
        columns = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, expand=True)
        columns.add_column(f"a: {comparison.a.label}", ratio=1, overflow="fold")
        columns.add_column(f"b: {comparison.b.label}", ratio=1, overflow="fold")
        diff = stretches(*map(legible, unlike.texts))
        columns.add_row(_marked(diff, "a"), _marked(diff, "b"))
        parts += [columns, Text()]
    if parts:
        parts.append(Text("[-only in a-]  {+only in b+}", style="dim"))
    return Group(*parts)


def _marked(diff: Sequence[Stretch], side: str) -> Text:
    """Return one side's words; those that the other lacks stand in brackets too, for terminals without colour."""
    text = Text()
    for stretch in diff:
        words = stretch.a if side == "a" else stretch.b
        if not words:
            continue
        if len(text) and not text.plain.endswith("\n") and not words.startswith("\n"):
            text.append(" ")
        if stretch.same or not words.strip():
            text.append(words)
        elif side == "a":
            text.append(f"[-{words.strip()}-]", "red")
        else:
            text.append(f"{{+{words.strip()}+}}", "green")
        if not stretch.same and words.endswith("\n"):
            text.append("\n")
    return text
