"""Attractor strengths that the Telephone Game's authors released (arXiv 2407.04503), to stand beside ours.

Their lengths take generation 1 as a chain's first text. Their positivities and
difficulties put the initial text before the others, so they take that.
"""

from collections.abc import Mapping

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
    """Return the released strength of each property for the set `<model>/<prompt>`; nothing for other sets.

    They were computed over all twenty texts and five seeds of the set.
    """
    model, _, prompt = set_name.rpartition("/")
    known = _MODELS.get(model.rpartition("/")[2])
    if known is None or prompt not in _PROMPTS:
        return {}
    return {name: rows[known][_PROMPTS.index(prompt)] for name, rows in _STRENGTHS.items()}
