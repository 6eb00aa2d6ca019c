"""Reads a marked passage of a document for the values of its fact, without the package's own rules or tables.

It looks for each value by itself: digits or number words, dates relative to the document's, names, and words that show
the direction. It is made for passages that are known to be about the fact, so it finds values; it finds no facts.
"""

import re

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen",
)  # fmt: skip
MONEY = {"EUR": "euros", "USD": "dollars", "GBP": "pounds", "CHF": "francs"}

LARGER = (
    "beyond|more|above|over|up|higher|longer|rose|risen|climbed|grown|grew|exceeded|exceed|heavier|hotter|warmer"
    "|overspent"
)
SMALLER = (
    "less|fewer|below|under|down|lower|short of|fell|fallen|shrunk|lighter|cooler|colder|undercut|underspent|stay under"
)
LATER = "after|behind|later|late|slower|longer|over|more|short of|further on"
SOONER = "before|ahead|earlier|early|sooner|faster|quicker|less|under|beyond|further back"
CUES = {
    "late": LATER, "early": SOONER, "behind": f"{LATER}|fewer", "ahead of": f"{SOONER}|more",
    "slower": f"{LATER}|was .* quicker in", "faster": f"{SOONER}|was .* slower in",
    "longer": LATER, "less": f"{SOONER}|{SMALLER}", "over": LARGER, "under": SMALLER,
    "above": f"{LARGER}|beat|beaten|beyond", "below": f"{SMALLER}|missed|lacked", "more": LARGER, "fewer": SMALLER,
    "rose": f"{LARGER}|slower", "fell": f"{SMALLER}|faster|came down|come down",
    "higher": LARGER, "lower": SMALLER, "raised": LARGER, "lowered": f"{SMALLER}|brought its price down",
    "failed": "failed|fail|not pass|not get through|fell through|not passed|red|turned down|not come through|gave out"
    "|broke down",
    "passed": "passed|came through|got through|cleared",
    "leaked": "gave way|began to leak|let go|started leaking|was leaking|leaked",
    "held": "stayed dry|no leak|held|still tight",
    "expired": "expired|ran out|lapsed|lapse", "was renewed": "renewed|extended",
    "lost": "lost|left|down|short of what it had|short of what it held|fewer",
    "gained": "gained|joined|up|stronger|richer|more", "won": "won",
    "stopped": "stopped|came to a stop|came to a halt",
    "restarted": "back into service|started again|started up again|running again|restarted",
    "rejected": "rejected|turned down|refused|thrown out", "accepted": "accepted|agreed to|allowed",
    "approved": "approved|agreed to|granted",
    "shortened": "less|shortened|shorter|fell", "extended": "longer|extended|grew",
    "missed": "missed|fell short of|not reached|did not make", "met": "met|reached|made",
    "cancelled": "called off|cancelled|cancel", "confirmed": "confirmed|confirm",
    "crashed": "crashed|went down|fell over", "recovered": "recovered|came back|was up again|working again",
    "open": "open", "closed": "closed", "worse": "worse|poorer", "better": "better|sharper",
}  # fmt: skip
"""Words that show each direction."""


def unresolved(passage, fact, dated):
    """Return the names of the slots of a fact that a passage does not state, and "subject" if it names no subject."""
    text = " ".join(passage.split())
    missing = [slot.name for slot in fact.slots if slot.key and not _states(text, slot, dated)]
    if not any(
        re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text, re.IGNORECASE)
        for name in (fact.subject, *fact.aliases)
    ):
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
            return bool(re.search(rf"\b(?:{cues})\b", text, re.IGNORECASE))
        case _:
            return str(slot.value) in text


def _numbers(text, unit):
    """Yield the numbers in a text that stand with a unit, or alone."""
    number = rf"(?<![\w.,-])(\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?|{'|'.join(WORDS)})"
    after = "" if unit is None else r"(?:%| per cent)" if unit == "%" else rf" (?:{re.escape(MONEY.get(unit, unit))})\b"
    found = re.findall(number + after, text, re.IGNORECASE)
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
    days += [1] * bool(re.search(r"\byesterday\b", text, re.IGNORECASE))
    days += [7] * bool(re.search(r"\ba week ago", text, re.IGNORECASE))
    days += [14] * bool(re.search(r"\b(a fortnight ago|two weeks ago to the day)", text, re.IGNORECASE))
    today = sum(LENGTHS[: dated.month - 1]) + dated.day - 1
    weekday = WEEKDAYS.index(dated.weekday)
    for name, which in re.findall(rf"\bon ({'|'.join(WEEKDAYS)}) of (this|last) week", text, re.IGNORECASE):
        days.append(weekday - WEEKDAYS.index(name) + (7 if which == "last" else 0))
    return found | {_month_and_day((today - ago) % 365) for ago in days}


def _month_and_day(number):
    for month, length in enumerate(LENGTHS, start=1):
        if number < length:
            return month, number + 1
        number -= length
    raise AssertionError(number)
