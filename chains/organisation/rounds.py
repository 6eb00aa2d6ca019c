"""Rounds: an organisation that meets again, remembers, and moves its people.

A trial of several rounds goes through as many worlds, the last of which is
the one that a trial of a single round would have, so that conditions with
different numbers of rounds are compared on the same world. In every round
each report is rated by the seat above. Before the next,

- with a forum, its members read what the others have posted (see `forum`);
- members remember how their reports were rated, and with
  `memory = reports` what they wrote, of the last few rounds; with
  `memory = outcomes` everybody remembers what was decided and what came of
  it, and with `memory = rounds`, its placebo, that something was decided;
- with `promotion`, one manager (the best-rated that can rise, the one whose
  report keeps most of what it heard, or a random one) changes seats with the
  manager above it;
- with `succession`, the executive retires instead: its seat goes to one of
  those who report to it, by `promotion`, the seat of that one in the same way
  to one of those below, and a newcomer takes the worker's seat at the end of
  this chain of vacancies (H. C. White, Chains of Opportunity, 1970);
- with `leaving`, one manager, or with succession one worker or manager who has
  not just risen, leaves: the worst-rated, the one whose report keeps least,
  the dissatisfied one, or a random one. A newcomer who remembers nothing takes
  the seat. Dissatisfied is whoever is rated lowest for what its report is
  worth: value - (rating - 1) / 9 is largest. No trait enters into it.

Members take their model, prompts, traits and memory along when they move; with
succession, where they come to do other work, they take up the prompts of the
seat. Who holds which seat follows by rule from the ratings and from what the
instrument reads, so a replay finds it again; the trial's end in the log states
both for people to read.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chains.organisation.cast import SINCE, Cast, Habit, Part, hands_of, newcomer
from chains.organisation.forum import as_read, as_told, members, read_by, tips_for
from chains.organisation.hierarchy import Hierarchy
from chains.organisation.plan import Aftermath, Remark
from chains.organisation.round_settings import OF_DECISIONS, OUTCOMES_REMEMBERED, REMEMBERED, Memory, Move
from chains.rng import Draw
from chains.scoring.replies.rating import LEAST, MOST
from chains.worlds.decisions.decision import Option
from chains.worlds.world import World


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
    values: Mapping[str, float | None] = {}
    """For each seat that reported, the share of what it heard that its report keeps; None where it heard nothing. Empty
    where nobody moves by it."""
    after: Sequence[Aftermath] = ()
    """What remedies have follow from it."""
    posts: Mapping[str, str] = {}
    """What each seat posted."""


def first_staff(hierarchy: Hierarchy) -> dict[str, str]:
    """Return the staff of the first round: each member is named after the seat."""
    return {seat.name: seat.name for seat in hierarchy.seats}


def next_staff(cast: Cast, met: RoundResult) -> dict[str, str]:
    """Return who holds which seat after a round.

    Args:
        cast: The round's cast.
        met: The round's result.
    """
    round_settings = cast.round_settings
    staff = dict(met.staff)
    draw = Draw("moves", cast.world.digest, cast.replicate, cast.round)
    seats = [seat.name for seat in cast.hierarchy.seats if seat.role == "manager"]
    if round_settings.succession:
        risen = _succeed(cast, met, staff, draw)
        seats = [seat.name for seat in cast.hierarchy.seats[1:] if met.staff[seat.name] not in risen]
    else:
        superiors = {seat: cast.hierarchy.superior(seat) for seat in seats}
        rising = [seat for seat in seats if superiors[seat] in superiors]
        up = _picked(rising, met, round_settings.promotion, draw)
        if up is not None and (above := superiors[up]) is not None:
            staff[up], staff[above] = staff[above], staff[up]
    out = _picked(seats, met, round_settings.leaving, draw, best=round_settings.leaving == "dissatisfied")
    if out is not None:
        # by the seat in that round: whoever was promoted just now may leave too, except with succession
        leaver = met.staff[out]
        seat = next(name for name, member in staff.items() if member == leaver)
        staff[seat] = newcomer(seat, cast.round + 1)
    relieved = {met.staff[seat] for after in met.after for seat in after.relieved}
    for seat, member in staff.items():
        if member in relieved:
            staff[seat] = newcomer(seat, cast.round + 1)
    return staff


def _succeed(cast: Cast, met: RoundResult, staff: dict[str, str], draw: Draw) -> set[str]:
    """Fill the executive's seat, and every seat that falls vacant by that, from below; return who rose."""
    vacant, risen = cast.hierarchy.executive.name, set[str]()
    while below := cast.hierarchy.reports_of(vacant):
        up = _picked(below, met, cast.round_settings.promotion, draw)
        if up is None:
            raise ValueError("succession without promotion")
        staff[vacant] = met.staff[up]
        risen.add(met.staff[up])
        vacant = up
    staff[vacant] = newcomer(vacant, cast.round + 1)
    return risen


