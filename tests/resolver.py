"""Reads a marked passage of a document for the values of its fact, without the package's own rules or tables.

It looks for each value by itself: digits or number words, dates relative to the document's, names, and words that show
the direction. It is made for passages that are known to be about the fact, so it finds values; it finds no facts.
"""

import re

MONTHS = "January February March April May June July August September October November December".split()
LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
WORDS = "zero one two three four five six seven eight nine ten eleven twelve thirteen".split()
MONEY = {"EUR": "euros", "USD": "dollars", "GBP": "pounds", "CHF": "francs"}

LARGER = r"more|above|over|up|higher|longer|rose|risen|climbed|grown|grew|gone up|went up|exceeded|exceed|heavier|hotter|warmer"
SMALLER = r"less|fewer|below|under|down|lower|short of|fell|fallen|shrunk|lighter|cooler|colder|undercut|underspent|stay under"
LATER = r"after|behind|later|late|slower|longer|over|more|short of|further on than it is"
SOONER = r"before|ahead|earlier|early|sooner|faster|quicker|less|under|beyond|less far than it is"
CUES = {
    "late": LATER, "early": SOONER, "behind": rf"{LATER}|fewer", "ahead of": rf"{SOONER}|more",
    "slower": rf"{LATER}|was .* quicker in", "faster": rf"{SOONER}|was .* slower in",
    "longer": rf"{LATER}", "less": rf"{SOONER}|{SMALLER}",
    "over": rf"{LARGER}|overspent", "under": rf"{SMALLER}",
    "above": rf"{LARGER}|beat|beaten|beyond", "below": rf"{SMALLER}|missed|lacked",
    "more": LARGER, "fewer": SMALLER, "rose": rf"{LARGER}|slower", "fell": rf"{SMALLER}|faster|come down|came down",
    "higher": LARGER, "lower": SMALLER, "raised": LARGER, "lowered": rf"{SMALLER}|brought its price down",
    "failed": r"failed|fail|did not pass|not pass|did not get through|fell through|not passed|red|turned down|did not come through|gave out|broke down",
    "passed": r"passed|came through|got through|cleared",
    "leaked": r"gave way|began to leak|let go|started leaking|was leaking|leaked", "held": r"stayed dry|no leak|held|still tight",
    "expired": r"expired|ran out|lapsed", "was renewed": r"renewed|extended",
    "lost": r"lost|left|down|short of what it had|short of what it held|fewer",
    "gained": r"gained|joined|up|stronger|richer|more", "won": r"won",
    "stopped": r"stopped|came to a stop", "restarted": r"back into service|started again|started up again|running again|restarted",
    "rejected": r"rejected|turned down|refused|thrown out", "accepted": r"accepted|agreed to|allowed",
    "approved": r"approved|agreed to|granted", "shortened": r"less|shortened|shorter|fell", "extended": r"longer|extended|grew",
    "missed": r"missed|fell short of|not reached|did not make", "met": r"met|reached|made",
    "cancelled": r"called off|cancelled|cancel", "confirmed": r"confirmed|confirm",
    "crashed": r"crashed|went down|fell over", "recovered": r"recovered|came back|was up again",
    "open": r"open", "closed": r"closed", "worse": r"worse|poorer", "better": r"better|sharper",
}  # fmt: skip


def unresolved(passage, fact, dated):
    """Return the names of the slots of a fact that a passage does not state, and "subject" if it names no subject."""
    text = " ".join(passage.split())
    missing = [slot.name for slot in fact.slots if slot.key and not _states(text, slot, dated)]
    if not any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text, re.I) for name in (fact.subject, *fact.aliases)):
        missing.append("subject")
    return missing


def _states(text, slot, dated):
    match slot.kind:
        case "number":
            return any(value == float(slot.value) for value in _numbers(text, slot.unit))
        case "count":
            together = re.search(rf"\b{slot.value} (?:out )?of {slot.of}\b", text)
            apart = {float(slot.value), float(slot.of)} <= set(_numbers(text, None))
            return bool(together) or apart
        case "date":
            month, day = map(int, str(slot.value).split("-"))
            return (month, day) in dates(text, dated)
        case "direction":
            cues = CUES.get(str(slot.value), re.escape(str(slot.value)))
            return bool(re.search(rf"\b(?:{cues})\b", text, re.I))
        case _:
            return str(slot.value) in text


def _numbers(text, unit):
    """Yield the numbers in a text that stand with a unit, or alone."""
    number = rf"(?<![\w.,-])(\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?|{'|'.join(WORDS)})"
    after = "" if unit is None else r"(?:%| per cent)" if unit == "%" else rf" (?:{re.escape(MONEY.get(unit, unit))})\b"
    found = re.findall(number + after, text, re.I)
    found += re.findall(rf"\b{unit} {number}", text) if unit in MONEY else []
    return [WORDS.index(one.lower()) if one.lower() in WORDS else float(one.replace(",", "")) for one in found]


def dates(text, dated):
    """Return every date that a text names, as (month, day), given the date of its document."""
    months = "|".join(MONTHS)
    found = {(MONTHS.index(month) + 1, int(day)) for day, month in re.findall(rf"\b(\d+) ({months})\b", text)}
    for day, which in re.findall(r"\bthe (\d+)(?:st|nd|rd|th)( of last month| of next month)?", text):
        shift = {" of last month": -1, " of next month": 1}.get(which, 0)
        found.add(((dated.month - 1 + shift) % 12 + 1, int(day)))
    days = [WORDS.index(word.lower()) for word in re.findall(r"\b(\w+) days ago", text) if word.lower() in WORDS]
    days += [1] * bool(re.search(r"\byesterday\b", text, re.I))
    days += [7] * bool(re.search(r"\ba week ago", text, re.I))
    days += [14] * bool(re.search(r"\b(a fortnight ago|two weeks ago to the day)", text, re.I))
    today = sum(LENGTHS[: dated.month - 1]) + dated.day - 1
    weekday = WEEKDAYS.index(dated.weekday)
    for name, which in re.findall(rf"\bon ({'|'.join(WEEKDAYS)}) of (this|last) week", text, re.I):
        days.append(weekday - WEEKDAYS.index(name) + (7 if which == "last" else 0))
    return found | {_month_and_day((today - ago) % 365) for ago in days}


def _month_and_day(number):
    for month, length in enumerate(LENGTHS, start=1):
        if number < length:
            return month, number + 1
        number -= length
    raise AssertionError(number)
