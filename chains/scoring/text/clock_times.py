"""Times of day in a sentence: "09:12", "9.12 am", "2 pm"."""

import re
from collections.abc import Iterator, Sequence

from chains.scoring.text.tokens import Token

MINUTES = 24 * 60
_HALVES = {"am": 0, "pm": 12}
_DOTTED = re.compile(r"(\d{1,2})\.(\d{2})")


def clocks_in(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Yield where each time of day in figures begins, "09:12" as three tokens, and its minutes after midnight."""
    for at in range(len(tokens) - 2):
        time = clock_at(tokens, at)
        if time is not None and tokens[at + 1].text == ":":
            yield at, time


def clock_at(tokens: Sequence[Token], at: int) -> int | None:
    """Return the time of day that begins at a token, in minutes after midnight; None if there is none."""
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


def clock_around(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number is part of a time of day."""
    minutes = at > 1 and tokens[at - 1].text == ":"
    return clock_at(tokens, at - 2 if minutes else at) is not None


def clock_text(time: int) -> str:
    """Return minutes after midnight as "09:12"; of another day where they are past it."""
    hour, minute = divmod(time % MINUTES, 60)
    return f"{hour:02d}:{minute:02d}"


def same_clock(said: int, true: int, *, half_told: bool) -> bool:
    """Whether a time is the true one; without am or pm, "2:40" may be 14:40."""
    return said == true or (not half_told and said < MINUTES // 2 and said + MINUTES // 2 == true)


def _time(hour: str, minute: str, half: str) -> int | None:
    if not (hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60):
        return None
    hours = int(hour)
    if half in _HALVES:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + _HALVES[half]
    return 60 * hours + int(minute)
