"""Which way something went: the wordings of a direction slot's sense and of its opposite."""

from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from chains.scoring.facts.direction_context import Around, Phrase, apart, idle, on_plan
from chains.scoring.text.antonyms import AS_PLANNED, BETTER, BINARY, FAMILIES, MEASURED, SOFTENED, WORSE
from chains.scoring.text.ledger_stems import STOP, bag, stem, stems
from chains.scoring.text.negation import negated
from chains.scoring.text.number_words import figure
from chains.scoring.text.tokens import Token
from chains.worlds.facts.ledger import Slot

_GUARDED = bag(
    "over under up down above below ahead behind before more less higher lower left leave took take got get made make "
    "hit keep out off beyond within long short high low extra additional add "
    "cut open done good end past start run on in made held hold"
) | stems(
    "beat short took gave added gone firm sound tight saved fine ok okay back dead leaving extra fresh behind "
    "pm am soft bright deep cost waiting delivered remaining nod dry new clean current further recover pay honour "
    "settled secure better improved improving worse responsive met hit flat normal stable steady unchanged achieved "
    "off new working growing settled improvement confirmed enrolled slow"
)
"""Words that are often something else: they need a number, a topic or a yardstick beside them."""
_PREPOSITIONS = bag("over under up down above below ahead behind before more less out off beyond within in past")
"""Those of them that need it even where the slot lists them itself; for the others, the topic anywhere is enough."""
_SPELLS = bag("last past next weekend month week year day days weeks months years course period quarter night")
_YARDSTICKS = bag(
    "budget plan schedul target limit estimat quota norm forecast deadlin goal threshold expect standard than cost "
    "allow averag planned"
) | frozenset(stem(word) for word in ("planned", "scheduled", "expected", "allowed", "time", "budgeted", "forecast"))
_SIGNS = bag("+ - − –")
_IDIOMS = {
    "under": bag(
        "scrutiny observation watch examination study repair maintenance supervision control review way discussion "
        "load stress "
        "pressure investigation consideration close construction warranty"
    ),
    "up": bag("and"),
    "above": bag("all"),
    "held": bag("up back"),
}
"""Words that say no direction before one of these: "under review"."""
_UP_TO = {("up", "to", word) for word in ("date", "speed", "standard", "scratch", "now")}
_QUALITY = ("ly", "ive", "able", "ible", "ful", "ous", "icient", "equent", "istent", "portant")
"""Ends of words that "more" makes a quality and no number of: "more promptly", "more responsive"."""
_DEGREES = bag("more less")
_AUXILIARIES = bag("was is are were has have had been be did does do still also it")


class Hit(NamedTuple):
    """Words of a message that give a direction."""

    first: int
    last: int
    sense: int
    """1: as in the ledger; -1: its opposite; 0: denied opposite, which leaves it open."""
    own: bool
    """Whether the slot itself lists the wording."""
    guarded: bool
    denied: bool


@lru_cache(maxsize=8192)
def phrase(words: str) -> Phrase:
    """Return a wording as stems, without leading auxiliaries."""
    parts = [token for part in words.split() for token in _split(part)]
    while len(parts) > 1 and parts[0] in _AUXILIARIES and not _NO_SENSE.issuperset(parts[1:]):
        parts = parts[1:]
    return tuple(stem(part) for part in parts)


_NO_SENSE = bag("to all its on of the well very reasonably badly poorly")
"""Words that give no direction by themselves: "still to" does, "to" does not."""


def _split(word: str) -> list[str]:
    if word in _SIGNS:
        return [word]
    low = word.lower().replace("’", "'").strip(",;:!?").replace(".", "")
    if low.endswith("n't"):
        return [low[:-3], "not"]
    return low.replace("'", "").split("-")


