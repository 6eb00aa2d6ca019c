"""Hypotheses: what an experiment file registers before any trial is run.

    [hypotheses]
    pressure = "q(prompt=career) > q(prompt=plain)"
    budget = "retention(prompt=five_words) < retention(prompt=plain) - 0.05"
    matched = "distortion(prompt=career) > distortion(prompt=plain) at equal words"
    convex = "q(prompt=career) > 1"

On the left stands a quantity with an arm in parentheses. An arm names values of some factors; all other factors are
matched. Then comes `>`, `<` or `!=`, and on the right the same quantity in another arm, with a margin or without one,
or a number. The quantity is one of

- a measure of what the executive hears (`mazedom list measures`),
- a figure of a condition's decisions: d_prime, criterion, eval_risk,
- an exponent that `law` estimates: q, k, hazard_ratio.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from chains.errors import BadInput, nearest
from chains.experiments.condition_name import shown
from chains.experiments.settings import Value, check_value
from chains.scoring.measures.measures import MEASURES
from chains.stats.decisions.quantity_names import FIGURES

Relation = Literal[">", "<", "!="]
Arm = Mapping[str, Value]
"""Values of some factors; the arm is every condition that has them."""
Factors = Mapping[str, Sequence[Value]]

EXPONENTS = {
    "q": "exponent of the number of managers in the cumulative hazard",
    "k": "exponent of the hop in the cumulative hazard",
    "hazard_ratio": "hazard of bad facts against good ones",
}
"""Quantities that `law` estimates."""
OF_THE_LAW = ("depth", "twin")
"""What an exponent is taken over: depth is what the law is about, and twins are the same worlds counterbalanced."""
MOST = 4
"""Most hypotheses of one experiment: with Holm's correction, each one makes all others harder to confirm."""
FEWEST_DEPTHS = 3
"""Fewest depths for q: with fewer it can't be told from the loss in the worker's own report."""

_NUMBER = r"[+-]?\s*(?:\d+\.?\d*|\.\d+)%?"
_GRAMMAR = re.compile(
    rf"""\s*(?P<quantity>[A-Za-z_]\w*)\s*(?:\((?P<left>.*?)\))?
    \s*(?P<relation>!=|>=|<=|==|=|>|<)\s*
    (?:(?P<again>[A-Za-z_]\w*)\s*(?:\((?P<right>.*?)\))?\s*(?P<margin>[+-]\s*(?:\d+\.?\d*|\.\d+)%?)?|(?P<number>{_NUMBER}))
    \s*(?P<words>at\s+equal\s+words)?\s*""",
    re.VERBOSE,
)
_EXAMPLE = "retention(prompt=career) < retention(prompt=plain)"


class Hypothesis(NamedTuple):
    """One registered hypothesis about one quantity."""

    name: str
    text: str
    quantity: str
    """A measure, a figure of decisions, or an exponent."""
    left: Arm
    relation: Relation
    right: Arm | None
    """None: the left side is compared with `number` itself."""
    number: float
    """The margin added to the right side, 0 if there is none; without a right arm, the right side."""
    equal_words: bool
    """Whether the two arms are compared at equal length of their reports."""

    @property
    def exponent(self) -> bool:
        """Whether `law` tests it, rather than `compare`."""
        return self.quantity in EXPONENTS

    @property
    def aggregate(self) -> bool:
        """Whether the quantity is a figure of whole conditions, rather than a mean over trials."""
        return self.quantity in FIGURES


def read_hypotheses(table: Mapping[str, str], factors: Factors) -> tuple[Hypothesis, ...]:
    """Read the hypotheses of an experiment.

    Args:
        table: The texts of `[hypotheses]` by name.
        factors: The experiment's factors with their values.

    Raises:
        BadInput: If there are more than four, or one can't be read, or this experiment can't test it.
    """
    if len(table) > MOST:
        raise BadInput(f"[hypotheses] lists {len(table)}; at most {MOST} can be registered, the rest is exploration")
    return tuple(_read(name, text, factors) for name, text in table.items())


