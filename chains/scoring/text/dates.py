"""Dates in a sentence: "4 March", "March 4th", "2031-03-04", "25/3"."""

from collections.abc import Sequence
from typing import NamedTuple

from chains.scoring.text.ledger_stems import bag
from chains.scoring.text.tokens import Token
from chains.worlds.facts.ledger import MONTHS

_MONTHS = {name.lower(): at for at, name in enumerate(MONTHS, 1)}
_MONTHS |= {name[:3]: at for name, at in list(_MONTHS.items())} | {"sept": 9}
_BEFORE_MAY = bag("in on by since until of early late mid from to during last next the for before after")


class Date(NamedTuple):
    """A date as a message states it; missing parts are None."""

    month: int
    day: int | None
    year: int | None
    first: int
    last: int
    """Tokens from `first` up to `last`, half open."""
    inferred: bool = False
    """Whether its month is that of a date told before it: "the 25th", "two days later"."""

    def agrees(self, value: str) -> bool | None:
        """Compare with "MM-DD" or "YYYY-MM-DD": True, False, or None if the day is missing."""
        parts = [int(part) for part in value.split("-")]
        if self.month != parts[-2] or self.day not in (None, parts[-1]):
            return False
        if len(parts) == 3 and self.year is not None and self.year != parts[0]:
            return False
        return None if self.day is None else True


def dates_of(tokens: tuple[Token, ...]) -> list[Date]:
    """Return the dates of a sentence in order. A day and month in figures count only if one reading is possible."""
    out: list[Date] = []
    at = 0
    while at < len(tokens):
        starts = tokens[at].kind == "number" or tokens[at].low in _MONTHS or tokens[at].low in _ORDINAL_DAYS
        found = (_iso(tokens, at) or _slashed(tokens, at) or _named(tokens, at)) if starts else None
        if found is None:
            at += 1
        else:
            out.append(_with_day(tokens, found))
            at = out[-1].last
    return out


_FAR = 6
"""Words within which a day may follow its month: "in the middle of October, on the 15th"."""


def _with_day(tokens: tuple[Token, ...], date: Date) -> Date:
    """Return a month, with its day if one follows."""
    if date.day is not None:
        return date
    for at in range(date.last, min(date.last + _FAR, len(tokens) - 1)):
        if tokens[at].kind == "number" and _low(tokens, at - 1) == "the" and (day := _day(tokens, at)) and day[1] == 2:
            return date._replace(day=day[0], last=at + 2)
    return date


def referring_dates(tokens: tuple[Token, ...], dates: Sequence[Date], before: Sequence[Date]) -> list[Date]:
    """Return the dates of a sentence that are told by an earlier one: "the 25th", "two days later".

    "The 25th" may be of the month of the date told last, or of the one at the head of the message.

    Args:
        tokens: The sentence.
        dates: Its other dates, in order.
        before: The first and the last date told before the sentence.
    """
    out: list[Date] = []
    taken = {at for date in dates for at in range(date.first, date.last)}
    for at in range(len(tokens)):
        if at in taken or not (tokens[at].low in _ORDINAL or tokens[at].low in _LATER):
            continue
        here = [date for date in dates if date.first < at][-1:]
        days = [_that_day(tokens, at, told) for told in (*before, *here)]
        later = [_days_later(tokens, at, told) for told in (here or before)[-1:]]
        found = [day for day in (*days, *later) if day is not None and taken.isdisjoint(range(day.first, day.last))]
        out += dict.fromkeys(found)
    return out


def refers(tokens: Sequence[Token]) -> bool:
    """Whether a sentence may tell a day by an earlier date."""
    return any(token.low in _ORDINAL or token.low in _LATER for token in tokens)


_ORDINAL = bag("st nd rd th")
_LATER = bag("later after afterwards")
_IN_TIME = bag("on since from until by before after")
_SHORTEST = 28
"""Days that every month has."""


def _that_day(tokens: tuple[Token, ...], at: int, told: Date) -> Date | None:
    """Return "the 25th" as a day of a month that was told; `at` is its ending."""
    day = _whole(_low(tokens, at - 1))
    timed = _low(tokens, at - 2) == "the" and _low(tokens, at - 3) in _IN_TIME and tokens[at].tight
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    counts = after is not None and after.kind in ("word", "code") and after.low not in _AFTER_DAY
    if day is None or not 1 <= day <= 31 or not timed or counts:
        return None
    return Date(told.month, day, told.year, at - 2, at + 1, inferred=True)


_AFTER_DAY = bag(
    "and but at as in by for after with due because this while when to following owing thanks though although so since "
    "was were is had has came or if he she it they we that which who again"
)


def _days_later(tokens: tuple[Token, ...], at: int, told: Date) -> Date | None:
    """Return "two days later", "a week after" as a day in the month of one that was told; `at` is its last word."""
    unit, number = _low(tokens, at - 1), _low(tokens, at - 2)
    if unit not in _SPANS or told.day is None or (tokens[at].low == "after" and _low(tokens, at + 1) not in _ENDS):
        return None
    if tokens[at].low == "later" and _low(tokens, at + 1) == "than":
        return None
    count = _COUNTS.get(number) or _whole(number) or 0
    day = told.day + count * _SPANS[unit]
    return Date(told.month, day, told.year, at - 2, at + 1, inferred=True) if count and day <= _SHORTEST else None


