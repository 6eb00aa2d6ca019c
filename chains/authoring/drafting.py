"""Draft a fact from a sentence: its subject, its typed values, and two renderings in the sentence's own words."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from chains.authoring.checking import misreadings
from chains.authoring.claiming import claim, sentence_in
from chains.authoring.direction_phrases import CHANGED, TURNABLE, Way, ways_in
from chains.authoring.secondary_subjects import ADVERBS, told_of_object, told_of_same
from chains.authoring.subject_finder import Untyped, head_of, is_verb, subject_in
from chains.authoring.values import Value, values_in
from chains.scoring.facts.claims import content_of
from chains.scoring.text.ledger_stems import STOP, bag
from chains.scoring.text.negation import hedge
from chains.scoring.text.number_words import numeral
from chains.scoring.text.sentences import sentences_of
from chains.scoring.text.tokens import Token, tokens_of
from chains.worlds.facts.ledger import Fact, Slot

MOST_SLOTS = 5
"""Most values of a fact; a sentence with more states several facts."""
MOST_TOPIC = 4
_MOST_TOKENS = 45
_LONGEST = 200
_MOST_LEADS = 6
_FEWEST_WORDS = 4
_DENIALS = bag("not no never none neither nor without nothing nobody nowhere hardly")
_CONDITIONS = bag("if unless whether would should could might whenever suppose provided")
_SPEECH = bag(
    "say says said claim claims claimed argue argues argued think thinks thought believe believes believed according "
    "suggest suggests suggested feel feels felt hope hopes hoped assume assumes assumed wonder fear fears feared"
)
_VAGUE_TOPICS = bag(
    "total sum planned plan average overall altogether first second third last next previous additional same other own "
    "exactly initially originally finally previously"
)
"""Words that go with any property, so that they don't show which property is meant."""
_UNDONE = bag("skipped omitted missed forgotten neglected never nobody")
"""Words that say that something was not done: told in other words ("nobody carried out") it looks like a denial."""
_CAUSES = bag("cause caused causes because due reason reasons root led leads result resulted owing thanks")
_POINTERS = bag("it them this these those that they")
_TWO = 2
_ZONE = r"(?:\s*(?:UTC|GMT|CES?T|BST|[ECMP][SD]T|Z|h|hrs|hours|[ap]\.?m\.?)\b\.?)?"
_CLOCK = rf"\(?\[?~?\d{{1,2}}(?::\d{{2}}){{1,2}}(?:\.\d+)?\]?\)?{_ZONE}"
_STAMP = re.compile(rf"\[?(?:\d{{4}}-\d\d-\d\d[T ,]+)?{_CLOCK}\s*(?:[-–—,:|\]]\s*)*", re.IGNORECASE)
_AT_START = re.compile(rf"(?:At|By|Around|From|Since)\s+{_CLOCK}\s*,?\s+", re.IGNORECASE)
_REPORTED = re.compile(
    r"(?:[A-Z][\w.’'-]*(?:\s+[A-Z][\w.’'-]*){0,3}|(?:The|Our)\s+(?:\w+\s+){0,2}\w+)\s+(?:has\s+|have\s+)?"
    r"(?:reported|reports|confirmed|confirms|noted|notes|announced|announces|found|finds|explained|explains|stated|states|"
    r"said|pointed out|points out|mentioned|mentions|added|adds|stressed|stresses|recalled|recalls|remarked|remarks|"
    r"(?:informed|told)\s+(?:us|the\s+\w+|\w+))\s+that\s+"
)
"""Who told it, before what is told: "Lindqvist reported that pump P-3 is two weeks late" is about the pump."""
_AT_END = re.compile(rf"[\s,(]+(?:at|by|around|since)\s+{_CLOCK}\)?(?=[.!]?$)", re.IGNORECASE)
_OPAQUE = re.compile(
    r"https?://|www\.|\S@\S|\d+\.\d+\.\d+|(?<![\w.])#\d|\b[0-9a-f]{8,}\b|[{}<>=\\^~|]|\$(?!\s?\d)|'{2}",
)
_ASIDES = bag("which where who whose whereas with since so namely compared largely mostly according as including")
_RELATIVE = bag("which where who whose")
_WHY_AND_WHEN = bag("because after before although")
_OF_WHICH = bag("of to that")
_JOINTS = bag("but while whereas although though however yet because whilst and so which who plus as that")


class Draft(NamedTuple):
    """The fact of a sentence, or of a clause of it."""

    start: int
    """Where the sentence or clause begins in the text: its first character."""
    end: int
    fact: Fact
    """Its id is a placeholder. It is neutral, because only a person can say whether it is good or bad news."""


