"""Negation, which inverts a statement, and hedges, which make it uncertain."""

from chains.scoring.text.ledger_stems import bag
from chains.scoring.text.tokens import Token

_NEGATORS = {
    "not": 5, "never": 5, "no": 6, "none": 9, "neither": 6, "nor": 5, "nothing": 5, "nobody": 4, "without": 3,
    "zero": 4, "hardly": 6, "scarcely": 6, "unlikely": 6, "avoid": 3, "prevent": 3, "deni": 5, "deny": 5, "lack": 3,
    "untrue": 40,
}  # fmt: skip
"""Stems of denials, with how many words further on they can reach."""
_FARTHEST = 41
"""No denial reaches a word that is more words further on."""
_WHOLE_CLAUSE = 12
"""How many words "no" or "none" can reach if it begins a clause."""
_PAIRS = {
    ("instead", "of"): 4, ("instead", "than"): 4, ("rather", "of"): 4, ("rather", "than"): 4,
    ("no", "longer"): 12, ("not", "get"): 10, ("failed", "to"): 3, ("fails", "to"): 3, ("failure", "to"): 3,
    ("yet", "to"): 3, ("free", "of"): 3,
    ("refuses", "to"): 4, ("refused", "to"): 4, ("refuse", "to"): 4, ("refusing", "to"): 4, ("declined", "to"): 4,
    ("declines", "to"): 4, ("unable", "to"): 4, ("unwilling", "to"): 4, ("anything", "but"): 4, ("far", "from"): 4,
    ("nowhere", "near"): 4,
}  # fmt: skip
"""Pairs of words that deny, with how many words further on they can reach."""
_MOMENTS = bag("point time stage moment way case event")
_LETS = bag("let allow permit")
_STOPS = bag("prevent avoid stop")
_LET_REACH = 9
"""Words that "do not let" or "prevent" may reach: what must not happen stands after the thing to which it must not."""
_CLAUSES = bag("since because although though")
"""Words that begin a separate clause, which a denial before them does not reach."""
_NOT_NEGATION = {
    "not": bag("only just least later merely until"),
    "no": bag("doubt later less fewer more wonder matter surprise"),
    "nothing": frozenset(("but",)),
    "zero": frozenset(("in",)),
}
_HEDGES = bag(
    "might perhaps possibly maybe reportedly allegedly supposedly apparently presumably potentially could seemingly "
    "rumoured rumored probably likely unconfirmed suspected unclear unsure believed alleged rumour rumor"
)
_HEDGE_PAIRS = frozenset((
    ("appears", "to"), ("appear", "to"), ("seems", "to"), ("seem", "to"), ("expected", "to"), ("thought", "to"),
    ("said", "to"), ("may", "have"), ("may", "be"), ("may", "not"), ("risk", "of"), ("chance", "of"), ("if", "any"),
    ("possibility", "of"), ("reported", "to"), ("tends", "to"), ("at", "risk"), ("concern", "about"),
    ("concerns", "about"), ("should", "be"),
    ("is", "possible"), ("is", "thought"), ("would", "seem"), ("i", "think"), ("we", "think"), ("i", "believe"),
    ("not", "sure"), ("not", "certain"), ("i", "gather"), ("i", "hear"), ("we", "hear"),
    ("i", "understand"), ("would", "be"), ("whether", "the"),
))  # fmt: skip


def negated(tokens: tuple[Token, ...], first: int, start: int, *, asked: bool = False) -> bool:
    """Whether the words from token `first` on are denied within their clause, which starts at token `start`.

    An even number of negations cancels out. A comma, a colon or a bracket stops a negation, save "it is not true that".
    In what is asked for, "do not let" and "prevent" reach over the thing that they are said of.
    """
    odd = False
    barrier = first
    for at in range(first - 1, max(start, first - _FARTHEST) - 1, -1):
        token = tokens[at]
        if (token.kind == "mark" and token.text in ",:()") or token.low in _CLAUSES:
            barrier = min(barrier, at)
        reach = _reach(tokens, at, asked=asked)
        after = _low(tokens, at + 1)
        if reach is None or first - at > reach or (at < barrier < first and reach < 40):
            continue
        if after in _NOT_NEGATION.get(token.low, ()):
            continue
        odd = not odd
    # "Had it not been late, ...": what did not happen was not so
    return odd != (start == 0 and tokens[0].low == "had" and barrier == first)