def _marks(met: RoundResult, move: Move) -> Mapping[str, float | None]:
    """Return by what the holders of seats are compared for a move."""
    if move == "value":
        return met.values
    if move == "dissatisfied":
        return {
            seat: None if rating is None or (value := met.values.get(seat)) is None
            else value - (rating - LEAST) / (MOST - LEAST)
            for seat, rating in met.ratings.items()
        }  # fmt: skip
    return met.ratings


def _picked(seats: Sequence[str], met: RoundResult, move: Move, draw: Draw, *, best: bool = True) -> str | None:
    """Return the seat whose holder moves; a random one of equals, or if nobody has a mark."""
    if move == "none" or not seats:
        return None
    marks = _marks(met, move)
    marked = {seat: mark for seat in seats if (mark := marks.get(seat)) is not None}
    if move == "random" or not marked:
        return draw.choice(list(seats))
    bar = max(marked.values()) if best else min(marked.values())
    return draw.choice([seat for seat in marked if marked[seat] == bar])


def in_round(cast: Cast, number: int, staff: Mapping[str, str], history: Sequence[RoundResult]) -> Cast:
    """Return the cast of a round: its world, its deal, and each seat's holder with its memory.

    Args:
        cast: The trial's cast.
        number: The number of the round, from 1.
        staff: Who holds which seat.
        history: The results of earlier rounds.
    """
    world = cast.worlds[number - 1]
    known = remembered(cast.round_settings.memory, staff, history)
    heard, habits = _from_others(cast, world, staff, history)
    parts = dict(cast.parts)
    for seat, member in staff.items():
        if cast.round_settings.succession:
            parts[seat] = _grown_into(cast.parts[seat], cast.parts[member.partition(SINCE)[0]])
        else:
            # a newcomer has the part of the seat; all others keep the part of their first seat
            parts[seat] = cast.parts.get(member, cast.parts[seat])
    return cast.model_copy(
        update={
            "world": world,
            "round": number,
            "staff": staff,
            "dealt": hands_of(world, cast.hierarchy, cast.replicate),
            "parts": parts,
            "remembered": {
                seat: "\n\n".join(filter(None, (known.get(seat), heard.get(seat)))) for seat in {**known, **heard}
            },
            "remarks": remarks_on(staff, history),
            "habits": habits,
            "went_well": went_well(history) if cast.round_settings.memory == "outcomes" else 0,
        }
    )


def _grown_into(seat: Part, member: Part) -> Part:
    """Return a seat's part with the model of the member who holds it now; where a person sits, it stays as it is."""
    if seat is member or seat.sits != "none" or member.sits != "none":
        return seat
    return seat.model_copy(update={"model": member.model, "settings": member.settings})


def _from_others(
    cast: Cast, world: World, staff: Mapping[str, str], history: Sequence[RoundResult]
) -> tuple[dict[str, str], dict[str, Habit]]:
    """Return what each seat has heard from others since the last round, in words, and its holder's practices."""
    settings, hierarchy, metric = cast.round_settings, cast.hierarchy, world.metric
    readers = members(settings.forum, hierarchy)
    tips = {} if history else tips_for(world, hierarchy, cast.replicate, settings.tips)
    heard, habits = dict[str, str](), dict[str, Habit]()
    last = history[-1] if history else None
    for seat, member in staff.items():
        read = read_by(seat, last.posts) if last is not None and seat in readers else {}
        if words := as_read(read) or as_told(world, tips.get(seat, ())):
            heard[seat] = words
        if metric is not None:
            was = None if last is None else next((name for name, who in last.staff.items() if who == member), None)
            used = () if last is None or was is None else metric.practised(last.reports.get(was))
            habits[seat] = Habit(used, (*metric.practised("\n".join(read.values())), *tips.get(seat, ())))
    return heard, habits


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


def remarks_on(staff: Mapping[str, str], history: Sequence[RoundResult]) -> dict[str, tuple[Remark, ...]]:
    """Return what each seat's holder was told of its reports after the last rounds, whatever else it remembers."""
    first = max(0, len(history) - REMEMBERED)
    found: dict[str, list[Remark]] = {}
    for number, met in enumerate(history[first:], first + 1):
        for seat, remark in ((seat, one) for after in met.after for seat, one in after.remarks.items()):
            now = next((name for name, member in staff.items() if member == met.staff[seat]), None)
            if now is not None:
                found.setdefault(now, []).append(remark._replace(text=f"In round {number} {remark.text}."))
    return {seat: tuple(told) for seat, told in found.items()}


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
