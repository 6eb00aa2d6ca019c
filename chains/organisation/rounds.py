"""Rounds: an organisation that meets again, remembers, and moves its people.

A trial of several rounds goes through as many worlds, the last of which is
the one that a trial of a single round would have, so that conditions with
different numbers of rounds are compared on the same world. In every round
each report is rated by the seat above. Before the next,

- members remember how their reports were rated, and with
  `memory = reports` what they wrote, of the last few rounds; with
  `memory = outcomes` everybody remembers what was decided and what came of
  it, and with `memory = rounds`, its placebo, that something was decided;
- with `promotion`, one manager (the best-rated that can rise, or a random
  one) changes seats with the manager above it;
- with `leaving`, one manager (the worst-rated, or a random one) leaves, and a
  newcomer who remembers nothing takes the seat.

Members take their model, prompts and memory along when they move. Who holds
which seat follows from the ratings by rule, so a replay finds it again; the
trial's end in the log states it for people to read.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chains.organisation.cast import Cast, hands_of
from chains.organisation.hierarchy import Hierarchy
from chains.organisation.round_settings import OF_DECISIONS, OUTCOMES_REMEMBERED, REMEMBERED, Memory, Move
from chains.rng import Draw
from chains.worlds.decisions.decision import Option


class RoundResult(NamedTuple):
    """The result of one round."""

    staff: Mapping[str, str]
    """Who held which seat: for each seat, the member's name."""
    ratings: Mapping[str, float | None]
    """For each seat whose report was rated, the rating; None where it could not be read."""
    reports: Mapping[str, str]
    """What each seat sent."""
    in_force: Option | None = None
    """The option in force in the end; None if nothing was decided or it can't be read."""
    stood: bool = False
    """Whether that is the standing plan."""


def first_staff(hierarchy: Hierarchy) -> dict[str, str]:
    """Return the staff of the first round: each member is named after the seat."""
    return {seat.name: seat.name for seat in hierarchy.seats}


def next_staff(cast: Cast, met: RoundResult) -> dict[str, str]:
    """Return who holds which seat after a round.

    Args:
        cast: The round's cast.
        met: The round's result.
    """
    round_settings, number = cast.round_settings, cast.round
    staff = dict(met.staff)
    managers = [seat for seat in cast.hierarchy.seats if seat.role == "manager"]
    superiors = {seat.name: cast.hierarchy.superior(seat.name) for seat in managers}
    rising = [seat.name for seat in managers if superiors[seat.name] in superiors]
    draw = Draw("moves", cast.world.digest, cast.replicate, number)
    up = _picked(rising, met.ratings, round_settings.promotion, draw, best=True)
    if up is not None and (above := superiors[up]) is not None:
        staff[up], staff[above] = staff[above], staff[up]
    out = _picked([seat.name for seat in managers], met.ratings, round_settings.leaving, draw, best=False)
    if out is not None:
        # by the seat in that round: whoever was promoted just now may leave too
        leaver = met.staff[out]
        seat = next(name for name, member in staff.items() if member == leaver)
        staff[seat] = f"{seat} since round {number + 1}"
    return staff


def _picked(
    seats: Sequence[str], ratings: Mapping[str, float | None], move: Move, draw: Draw, *, best: bool
) -> str | None:
    """Return the seat whose holder moves; a random one of equals, or if nobody is rated."""
    if move == "none" or not seats:
        return None
    rated = {seat: rating for seat in seats if (rating := ratings.get(seat)) is not None}
    if move == "random" or not rated:
        return draw.choice(list(seats))
    mark = max(rated.values()) if best else min(rated.values())
    return draw.choice([seat for seat in rated if rated[seat] == mark])


def in_round(cast: Cast, number: int, staff: Mapping[str, str], history: Sequence[RoundResult]) -> Cast:
    """Return the cast of a round: its world, its deal, and each seat's holder with its memory.

    Args:
        cast: The trial's cast.
        number: The number of the round, from 1.
        staff: Who holds which seat.
        history: The results of earlier rounds.
    """
    world = cast.worlds[number - 1]
    parts = dict(cast.parts)
    for seat, member in staff.items():
        # a newcomer has the part of the seat; all others keep the part of their first seat
        parts[seat] = cast.parts.get(member, cast.parts[seat])
    return cast.model_copy(
        update={
            "world": world,
            "round": number,
            "dealt": hands_of(world, cast.hierarchy, cast.replicate),
            "parts": parts,
            "remembered": remembered(cast.round_settings.memory, staff, history),
            "went_well": went_well(history) if cast.round_settings.memory == "outcomes" else 0,
        }
    )


def remembered(memory: Memory, staff: Mapping[str, str], history: Sequence[RoundResult]) -> dict[str, str]:
    """Return what each seat's holder remembers, in words; seats whose holder remembers nothing are left out.

    Args:
        memory: The setting `memory`.
        staff: Who holds which seat now.
        history: The results of earlier rounds, in order.
    """
    if memory == "none":
        return {}
    if memory in OF_DECISIONS:
        return _decisions(staff, history, told=memory == "outcomes")
    found: dict[str, str] = {}
    first = max(0, len(history) - REMEMBERED)
    for seat, member in staff.items():
        lines = []
        for number, met in enumerate(history[first:], first + 1):
            was = next((name for name, who in met.staff.items() if who == member), None)
            if was is None or was not in met.ratings:  # nobody rates what the executive writes
                continue
            rating = met.ratings[was]
            rated = "was not rated" if rating is None else f"was rated {rating:.2g} of 10"
            lines.append(f"In round {number} your report {rated} by your boss.")
            if memory == "reports":
                lines.append(f"You wrote:\n{met.reports[was].strip()}")
        if lines:
            found[seat] = "\n".join(["You remember earlier rounds, about other matters.", *lines])
    return found


def went_well(history: Sequence[RoundResult]) -> int:
    """Return in how many earlier rounds the standing plan was carried out: it has not failed yet."""
    return sum(met.stood for met in history)


def _decisions(staff: Mapping[str, str], history: Sequence[RoundResult], *, told: bool) -> dict[str, str]:
    """Return what each seat's holder remembers of decisions, from the round in which it came.

    Args:
        staff: Who holds which seat now.
        history: The results of earlier rounds, in order.
        told: Whether it remembers what was decided and what came of it.
    """
    first = max(0, len(history) - OUTCOMES_REMEMBERED)
    lines = [
        (met, f"In round {number} {_came(met.in_force) if told else UNTOLD}.")
        for number, met in enumerate(history[first:], first + 1)
        if met.in_force is not None
    ]
    found = {}
    for seat, member in staff.items():
        if known := [line for met, line in lines if member in met.staff.values()]:
            found[seat] = "\n".join(["You remember earlier rounds.", *known])
    return found


def _came(option: Option) -> str:
    decided = f"the decision was to {option.text}"
    return f"{decided}, {option.came}" if option.came else decided


UNTOLD = "a decision was made on what was reported, and the papers were filed"
"""What is remembered of a round in the placebo: a line of about the same length."""
