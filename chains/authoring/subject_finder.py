"""Find the words that name a sentence's subject, by rule.

The subject is the noun phrase before the verb, without its article. Of a longer phrase ("the delivery of pump P-12") it
is the part with a code or a proper name, unless the part before it is a thing of its own ("the checkout service of
Larkspur"). If people speak of themselves ("we stopped reactor R-2"), it is the one thing with a code. A pronoun names
nothing, so a sentence about a pronoun has no subject.
"""

from itertools import pairwise

from chains.scoring.text.ledger_stems import IRREGULAR, STOP, bag
from chains.scoring.text.number_words import numeral
from chains.scoring.text.tokens import Token
from chains.scoring.text.units import MONEY, UNITS
from chains.worlds.facts.ledger import MONTHS

_ARTICLES = bag("the a an our their its this that these those all both every each another his her my your some any")
_POINTERS = bag("this that these those his her its their another some any")
_AUXILIARIES = bag(
    "is are was were be been has have had will did does do can must shall remains remained stays stayed became "
    "seems seemed"
)
_PAST = frozenset(word for word, base in IRREGULAR.items() if base != word and not word.endswith("s")) | bag(
    "cost hit cut put set let shut went came saw showed told paid bought sold brought caught chose drew drove flew "
    "hung knew lay led meant read rang sent shook shone shot slept spoke spread stuck struck swept taught threw wore "
    "underwent overheated froze bore mistook took understood"
)
_NO_VERBS = bag(
    "late later latest early earlier growth loss losses delivery deliveries failure failures news series "
    "status analysis approval shipment shipping spending success arrival refusal bed red bus gas open feed "
    "seed need speed thing king ring spring wing evening morning string during this something nothing"
)
_PRESENT = bag(
    "amount amounts measure measures needs costs holds shows runs stands exceeds lacks fails leaks reports expects "
    "plans wants says takes uses goes "
    "carries covers includes contains means makes gives keeps leaves begins ends starts stops requires serves weighs "
    "owns leads meets misses rises falls passes blocks affects causes sits lies comes works "
    "expires arrives departs opens closes arrive stay stays deliver delivers see sees know knows remain expect want "
    "agree agrees exist exists need come go get gets become becomes appear appears belong belongs consist consists "
    "depend depends happen happens live lives occur occurs seem speak speaks stand wait waits vary varies follow "
    "follows"
)
_PREPOSITIONS = bag("of for on at in from with by to under over between during after before since within per against")
_LEADING = bag(
    "on in at during after before by since for from with under due despite following between within as because "
    "although while when until according"
)
_OURS = bag("we i they he she it there you who which what")
_MERELY = bag("just only some about around nearly almost roughly approximately exactly all")
"""Words before a number that counts the subject."""
_ADVERBS = bag("now still already also then therefore only just currently again soon later finally")
_COUNTING = bag("of the out in all our its their per cent percent %")
MONEY_WORDS = frozenset(word for word, unit in UNITS.items() if unit.dimension in MONEY)
_SPEAKERS = bag("we i there")
_GENERIC = bag(
    "team teams staff people everyone colleagues situation work thing things others rest part status update summary "
    "first second third last other latter former report reports note notes everything item items point points issue "
    "issues problem problems total result results"
)
_WITHIN = bag("them these those it")
"""Pronouns that a subject may end in: "the first of them"."""
_PLACES = bag("in at from near with on")
_NO_NAMES = bag("that which who whom why how when where here there let i me us you")
_MOST_WORDS = 7


