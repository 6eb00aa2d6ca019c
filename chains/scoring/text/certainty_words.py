"""Words that tell how sure something is, why nobody knows its cause, and who says so.

Nothing here knows a ledger. `chains/scoring/facts/certainty_reader.py` says which words of a message are about which
fact.
"""

import re
from collections.abc import Collection

from chains.scoring.text.ledger_stems import bag

_SMALL_NUMBERS = "one two three four five six seven eight nine ten"
_NUMBER = rf"(?:EUR|USD|GBP|CHF|[€$£])?\s*(?:\d|(?:{_SMALL_NUMBERS.replace(' ', '|')})\b)"
_CHECKED = (
    "(?:confirm(?:ed|ation)?|verif(?:ied|y|ication)|check(?:ed)?|validat(?:ed|ion)|establish(?:ed)?|certain|sure|"
    "final(?:i[sz]ed)?|proven|substantiated|corroborated|settled|audited|reconciled)"
)
_FEW = r"(?:\w+ ){0,3}?"
"""Up to three words between two others."""
_NOT = "(?:not|never|nobody|no one|hardly|cannot|can't|couldn't|haven't|hasn't|isn't|wasn't|aren't|without|yet|unable)"
_UNEXPLAINED = "(?:known|clear|found|identified|established|understood|determined|explained)"
_WHYS = "(?:causes?|reasons?|why|explanation|origin)"


def _any(*patterns: str) -> re.Pattern[str]:
    """Return a pattern for whole words, in any case, that one of some patterns describes."""
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)