@dataclass(frozen=True)
class Direction:
    """A direction slot, compiled: every wording by its first stem, the longest first."""

    wordings: dict[str, tuple[tuple[Phrase, int, bool], ...]]
    binary: bool
    asked: bool = False
    """Whether it is of something that is asked for."""
    as_planned: int = 0
    """The sense of "on plan", where it has one: of news that something is off, the opposite if that is bad."""

    @cached_property
    def words(self) -> frozenset[str]:
        """The stems of all its wordings."""
        return frozenset(word for rows in self.wordings.values() for words, _, _ in rows for word in words)

    def hits(
        self,
        tokens: tuple[Token, ...],
        low: int,
        high: int,
        topic: frozenset[str],
        named: frozenset[int] = frozenset(),
        *,
        plain: bool = False,
    ) -> list[Hit]:
        """Return the directions given between two tokens, leaving out those in `named` (names of subjects).

        Args:
            tokens: The sentence.
            low: Where to begin.
            high: Where to end.
            topic: Stems that show which property is meant.
            named: Tokens that are names of subjects.
            plain: Whether the words say nothing else, so that ambiguous ones need nothing beside them.
        """
        out: list[Hit] = []
        at = low
        while at < high:
            hit = self._at(tokens, at, low, high, topic, plain=plain) if at not in named else None
            out += [hit] if hit else []
            at = hit.last if hit else at + 1
        return out

    def _at(
        self, tokens: tuple[Token, ...], at: int, low: int, high: int, topic: frozenset[str], *, plain: bool
    ) -> Hit | None:
        for words, sense, own in self.wordings.get(tokens[at].stem, ()):
            last = _end(tokens, at, high, words)
            if not last or not _stands(tokens, at, last, low, high, words, topic):
                continue
            around = Around(tokens, at, last, low, high)
            guarded = _is_guarded(words, around, topic)
            if guarded and not plain and not _beside(tokens, at, low, high, topic):
                judges = words[0] in _JUDGING and tokens[at].low not in _NOUNS
                if words[0] in _PREPOSITIONS or not (own or judges) or not around.has(topic):
                    continue
            denied = words[0] != "not" and negated(tokens, at, low, asked=self.asked)
            told = self._denied(sense) if denied else sense
            put = None if self.asked else around.put(words, told, denied=denied)
            if put == "refused":
                told, denied = self._denied(told), True
            return Hit(at, last, {"open": 0, "wished": -told}.get(put or "", told), own, guarded, denied)
        if self.as_planned and (last := on_plan(tokens, at, low, high)):
            denied = negated(tokens, at, low)
            return Hit(at, last, self._denied(self.as_planned) if denied else self.as_planned, False, False, denied)
        return None

    def _denied(self, sense: int) -> int:
        return -1 if sense == 1 else int(self.binary)


def _end(tokens: tuple[Token, ...], at: int, high: int, words: Phrase) -> int:
    """Return where a wording that begins at a token ends; 0 where it does not stand there."""
    last = at + len(words)
    if last <= high and all(tokens[at + step].stem == word for step, word in enumerate(words)):
        return last
    return apart(tokens, at, high, words)


def _stands(
    tokens: tuple[Token, ...], at: int, last: int, low: int, high: int, words: Phrase, topic: frozenset[str]
) -> bool:
    """Whether words are meant as a direction there."""
    if words[0] in _SIGNS:
        return _signs(tokens, at)
    if words in _as_planned():
        return not _left_open(tokens, at, last, low)
    alone, after = len(words) == 1, tokens[last].low if last < high else ""
    if alone and words[0] in _DEGREES:
        return not after.endswith(_QUALITY)
    return not idle(words, Around(tokens, at, last, low, high), topic)


def _is_guarded(words: Phrase, around: Around, topic: frozenset[str]) -> bool:
    """Whether a wording needs something beside it: not where it is contrasted or said of the topic itself."""
    if len(words) > 1 or words[0] not in _GUARDED or around.contrasted:
        return False
    return not (around.predicate and around.has(topic))


def _beside(tokens: tuple[Token, ...], at: int, low: int, high: int, topic: frozenset[str]) -> bool:
    """Whether a number, the topic or a yardstick stands within three words of an ambiguous word."""
    after = [token.low for token in tokens[at + 1 : at + 4]]
    if tokens[at].low == "up" and (
        after[:1] in (["for"], ["with"]) or (after[:1] == ["to"] and after[1:2] and after[1].isdigit())
    ):
        return False
    if after and (after[0] in _IDIOMS.get(tokens[at].low, ()) or (tokens[at].low, *after[:2]) in _UP_TO):
        return False
    if tokens[at].low in ("over", "within") and after[:1] == ["the"] and _SPELLS & {*after[1:]}:
        return False
    near = range(max(low, at - 4), min(high, at + 5))
    return any(
        figure(tokens[i])
        or tokens[i].low in _MEASURES
        or tokens[i].stem in topic
        or tokens[i].stem in _YARDSTICKS
        or tokens[i].text == "%"
        for i in near
        if i != at
    )


_MEASURES = bag(
    "minute minutes hour hours day days week weeks month months "
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth floor storey level"
)


_AT_VALUE = bag("to at of from")
_MONEY = bag("eur usd gbp chf € $ £")


