"""Attractors: where chains end whatever they began with, and the strengths that Perez et al. released.

The Telephone Game: arXiv 2407.04503.
"""

import statistics
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Attractor(NamedTuple):
    """A line through (first, last), least squares over chains."""

    slope: float
    intercept: float

    @property
    def strength(self) -> float:
        """1 - |slope|: 1 if the end does not depend on the beginning; 0 if differences stay as they are, or grow."""
        return max(0.0, 1 - abs(self.slope))

    @property
    def position(self) -> float | None:
        """Where the line leaves a value unchanged, intercept / (1 - slope); None if nothing is drawn there.

        That is so where |slope| is 1 or more: chains then keep their distances, or part.
        """
        return self.intercept / (1 - self.slope) if abs(self.slope) < 1 else None


def attractor(first: Sequence[float], last: Sequence[float]) -> Attractor | None:
    """Return the least-squares line of `last` on `first`, one value of each a chain.

    None if there are fewer than three chains, or all begin alike: no line is determined then, or it fits anything.
    """
    if len(first) < 3 or len(set(first)) < 2:
        return None
    return Attractor(*statistics.linear_regression(first, last))


FIRST_TAKEN = {"length": "from_generation_1", "positivity": "from_initial", "difficulty": "from_initial"}
"""What each of the released strengths takes as the first text."""

_MODELS = {
    "gpt-3.5-turbo-0125": "gpt-3.5",
    "Meta-Llama-3-8B-Instruct": "8B",
    "Meta-Llama-3-70B-Instruct": "70B",
}
_PROMPTS = ("rephrase", "inspiration", "continue")
_STRENGTHS = {
    "positivity": {"gpt-3.5": (0.540, 0.994, 0.992), "8B": (0.665, 0.852, 0.865), "70B": (0.221, 0.526, 0.855)},
    "difficulty": {"gpt-3.5": (0.628, 0.913, 0.826), "8B": (0.683, 0.914, 0.834), "70B": (0.520, 0.450, 0.833)},
    "length": {"gpt-3.5": (0.561, 0.993, 0.996), "8B": (0.584, 0.726, 0.826), "70B": (0.480, 0.119, 0.996)},
}
"""By property and model, in the order of `_PROMPTS`."""


def released(set_name: str) -> Mapping[str, float]:
    """Return the strength of each property that the Telephone Game's authors released for the set `<model>/<prompt>`.

    Other sets have none. Lengths take generation 1 as a chain's first text, the other two the initial text. They were
    computed over all twenty texts and five seeds of the set.
    """
    model, _, prompt = set_name.rpartition("/")
    known = _MODELS.get(model.rpartition("/")[2])
    if known is None or prompt not in _PROMPTS:
        return {}
    return {name: rows[known][_PROMPTS.index(prompt)] for name, rows in _STRENGTHS.items()}