_SPANS = {"day": 1, "days": 1, "week": 7, "weeks": 7}
_ENDS = ("", ".", ",", ";", ")", "that", "this")
_COUNTS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
_COUNTS |= {"ten": 10, "eleven": 11, "twelve": 12}


def month_at(tokens: Sequence[Token], at: int) -> bool:
    """Whether a token names a month."""
    return at < len(tokens) and tokens[at].low in _MONTHS


def _low(tokens: tuple[Token, ...], at: int) -> str:
    return tokens[at].low if 0 <= at < len(tokens) else ""


def _whole(word: str) -> int | None:
    """Return a whole number; None for any other word, and for numbers too long for a date."""
    return int(word) if word.isdecimal() and len(word) < _FEWEST_TOO_LONG else None


_FEWEST_TOO_LONG = 10
"""More digits than a day, month or year has; a number of some thousand digits could not even be read."""


def _iso(tokens: tuple[Token, ...], at: int) -> Date | None:
    parts = tokens[at].low.split("-")
    if tokens[at].kind != "number" or len(parts) != 3 or not all(parts):
        return None
    year, month, day = (int(part) for part in parts)
    return Date(month, day, year, at, at + 1) if 1 <= month <= 12 and 1 <= day <= 31 else None


def _slashed(tokens: tuple[Token, ...], at: int) -> Date | None:
    if _low(tokens, at + 1) != "/":  # checked first, because every token is tried
        return None
    marks = [_low(tokens, at + step) for step in range(5)]
    a, b = _whole(marks[0]), _whole(marks[2])
    if a is None or b is None:
        return None
    year = _whole(marks[4]) if marks[3] == "/" else None
    readings = {(month, day) for month, day in ((a, b), (b, a)) if 1 <= month <= 12 and 1 <= day <= 31}
    # Without a year "7/25" is more likely a count than a date.
    before = _low(tokens, at - 1)
    if len(readings) != 1 or (year is None and before not in ("on", "by", "until", "since", "from", "dated")):
        return None
    month, day = readings.pop()
    if year is not None and year < 100:
        year += 2000
    return Date(month, day, year, at, at + (5 if year else 3))


_ORDINAL_DAYS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
"""Days in words, which are days only before "of" and a month: "the first of March"."""


def _day(tokens: tuple[Token, ...], at: int) -> tuple[int, int] | None:
    """Return a day of the month at a token, and how many tokens it takes ("4", "4th")."""
    if (word := _ORDINAL_DAYS.get(_low(tokens, at))) is not None:
        return (word, 1) if _low(tokens, at + 1) == "of" and _low(tokens, at + 2) in _MONTHS else None
    day = _whole(_low(tokens, at))
    if day is None or not 1 <= day <= 31:
        return None
    return day, 2 if _low(tokens, at + 1) in ("st", "nd", "rd", "th") else 1


def _year(tokens: tuple[Token, ...], at: int) -> tuple[int | None, int]:
    comma = 1 if _low(tokens, at) == "," else 0
    year = _whole(_low(tokens, at + comma))
    return (year, at + comma + 1) if year is not None and 1900 <= year <= 2199 else (None, at)


def _after_day(tokens: tuple[Token, ...], at: int, day: int, length: int) -> Date | None:
    """Return the date of a day whose month follows it, its own or that of the day after it."""
    if (other := _shared_month(tokens, at + length)) is not None:
        return Date(other.month, day, other.year, at, at + length)
    month_at = at + length + (_low(tokens, at + length) == "of")
    month = _MONTHS.get(_low(tokens, month_at))
    if month is None:
        return None
    year, last = _year(tokens, month_at + 1)
    return Date(month, day, year, at, last)


def _shared_month(tokens: tuple[Token, ...], at: int) -> Date | None:
    """Return the day that goes on from another and has its month: "18 and 25 September"."""
    if _low(tokens, at) not in ("and", ",", "&") or _day(tokens, at + 1) is None:
        return None
    other = _named(tokens, at + 1)
    return other if other is not None and other.day is not None else None


def _named(tokens: tuple[Token, ...], at: int) -> Date | None:
    day = _day(tokens, at)
    if day is not None:
        return _after_day(tokens, at, *day)
    month = _MONTHS.get(tokens[at].low)
    if month is None or not tokens[at].text[0].isupper():
        return None
    if (
        tokens[at].low in ("may", "march", "mar")
        and _day(tokens, at + 1) is None
        and _low(tokens, at - 1) not in _BEFORE_MAY
    ):
        return None
    after = _day(tokens, at + 1 + (_low(tokens, at + 1) == "the"))
    # "March 4" is a day unless a unit follows: "in March 4 tests failed" reads as a count.
    if after is not None:
        start = at + 1 + (_low(tokens, at + 1) == "the")
        year, last = _year(tokens, start + after[1])
        follows = _low(tokens, start + after[1])
        if (
            after[1] == 2
            or not follows.isalpha()
            or follows
            in (
                "and",
                "but",
                "at",
                "as",
                "in",
                "by",
                "for",
                "after",
                "with",
                "due",
                "the",
                "because",
                "this",
                "while",
                "when",
                "which",
                "where",
                "next",
                "last",
                "until",
                "before",
                "since",
                "to",
            )
        ):
            return Date(month, after[0], year, at, last)
    year, last = _year(tokens, at + 1)
    return Date(month, None, year, at, last)
