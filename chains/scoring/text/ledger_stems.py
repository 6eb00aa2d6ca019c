"""Stems, which make words comparable, and words without content of their own."""

from functools import lru_cache


def bag(words: str) -> frozenset[str]:
    """Return the words of a text as a set; word lists are written with this."""
    return frozenset(words.split())


STOP = bag(
    """a an and are as at be been being but by can could did do does for from had has have he her his i if in into is
    it its may me might more most my no nor not of on once only or our own she should so some such than that
    the their them then there these they this those to too us very was we were what when where which while who
    will with would you your about after also all any both each few other same until up down over under out
    off above below again further during before between through against just now s t still already due as well
    per via within yet new however recently currently"""
)
"""Words that indicate no property and make no claim."""

IRREGULAR = {
    "rose": "rise", "risen": "rise", "fell": "fall", "fallen": "fall", "lost": "lose", "won": "win", "met": "meet",
    "came": "come", "went": "go", "gone": "go", "grew": "grow", "grown": "grow", "spent": "spend", "sent": "send",
    "broke": "break", "broken": "break", "kept": "keep", "held": "hold", "found": "find", "left": "leave",
    "built": "build", "shrank": "shrink", "shrunk": "shrink", "sank": "sink", "ran": "run", "took": "take",
    "taken": "take", "gave": "give", "given": "give", "got": "get", "made": "make", "said": "say", "began": "begin",
    "withdrew": "withdraw", "withdrawn": "withdraw", "overran": "overrun", "late": "late", "later": "late",
    "latest": "latest", "earlier": "early", "early": "early", "need": "need", "needed": "need", "speed": "speed",
    "exceeded": "exceed", "exceed": "exceed", "failure": "fail", "failures": "fail", "delivery": "deliver",
    "deliveries": "deliver", "loss": "lose", "losses": "lose", "growth": "grow", "success": "succeed",
    "successful": "succeed", "successfully": "succeed", "approval": "approv", "shipment": "ship", "shipped": "ship",
    "shipping": "ship", "spending": "spend", "bed": "bed", "red": "red", "bus": "bus", "gas": "gas", "series": "series",
    "status": "status", "analysis": "analysis", "this": "this", "news": "news", "open": "open", "opened": "open",
    "passed": "pass", "feed": "feed", "seed": "seed", "led": "lead", "stood": "stand", "wrote": "write",
    "during": "during", "thing": "thing", "something": "something", "nothing": "nothing", "king": "king",
    "ring": "ring", "spring": "spring", "wing": "wing", "evening": "evening", "morning": "morning", "string": "string",
    "agreed": "agree", "freed": "free", "refused": "refus", "refusal": "refus", "arrival": "arriv",
}  # fmt: skip


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return a crude stem: the same for a word's plural, past, -ing form and common noun form.

    It need only be consistent: both the ledger's words and the message's go through it.
    """
    low = word.lower()
    if low in IRREGULAR or len(low) <= 3:
        return IRREGULAR.get(low, low)
    low = _singular(low)
    if low in IRREGULAR:
        return IRREGULAR[low]
    low = _present(low)
    for ending in ("ly", "ment"):
        if low.endswith(ending) and len(low) - len(ending) >= 4:
            low = low[: -len(ending)]
    return low[:-1] if low.endswith(("e", "y")) and len(low) > 4 else low


def _singular(low: str) -> str:
    for ending, put in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x")):
        if low.endswith(ending):
            return low[: -len(ending)] + put
    return low[:-1] if low.endswith("s") and not low.endswith(("ss", "us", "is")) else low


def _present(low: str) -> str:
    for ending in ("ing", "ied", "ed"):
        if low.endswith(ending) and len(low) - len(ending) >= 3:
            low = low[: -len(ending)] + ("y" if ending == "ied" else "")
            return low[:-1] if len(low) > 3 and low[-1] == low[-2] and low[-1] not in "lsz" else low
    return low


def stems(words: str) -> frozenset[str]:
    """Return the stems of the words of a text as a set: for word lists that are compared with stems."""
    return frozenset(stem(word) for word in words.split())
