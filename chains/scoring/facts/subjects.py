"""Subjects of a sentence: mentions of the ledger's subjects, and of things that the ledger does not know."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from chains.scoring.facts.ledger_vocabulary import known_tokens, unfilled, vocabulary
from chains.scoring.text.ledger_stems import STOP, bag
from chains.scoring.text.number_words import figure
from chains.scoring.text.tokens import Token
from chains.worlds.facts.ledger import MONTHS, Fact, Statement

STRANGER = -1
"""The subject number of a code or a numbered thing that is not in the ledger."""
UNCLEAR = -2
"""The subject number of a short form that could be several of the ledger's ("the module")."""
_ARTICLES = bag("the a an our this that its their")
_INDEFINITE = bag("a an another")
_BEFORE_NOUN = _ARTICLES | STOP | bag("regarding concerning re status update new late delayed said meanwhile")
_UNNAMED = (
    STOP | frozenset(name.lower() for name in MONTHS) | bag("monday tuesday wednesday thursday friday saturday sunday")
)
"""Words with a capital that are not names."""
_LONGEST = 9
"""Digits of a number that may be a name."""
_AFTER_NUMBER = STOP - {"of", "out", "more", "to"}
"""Words that may follow a number that is a name ("line 4 was late")."""


Words = tuple[str, ...]


class Mention(NamedTuple):
    """Words of a sentence that name a subject."""

    first: int
    last: int
    subject: int


class _Variant(NamedTuple):
    words: Words
    subject: int
    short: bool