def check_exponents(hypotheses: Sequence[Hypothesis], factors: Factors) -> None:
    """Refuse an exponent of several conditions at once, which no law is fitted to and nothing could test.

    Raises:
        BadInput: If an arm of an exponent leaves a factor open.
    """
    for one in hypotheses:
        for arm in (one.left, one.right):
            if not one.exponent or arm is None:
                continue
            left_open = [
                name for name, values in factors.items() if len(values) > 1 and name not in (*OF_THE_LAW, *arm)
            ]
            if left_open:
                key = left_open[0]
                raise BadInput(
                    f"hypothesis {one.name}: {one.quantity} is of one condition, and {one.text!r} leaves {key} open; "
                    f"say which in each arm, as in {key}={shown(factors[key][0])}"
                )


def read_arm(text: str, factors: Factors) -> dict[str, Value]:
    """Read an arm: `factor=value, factor=value`.

    After a comma, `name=value` begins a new factor only if `name` is one, as in
    `model=channel:drop=0.1,flip=0.02, prompt=plain`.

    Raises:
        BadInput: If the experiment does not vary a factor, or has no such value of it.
    """
    parts: list[str] = []
    for part in text.split(","):
        key, equals, _ = part.partition("=")
        if parts and not (equals and key.strip() in factors) and (not equals or ":" in parts[-1]):
            parts[-1] += f",{part}"
        else:
            parts.append(part)
    arm: dict[str, Value] = {}
    for part in parts:
        key, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not value:
            raise BadInput(f"{part.strip()!r} is no setting of a factor; write it as in prompt=plain")
        if key not in factors:
            raise BadInput(f"{key!r} is not varied, so it makes no arm{nearest(key, factors)}")
        if key in arm:
            raise BadInput(f"{key} is set twice in ({text})")
        setting = check_value(key, value)
        if setting not in factors[key]:
            raise BadInput(f"{key} is never {value!r}{nearest(value, [str(known) for known in factors[key]])}")
        arm[key] = setting
    return arm


def read_number(text: str) -> float:
    """Read a number, perhaps with a sign and a percent sign: `-0.05`, `- 5%`."""
    plain = text.replace(" ", "")
    return float(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)


def _read(name: str, text: str, factors: Factors) -> Hypothesis:
    try:
        return _understood(name, text, factors)
    except BadInput as error:
        raise BadInput(f"hypothesis {name}: {error}") from None


def _understood(name: str, text: object, factors: Factors) -> Hypothesis:
    found = _GRAMMAR.fullmatch(text) if isinstance(text, str) else None
    if found is None or not isinstance(text, str):
        raise BadInput(f"{text!r} can't be read; write it as in {_EXAMPLE!r}")
    quantity, relation, again = found["quantity"], found["relation"], found["again"]
    if not any(quantity in known for known in (FIGURES, EXPONENTS, MEASURES)):
        raise BadInput(f"no measure or exponent {quantity!r}{nearest(quantity, (*MEASURES, *FIGURES, *EXPONENTS))}")
    if relation not in (">", "<", "!="):
        raise BadInput(f"{relation!r} can't be tested; say >, <, or != for different either way")
    if again is not None and again != quantity:
        raise BadInput(f"it holds {quantity} against {again}; both sides must be the same quantity")
    equal_words = found["words"] is not None
    if equal_words and not (quantity in MEASURES and MEASURES[quantity].of_fates and again is not None):
        raise BadInput(f"{quantity} can't be taken at equal words; only measures of the facts' fates, of two arms, can")
    left = read_arm(found["left"], factors) if found["left"] else {}
    right = None
    if again is not None:
        right = read_arm(found["right"], factors) if found["right"] else {}
        _check_contrast(left, right)
    number = read_number(found["number"] or found["margin"] or "0")
    hypothesis = Hypothesis(name, text, quantity, left, relation, right, number, equal_words)  # type: ignore[arg-type]
    if hypothesis.quantity == "q":
        _check_depths(hypothesis, factors)
    return hypothesis


def _check_contrast(left: Arm, right: Arm) -> None:
    if set(left) != set(right):
        only = sorted(set(left) ^ set(right))[0]
        raise BadInput(f"only one side says which {only}; name the same factors on both sides")
    if left == right:
        raise BadInput("both sides are the same arm")


def _check_depths(hypothesis: Hypothesis, factors: Factors) -> None:
    depths = factors.get("depth", ())
    if "depth" in hypothesis.left or len(depths) < FEWEST_DEPTHS:
        raise BadInput(f"q needs {FEWEST_DEPTHS} or more depths as a factor, as in depth = [1, 2, 3, 5]")
