"""The dates of documents, and dates in words relative to them.

Dates of facts have a month and a day and mostly no year. A document is dated after the events that it tells of, before
the plans, and tells them as a colleague would: "nine days ago", "on the 4th of last month", "in a fortnight".
"""

from collections.abc import Iterable
from typing import NamedTuple

from chains.rng import Draw
from chains.worlds.facts.ledger import MONTHS

LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
YEAR = sum(LENGTHS)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEK = 7
_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen",
)  # fmt: skip
FAR = 45
"""Days from which a date is told with its month, not relative to the document."""


class Day(NamedTuple):
    """A day of the year, from 0, with its weekday."""

    number: int
    """Days since 1 January; may run past the year's end, into the next."""
    monday: int
    """The number of some Monday, from 0 to 6."""

    @property
    def month(self) -> int:
        """The month, from 1 to 12."""
        return _month_and_day(self.number)[0]

    @property
    def day(self) -> int:
        """The day of the month."""
        return _month_and_day(self.number)[1]

    @property
    def weekday(self) -> str:
        """The name of the weekday."""
        return WEEKDAYS[(self.number - self.monday) % WEEK]

    @property
    def text(self) -> str:
        """The date with its month: "4 March"."""
        return f"{self.day} {MONTHS[self.month - 1]}"

    @property
    def full(self) -> str:
        """The date as it heads a document: "Tuesday, 4 March"."""
        return f"{self.weekday}, {self.text}"


def _month_and_day(number: int) -> tuple[int, int]:
    left = number % YEAR
    for month, length in enumerate(LENGTHS, start=1):
        if left < length:
            return month, left + 1
        left -= length
    raise AssertionError(number)


def number_of(value: str) -> int | None:
    """Return the day of the year of "03-04"; None for a date with a year, which is told as it stands."""
    if value.count("-") != 1:
        return None
    month, day = map(int, value.split("-"))
    return sum(LENGTHS[: month - 1]) + min(day, LENGTHS[month - 1]) - 1


def dates_of(past: Iterable[int], ahead: Iterable[int], count: int, draw: Draw) -> list[Day]:
    """Return the dates of a row of documents, earliest first; the last is after every event, if one date can be.

    Args:
        past: Days of events, of the year.
        ahead: Days of plans.
        count: How many documents.
        draw: The source of chance.
    """
    monday = draw.integer(0, WEEK - 1)
    events, plans = sorted(set(past)), sorted(set(ahead))
    if events:
        last = events[-1] if events[-1] - events[0] < YEAR // 2 else max(day for day in events if day < YEAR // 2)
        today = last + draw.integer(1, 3)
    elif plans:
        today = plans[0] - draw.integer(5, 20)
    else:
        today = draw.integer(0, YEAR - 1)
    today = _working(today, monday)
    days = [today]
    for _ in range(count - 1):
        before = days[-1] - draw.integer(1, 5)
        days.append(before - max(0, (before - monday) % WEEK - 4))
    return [Day(day, monday) for day in reversed(days)]


def _working(day: int, monday: int) -> int:
    """Return the day, or the Monday after it if it falls on a weekend."""
    over = (day - monday) % WEEK - 4
    return day if over <= 0 else day + 3 - over


def days_before(event: int, today: Day) -> int:
    """Return how many days before a document an event lies, across the turn of the year; negative for a plan."""
    apart = (today.number - event) % YEAR
    return apart if apart <= YEAR // 2 else apart - YEAR


def told_past(event: int, today: Day, draw: Draw) -> str:
    """Return when an event was, as an adverb: "yesterday", "on the 4th", "on 4 March"."""
    before = days_before(event, today)
    day = Day(today.number - before, today.monday)
    ways = [f"on {day.text}"]
    if not 0 < before < FAR:
        return ways[0]
    ways += [f"on the {_nth(day.day)}"] * 2 if day.month == today.month else []
    ways += [f"on the {_nth(day.day)} of last month"] * 2 if (today.month - day.month) % 12 == 1 else []
    if before == 1:
        ways += ["yesterday"] * 2
    elif before == WEEK:
        ways += ["a week ago today", "exactly a week ago"]
    elif before == 2 * WEEK:
        ways += ["a fortnight ago", "two weeks ago to the day"]
    elif before < len(_WORDS):
        ways += [f"{_WORDS[before]} days ago"] * 2
    this, then = (today.number - today.monday) % WEEK, (day.number - today.monday) % WEEK
    if then == WEEK - 1:
        pass  # which week a Sunday belongs to is not agreed on
    elif 1 < before <= this:
        ways.append(f"on {WEEKDAYS[then]} of this week")
    elif this < before <= this + WEEK:
        ways += [f"on {WEEKDAYS[then]} of last week"] * 2
    return draw.choice(ways)


def told_ahead(plan: int, today: Day, draw: Draw) -> str:
    """Return when a plan is, as a noun: "the 9th of next month", "9 May"."""
    ahead = -days_before(plan, today)
    day = Day(today.number + ahead, today.monday)
    ways = [day.text]
    if not 0 < ahead < FAR:
        return ways[0]
    ways += [f"the {_nth(day.day)}"] * 2 if day.month == today.month else []
    ways += [f"the {_nth(day.day)} of next month"] * 2 if (day.month - today.month) % 12 == 1 else []
    return draw.choice(ways)


def _nth(day: int) -> str:
    ending = "th" if day // 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"