class Subjects:
    """The different subjects of a ledger, and every wording that names exactly one of them.

    Besides the subject as written and its aliases, these are: its code or
    proper name alone, a run of its words, and its last noun ("the pump"),
    each only where no other subject, topic or value of the ledger has the same words.
    """

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.names: list[str] = []
        """The subjects as written, in the order of their numbers."""
        self.of: dict[str, int] = {}
        """The number of each statement's subject, by statement id."""
        numbers: dict[Words, int] = {}
        given: dict[Words, set[int]] = defaultdict(set)
        for statement in statements:
            number = numbers.setdefault(tuple(statement.subject.lower().split()), len(numbers))
            if number == len(self.names):
                self.names.append(statement.subject)
            self.of[statement.id] = number
            for wording in (statement.subject, *statement.aliases):
                given[_words(_bare(known_tokens(wording)))].add(number)
        runs = [_words(_bare(known_tokens(name))) for name in self.names]
        values = [token for one in statements for slot in one.slots for token in unfilled(str(slot.value))]
        kinds = [vocabulary(texts) for statement in statements for texts in _wordings(statement)]
        # every word that the ledger uses for something other than a subject
        taken = frozenset([token.low for token in values]).union(*[kind.all for kind in kinds])
        self._by_word = _index(given, _short_forms(self.names, given, taken), runs)
        self._by_modifier = _modifiers(self.names, taken)
        self._nouns = {run[-2] for run in runs if len(run) > 1 and re.search(r"\d", run[-1])} | {
            run[-1] for run in runs
        }
        tokens = values + [
            token for one in statements for text in (one.subject, *one.aliases) for token in known_tokens(text)
        ]
        self.codes = frozenset([token.low for token in tokens if token.kind == "code"]).union(
            *[kind.codes for kind in kinds]
        )
        """All codes of the ledger."""
        self.known = frozenset([token.low for token in tokens if token.kind == "word"]).union(
            *[kind.words for kind in kinds]
        )
        """All words of the ledger."""

    def mentions(self, tokens: tuple[Token, ...]) -> list[Mention]:
        """Return the subjects named in a sentence in order, strangers included."""
        out: list[Mention] = []
        at = 0
        while at < len(tokens):
            found = (
                self._known(tokens, at)
                or self._stranger(tokens, at)
                or self._unclear(tokens, at)
                or self._modifier(tokens, at)
            )
            if found is None:
                at += 1
            else:
                out.append(self._meant(tokens, found, out))
                at = found.last
        return self._in_apposition(tokens, out)

    def _in_apposition(self, tokens: tuple[Token, ...], found: list[Mention]) -> list[Mention]:
        """Take "the pump with the old seal, P-12, ..." for P-12."""
        out = list(found)
        for at, (one, other) in enumerate(pairwise(found)):
            if one.subject != UNCLEAR or other.subject < 0 or other.last >= len(tokens):
                continue
            noun = tokens[one.first].low
            closed = (tokens[other.first - 1].text, tokens[other.last].text) in ((",", ","), ("(", ")"))
            plain = all(token.text not in ",;:()" for token in tokens[one.last : other.first - 1])
            if closed and plain and noun in self.names[other.subject].lower().split():
                out[at] = one._replace(subject=other.subject)
        return out

    def _meant(self, tokens: tuple[Token, ...], found: Mention, before: Sequence[Mention]) -> Mention:
        """Take "the line" for the line that the sentence named before, if it named one."""
        if found.subject != UNCLEAR:
            return found
        noun = tokens[found.first].low
        named = {one.subject for one in before if one.subject >= 0 and noun in self.names[one.subject].lower().split()}
        return found._replace(subject=named.pop()) if len(named) == 1 else found

    def _known(self, tokens: tuple[Token, ...], at: int) -> Mention | None:
        for variant in self._by_word.get(tokens[at].low, ()) or self._by_word.get(tokens[at].low.removesuffix("s"), ()):
            last = at + len(variant.words)
            if last > len(tokens) or not all(
                tokens[at + step].low in (word, word + "s") for step, word in enumerate(variant.words)
            ):
                continue
            noun = tokens[last - 1].kind == "word" and variant.short
            if noun and not self._stands_alone(tokens, at, last, single=len(variant.words) == 1):
                continue
            return Mention(at, last, variant.subject)
        return None

    def _stands_alone(self, tokens: tuple[Token, ...], first: int, last: int, *, single: bool) -> bool:
        """Whether a short form is not part of another name ("pump P-99", "the Orsk pump")."""
        after = tokens[last] if last < len(tokens) else None
        if after is not None and (after.kind == "code" or _numbered(tokens, last)):
            return False
        if after is not None and after.kind == "word" and after.text[0].isupper() and after.low not in _UNNAMED:
            return False
        before = tokens[first - 1] if first else None
        if before is not None and before.low in _INDEFINITE:
            return False  # "a cooling pump" is any
        if before is None or before.kind == "mark" or tokens[first].text[0].isupper():
            return True
        if before.kind == "word" and before.text[0].isupper() and first > 1 and before.low not in STOP:
            return False
        return not single or before.low in _BEFORE_NOUN

    def _modifier(self, tokens: tuple[Token, ...], at: int) -> Mention | None:
        """Return the subject that the word before its noun stands for: "in billing 14 more" of billing module M-4."""
        subject = self._by_modifier.get(tokens[at].low)
        if subject is None or not at or tokens[at - 1].low not in _PLACES:
            return None
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        alone = after is None or after.kind in ("mark", "number") or after.low in _AFTER_MODIFIER or figure(after)
        return Mention(at, at + 1, subject) if alone else None

    def _stranger(self, tokens: tuple[Token, ...], at: int) -> Mention | None:
        token = tokens[at]
        if token.kind == "code" and token.low not in self.codes:
            first = at - 1 if at and tokens[at - 1].low in self._nouns else at
            return Mention(first, at + 1, STRANGER)
        if token.low in self._nouns and _numbered(tokens, at + 1):
            return Mention(at, at + 2, STRANGER)
        return None

    def _unclear(self, tokens: tuple[Token, ...], at: int) -> Mention | None:
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        alone = after is None or after.kind != "code"
        if at and tokens[at].low in self._nouns and tokens[at - 1].low in _ARTICLES and alone:
            return Mention(at, at + 1, UNCLEAR)
        return None


_PLACES = bag("in on for of from")
_AFTER_MODIFIER = bag("and but by up down is are was were has have had it they there we while whereas with")


def _modifiers(names: Sequence[str], taken: frozenset[str]) -> dict[str, int]:
    """Return the words before the noun of a subject with a code, where no other subject or wording has them."""
    out: dict[str, int] = {}
    words = [_bare(known_tokens(name)) for name in names]
    held = Counter(word for tokens in words for word in {token.low for token in tokens})
    for number, tokens in enumerate(words):
        kind = [token.low for token in tokens if token.kind == "word"]
        if any(token.kind == "code" for token in tokens):
            out |= {low: number for low in kind[:-1] if held[low] == 1 and low not in taken and low not in STOP}
    return out