class Left(NamedTuple):
    """A sentence, or a clause of it, of which no fact was made."""

    start: int
    end: int
    reason: str


def drafts_in(
    text: str, subject: str | None = None, common: frozenset[str] = frozenset()
) -> tuple[list[Draft], list[Left]]:
    """Return the facts of a sentence: one, or one for each independent clause; a claim where nothing can be typed.

    Args:
        text: The sentence.
        subject: Its subject in its own words, if a person or model named it; None finds it by rule.
        common: Words that the documents write in lower case somewhere; at the start of a sentence they are no names.

    Returns:
        The drafts, and what no fact was made of, with the reason. Nothing is guessed.
    """
    start, end = _without_clock(text)
    clauses = list(_clauses(text, start, end)) if subject is None else [(start, end)]
    typed = [_typed(text, first, last, subject, common) for first, last in clauses]
    if subject is None:
        last = clauses[-1][0]
        typed[-1:] = _of_object(text, last, len(text), common) or typed[-1:]
        if len(clauses) == _TWO and all(isinstance(one, Left) for one in typed):
            typed = _of_same(text, clauses, common) or typed
    found = [one for one in typed if isinstance(one, Draft)]
    if not found and (start or end < len(text)):
        uncut = _typed(text, 0, len(text), subject, common)  # a time of day may be all that it tells
        found = [uncut] if isinstance(uncut, Draft) and not _REPORTED.match(text) else []
        if found:
            return found, []
    if not found:
        whole = typed[0] if len(clauses) == 1 else _typed(text, start, end, subject, common)
        typed = [whole] if isinstance(whole, Draft) else typed
    typed = [other for one in typed for other in _in_parts(text, one, subject, common)]
    found = [one for one in typed if isinstance(one, Draft)]
    if not found:
        return _or_claim(text, Left(start, end, typed[0].reason if isinstance(typed[0], Left) else ""), subject)
    left: list[Left] = []
    for one in typed:
        if isinstance(one, Left):
            claims, refused = _or_claim(text, one, subject, clear=True)
            found, left = found + claims, left + refused
    return sorted(found, key=lambda draft: draft.start), left


def _in_parts(text: str, one: Draft | Left, subject: str | None, common: frozenset[str]) -> list[Draft | Left]:
    """Return what can't be typed as a first part that can, and the rest; as it is, if there is none."""
    if isinstance(one, Draft) or subject is not None:
        return [one]
    for end, rest in shorter(text[one.start : one.end]):
        first = _typed(text, one.start, one.start + end, None, common)
        after = _typed(text, one.start + rest, one.end, None, common) if rest else None
        if isinstance(after, Draft):
            return [first, after]
        if isinstance(first, Draft):
            return [first, one._replace(start=one.start + (rest or end))]
    return [one]


def _of_object(text: str, start: int, end: int, common: frozenset[str]) -> list[Draft | Left]:
    """Return what comes before what a clause says of its object, and the fact about the object.

    Only where that can be typed and read, and what comes before it can't be typed; otherwise nothing.
    """
    told = told_of_object(text[start:end])
    if told is None:
        return []
    main = _typed(text, start, start + told.before, None, common)
    if isinstance(main, Draft) or {token.low for token in tokens_of(text[start : start + told.before])} & _SPEECH:
        return []
    try:
        fact = draft(told.words, None, common)
    except Untyped:
        return []
    if misreadings(fact, text[start + told.start : end]):
        return []
    said_before, left = _or_claim(text, main, None, clear=start > 0)
    return [*said_before, *left, Draft(start + told.start, end, fact)]


def _of_same(text: str, clauses: Sequence[tuple[int, int]], common: frozenset[str]) -> list[Draft | Left]:
    """Return the first of two clauses, and the fact of the second about "it"; nothing if "it" may be something else.

    The quote of the fact is both clauses, because the second alone doesn't say of what it is told.
    """
    (start, stop), (second, end) = clauses
    told = told_of_same(text[start:stop], text[second:end])
    if told is None:
        return []
    try:
        return [_typed(text, start, stop, None, common), Draft(start, end, draft(told, None, common))]
    except Untyped:
        return []