def _reach(tokens: tuple[Token, ...], at: int, *, asked: bool) -> int | None:
    """Return how many words further on a word can deny; None if it denies nothing."""
    low, after = tokens[at].low, _low(tokens, at + 1)
    if (low == "not" and (after == "true" or (after == "the" and _low(tokens, at + 2) == "case"))) or (
        low == "false" and after == "that"
    ):
        return 40
    if (low, after) == ("no", "longer") and _low(tokens, at + 2) == "than":
        return None
    if (low, after) in _PAIRS:
        return _PAIRS[low, after]
    if asked and ((low in ("not", "never") and after in _LETS) or tokens[at].stem in _STOPS):
        return _LET_REACH
    if _of_whole_clause(tokens, at):
        return _WHOLE_CLAUSE
    return _NEGATORS.get(tokens[at].stem) or _NEGATORS.get(low)


def _of_whole_clause(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a word denies all that follows in its clause."""
    low, after = tokens[at].low, _low(tokens, at + 1)
    if low in ("no", "none") and (not at or tokens[at - 1].kind == "mark"):
        return True  # "No opening test of the relief valves failed"
    if low == "no":
        return after in _MOMENTS  # "at no point was the report late"
    return low == "not" and (after == "one" or (after == "a" and _low(tokens, at + 2) == "single"))


def _low(tokens: tuple[Token, ...], at: int) -> str:
    return tokens[at].low if 0 <= at < len(tokens) else ""


_SOFT = frozenset(
    tuple(words.split())
    for words in (
        "if possible",
        "where possible",
        "when possible",
        "if you can",
        "ideally",
        "preferably",
        "try to",
        "as far as",
        "where practical",
        "if practical",
        "when convenient",
        "if needed",
        "hopefully",
        "would like",
        "would be nice",
        "bear in",
        "aim to",
        "aim for",
        "endeavour to",
        "strive to",
        "not critical",
        "optional",
        "if feasible",
    )
)
"""Words that turn an order into a wish."""


def softened(tokens: tuple[Token, ...], start: int, end: int) -> str | None:
    """Return the words between two tokens that make an order a wish ("if possible"), if any do."""
    for at in range(start, end):
        for length in (1, 2, 3):
            if tuple(token.low for token in tokens[at : at + length]) in _SOFT and at + length <= end:
                return " ".join(token.text for token in tokens[at : at + length])
    return None


_INTENDS = bag(
    "plan plans planning intend intends intending aim aims aiming hope hopes hoping want wants wanting try tries "
    "trying seek seeks seeking working"
)


_PLAN_REACH = 8
"""Words that a plan may reach: "we plan to run line 4 5% above"."""


def intended(tokens: tuple[Token, ...], start: int, told: int) -> str | None:
    """Return the words that make a plan of what is told at a token soon after them ("we hope to"), if any do."""
    for at in range(max(start, told - _PLAN_REACH), told - 1):
        if tokens[at].low in _INTENDS and tokens[at + 1].low in ("to", "towards"):
            return f"{tokens[at].text} {tokens[at + 1].text}"
        if tokens[at].text == ",":
            return None
    return None


_KNOWN = bag("know recall remember")
"""Words after "may" that leave a statement certain: "as you may know"."""
_UNCONFIRMED = bag("confirmed verified substantiated established proven")


def hedge(tokens: tuple[Token, ...], start: int, end: int) -> str | None:
    """Return the words between two tokens that make a statement uncertain ("may have"), if any do."""
    for at in range(start, end):
        low = tokens[at].low
        if low in _HEDGES and tokens[at].kind == "word" and (low, _low(tokens, at + 1)) != ("could", "not"):
            return tokens[at].text
        pair = (low, _low(tokens, at + 1))
        if low == "not" and (pair[1] in _UNCONFIRMED or (pair[1] == "be" and _low(tokens, at + 2) in _UNCONFIRMED)):
            return "not confirmed"
        if pair in _HEDGE_PAIRS and tokens[at].text != "May":
            return f"{tokens[at].text} {tokens[at + 1].text}"
        if low == "may" and _low(tokens, at + 1) in _KNOWN:
            continue
        if low == "may" and tokens[at].text == "may" and at + 1 < end and tokens[at + 1].kind == "word":
            return tokens[at].text
    return None