def unnamed(low: str, known: frozenset[str]) -> bool:
    """Whether a word, even with a capital, names nothing that the ledger does not know."""
    return low in known or low in _UNNAMED


def _numbered(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a bare number at a token can belong to the noun before it ("line 4", not "line 4 weeks late")."""
    if at >= len(tokens) or tokens[at].kind != "number" or not tokens[at].low.isdecimal():
        return False
    if len(tokens[at].low) > _LONGEST or int(tokens[at].low) > 99:
        return False
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    return after is None or after.low in _AFTER_NUMBER or after.text in ".,;:!?)"


def _short_forms(names: Sequence[str], given: Mapping[Words, set[int]], taken: frozenset[str]) -> dict[Words, set[int]]:
    """Return the short forms of all subjects, each with the subjects that it can mean."""
    parts = [_bare(known_tokens(name)) for name in names]
    held = Counter(word for tokens in parts for word in {token.low for token in tokens})
    short: dict[Words, set[int]] = defaultdict(set)
    for number, tokens in enumerate(parts):
        for words in _shortened(tokens, held, taken):
            if words not in given:
                short[words].add(number)
    return short


def _index(
    given: Mapping[Words, set[int]], short: Mapping[Words, set[int]], runs: Sequence[Words]
) -> dict[str, list[_Variant]]:
    """Return the wordings that name exactly one subject, by their first word, the longest first."""
    out: dict[str, list[_Variant]] = defaultdict(list)
    inside = _inside(runs)
    for words, who in (*given.items(), *short.items()):
        if not words or len(who) > 1 or (words in short and not inside[words] <= who):
            continue
        for spelt in {words, _parted(words)}:
            out[spelt[0]].append(_Variant(spelt, next(iter(who)), words in short))
    for rows in out.values():
        rows.sort(key=lambda row: -len(row.words))
    return dict(out)


def _words(tokens: Sequence[Token]) -> Words:
    return tuple(token.low for token in tokens)


def _bare(tokens: Sequence[Token]) -> Sequence[Token]:
    return tokens[1:] if len(tokens) > 1 and tokens[0].low in _ARTICLES else tokens


def _parted(words: Words) -> Words:
    """Return a wording whose last code is written apart: "p12" as "p", "12"."""
    match = re.fullmatch(r"([a-z]+)(\d+)", words[-1])
    return (*words[:-1], *match.groups()) if match else words


def _shortened(tokens: Sequence[Token], held: Counter[str], taken: frozenset[str]) -> list[Words]:
    """Return short forms of a subject: its codes and proper names, the words up to its last noun or its end."""
    lows = [token.low for token in tokens]
    out: list[Words] = [(token.low,) for token in tokens if token.kind == "code" and held[token.low] == 1]
    out += [
        (token.low,)
        for at, token in enumerate(tokens)
        if token.kind == "word" and token.text[0].isupper() and held[token.low] == 1 and token.low not in taken
        and (at or len(tokens) == 1 or tokens[at + 1].text[0].islower()) and len(token.low) > 1
    ]  # fmt: skip
    nouns = [token for token in tokens if token.kind == "word" and token.low not in STOP]
    ends = {tokens.index(nouns[-1]) + 1, len(lows)} if nouns else {len(lows)}
    for last in ends:
        out += [tuple(lows[first:last]) for first in range(last - 1) if last - first < len(lows)]
    if nouns and held[nouns[-1].low] == 1 and nouns[-1].low not in taken and len(nouns[-1].low) > 2:
        out.append((nouns[-1].low,))
    return out


def _inside(runs: Sequence[Words]) -> Mapping[Words, set[int]]:
    """Return the numbers of the runs of words that hold a shorter run, by that."""
    out: dict[Words, set[int]] = defaultdict(set)
    for number, run in enumerate(runs):
        for first in range(len(run)):
            for last in range(first + 1, len(run) + 1):
                out[run[first:last]].add(number)
    return out


def _wordings(statement: Statement) -> Iterator[tuple[str, ...]]:
    """Yield a statement's wordings without its subject and values; statements of the same kind share them."""
    yield *statement.templates, *statement.vague, *statement.topic
    for slot in statement.slots:
        yield slot.unit or "", *slot.also, slot.opposite or "", *slot.opposites, *slot.others
    if isinstance(statement, Fact) and statement.certainty is not None and statement.certainty.source is not None:
        yield (statement.certainty.source,)
