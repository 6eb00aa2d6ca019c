"""The context of a direction, which may make it a plan, a refusal, an unmet duty, or no direction at all.

"The permit was renewed" and "the renewal of the permit was refused" have the same word; so have "the claim was paid"
and "the payment of the claim is under discussion".
"""

from itertools import pairwise
from typing import Literal, NamedTuple

from chains.scoring.text.antonyms import SOFTENED
from chains.scoring.text.ledger_stems import bag, stems
from chains.scoring.text.number_words import figure
from chains.scoring.text.tokens import Token

Phrase = tuple[str, ...]
"""A wording as stems."""
Put = Literal["open", "refused", "wished"]
"""Senses other than a plain statement: planned or awaited; refused; something that should have happened."""

_BE = bag("is are was were be has have remains remain being")
_STATES = stems("working dead fine ok okay sound tight dry clean back open done good firm safe")
"""Words for a state, after "is"."""
_BUSY = bag("on to with through towards hard")
"""Words after "working" that make it an effort."""
_LACKS = bag("need needs needed needing require requires want wants awaiting await awaits for lacks")
_SEEKING = bag("recruiting hiring backfilling")
_DEEDS = stems(
    "renewal renewed extension extended approval approved acceptance accepted confirmation confirmed recovery "
    "recovered reduction reduced recruitment recruited hiring hired backfilling calibration calibrated recalibrated "
    "recalibration repair repaired restart restarted refund cancellation cancelled increase reimbursement payment "
    "closure closed resolution resolved delivery completion "
    "completed finished fixed restored reinstated improvement improved "
)
"""Nouns of actions, and participles after "to be": such actions may be only planned or asked for."""
_NOUNS = ("al", "ion", "ance", "ery", "ment", "ure", "refund", "repair", "restart", "increase", "hiring", "recruiting")
"""Endings of nouns of actions."""
_PLANNED = bag(
    "under scheduled planned pending due needed required requested sought awaited outstanding arranged focus goal "
    "priority target underway prepared progress discussed considered negotiated application applied plan plans "
    "measures efforts effort next soon expected"
)
_REFUSED = bag("refused rejected denied declined cancelled postponed failed stalled fell delayed blocked missed")
_AWAITS = bag("awaiting await awaits pending needs need requires require seeking requesting request")
_AWAITED = bag("up due scheduled booked waiting ready apply applied working work asking asked down in pushing")
_TOWARDS = bag("for about on towards") | _AWAITS
_WISHES = (("should", "have"), ("ought", "to"), ("supposed", "to"), ("meant", "to"))
_FAR = 8
"""Words that "should have been" may reach."""


class Around(NamedTuple):
    """Words that give a direction, with the words of their piece around them."""

    tokens: tuple[Token, ...]
    at: int
    last: int
    """Their tokens: from `at` up to `last`, half open."""
    low: int
    high: int
    """The tokens of the piece, half open."""

    def before(self, words: int) -> list[str]:
        """Return so many words before them."""
        return [token.low for token in self.tokens[max(self.low, self.at - words) : self.at]]

    @property
    def after(self) -> str:
        """The word after them."""
        return self.tokens[self.last].low if self.last < self.high else ""

    @property
    def contrasted(self) -> bool:
        """Whether the opposite direction is denied right after them: "down, not up"."""
        return [token.low for token in self.tokens[self.last : self.last + 2]] == [",", "not"]

    @property
    def predicate(self) -> bool:
        """Whether they describe a state: "its battery is dead"."""
        state = self.tokens[self.at].stem in _STATES and self.after not in _BUSY
        return state and any(word in _BE for word in self.before(1))

    def has(self, stems: frozenset[str]) -> bool:
        """Whether the piece has one of some stems."""
        return any(token.stem in stems for token in self.tokens[self.low : self.high])

    def put(self, words: Phrase, sense: int, *, denied: bool) -> Put | None:
        """Return the context's sense of a direction; None if the direction is plainly stated or denied."""
        before = self.before(3)
        if (words == ("new",) and _LACKS.intersection(before)) or self.tokens[self.at].low in _SEEKING:
            return "open"  # "needs a new permit", "is recruiting nurses"
        if sense == -1 and not denied and before[-1:] == ["being"]:
            return "open"  # "is being returned to service": it is not there yet
        if (words[-1] in _DEEDS or sense == -1) and (planned := self._planned(before)):
            return planned
        return "wished" if any(pair in _WISHES for pair in pairwise(self.before(_FAR))) else None

    def _planned(self, before: list[str]) -> Put | None:
        """Return "open" for an action planned or awaited ("renewal is under way"), "refused" for a refused one."""
        if before[-2:] in (["to", "be"], ["to", "get"]) or before[-1:] == ["being"]:
            return "open"
        if not self.tokens[self.at].low.endswith(_NOUNS):
            return None
        awaited = any(one in _AWAITED and other in _TOWARDS for one, other in pairwise(before))
        if awaited or (before and before[-1] in _AWAITS):
            return "open"
        verb = next((at for at in range(self.last, min(self.last + 9, self.high)) if self.tokens[at].low in _BE), None)
        if verb is None:
            return None
        after = {token.low for token in self.tokens[verb + 1 : min(verb + 5, self.high)]}
        if after & _REFUSED:
            return "refused"
        return "open" if after & _PLANNED else None


