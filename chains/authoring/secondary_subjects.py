"""Find what a clause is about whose subject is only "which", "who", "where" or "it".

Only where one thing, person or place can be meant; otherwise there is none, for a wrong subject makes a wrong fact.
"""

from typing import NamedTuple

from chains.authoring.subject_finder import Untyped, is_verb, subject_in
from chains.scoring.text.ledger_stems import STOP, bag
from chains.scoring.text.sentences import sentences_of
from chains.scoring.text.tokens import Token

ADVERBS = bag("then later now still also therefore thus finally soon only")
_BE = bag("is are was were be been has have had will")
_DONE = bag("meant built bought sold sent put set shut cut paid found made taken given shown held kept broken lost")
_MEANT = bag("meant supposed due")
_PLACES = bag("in at on")
_OF_OBJECT = bag("which who where")
_PRONOUNS = bag("it them this these those that they he she him her his their its")
_FULL_NAME = 2
"""Fewest words of a person's name."""
_LONGEST = 200


class Told(NamedTuple):
    """What a sentence says of its object."""

    before: int
    """Where in the text the part ends that comes before it."""
    start: int
    """Where the object begins."""
    words: str
    """What is said, as a sentence about the object."""


def told_of_object(text: str) -> Told | None:
    """Return what a sentence says of its object: "they discussed the lounge, which was meant to open on 2 September".

    Returns:
        None if there is no such part, or if it may be said of something else.
    """
    sentences = sentences_of(text)
    tokens = sentences[0].placed if len(sentences) == 1 else ()
    tokens = tokens if len(tokens) <= _LONGEST else ()
    relative = [at for at in range(3, len(tokens) - 2) if tokens[at].text == "," and tokens[at + 1].low in _OF_OBJECT]
    about = _object(tokens, relative[0]) if len(relative) == 1 else None
    if about is None:
        return None
    comma, (first, last) = relative[0], about
    said = text[tokens[first].start : tokens[last - 1].end]
    joint = ", " if tokens[comma + 1].low == "where" else " "
    words = f"{said[:1].upper()}{said[1:]}{joint}{text[tokens[comma + 2].start :]}"
    return Told(tokens[comma - 1].end, tokens[first].start, words)


def told_of_same(text: str, after: str) -> str | None:
    """Return what is done to "it" in a clause as a sentence about the one thing that the clause before it names.

    "The list was mended, and it will be tested on 3 May" says of the list when it will be tested.

    Args:
        text: The clause before.
        after: The clause about "it".

    Returns:
        None if "it" may stand for something else.
    """
    before, said = sentences_of(text), sentences_of(after)
    if len(before) != 1 or len(said) != 1:
        return None
    told = said[0].placed
    its = [at for at, token in enumerate(told) if token.low in _PRONOUNS]
    if len(its) != 1 or told[its[0]].low != "it" or not _passive(told, its[0] + 1):
        return None
    subject = _only_thing(before[0].placed, text)
    if subject is None:
        return None
    it = told[its[0]]
    words = after[: it.start] + subject + after[it.end :]
    return words[:1].upper() + words[1:]


def _object(tokens: tuple[Token, ...], comma: int) -> tuple[int, int] | None:
    """Return the place of what a relative clause after a comma is about; None where that is not plain.

    It is a thing directly before ", which" and after a verb, if something was done to it ("which took a day" may be
    said of all that stands before); a place with its preposition before ", where"; or the full name of a person before
    ", who", perhaps with what the person is between them: "Dawn Hill, the supervisor, who saw".
    """
    kind = tokens[comma + 1].low
    if is_verb(tokens, comma + 2) == (kind == "where"):
        return None
    first, before = _words_before(tokens, comma, capital=False)
    led = before > 0 and tokens[before].text in ("the", "a", "an", "our") and first < comma
    if kind == "who":
        last = before - 1 if led and tokens[before - 1].text == "," else comma
        first, before = _words_before(tokens, last, capital=True)
        full = last - first >= _FULL_NAME and before > 0
        plain = full and (tokens[before].text == "," or tokens[before].low == "by" or is_verb(tokens, before))
        return (first, last) if plain else None
    if not led:
        return None
    if kind == "where":
        return (before - 1, comma) if tokens[before].text == "the" and tokens[before - 1].low in _PLACES else None
    return (before, comma) if is_verb(tokens, before - 1) and _passive(tokens, comma + 2) else None


def _words_before(tokens: tuple[Token, ...], end: int, *, capital: bool) -> tuple[int, int]:
    """Return where the words before a place begin that may be one name or one thing, and the place before them."""
    first = end
    while first > 0:
        token = tokens[first - 1]
        fits = token.text[:1].isupper() if capital else token.text.islower() and token.low not in STOP
        if token.kind != "word" or not fits or is_verb(tokens, first - 1):
            break
        first -= 1
    return first, first - 1


def _only_thing(tokens: tuple[Token, ...], text: str) -> str | None:
    """Return the subject of a clause that names nothing else, in its own words with its article; None otherwise."""
    try:
        first, last = subject_in(tokens)
    except Untyped:
        return None
    words = tokens[first:last]
    article = first == 1 and tokens[0].low in ("the", "our")
    rest = tokens[last:]
    plain = all(token.kind == "word" and token.text.islower() and token.low not in STOP for token in words)
    if not article or not plain or words[-1].low.endswith("s") or not is_verb(tokens, last):
        return None
    if any(
        token.kind == "code" or (token.kind == "word" and token.low not in STOP | ADVERBS and not is_verb(tokens, at))
        for at, token in enumerate(rest, last)
    ):
        return None
    return f"{tokens[0].low} {text[words[0].start : words[-1].end]}"


def _passive(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a predicate says what is done to a thing: "was tested", not "took a day" or "was decided that"."""
    been = at
    while been < len(tokens) and tokens[been].low in _BE | ADVERBS:
        been += 1
    if been == at or been >= len(tokens) or not (tokens[been].low.endswith("ed") or tokens[been].low in _DONE):
        return False
    after = [token.low for token in tokens[been + 1 :]]
    return not {"that", "whether", "how", "why"} & set(after) and (after[:1] != ["to"] or tokens[been].low in _MEANT)