_OPEN = _any(
    "unconfirmed|unverified|unproven|unchecked|uncorroborated|unaudited|uncertain(?:ty)?|unsure",
    rf"{_NOT} {_FEW}(?:be(?:en)? )?{_FEW}{_CHECKED}",
    rf"(?:still|remains?|needs?|need|has|have|yet|is|are|left) (?:yet |still )?to be {_FEW}{_CHECKED}",
    rf"to be {_CHECKED}|tbc|tbv|confirmation (?:is )?(?:pending|outstanding|awaited)",
    rf"(?:pending|awaiting|awaits?|subject to|until|requires?|needs?|wait(?:ing)? for) {_FEW}"
    rf"(?:{_CHECKED}|review|results?|invoice|figures?|analysis|reading|audit|proof|sign-off)",
    "provisional(?:ly)?|preliminary|tentative(?:ly)?|indicative|guess(?:work)?|best guess|ball-?park",
    "(?:first|early|initial) (?:figures?|estimates?|indications?|readings?|signs?|data)",
    "estimat(?:e|es|ed|ion)|rough(?:ly)? (?:figure|guess|estimate|number)|working figure",
    "assum(?:e|ed|ption|ptions|ing)",
    "if (?:confirmed|true|correct|verified|it holds)|as far as (?:we|I) (?:know|can tell)|to (?:our|my) knowledge",
    "not (?:an? )?(?:exact|firm|hard|certain|final)|may (?:still )?(?:change|be wrong|be revised)",
    rf"treat(?:ed)? {_FEW}(?:with caution|as (?:provisional|unconfirmed|indicative))|with (?:some )?caution",
)
"""Words that leave open whether something is so, wherever they stand beside it."""
_MODAL = r"(?:(?-i:may)|might|could)"
"""Without the month of May."""
_NO_DOUBT = (
    "affect|delay|impact|lead|cause|require|need|push|slip|put|want|wish|"
    "not (?:confirm|verify|check|say|establish|be (?:confirmed|verified|reached))"
)
_PERHAPS = _any(
    "probabl[ey]|likely|possibl[ey](?! (?:solution|date|time|delays?|impact))|perhaps|maybe|apparently|seemingly",
    "presumabl[ey]|supposed(?:ly)?|potentially|conceivably|in all (?:likelihood|probability)|(?:chances|odds) are",
    "(?:appears?|appeared|seems?|seemed) (?:to|that|as|likely)|(?:it|this|that) (?:appears|seems|looks)",
    rf"looks? (?:like|as if|as though)|{_MODAL}(?! (?:{_NO_DOUBT}))(?= \w)",
    "(?:is|are|was|were|be|been) (?:believed|thought|understood|suspected|said|reported|expected) to",
    "believ(?:e|es|ed)|suspect(?:s|ed)?|(?:we|I|they|he|she) (?:think|understand|gather|hear|expect)|thinks?|reckons?",
    "(?:un)?clear (?:whether|if)|whether|unclear(?! (?:why|what))|points? to|suggests?|suggesting",
    "not (?:entirely |fully |quite |yet )?(?:sure|certain|clear(?! (?:why|what)))",
)
"""Words that make uncertain what their own clause says."""
_HEARSAY = _any("reportedly|allegedly|rumou?red|it is said|is said to|apparently")
_ABOUT = re.compile(
    r"(?:\b(?:about|around|approximately|approx\.?|roughly|circa|ca\.|some|nearly|almost|something like|close to|"
    rf"in the region of|[io]n the order of|an? estimated) |~\s?){_NUMBER}|\b(?:or so|give or take|more or less|"
    r"or thereabouts)\b",
    re.IGNORECASE,
)
"""Words that make a figure a rough one."""
_THAN = _any("(?:than|as) (?:expected|estimated|likely|possible|assumed)|as soon as possible|if possible")
"""Words that look like doubt and are none."""
_FIRM = _any(
    "confirm(?:s|ed|ing)?|verif(?:y|ies|ied)|certain(?:ly|ty)?|definite(?:ly)?|definitively|establish(?:es|ed)",
    "undoubtedly|undisputed|indisputabl[ey]|(?:no|without (?:a |any )?|beyond (?:any )?) ?(?:doubt|question|dispute)",
    "we (?:now )?know|(?:is|are) known that|prove[ns]?|proved|conclusive(?:ly)?|validated|for (?:sure|certain)|surely",
    "clearly|it is clear that|guaranteed|exactly|precisely|as a (?:matter of )?fact|in fact|settled",
    "final(?:i[sz]ed)? (?:figure|number)",
)
"""Words that say that something is surely so."""
_WHY_OPEN = _any(
    rf"{_WHYS}\b[^.;]{{0,40}}?\b(?:unknown|unclear|unexplained|undetermined|unidentified|open|tb[dc]|pending|"
    rf"not (?:yet )?{_FEW}(?:{_UNEXPLAINED}|confirmed)|under (?:investigation|review)|remains? to be|yet to be|"
    "being (?:investigated|looked|examined)|still (?:being|sought|missing|unknown|to be)|(?:has|have) yet|"
    "to be (?:determined|found|confirmed|established|identified)|is (?:a mystery|missing))",
    rf"(?:unknown|unclear|unexplained|undetermined|unidentified|not (?:yet )?{_FEW}{_UNEXPLAINED}|"
    rf"(?:nobody|no one) (?:yet )?{_FEW}know\w*|(?:do|does|did) not (?:yet )?{_FEW}know|don't (?:yet )?know|"
    rf"(?:cannot|can't|could not|unable to) (?:yet )?{_FEW}(?:say|explain|tell)|investigat\w+|looking (?:for|into)|"
    rf"search\w* for|seeking|find(?:ing)? out|establish|determine|understand)\b[^.;]{{0,30}}?\b{_WHYS}",
    "unexplained|no (?:known |clear |obvious |identified )?(?:cause|reason|explanation)",
    "(?:without|lacks?|lacking) (?:an? |any )?(?:known |clear )?(?:cause|explanation|reason)",
    "(?:cannot|can't|could not) (?:yet )?(?:be )?explain(?:ed)?",
)
"""Words that say that nobody knows why."""
_WHY_TOLD = re.compile(
    r"\b(?:because|due to|owing to|caused by|on account of|(?:as )?a result of|thanks to|attribut(?:ed|able) to|"
    r"traced (?:back )?to|(?:put|comes?|came) down to|stem(?:s|med|ming) from|result(?:s|ed|ing) from|"
    r"brought about by|driven by|blamed on|cause (?:and|now)|"
    r"(?:root )?(?:cause|reason)\b(?: for \w+(?: \w+)?)?\s*(?::|is|was|has been|being|known|found|identified)|"
    r"(?:found|know|knows|identified|established|located|understand) (?:the |its )?(?:cause|reason|why))",
    re.IGNORECASE,
)
"""Words that name a cause, or say that it is known."""

