"""Times of day in a sentence: "09:12", "9.12 am", "2 pm", "at 9.12", "twenty to three", "noon"."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chains.scoring.text.ledger_stems import bag
from chains.scoring.text.tokens import Token

MINUTES = 24 * 60
_HALVES = {"am": 0, "pm": 12}
_DOTTED = re.compile(r"(\d{1,2})\.(\d{2})")
_HOURS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12,
}  # fmt: skip
_MINUTES = {"five": 5, "ten": 10, "quarter": 15, "twenty": 20, "half": 30}
_NAMED = {"noon": 720, "midday": 720, "midnight": 0}
_AT = bag("at by until till from since before after around about towards and")
"""Words before "9.12" that make it a time of day."""
_PARTS = {"morning": 0, "afternoon": 12, "evening": 12, "night": 12, "tonight": 12}
_ROUNDED = 40
"""Minutes by which a time of day in words may be off."""
_SIDES = {"past": 1, "after": 1, "to": -1, "before": -1}


class Clock(NamedTuple):
    """A time of day as a message states it."""

    time: int
    """Minutes after midnight."""
    first: int
    last: int
    """Tokens from `first` up to `last`, half open."""
    half_told: bool
    """Whether it says which half of the day is meant; without that, "2:40" may be 14:40."""

    in_words: bool = False
    """Whether it is told in words, which are often rounded: "half past six", "noon"."""

    def near(self, true: int) -> bool:
        """Whether it may be a time of day, rounded."""
        return self.in_words and any(self._replace(time=self.time + by).is_(true) for by in range(-_ROUNDED, _ROUNDED))

    def is_(self, true: int) -> bool:
        """Whether it is a time of day, given in minutes after midnight."""
        early = not self.half_told and self.time < MINUTES // 2
        return self.time == true or (early and self.time + MINUTES // 2 == true) or self._twelve(true)

    def _twelve(self, true: int) -> bool:
        """Whether "half past twelve" is half past midnight."""
        return not self.half_told and self.time >= MINUTES // 2 and self.time - MINUTES // 2 == true < 60


def clocks_in(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Yield where each time of day in figures begins, "09:12" as three tokens, and its minutes after midnight."""
    for at in range(len(tokens) - 2):
        time = clock_at(tokens, at)
        if time is not None and tokens[at + 1].text == ":":
            yield at, time


def clocks_told(tokens: Sequence[Token]) -> Iterator[Clock]:
    """Yield every time of day of a sentence, in figures or in words."""
    at = 0
    while at < len(tokens):
        found = _in_figures(tokens, at)
        if found is None and (told := _in_words(tokens, at)) is not None:
            found = told._replace(in_words=True)
        if found is None:
            at += 1
        else:
            yield found
            at = found.last


def clock_at(tokens: Sequence[Token], at: int) -> int | None:
    """Return the time of day in figures that begins at a token, in minutes after midnight; None if there is none."""
    text = [token.low for token in tokens[at : at + 4]]
    if tokens[at].kind != "number":
        return None
    dotted = _DOTTED.fullmatch(tokens[at].text)
    if len(text) > 2 and text[1] == ":" and tokens[at + 1].tight and tokens[at + 2].tight and len(text[2]) == 2:
        return _time(text[0], text[2], text[3] if len(text) > 3 else "")
    after = text[1] if len(text) > 1 else ""
    if dotted and after in ("am", "pm", "h", "hrs"):
        return _time(dotted[1], dotted[2], after)
    return _time(text[0], "00", after) if after in _HALVES else None


def clock_text(time: int) -> str:
    """Return minutes after midnight as "09:12"; of another day where they are past it."""
    hour, minute = divmod(time % MINUTES, 60)
    return f"{hour:02d}:{minute:02d}"


def _low(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].low if 0 <= at < len(tokens) else ""


def _in_figures(tokens: Sequence[Token], at: int) -> Clock | None:
    time = clock_at(tokens, at)
    if time is not None:
        last = at + (3 if _low(tokens, at + 1) == ":" else 1)
        half = _low(tokens, last) in _HALVES
        return Clock(time, at, last + half, half) if half else _with_half(tokens, time, at, last)
    dotted = _DOTTED.fullmatch(tokens[at].text) if tokens[at].kind == "number" else None
    if dotted and _low(tokens, at - 1) in _AT:
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        time = _time(dotted[1], dotted[2], "")
        if time is not None and (after is None or (after.kind in ("word", "mark") and after.text not in "%°€$£")):
            return _with_half(tokens, time, at, at + 1)
    return None


def _in_words(tokens: Sequence[Token], at: int) -> Clock | None:
    """Read "half past six", "(a) quarter to nine", "twenty-five past two", "seven o'clock", "six in the evening"."""
    low = tokens[at].low
    if low in _NAMED:
        return Clock(_NAMED[low], at, at + 1, half_told=True)
    if (found := _past_or_to(tokens, at)) is not None:
        return found
    hour = _hour(tokens, at)
    if hour is None:
        return None
    if _low(tokens, at + 1) == "oclock":
        return _with_half(tokens, 60 * hour, at, at + 2)
    if _low(tokens, at + 1) in _HALVES:
        return Clock(60 * (hour % 12 + _HALVES[_low(tokens, at + 1)]), at, at + 2, half_told=True)
    told = _with_half(tokens, 60 * hour, at, at + 1)
    return told if told.half_told and _low(tokens, at + 1) in ("in", "at") else None


def _past_or_to(tokens: Sequence[Token], at: int) -> Clock | None:
    low, side = tokens[at].low, at + 1
    minutes = _MINUTES.get(low) or (int(low) if tokens[at].kind == "number" and low.isdecimal() else 0)
    if (low, _low(tokens, side)) == ("twenty", "five"):
        minutes, side = 25, at + 2
    side += _low(tokens, side) in ("min", "minutes")
    word, hour = _low(tokens, side), _hour(tokens, side + 1)
    if hour is None or word not in _SIDES or not 0 < minutes < 60:
        return None
    # "rose from five to seven" is no time of day
    sure = (
        word == "past" or low in ("quarter", "twenty") or (low in _MINUTES and _low(tokens, at - 1) in _AT - {"from"})
    )
    if not sure or (low == "half" and word != "past"):
        return None
    return _with_half(tokens, (60 * hour + _SIDES[word] * minutes) % MINUTES, at, side + 2)


def _hour(tokens: Sequence[Token], at: int) -> int | None:
    low = _low(tokens, at)
    hour = _HOURS.get(low) or (int(low) if low.isdecimal() and len(low) < 3 else 0)
    return hour if 1 <= hour <= 12 else None


_NEAR = 4
"""Words within which "in the evening" follows a time of day."""


def _with_half(tokens: Sequence[Token], time: int, first: int, last: int) -> Clock:
    """Return a time of day with the half of the day that is named after it: "half past six in the evening"."""
    lows = [_low(tokens, at) for at in range(last, last + _NEAR)]
    part = next((low for at, low in enumerate(lows) if low in _PARTS and lows[at - 1] in ("the", "at", "")), None)
    if lows[0] not in ("in", "at", "tonight") or part is None or not 0 <= time < 13 * 60:
        return Clock(time, first, last, half_told=False)
    half = 0 if part == "night" and time < 5 * 60 else _PARTS[part]
    return Clock(60 * half + time % (MINUTES // 2), first, last + lows.index(part) + 1, half_told=True)


def _time(hour: str, minute: str, half: str) -> int | None:
    if not (hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60):
        return None
    hours = int(hour)
    if half in _HALVES:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + _HALVES[half]
    return 60 * hours + int(minute)
