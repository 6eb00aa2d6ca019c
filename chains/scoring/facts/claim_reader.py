"""Read claims: facts without a typed value, such as a cause, a denial or a skipped step.

Rules can't compare what a claim means, so they read one only where the words leave no doubt:

- kept: one sentence has all its telling words in their order and nothing between them, with as many denials, and
  nobody doubts, reports, asks or takes back what it says;
- inverted: the same with one denial more or less, or "it is not true that" before it;
- blurred: a vague wording that the world gives stands there word for word;
- omitted: the message is empty, or each of its sentences says what another statement says, in that one's words.

Everything else is unread, and so is a claim that a message both states and denies. A model or a person can read it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import NamedTuple

from chains.fates import Read
from chains.scoring.facts.verdict import Verdict
from chains.scoring.text.ledger_stems import bag
from chains.scoring.text.negation import hedge
from chains.scoring.text.sentences import sentences_of
from chains.scoring.text.tokens import Token, Wording, tokens_of, wording
from chains.worlds.facts.ledger import Statement, denied

_LIGHT = bag(
    "a an the is are was were be been being has have had do does did that which who of in on at to for there it its "
    "also as and"
)
"""Words that a claim may gain or lose and still say the same."""
_DENIALS = bag("not no never none neither nor without nothing nobody nowhere")
_DOUBTS = bag(
    "say says said saying claim claims claimed report reports reported argue argues argued think thinks thought "
    "believe believes believed suggest suggests suggested assume assumes assumed deny denies denied doubt doubts "
    "doubted wrong false untrue incorrect mistaken mistake error rumour rumor myth if unless whether would should "
    "could might may suppose almost nearly hardly scarcely barely partly partially instead"
)
_JOINTS = bag("and but while although though so because since that which as")
_NOTHING = frozenset({("nothing", "to", "report"), ("no", "report")})
_WHY: dict[Read, str] = {
    "kept": "stands in its own words",
    "inverted": "its own words stand there denied",
    "blurred": "mentioned, without what happened",
    "omitted": "every sentence says something else",
    "unread": "no typed value to compare, and it is not said in its own words; a model or a person can read it",
}


class _Worded(NamedTuple):
    """The words of a sentence that tell what it says."""

    telling: tuple[str, ...]
    """Stems of words, codes and numbers in their order, without denials and light words."""
    places: tuple[int, ...]
    """The token of each."""
    denials: tuple[int, ...]
    """The tokens that deny."""
    doubted: bool
    """Whether it has a hedge, a condition, or a word for what somebody says."""


class _Claim(NamedTuple):
    statement: Statement
    ways: tuple[_Worded, ...]
    """Its wordings of one sentence."""
    wordings: Mapping[Wording, Read]
    """What is said by the sentences that the world or the synthetic channel puts it in."""


class ClaimReader:
    """Reads the claims of a ledger.

    Args:
        statements: All statements of the ledger; those without slots are its claims.
    """

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.claims = [_compiled(one) for one in statements if not one.slots]
        self._own = {one.id: _vocabulary(one) for one in statements} if self.claims else {}

    def read(
        self, message: str | None, only: Collection[str] | None = None, untold: AbstractSet[int] = frozenset()
    ) -> dict[str, Verdict]:
        """Return the verdict on each claim in a message, by id.

        Args:
            message: What a seat wrote; None or nothing omits every claim.
            only: Ids of the statements to judge; all by default.
            untold: The sentences, by number, that are taken back or only ask.
        """
        wanted = [one for one in self.claims if only is None or one.statement.id in only]
        sentences = sentences_of(message) if wanted and message else []
        said = [_worded(one.tokens) for one in sentences]
        words = [wording(one.tokens) for one in sentences]
        out = {}
        for claim in wanted:
            found: dict[Read, tuple[int, int]] = {}
            doubtful = False
            for at, (sentence, worded) in enumerate(zip(sentences, said, strict=True)):
                fate = _fate(claim, sentence.tokens, words[at], worded)
                doubtful |= fate is not None and at in untold
                if fate is not None:
                    found.setdefault(fate, sentence.span)
            out[claim.statement.id] = self._verdict(claim, found, words, said, doubtful=doubtful)
        return out

    def _verdict(
        self,
        claim: _Claim,
        found: dict[Read, tuple[int, int]],
        words: Sequence[Wording],
        said: Sequence[_Worded],
        *,
        doubtful: bool,
    ) -> Verdict:
        name = claim.statement.id
        fate: Read = "unread"
        if not doubtful and len(found) == 1:
            (fate,) = found
        elif not found and all(map(self._of_others, [name] * len(said), words, said)):
            fate = "omitted"
        return Verdict(
            statement=name, fate=fate, slots={}, why=_WHY[fate], evidence=found.get(fate), claim=True
        )  # fmt: skip

    def _of_others(self, name: str, words: Wording, said: _Worded) -> bool:
        """Whether a sentence says nothing that another statement's own words don't say."""
        if words in _NOTHING:
            return True
        stems = frozenset(one for one in said.telling if not one[:1].isdigit())
        return any(stems <= own for other, own in self._own.items() if other != name)


def _fate(claim: _Claim, tokens: tuple[Token, ...], words: Wording, said: _Worded) -> Read | None:
    """Return what one sentence says of a claim; None if nothing for sure."""
    if words in claim.wordings:
        return claim.wordings[words]
    if said.doubted or tokens[-1].text == "?":
        return None
    for way in claim.ways:
        at = _run(way.telling, said.telling)
        if at is None or way.doubted:
            continue
        first, last = said.places[at], said.places[at + len(way.telling) - 1]
        denials = [place for place in said.denials if _begins(tokens, first) <= place <= last + 1]
        if len(denials) < len(said.denials) or not _alone(tokens, first, last, denials):
            continue
        more = len(denials) - len(way.denials)
        if not more:
            return "kept"
        if abs(more) == 1:
            return "inverted"
    return None


def _run(wanted: tuple[str, ...], within: tuple[str, ...]) -> int | None:
    """Return where some words stand next to one another in others; None if they don't, or do so twice."""
    found = [at for at in range(len(within) - len(wanted) + 1) if within[at : at + len(wanted)] == wanted]
    return found[0] if len(found) == 1 else None


