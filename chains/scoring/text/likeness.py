"""How alike texts are: the share of word sequences that two of them have in common."""

from collections.abc import Collection, Sequence
from itertools import combinations

from chains.scoring.text.tokens import tokens_of

LENGTH = 3
"""Words in a sequence."""


def likeness(texts: Sequence[str], leaving_out: Collection[str] = ()) -> float | None:
    """Return the mean likeness of all pairs of texts: the Jaccard index of their sequences of three words.

    0 if no pair has a sequence in common, 1 if all have the same ones. Figures are left out, so that a form filled with
    other values is the same text.

    Args:
        texts: The texts; of those without any sequence, pairs are not counted.
        leaving_out: Words that are left out too, in lower case, such as names.
    """
    found = [grams for text in texts if (grams := _sequences(text, leaving_out))]
    pairs = [len(one & other) / len(one | other) for one, other in combinations(found, 2)]
    return sum(pairs) / len(pairs) if pairs else None


def _sequences(text: str, leaving_out: Collection[str]) -> frozenset[tuple[str, ...]]:
    words = [token.text.lower() for token in tokens_of(text)]
    words = [word for word in words if word.isalpha() and word not in leaving_out]
    return frozenset(zip(*(words[start:] for start in range(LENGTH)), strict=False))
