"""What a synthetic channel plants: its rates by name, and the law by which a fact is lost.

The law. A fact kept so far is lost at hop n with probability

    h(n) = 1 - exp(-(H(n) - H(n-1)) * r),   r = bad^[the fact is bad] * exp(fact_sd * z_fact + chain_sd * z_chain)

where z are standard normal draws, by (world seed, fact) and (world seed,
replicate), and H is the cumulative hazard, with lambda = -ln(1 - p) and p the
sum of the rates of the causes:

    k   H(n) = lambda * n^k              a power of the hop (Weibull); k = 1 is a constant hazard, the null
    q   H over N managers = lambda * N^q  a power of the depth, spread evenly over the managers' hops

These are the law of the hop and the law of the depth that `mazedom law` fits
(docs/law.md): Williamson's constant hazard is the null, and the Weibull model
with proportional hazards is the alternative. `overload` is
added to the cumulative hazard of each manager's hop for each line heard beyond
`capacity`.
"""

import math
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, ValidationError, model_validator

from chains.errors import BadInput, nearest
from chains.models.channel.certainties import CertaintyRates
from chains.models.channel.conduct import ConductRates
from chains.models.channel.gaps import GapRates
from chains.models.channel.grades import GradeRates
from chains.models.channel.orders import DownRates, Size
from chains.models.channel.practices import PracticeRates
from chains.models.channel.stops import CourageRates, Rate
from chains.models.channel.traits import TraitRates

Cause = Literal["drop", "blur", "alter", "invert"]
CAUSES: tuple[Cause, ...] = ("drop", "blur", "alter", "invert")

_ALIASES = {"flip": "invert"}