def shorter(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a sentence may end earlier, before ", which", "because" or a second verb, and where its rest begins.

    The longest first part comes first. Nothing is cut before a condition, which would change what is said. The rest
    begins at 0 where it says nothing by itself, as it has no subject of its own.
    """
    sentences = sentences_of(text)
    tokens = sentences[0].placed if len(sentences) == 1 else ()
    tokens = tokens if len(tokens) <= _LONGEST else ()  # no sentence, but a text without a full stop
    for at in range(len(tokens) - 2, 2, -1):
        low, after = tokens[at].low, tokens[at + 1]
        aside = tokens[at].text == "," and (after.low in _ASIDES or tokens[min(at + 2, len(tokens) - 1)].low == "which")
        if aside or low in _WHY_AND_WHEN or (low == "and" and is_verb(tokens, at + 1)):
            first = at + aside
            told_of = aside and (after.low in _RELATIVE or tokens[min(at + 2, len(tokens) - 1)].low == "which")
            while first < len(tokens) and tokens[first].low in _ASIDES | _WHY_AND_WHEN | _JOINTS | _OF_WHICH:
                first += 1
            whole = first < len(tokens) and not is_verb(tokens, first) and (not told_of or after.low == "according")
            yield tokens[at - 1].end, tokens[first].start if whole else 0


def _typed(text: str, start: int, end: int, subject: str | None, common: frozenset[str]) -> Draft | Left:
    try:
        return Draft(start, end, draft(text[start:end], subject, common))
    except Untyped as reason:
        return Left(start, end, str(reason))


def _or_claim(
    text: str, one: Draft | Left, subject: str | None, *, clear: bool = False
) -> tuple[list[Draft], list[Left]]:
    """Return a draft as it is, or a claim in place of what could not be typed; `clear`: only with a clear subject."""
    if isinstance(one, Draft):
        return [one], []
    part = text[one.start : one.end]
    try:
        if clear:
            subject_in(sentence_in(part))
        return [Draft(one.start, one.end, claim(part, subject))], []
    except Untyped as reason:
        refused = one._replace(reason=str(reason))
    if one.start and not clear:  # "Ilmar confirmed that its price rose" says whose
        return _or_claim(text, Left(0, one.end, refused.reason), subject)
    return [], [refused]


def draft(text: str, subject: str | None = None, common: frozenset[str] = frozenset()) -> Fact:
    """Return the fact of a sentence.

    Args:
        text: The sentence.
        subject: As in `drafts_in`.
        common: As in `drafts_in`.

    Raises:
        Untyped: If it can't be typed; the message is the reason.
    """
    tokens = _read(text)
    about = subject_in(tokens) if subject is None else _given(tokens, subject)
    inside = frozenset(range(*about))
    values = values_in(tokens, text, inside)
    taken = inside | {at for value in values for at in range(value.first, value.last)}
    ways = ways_in(tokens, taken)
    if any(_turns(tokens, at) for at in range(len(tokens)) if at not in taken | _covered(ways)):
        raise Untyped("a word that could be turned round and can't be typed")
    values = _named_apart([*values, *(Value(*way) for way in ways)])
    if not values:
        raise Untyped("no typed value")
    why = any(token.low in _CAUSES for token in tokens)
    if why and all(value.slot.kind in ("name", "direction") for value in values):
        raise Untyped("a cause")
    only_when = all(value.slot.kind in ("date", "category") for value in values)
    if subject is None and only_when and any(one.low in _UNDONE for one in tokens):  # whoever names it means it so
        raise Untyped("a step that was not done")
    if all(value.slot.kind == "name" and not any(map(str.isdigit, str(value.slot.value))) for value in values):
        raise Untyped("only names, which leave open what happened")
    if len(values) > MOST_SLOTS:
        raise Untyped("too many values for one statement")
    taken |= _covered(ways)
    topic = _topic([token for at, token in enumerate(tokens) if at not in taken])
    if not (
        topic or ways or any(is_verb(tokens, at) for at in range(about[1], len(tokens))) or tokens[0].low == "there"
    ):
        raise Untyped("nothing said of its subject besides values")
    if len(ways) == len(values) and any(token.low in _POINTERS for token in tokens):
        raise Untyped("it says something of a pronoun")
    name, template = _template(text, tokens, about, values, common)
    head = head_of(tokens, *about)
    thing = _clean(text[tokens[about[0]].start : tokens[head - 1].end])
    try:
        return Fact(
            id="F",
            subject=name,
            aliases=(thing,) if 1 < head - about[0] < about[1] - about[0] else (),
            topic=topic or _last_noun(tokens[about[0] : head]),
            slots=tuple(value.slot for value in values),
            templates=(template, _other_wording(template, plainly=is_verb(tokens, about[1]))),
            vague=_vague(template, values),
            valence="neutral",
            severity=1,
        )
    except ValueError:
        raise Untyped("no wording could be made of it") from None


def _turns(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether a word says something that its opposite would reverse: not in "a normal Tuesday", "raised a concern"."""
    if tokens[at].low not in TURNABLE or tokens[at].low in CHANGED:
        return False
    if tokens[at].low in ("above", "below") and numeral(tokens, at + 1) is not None:
        return False
    before, after = tokens[at - 1] if at else None, tokens[at + 1] if at + 1 < len(tokens) else None
    noun = before is not None and before.kind == "word" and before.low not in STOP and not is_verb(tokens, at - 1)
    if noun and tokens[at].low.endswith("ed") and any(is_verb(tokens, verb) for verb in range(1, at - 1)):
        return False  # "the schedule agreed in December"
    attribute = after is not None and after.kind in ("word", "code") and after.low not in STOP
    return not (attribute and at and not is_verb(tokens, at))


def _covered(ways: Sequence[Way]) -> frozenset[int]:
    return frozenset(at for way in ways for at in range(way.first, way.last))


def _without_clock(text: str) -> tuple[int, int]:
    """Return where a sentence starts and ends without who told it and without a time of day, which no slot holds."""
    start, end = 0, len(text)
    if lead := _STAMP.match(text) or _AT_START.match(text):
        start = lead.end()
    if told := _REPORTED.match(text, start):
        start = told.end()
    if tail := _AT_END.search(text, start):
        end = tail.start()
    return (start, end) if text[start:end].strip() else (0, len(text))


def _clauses(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Return the places of a sentence's clauses, without the words that join them and punctuation at their ends."""
    sentences = sentences_of(text[start:end])
    if len(sentences) != 1 or len(sentences[0].cuts) <= 2:
        yield start, end
        return
    tokens, cuts = sentences[0].placed, sentences[0].cuts
    for cut, following in pairwise(_own_subjects(tokens, cuts)):
        first, last = cut, following
        while first < last and (tokens[first].kind == "mark" or (first and tokens[first].low in _JOINTS)):
            first += 1
        while last > first and tokens[last - 1].kind == "mark" and tokens[last - 1].text not in "%°€$£)":
            last -= 1
        if first < last:
            yield start + tokens[first].start, start + tokens[last - 1].end


def _own_subjects(tokens: tuple[Token, ...], cuts: Sequence[int]) -> list[int]:
    """Return the cuts without those before a clause that has no subject: "was planned for May but was cancelled"."""
    out = [cuts[0]]
    for cut in cuts[1:-1]:
        first = cut
        leads = _JOINTS | ADVERBS
        while first < min(len(tokens) - 1, cut + _MOST_LEADS) and (
            tokens[first].kind == "mark" or tokens[first].low in leads
        ):
            first += 1
        if not (first < len(tokens) and is_verb(tokens, first)):
            out.append(cut)
    return [*out, cuts[-1]]


def _read(text: str) -> tuple[Token, ...]:
    tokens = sentence_in(text)
    if sum(token.kind != "mark" for token in tokens) < _FEWEST_WORDS:
        raise Untyped("a heading or a fragment")
    if len(tokens) > _MOST_TOKENS:
        raise Untyped("too long for one statement")
    if _OPAQUE.search(text):
        raise Untyped("a time of day, an address, a version or a sign that can't be typed")
    lows = {token.low for token in tokens}
    if lows & _DENIALS:
        raise Untyped("a denial, which the instrument can't type")
    if lows & _SPEECH:
        raise Untyped("somebody's word or opinion")
    if lows & _CONDITIONS or any(token.text == "may" for token in tokens) or hedge(tokens, 0, len(tokens)):
        raise Untyped("conditional or uncertain")
    return tokens


def _given(tokens: tuple[Token, ...], subject: str) -> tuple[int, int]:
    """Return the place of a subject that was named."""
    words = [token.low for token in tokens_of(subject) if token.kind != "mark"]
    while len(words) > 1 and words[0] in ("the", "a", "an"):
        words = words[1:]
    for at in range(len(tokens)) if words else ():
        if [token.low for token in tokens[at : at + len(words)]] == words:
            return at, at + len(words)
    raise Untyped("a subject that does not stand in the sentence")


def _named_apart(values: Sequence[Value]) -> list[Value]:
    """Make the names of slots different: "time", "time2"."""
    counts: dict[str, int] = {}
    out = []
    for value in sorted(values, key=lambda value: value.first):
        name = value.slot.name
        counts[name] = counts.get(name, 0) + 1
        slot = value.slot if counts[name] == 1 else value.slot.model_copy(update={"name": f"{name}{counts[name]}"})
        out.append(value._replace(slot=slot))
    return out


def _topic(rest: Sequence[Token]) -> tuple[str, ...]:
    telling = content_of(tuple(rest))
    words = [token.low for token in rest if token.kind == "word" and token.stem in telling]
    return tuple(dict.fromkeys(word for word in words if word not in _VAGUE_TOPICS))[:MOST_TOPIC]


def _last_noun(words: Sequence[Token]) -> tuple[str, ...]:
    """Return the last word of a subject that is not a code; it shows the property if nothing else does."""
    return tuple(token.low for token in words if token.kind == "word" and token.low not in STOP)[-1:]


def _template(
    text: str, tokens: tuple[Token, ...], about: tuple[int, int], values: Sequence[Value], common: frozenset[str]
) -> tuple[str, str]:
    """Return the subject's name, and the sentence with a hole for the subject and for every value."""
    places = [(*about, "subject"), *((value.first, value.last, value.slot.name) for value in values)]
    out, at, name = "", 0, ""
    for first, last, hole in sorted(places):
        start, end = tokens[first].start, tokens[last - 1].end
        said = text[start:end]
        if said.endswith(("'s", "’s")):
            end -= 2
        if hole == "subject":
            name = " ".join(_clean(text[start:end]).split())
            if first == 0 and not _keeps_capital(tokens, last, common):
                name = name[:1].lower() + name[1:]
        out += _escaped(text[at:start]) + "{" + hole + "}"
        at = end
    out += _escaped(text[at:])
    out = " ".join(out.split()).rstrip(" ,;:")
    if not name:
        raise Untyped("no clear subject")
    return name, out if out.endswith((".", "!")) else out + "."


def _keeps_capital(tokens: tuple[Token, ...], last: int, common: frozenset[str]) -> bool:
    """Whether a subject at the start of a sentence keeps its capital, because its first word may be a name."""
    word = tokens[0]
    if word.kind == "code" or word.text[1:2].isupper():
        return True
    if word.low in common:
        return False
    return last == 1 or not tokens[1].text[:1].islower()


def _escaped(text: str) -> str:
    return _clean(text).replace("{", "{{").replace("}", "}}")


def _clean(text: str) -> str:
    """Return a text without quotation marks and Markdown emphasis."""
    return re.sub(r"[*`„“”«»\"]|(?<!\w)_|_(?!\w)", "", text)


_DAY_LAST = re.compile(r"^(?P<rest>.*\S) (?P<day>on \{day\})\.$")
_DAY_FIRST = re.compile(r"^On (?P<day>\{day\}),? (?P<rest>.*)\.$")
_SUBJECT_FIRST = re.compile(r"^(?:The |A |An |Our )?\{subject\} (?P<rest>.*)$")


def _other_wording(template: str, *, plainly: bool) -> str:
    """Return a second wording in another order: the day at the other end, else the subject as a heading.

    Args:
        template: The first wording.
        plainly: Whether the verb comes directly after the subject.
    """
    if found := _DAY_LAST.match(template):
        return f"On {{day}}, {_lower(found['rest'])}."
    if found := _DAY_FIRST.match(template):
        return f"{found['rest'][:1].upper()}{found['rest'][1:]} on {found['day']}."
    if plainly and (found := _SUBJECT_FIRST.match(template)):
        return f"{{subject}}: {found['rest']}"
    return f"To note: {template}"


def _lower(text: str) -> str:
    first = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if first in ("The", "A", "An", "Our", "In", "During", "At") else text


def _vague(template: str, values: Sequence[Value]) -> tuple[str, ...]:
    """Return the wording without its numbers and dates, as a channel that blurs writes it; empty if it has none."""
    out = template
    for value in values:
        slot = value.slot
        hole = "{" + slot.name + "}"
        if slot.kind == "date":
            out = re.sub(rf"\b(?:on|by|until|since|from) {re.escape(hole)}", "at some point", out, flags=re.IGNORECASE)
        elif slot.kind == "count" and slot.value:
            out = out.replace(hole, "some")
        elif slot.kind == "number" and slot.value:
            out = out.replace(hole, _some(slot))
    if out == template or "{day" in out:
        return ()
    return (out[:1].upper() + out[1:],)


def _some(slot: Slot) -> str:
    if slot.unit is None:
        return "several"
    return f"some {slot.unit}" if len(slot.unit) > 2 and slot.unit.isalpha() and slot.unit.islower() else "some amount"
