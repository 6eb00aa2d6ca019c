"""What people did in the seats of one trial: the input of the measures of people.

Facts and choices count as units. A unit is right in a text if the fact is kept there, or the choice is the best one on
the full ledger.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Unit(NamedTuple):
    """One fact, or one choice, in the model's draft and in the message that was sent."""

    draft: bool
    sent: bool


class Sat(NamedTuple):
    """What one person did in one seat of a trial."""

    seconds: float
    """How long they had its items open."""
    cost: float
    """What that cost, at `people.hourly`; nan if that is not given."""
    units: tuple[Unit, ...] = ()
    """What became of the model's draft or advice; none where there was none."""
    heard: int = 0
    """Facts that the seat heard whole, where it reports."""
    lost: int = 0
    """How many of them its report lost."""
    sent: int = 0
    """Facts that its report kept."""
    lost_later: int = 0
    """How many of them were lost on the way to the executive."""


def _share(hits: int, of: int) -> float:
    return hits / of if of else math.nan


def _units(sat: Sequence[Sat]) -> list[Unit]:
    return [unit for one in sat for unit in one.units]


def _minutes(sat: Sequence[Sat]) -> float:
    return sum(one.seconds for one in sat) / 60


def _cost(sat: Sequence[Sat]) -> float:
    return sum(one.cost for one in sat) if sat else 0.0


def _overridden(sat: Sequence[Sat]) -> float:
    units = _units(sat)
    return _share(sum(unit.draft != unit.sent for unit in units), len(units))


def _override_accuracy(sat: Sequence[Sat]) -> float:
    changed = [unit for unit in _units(sat) if unit.draft != unit.sent]
    return _share(sum(unit.sent for unit in changed), len(changed))


def _ignored(sat: Sequence[Sat]) -> float:
    right = [unit for unit in _units(sat) if unit.draft]
    return _share(sum(not unit.sent for unit in right), len(right))


def _seat_hazard(sat: Sequence[Sat]) -> float:
    return _share(sum(one.lost for one in sat), sum(one.heard for one in sat))


def _later_hazard(sat: Sequence[Sat]) -> float:
    return _share(sum(one.lost_later for one in sat), sum(one.sent for one in sat))


class OfPeople(NamedTuple):
    """A measure of what people did in a trial."""

    about: str
    of: Callable[[Sequence[Sat]], float]
    share: bool = True


OF_PEOPLE = {
    "people_minutes": OfPeople("minutes that people had their items open, in a trial", _minutes, share=False),
    "people_cost": OfPeople("what these minutes cost at people.hourly", _cost, share=False),
    "overridden": OfPeople("share of a draft's facts and choices that a person turned right or wrong", _overridden),
    "override_accuracy": OfPeople("share of these that they turned right", _override_accuracy),
    "ignored_though_right": OfPeople("share of what a draft or advice had right that was not sent", _ignored),
    "person_hazard": OfPeople("share of the facts heard in a person's seat that its report lost", _seat_hazard),
    "hazard_after_person": OfPeople(
        "share of the facts in a person's report that the executive does not hear", _later_hazard
    ),
}  # fmt: skip
"""The measures of people, by name; nan where nobody sits in the run, or where there is nothing to count."""