def subject_in(tokens: tuple[Token, ...]) -> tuple[int, int]:
    """Return the places of the tokens that name the subject of a sentence, half open.

    Raises:
        Untyped: If the sentence has no clear subject.
    """
    start = _start(tokens)
    start = _after_lead(tokens, start)
    if tokens[start].low in _OURS:
        return _coded(tokens, start)
    end = _predicate(tokens, start)
    first = start
    while first < end and (_is_article(tokens, first) or tokens[first].kind == "mark" or tokens[first].low in _MERELY):
        counted = first + 1 < end and numeral(tokens, first + 1) is not None and tokens[first].low == "another"
        if tokens[first].low in _POINTERS and not counted:
            raise Untyped("its subject is only pointed at")
        first += 1
    number = numeral(tokens, first)
    if tokens[first].low in MONEY_WORDS and first + 1 < end:
        number = numeral(tokens, first + 1)
    if number is not None and tokens[first].kind != "code" and not number.weak:
        return _counted(tokens, first, end)
    end = _before_value(tokens, first, end)
    while end - first > 1 and tokens[end - 1].low in _ADVERBS:
        end -= 1
    first, end = _named_part(tokens, first, end)
    return _checked(tokens, first, end)


def _start(tokens: tuple[Token, ...]) -> int:
    """Return where the main clause begins: after "On 4 March," and "However,"."""
    if tokens[0].low in _LEADING:
        for at, token in enumerate(tokens[:16]):
            if token.text == "," and at + 1 < len(tokens) and not _dated(tokens, at) and not _day_next(tokens, at):
                return at + 1
        return _after_date(tokens)
    if len(tokens) > 2 and tokens[1].text == "," and tokens[0].kind == "word":
        return 2
    return 0


def _after_lead(tokens: tuple[Token, ...], start: int) -> int:
    """Return where the sentence begins after an announcement: after the colon of "Good news: valve V-2 passed"."""
    for at in range(start, min(start + 5, len(tokens) - 1)):
        if tokens[at].kind == "code" or (at > start and tokens[at].text[:1].isupper()):
            return start
        if tokens[at].text == ":":
            spoken = any(is_verb(tokens, later) for later in range(at + 2, len(tokens)))
            return at + 1 if spoken and at > start else start
    return start


