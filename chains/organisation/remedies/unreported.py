"""Which lines a manager heard and did not pass on, ranked by relevance to the executive's question.

It compares words and never sees the ledger. A line counts as passed on if
one sentence of the message has all of its numbers and codes and most of its
other words. So a paraphrase counts, and a line whose figure was changed does
not. Relevance is BM25 (Robertson and Zaragoza 2009, in the variant BM25+
of Lv and Zhai 2011) over the hidden lines.
"""

from collections.abc import Sequence

from chains.rng import Draw
from chains.scoring.text.ledger_stems import STOP
from chains.scoring.text.sentences import sentences_of
from chains.scoring.text.tokens import tokens_of

MOST = 0.5
"""Share of a line's words (besides numbers and codes) that a sentence must have to count as passing it on."""


def passed_on(line: str, message: str) -> bool:
    """Return whether one sentence of a message says about the same as a line."""
    figures, words = _split(line)
    for sentence in sentences_of(message):
        said = {token.stem for token in sentence.tokens}
        if figures <= said and len(words & said) >= MOST * len(words):
            return True
    return False


def hidden(lines: Sequence[str], message: str) -> list[str]:
    """Return the lines that a message does not pass on, in their order."""
    return [line for line in lines if not passed_on(line, message)]


def ranked(lines: Sequence[str], question: str, draw: Draw) -> list[str]:
    """Return lines by relevance to a question, the most relevant first.

    Args:
        lines: The lines, each once.
        question: The text to be relevant to.
        draw: Orders equally relevant lines, such as all lines that share no word with the question.
    """
    texts = [[*_content(line)] for line in lines]
    if not any(texts):
        return draw.shuffled(lines)
    from rank_bm25 import BM25Plus  # noqa: PLC0415  it loads numpy, which runs without this remedy don't need

    scores = BM25Plus(texts).get_scores([*_content(question)])
    return [lines[place] for place in sorted(draw.shuffled(range(len(lines))), key=lambda place: -scores[place])]


def _split(line: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the numbers and codes of a line, and its other words."""
    tokens = [token for token in tokens_of(line) if token.kind != "mark" and token.low not in STOP]
    figures = frozenset(token.stem for token in tokens if token.kind in ("number", "code"))
    return figures, frozenset(token.stem for token in tokens) - figures


def _content(text: str) -> list[str]:
    return [token.stem for token in tokens_of(text) if token.kind != "mark" and token.low not in STOP]