_MOVES = bag(
    "been go goes going went gone put work works worked working look looked looking talk talked follow followed"
)
_JOINED = bag("up down off out over in on")
_DETERMINERS = bag("the its a an their all this that both")
_ATTRIBUTES = stems("new further additional extra")
"""Words that modify only the words next to them."""


def idle(words: Phrase, around: Around, topic: frozenset[str]) -> bool:
    """Whether words that often give a direction give none in this context."""
    here = around.tokens[around.at]
    match words:
        case ("meet",):
            found = around.after == "with"  # "was met with success"
        case ("back", "up"):
            found = here.low != "back"  # "the battery that backs up the power"
        case ("go", "through"):
            found = around.after in _DETERMINERS  # "went through the test": with what result is not said
        case ("through",):
            found = any(word in _MOVES for word in around.before(1))
        case (word,) if word in _ATTRIBUTES:
            found = not _with_topic(around, topic)
        case _:
            found = here.low in _JOINED and here.tight  # "line-up", "sign-off"
    return found


def _with_topic(around: Around, topic: frozenset[str]) -> bool:
    """Whether a word such as "new" stands with the topic or a number: "six new welders", not "the new offices"."""
    after = around.tokens[around.at + 1 : min(around.at + 3, around.high)]
    before = around.tokens[max(around.low, around.at - 3) : around.at]
    return any(token.stem in topic or figure(token) for token in (*after, *before))


_PARTICLES = bag("down off out back up in away over")
_BEHIND = bag("on in at for as because after before since when this last and but again")
"""Words that may follow where a clause's main part has ended."""


def apart(tokens: tuple[Token, ...], at: int, high: int, words: Phrase) -> int:
    """Return the end of a verb whose particle stands apart ("turned the claim down"); 0 if there is none."""
    if len(words) != 2 or words[1] not in _PARTICLES or tokens[at].stem != words[0] or tokens[at].kind != "word":
        return 0
    for last in range(at + 2, min(at + 6, high)):
        if tokens[last].kind == "mark":
            return 0
        if tokens[last].low == words[1]:
            return last + 1 if _closes(tokens, last + 1, high) else 0
    return 0


def _closes(tokens: tuple[Token, ...], at: int, high: int) -> bool:
    return at >= high or tokens[at].kind == "mark" or tokens[at].low in _BEHIND


_ON_PLAN = {
    "on": bag("plan schedule target budget track course"), "at": bag("target plan"), "to": bag("plan schedule budget"),
    "within": bag("plan schedule target budget limit limits"), "inside": bag("budget target limit"),
    "meets": bag("target plan goal budget"), "meet": bag("target plan goal budget"), "met": bag("target plan goal"),
    "reaches": bag("target plan goal"), "reach": bag("target plan goal"), "reached": bag("target plan goal"),
    "hits": bag("target plan goal"), "hit": bag("target plan goal"), "matches": bag("target plan goal budget"),
    "kept": bag("budget plan schedule"), "keeps": bag("budget plan schedule"),
}  # fmt: skip
_TROUBLES = bag(
    "change changes delay delays deviation deviations issues problems incidents losses departures overrun overruns "
    "increase rise shortfall shortfalls backlog slippage"
)
_PREPOSITIONS = bag("on at to within inside")
_SETTLED = bag(
    "is are was were be been remains remain stays stay stayed still right exactly bang fully comfortably firmly now "
    "all running came finished delivered completed built ran well spot will and"
)
"""Words before "on its plan" that make it a statement about a state."""
_OWN = bag("its their the our his her")


def on_plan(tokens: tuple[Token, ...], at: int, low: int, high: int) -> int:
    """Return the end of "on its sprint plan", "meets its weight target", "no staff changes"; 0 if none begins here."""
    if tokens[at].low == "no" and at + 2 < high and tokens[at + 2].low in _TROUBLES:
        return at + 3
    yardsticks = _ON_PLAN.get(tokens[at].low)
    if yardsticks is None or at + 1 >= high or tokens[at + 1].low not in _OWN:
        return 0
    before = {token.low for token in tokens[max(low, at - 3) : at]}
    if before & SOFTENED or (tokens[at].low in _PREPOSITIONS and at > low and tokens[at - 1].low not in _SETTLED):
        return 0
    for last in range(at + 2, min(at + 5, high)):
        if tokens[last].low in yardsticks:
            return last + 1 if _closes(tokens, last + 1, high) else 0
        if tokens[last].kind != "word":
            return 0
    return 0