class ChannelRates(
    CertaintyRates, ConductRates, CourageRates, DownRates, GapRates, GradeRates, PracticeRates, TraitRates
):
    """What a channel plants."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    drop: Rate = 0.0
    """Chance per hop that a kept fact is left out."""
    blur: Rate = 0.0
    """Chance per hop that a kept fact loses its key values."""
    alter: Rate = 0.0
    """Chance per hop that one value of a kept fact is replaced by a wrong one."""
    invert: Rate = 0.0
    """Chance per hop that a kept fact's direction is flipped; `flip` is another name for it."""
    inflate: Rate = 0.0
    """Chance per hop that a kept fact is told better than it is: a bad one with a smaller number, a good one with a
    larger one. Facts without such a number stay as they are."""
    invent: Size = 0.0
    """Mean number of invented sentences that a message gains (Poisson); those heard are relayed."""
    k: Annotated[float, Field(gt=0, le=10)] = 1.0
    """Exponent of the hop in the cumulative hazard."""
    q: Annotated[float, Field(ge=0, le=10)] | None = None
    """Exponent of the number of managers in the cumulative hazard; excludes `k`."""
    worker: Rate | None = None
    """Total rate at hop 1, in place of the law, which then counts managers, not hops; without it `k` covers hop 1, and
    with `q` a worker loses nothing."""
    bad: Size = 1.0
    """Hazard ratio of bad facts against the others."""
    fact_sd: Size = 0.0
    """Standard deviation of the facts' log frailties."""
    chain_sd: Size = 0.0
    """Standard deviation of the chains' log frailties."""
    tau: Annotated[int, Field(ge=2)] | None = None
    """Hop from which the total rate is `p2` (the mix of causes stays)."""
    p2: Rate | None = None
    """Total rate from hop `tau` on."""
    overload: Size = 0.0
    """Added to the cumulative hazard of a manager's hop for each line heard beyond `capacity`."""
    capacity: Annotated[int, Field(ge=0)] = 0
    """Lines that a manager hears without overload."""
    soften: Rate = 0.0
    """Chance per hop that the status, if the world has one, is reported one step greener."""
    paraphrase: Rate = 1.0
    """Chance that a sentence which says the same as the one heard is worded anew."""
    misjudge: Rate = 0.0
    """Chance that an executive does not choose the best option given what it hears."""
    lean: Rate = 0.0
    """Chance that an executive takes the standing plan, whatever else it would have decided."""
    keen: Size | None = None
    """How sharply an executive tells risks apart, per unit of log-odds: it then chooses between the standing plan
    and the careful option at random, by a logit. Without it, it takes the option that pays most."""
    creep: Annotated[float, Field(ge=-10, le=10)] = 0.0
    """What each remembered round in which the standing plan was carried out adds to its log-odds of being kept; with
    `keen`."""
    garble: Rate = 0.0
    """Chance per hop down that the order is replaced by another one."""
    disobey: Rate = 0.0
    """Chance that a worker does something other than ordered."""
    taste: Rate = 0.0
    """Share of liking for good news in a rating of reports, or for a candidate's worth; the rest is noise."""
    kin: Size = 0.0
    """Added to the score of a candidate whose text was written by the same model, in points of 1 to 10."""
    hunch: Size = 0.0
    """Standard deviation of the noise in each score of a candidate or of work done, in points of 1 to 10."""
    bad_drop: Rate = 0.0
    """Chance per hop that a bad fact is left out, kept or not, before the law applies: a seat that hides bad news."""
    catch: Rate = 1.0
    """Chance that an auditor finds what a message lost of what its seat heard, line by line."""
    alarm: Rate = 0.0
    """Chance that an auditor finds fault with an unchanged line."""
    insight: Rate = 1.0
    """Chance that a worker knows whether its notes hold what decides; otherwise it guesses how much they matter."""
    mend: Rate = 1.0
    """Chance that a seat whose report is sent back restores a line that the findings name."""
    seed: int = 0
    """Seed of the channel's own draws."""

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.total > 1 + 1e-9:
            raise ValueError(f"drop, blur, alter and invert add up to {self.total:g}, more than 1")
        if self.q is not None and "k" in self.model_fields_set:
            raise ValueError("k and q exclude each other; give one")
        if self.creep and self.keen is None:
            raise ValueError("creep needs keen; give both, as in keen=1,creep=0.5")
        if (self.tau is None) != (self.p2 is None):
            raise ValueError("tau and p2 go together; give both or neither")
        return self

    @property
    def total(self) -> float:
        """The chance per hop that a kept fact is lost by any cause, before the law's shape."""
        return self.drop + self.blur + self.alter + self.invert

    def cause(self, uniform: float) -> Cause:
        """Return the cause that a uniform draw picks, in proportion to the rates; drop where all are 0."""
        mark = uniform * self.total
        for name in CAUSES:
            mark -= getattr(self, name)
            if mark < 0:
                return name
        return "drop"

    def hazard(self, hop: int, depth: int, ratio: float = 1.0, lines: int = 0) -> float:
        """Return the chance that a fact kept so far is lost at a hop.

        Args:
            hop: 1 for the worker's message.
            depth: Hops from the worker to the executive: the managers between them are one fewer. An
                executive's own message counts as a manager's.
            ratio: Multiplies the hazard: the fact's valence and frailties.
            lines: How many lines the seat heard.
        """
        over = self.overload * max(0, lines - self.capacity) if hop > 1 else 0.0
        total = self.p2 if self.tau is not None and self.p2 is not None and hop >= self.tau else self.total
        if hop == 1 and (self.worker is not None or self.q is not None):
            total, steps = self.worker or 0.0, 1.0
        elif self.q is not None:
            steps = max(1, depth - 1) ** (self.q - 1)
        else:
            # if the worker has its own rate, the law covers the managers alone, as `law` estimates it
            place = hop if self.worker is None else hop - 1
            steps = place**self.k - (place - 1) ** self.k
        if ratio == 0:
            return 0.0
        return 1.0 if total >= 1 else -math.expm1((math.log1p(-total) * steps - over) * ratio)


def parse_channel(text: str) -> ChannelRates:
    """Read the rates in a channel's name: "channel:drop=0.1,flip=0.02", "channel", or the part after the colon.

    Raises:
        BadInput: A key is unknown or given twice, or a value is impossible.
    """
    given: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.removeprefix("channel").removeprefix(":").split(","))):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        key = _ALIASES.get(name, name)
        if key not in ChannelRates.model_fields:
            raise BadInput(f"channel has no {name!r}{nearest(name, [*ChannelRates.model_fields, *_ALIASES])}")
        if not equals or not value:
            raise BadInput(f"channel: {name} has no value; write {name}=0.1")
        if key in given:
            raise BadInput(f"channel: {key} is given twice; give it once")
        given[key] = value
    try:
        return ChannelRates.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:
            raise BadInput(f"channel {text!r}: {first['ctx']['error']}") from None
        key = str(first["loc"][0])
        reason = first["msg"][:1].lower() + first["msg"][1:]
        raise BadInput(f"channel: {key}={given[key]!r} is no use; {reason}") from None