def _begins(tokens: tuple[Token, ...], first: int) -> int:
    """Return where the light words and denials begin that stand directly before a token."""
    while first and tokens[first - 1].low in _LIGHT | _DENIALS and tokens[first - 1].low not in _JOINTS:
        first -= 1
    return first


def _alone(tokens: tuple[Token, ...], first: int, last: int, denials: Collection[int]) -> bool:
    """Whether the words from one token to another are a clause of their own."""
    begins = _begins(tokens, first)
    before, after = tokens[begins - 1] if begins else None, tokens[last + 1] if last + 1 < len(tokens) else None
    if last + 1 in denials:
        return False
    opens = before is None or before.kind == "mark" or before.low in _JOINTS
    return opens and (after is None or after.kind == "mark" or after.low in _JOINTS)


@lru_cache(maxsize=1024)
def _worded(tokens: tuple[Token, ...]) -> _Worded:
    """Read a sentence; cached, because seats pass on what they heard."""
    told = [
        (token.stem, at)
        for at, token in enumerate(tokens)
        if token.kind != "mark" and token.low not in _LIGHT and token.low not in _DENIALS
    ]
    return _Worded(
        tuple(stem for stem, _ in told),
        tuple(at for _, at in told),
        tuple(at for at, token in enumerate(tokens) if token.low in _DENIALS),
        doubted=any(token.low in _DOUBTS for token in tokens) or hedge(tokens, 0, len(tokens)) is not None,
    )


def _compiled(claim: Statement) -> _Claim:
    renderings = claim.renderings()
    cut = [sentences_of(text) for text in renderings]
    ways = [_worded(sentences[0].tokens) for sentences in cut if len(sentences) == 1]
    read: dict[Wording, Read] = {_words(text): "blurred" for text in claim.hints()}
    for text in renderings:
        read[_words(denied(text))] = "inverted"
    for text in renderings:
        read[_words(text)] = "kept"
    return _Claim(claim, tuple(way for way in dict.fromkeys(ways) if len(way.telling) > 1), read)


def _words(text: str) -> Wording:
    return wording(tokens_of(text))


def _vocabulary(statement: Statement) -> frozenset[str]:
    """Return the stems of all words in which a ledger puts a statement, its reversal and its wrong values."""
    directions = (word for slot in statement.slots for word in (*slot.also, slot.opposite or "", *slot.opposites))
    texts = [*statement.renderings(), *statement.hints(), *statement.aliases, *statement.topic, *directions]
    return frozenset(_stems(texts))


def _stems(texts: Iterable[str]) -> Iterable[str]:
    return (token.stem for text in texts for token in tokens_of(text) if token.kind != "mark")