def _day_next(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a day follows a comma: "on Tuesday, 14 January"."""
    months = frozenset(month.lower() for month in MONTHS)
    near = [token.low for token in tokens[at + 1 : at + 3]]
    return tokens[at + 1].kind == "number" and any(low in months for low in near)


def _dated(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a comma belongs to a date: "March 4, 2031"."""
    after = tokens[at + 1]
    return after.kind == "number" and len(after.text) == 4 and tokens[at - 1].kind == "number"


def _after_date(tokens: tuple[Token, ...]) -> int:
    months = frozenset(month.lower() for month in MONTHS)
    dated = [at for at, token in enumerate(tokens[:14]) if token.low in months or token.low.count("-") == 2]
    after = dated[0] + 1 if dated else len(tokens)
    while after < len(tokens) and (tokens[after].kind == "number" or tokens[after].text == ","):
        after += 1
    if after < len(tokens):
        return after
    raise Untyped("no clear subject")


def _predicate(tokens: tuple[Token, ...], start: int) -> int:
    """Return where the predicate begins: at the verb or after a colon, else at the first number."""
    nouns = 0
    numbered: int | None = None
    for at in range(start, len(tokens)):
        token = tokens[at]
        if token.text == ":" and nouns:
            return at
        if nouns and token.kind == "word" and is_verb(tokens, at):
            return at
        if token.text in (",", ";", "(", "–", "—") and nouns:
            if _apposition(tokens, at):
                return at
            break
        if nouns and numbered is None and token.kind == "number":
            numbered = at
        named = token.kind == "word" and (token.text == "A" or token.low not in _ARTICLES | STOP)
        nouns += token.kind == "code" or (named and at > start) or (named and token.low not in _ARTICLES)
    if numbered is not None:
        return numbered
    raise Untyped("no clear subject")


def _apposition(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a second name stands between commas before the verb: "the supplier, Vetter GmbH, went bankrupt"."""
    closing = next((one for one in range(at + 2, min(at + 8, len(tokens) - 1)) if tokens[one].text in ",)"), None)
    return closing is not None and tokens[at].text in ",(" and is_verb(tokens, closing + 1)


def is_verb(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a word that is not the first of a sentence is its verb, judged by its form and place."""
    if not 0 < at < len(tokens):
        return False
    low, before = tokens[at].low, tokens[at - 1].low
    if low in _AUXILIARIES or _follows_name(tokens, at):
        return True
    if low in _PRESENT:  # may be a noun: "near misses were reported"
        return not any(is_verb(tokens, later) for later in range(at + 1, min(at + 5, len(tokens))))
    if _is_article(tokens, at - 1) or before in _PREPOSITIONS or before.endswith("ly"):
        return low.endswith("ed") and before.endswith("ly") and at > 1 and tokens[at - 2].low not in _ARTICLES
    if low in _PAST and low not in _NO_VERBS:
        return True
    return (len(low) > 4 and low.endswith("ed") and low not in _NO_VERBS) or _before_object(tokens, at)


def _before_object(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a word in -s stands between a noun in the singular and an article: "the manager sees a risk"."""
    word, before = tokens[at], tokens[at - 1]
    if at + 1 >= len(tokens) or not (word.low.endswith("s") and not word.low.endswith("ss")) or word.low in STOP:
        return False
    noun = before.kind == "word" and not before.low.endswith("s") and before.low not in STOP
    return noun and word.text[0].islower() and _is_article(tokens, at + 1)


def _follows_name(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a word in -s comes directly after a name or code and no verb follows: "Ilmar quotes"."""
    word, before = tokens[at], tokens[at - 1]
    name = before.kind == "code" or (before.kind == "word" and before.text[0].isupper() and at > 1)
    plural = word.text[0].islower() and word.low.endswith("s") and not word.low.endswith("ss")
    return name and plural and word.low not in STOP and not (at + 1 < len(tokens) and is_verb(tokens, at + 1))


def _is_article(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a word is an article or another determiner: not the A of "crew A"."""
    return tokens[at].low in _ARTICLES and not (tokens[at].text == "A" and at > 0)


def head_of(tokens: tuple[Token, ...], first: int, last: int) -> int:
    """Return where the head of a subject ends: before its first preposition, else at its end."""
    return next((at for at in range(first + 1, last) if tokens[at].low in _PREPOSITIONS), last)


def _named_part(tokens: tuple[Token, ...], first: int, end: int) -> tuple[int, int]:
    """Return the part of a noun phrase between prepositions that has a code or a proper name, else the whole phrase.

    A head of several words is a thing of its own and stays, unless a code follows: "error rate of gateway GW-2".
    """
    head = head_of(tokens, first, end)
    thing = sum(token.kind == "word" and token.low not in STOP for token in tokens[first:head]) > 1
    if thing and not any(token.kind == "code" for token in tokens[head:end]):
        return first, _possessor(tokens, first, end)
    cuts = [at for at in range(first, end) if tokens[at].low in _PREPOSITIONS]
    parts = [
        (one + (tokens[one].low in _PREPOSITIONS), other)
        for one, other in zip([first, *cuts], [*cuts, end], strict=True)
    ]
    for start, other in parts:
        one = next((at for at in range(start, other) if tokens[at].low not in _ARTICLES), other)
        placed = start > first and tokens[start - 1].low in _PLACES
        if placed and not any(tokens[at].kind == "code" for at in range(one, other)):
            continue  # "the warehouse in Olten" is about the warehouse
        if any(_proper(tokens, at, first) for at in range(one, other)):
            return one, _possessor(tokens, one, other)
    return first, _possessor(tokens, first, end)


def _possessor(tokens: tuple[Token, ...], first: int, end: int) -> int:
    """Return where the subject ends: after "Ilmar's" of "Ilmar's price"."""
    for at in range(first, end):
        if tokens[at].text.endswith(("'s", "’s")):
            return at + 1
    return end


def _proper(tokens: tuple[Token, ...], at: int, first: int) -> bool:
    token = tokens[at]
    return token.kind == "code" or (token.kind == "word" and token.text[0].isupper() and at > first)


def _counted(tokens: tuple[Token, ...], first: int, end: int) -> tuple[int, int]:
    """Return the subject of a count ("7 of 40 tests on line L-2 failed"): the part with a code, else the things."""
    at = first
    skipped = _COUNTING | MONEY_WORDS
    while at < end and (tokens[at].low in skipped or numeral(tokens, at) is not None):
        number = numeral(tokens, at)
        at = number.last if number is not None else at + 1
    if at >= end:
        raise Untyped("no clear subject")
    return _checked(tokens, *_named_part(tokens, at, end))


def _coded(tokens: tuple[Token, ...], start: int) -> tuple[int, int]:
    """Return the only thing with a code in a sentence about "us", with the nouns before it."""
    coded = [at for at in range(start, len(tokens)) if tokens[at].kind == "code"]
    if not coded and tokens[start].low in _SPEAKERS:
        return _told_of(tokens, start)
    if len(coded) != 1:
        raise Untyped("its subject is only a pronoun")
    first = last = coded[0]
    while first > start + 1 and last - first < 2 and _noun(tokens, first - 1):
        first -= 1
    return first, last + 1


def _told_of(tokens: tuple[Token, ...], start: int) -> tuple[int, int]:
    """Return the things that are counted in a sentence about "us": "patients" of "we enrolled 143 of 200 patients"."""
    for at in range(start + 1, len(tokens)):
        number = numeral(tokens, at)
        if number is None or number.weak:
            continue
        first = number.last
        while first < len(tokens) and (tokens[first].low in ("of", "the") or numeral(tokens, first) is not None):
            first += 1
        last = first
        while last < len(tokens) and _noun(tokens, last) and tokens[last].kind == "word":
            last += 1
        if last > first and tokens[first].low not in UNITS:
            return _checked(tokens, first, last)
    raise Untyped("its subject is only a pronoun")


def _noun(tokens: tuple[Token, ...], at: int) -> bool:
    token = tokens[at]
    return token.kind == "word" and token.low not in STOP | _ARTICLES | _PREPOSITIONS and not is_verb(tokens, at)


def _checked(tokens: tuple[Token, ...], first: int, last: int) -> tuple[int, int]:
    words = tokens[first:last]
    if not words or all(token.low in STOP or token.kind == "mark" for token in words):
        raise Untyped("no clear subject")
    if any(token.low in _WITHIN for token in words):
        raise Untyped("its subject is only a pronoun")
    if any(token.low in _NO_NAMES for token in words) or (len(words) == 1 and words[0].low.endswith("ly")):
        raise Untyped("no clear subject")
    if any(token.low in ("and", "or") or token.text in ",/&" for token in words):
        raise Untyped("several subjects")
    if len(words) > _MOST_WORDS or any(token.text in '()"[]' for token in words):
        raise Untyped("a subject too long to be a name")
    numbers = (numeral(tokens, at) for at in range(first, last) if tokens[at].kind == "word")
    if any(number is not None and not number.weak for number in numbers):
        raise Untyped("no clear subject")
    if all(token.low in _GENERIC or token.low in STOP for token in words):
        raise Untyped("a subject that could be anything")
    if words[0].kind == "number" or any(
        token.kind == "number" and not after.tight for token, after in pairwise(words)
    ):  # "line 4" and "ward 4B" are names
        raise Untyped("no clear subject")
    return first, last


def _before_value(tokens: tuple[Token, ...], first: int, last: int) -> int:
    """Return where a subject ends, without a value that is said of it: "a penalty of EUR 25,000"."""
    for at in range(first + 1, last - 1):
        value = tokens[at + 1].kind == "number" or tokens[at + 1].low in UNITS or tokens[at + 1].text in "€$£"
        if tokens[at].low in _PREPOSITIONS and value:
            return at
    return last


class Untyped(Exception):
    """A sentence is left out; the message is the reason as it is counted and shown."""
