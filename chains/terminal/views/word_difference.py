"""Two texts word by word: what was left out and what was put in, in colour and in brackets for terminals without."""

from typing import Literal

from rich.text import Text

from chains.analysis.compare.most_different import stretches
from chains.scoring.text.legible import legible

Side = Literal["first", "second", "both"]


def word_difference(first: str, second: str, side: Side = "both") -> Text:
    """Return a text with its differences to another marked.

    Args:
        first: What was there before, or stands on the left.
        second: What came of it, or stands on the right.
        side: Which of the two to return; `both` has the words of both, one after the other where they differ.
    """
    text = Text()

    def put(words: str, style: str = "") -> None:
        if text.plain and not text.plain.endswith("\n") and not words.startswith("\n"):
            text.append(" ")
        text.append(words, style)

    for stretch in stretches(legible(first.strip()), legible(second.strip())):
        if stretch.same:
            put(stretch.a)
            continue
        if stretch.a.strip() and side != "second":
            put(f"[-{stretch.a.strip()}-]", "red")
        shown = stretch.a if side == "first" else stretch.b
        if shown.startswith("\n"):
            text.append("\n")
        if stretch.b.strip() and side != "first":
            put(f"{{+{stretch.b.strip()}+}}", "green")
        if shown.endswith("\n") and not text.plain.endswith("\n"):
            text.append("\n")
    return text