_NO_SOURCE = bag(
    "we i it this that they he she you which who there what these those everyone somebody someone nobody team report "
    "reports update summary notes note status figures figure data line lines item items plan schedule today yesterday "
    "cause reason is are was were be been being has have had not also now still"
)
"""Words that no source has: for the message itself, its writer, or nobody in particular."""
_WHO = r"(?P<who>(?:(?:the|our|their|a|an) )?(?:[\w'’-]+ ){0,3}?[\w'’-]+)"
_SAYS = (
    "(?:says?|said|reports?|reported|states?|stated|claims?|claimed|quotes?|quoted|notes|noted|advises?|advised|tells?|"
    "told|estimates|estimated|believes?|believed|thinks?|reckons?|expects?|confirms?|confirmed|found|finds|informs?|"
    "informed|puts?|warns?|warned|indicates?|shows?|"
    "(?:has|have) (?:now |since |also )?(?:said|reported|confirmed|verified|quoted|advised|told|found))"
)
_BY = (
    "according to|as per|per|on the word of|in the words of|quoting|citing|courtesy of|sources?:|reported by|said by|"
    "quoted by|confirmed by|from what"
)
_HEARD = "hear|heard|understand|told|information|word|learn|learnt|learned|comes?|came|reading|figure|statement|report"
_NAMED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:{_BY}) {_WHO}(?=[,.;:)]| \w|$)",
        rf"(?:^|[,;:.(–—-] ?|\bthat |\band |\bas ){_WHO}(?: (?:also|now|still|only|just|further))? {_SAYS}\b",
        rf"\b(?:{_HEARD}) (?:\w+ )?(?:from|by) {_WHO}(?=[,.;:)]| \w|$)",
    )
)
"""Ways to say who says so."""


def leaves_open(text: str, clauses: str, own: Collection[str], *, rough: bool) -> bool:
    """Whether words leave open that what they tell is so.

    Args:
        text: All words about it.
        clauses: Those of the clauses that tell it.
        own: Words, in lower case, that belong to what is told and so say nothing of how sure it is.
        rough: Whether a rough figure ("about 6") counts.
    """
    plain, near = _THAN.sub(" ", text), _THAN.sub(" ", clauses)
    return _found(_OPEN, plain, own) or _found(_PERHAPS, near, own) or (rough and _ABOUT.search(plain) is not None)


def roughly(text: str, figure: str) -> bool:
    """Whether a text says that a figure, in the words that it has in the ledger, is a rough one."""
    return any(text[match.end() - 1 :].startswith(figure) for match in _ABOUT.finditer(text))


def makes_sure(text: str, own: Collection[str]) -> bool:
    """Whether words say that what they tell is surely so; those that are denied do not."""
    return _found(_FIRM, _OPEN.sub(" ", text), own)


def cause_open(text: str) -> bool:
    """Whether words say that nobody knows why something is so."""
    return _WHY_OPEN.search(text) is not None


def cause_told(text: str, own: Collection[str]) -> bool:
    """Whether words name a cause or say that it is known."""
    return _found(_WHY_TOLD, text, own)


def is_hearsay(text: str) -> bool:
    """Whether words pass something on without saying who said it: "reportedly"."""
    return _HEARSAY.search(text) is not None


def sources_in(text: str) -> list[str]:
    """Return who is named as saying something in a text."""
    found = (match["who"].lower() for pattern in _NAMED for match in pattern.finditer(text))
    return [who for who in found if _NO_SOURCE.isdisjoint(who.split()) and not who[-1].isdecimal()]


def _found(pattern: re.Pattern[str], text: str, own: Collection[str]) -> bool:
    return any(not set(match[0].lower().split()) <= set(own) for match in pattern.finditer(text))