def _signs(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a mark is the sign of a number ("+29%"), not a dash."""
    before, after = tokens[at - 1] if at else None, tokens[at + 1] if at + 1 < len(tokens) else None
    if after is not None and after.low in _MONEY:  # "+EUR 88k"
        return after.tight
    if after is None or after.kind != "number" or not after.tight:
        return False
    if before is not None and before.low in _AT_VALUE:
        return False  # "fell to -5 degrees"
    return before is None or before.kind != "number" or not tokens[at].tight


@cache
def _as_planned() -> frozenset[Phrase]:
    return frozenset(phrase(words) for words in AS_PLANNED)


_JUDGING = stems("stable steady unchanged normal flat better improved improving worse worsening deteriorating")
"""Words that judge a property wherever they stand with it: "memory use of module M-18 is unchanged"."""
_NOUNS = bag("improvement improvements")


def _left_open(tokens: tuple[Token, ...], first: int, last: int, low: int) -> bool:
    """Whether "on target" and the like leave room for what is off: "close to target", "on course to catch up"."""
    before = {token.low for token in tokens[max(low, first - 3) : first]}
    after = [token.low for token in tokens[last : last + 2]]
    return bool(before & SOFTENED) or (after[:1] == ["to"] and tokens[first].low == "on") or after[:1] == ["again"]


def compile_direction(
    slot: Slot, plain: frozenset[str] = frozenset(), *, asked: bool = False, valence: str = "neutral"
) -> Direction:
    """Gather the wordings of a direction slot: its own, then those of the family that both its senses belong to.

    Args:
        slot: The slot.
        plain: Stems that stand in every rendering whatever the direction ("seal"): they show none ("sealed").
        asked: Whether it is of something that is asked for: not above 5 is then below 5, though what did not rise
            need not have fallen.
        valence: Whether what it says is good or bad news: "better" is then one of its sides, "on plan" the good one.
    """
    right, wrong = (str(slot.value), *slot.also), (str(slot.opposite), *slot.opposites)
    return _compiled(right, wrong, plain, asked, valence)


@lru_cache(maxsize=512)
def _compiled(
    right_words: tuple[str, ...], wrong_words: tuple[str, ...], plain: frozenset[str], asked: bool, valence: str
) -> Direction:
    """Compile the wordings of both senses; worlds of one setting share their kinds of fact, and so these."""
    right = [phrase(words) for words in right_words]
    wrong = [phrase(words) for words in wrong_words]
    right = right[:1] + [words for words in right[1:] if not plain.issuperset(words)]
    wrong = wrong[:1] + [words for words in wrong[1:] if not plain.issuperset(words)]
    found: dict[Phrase, tuple[int, bool]] = {}
    for words, sense in [(words, 1) for words in right] + [(words, -1) for words in wrong]:
        found.setdefault(words, (sense, True))
    for here, there in _family(right[0], wrong[0]):
        for side, sense in ((here, 1), (there, -1)):
            for words in side:
                if not plain.issuperset(words):
                    found.setdefault(words, (sense, False))
    measured = _measured(right[0], wrong[0], valence)
    for words, sense in measured:
        found.setdefault(words, (sense, False))
    wordings: dict[str, list[tuple[Phrase, int, bool]]] = {}
    for words, (sense, own) in found.items():
        wordings.setdefault(words[0], []).append((words, sense, own))
    return Direction(
        {key: tuple(sorted(rows, key=lambda row: -len(row[0]))) for key, rows in wordings.items()},
        as_planned=next((sense for words, sense in measured if words == phrase("on track")), 0),
        binary=asked or right[0][-1] in BINARY or wrong[0][-1] in BINARY,
        asked=asked,
    )


def _measured(right: Phrase, wrong: Phrase, valence: str) -> list[tuple[Phrase, int]]:
    """Return what else says the direction of a number: its sign; better or worse; that all is as planned."""
    plus, minus = (frozenset(stem(word) for word in side) for side in MEASURED)
    sign = 1 if right[0] in plus and wrong[0] in minus else -1 if right[0] in minus and wrong[0] in plus else 0
    if not sign:
        return []
    out: list[tuple[Phrase, int]] = [
        (("+",), sign),
        (("plus",), sign),
        (("minus",), -sign),
        *[((mark,), -sign) for mark in ("-", "−", "–")],
    ]
    if valence not in ("good", "bad"):
        return out
    good = 1 if valence == "good" else -1
    out += [(phrase(words), good) for words in BETTER] + [(phrase(words), -good) for words in WORSE]
    return out + [(phrase(words), good) for words in AS_PLANNED]


Side = tuple[Phrase, ...]


@cache
def _families() -> tuple[tuple[Side, Side], ...]:
    """Return both sides of every family as stems; made when first asked for, as not every verb reads messages."""
    return tuple(
        (tuple(phrase(words) for words in one.split("|")), tuple(phrase(words) for words in other.split("|")))
        for one, other in FAMILIES
    )


@cache
def _places() -> dict[Phrase, dict[tuple[int, int], int]]:
    """Return where every wording stands in the families: how early, by the family's number and side."""
    out: dict[Phrase, dict[tuple[int, int], int]] = {}
    for number, sides in enumerate(_families()):
        for side, phrases in enumerate(sides):
            for at, words in enumerate(phrases):
                out.setdefault(words, {}).setdefault((number, side), at)
    return out


def _family(right: Phrase, wrong: Phrase) -> list[tuple[Side, Side]]:
    """Return the one family that a direction and its opposite belong to, their own side first; none if there is none.

    Where several hold both, it is the one that names them earliest: "rose" and "fell" are no matter of over and under.
    """
    here, there = _places().get(right, {}), _places().get(wrong, {})
    fitting = [
        (at + there[number, 1 - side], number, side)
        for (number, side), at in here.items()
        if (number, 1 - side) in there
    ]
    if not fitting:
        return []
    _, number, side = min(fitting)
    sides = _families()[number]
    return [(sides[side], sides[1 - side])]


@lru_cache(maxsize=4096)
def content(words: str) -> tuple[str, ...]:
    """Return the stems of the words that carry meaning in a text, in order."""
    return tuple(stem(part) for word in words.split() for part in _split(word) if part.isalpha() and part not in STOP)
