"""A message cut into pieces, each about the subjects that it names or carries on from the words before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from chains.scoring.facts.subjects import Mention, Subjects
from chains.scoring.text.corrections import Role, put_aside, role_of
from chains.scoring.text.dates import Date, referring_dates, refers
from chains.scoring.text.ledger_stems import STOP, bag
from chains.scoring.text.numbers_and_dates import values_of
from chains.scoring.text.quantities import Quantity
from chains.scoring.text.sentences import Sentence
from chains.scoring.text.tokens import Token, Wording, wording

_PRONOUNS = bag("it its this that these they their he his she her which both")
_JOINTS = bag(", and or – — ; but while whereas plus / &"), bag("with ( ) :")
_EMPTY = STOP - bag("up down over under above below off out")
"""Words that say nothing, not even which way."""
_NEW_START = bag("and but so while whereas")
_LISTED = bag(", and & / respectively")
_LISTING = bag(", and & / or both")
_LEAD = 6
"""Tokens within which a colon makes what stands before it a heading."""


Shared = Literal["", "each", "together"]
_EACH = bag("each both apiece either")
_TOGETHER = bag("together combined total altogether jointly collectively overall across pooled sum")
_BETWEEN = (("between", "them"), ("among", "them"), ("in", "all"))


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """Part of a sentence that is about one subject, or about several that share it.

    A repeated sentence gives the same objects, so that each piece is read only once.
    """

    tokens: tuple[Token, ...]
    """The tokens of the whole sentence."""
    first: int
    last: int
    """The tokens of the piece: from `first` up to `last`, half open."""
    subjects: frozenset[int]
    explicit: bool
    """Whether the subject is named in the piece itself."""
    loose: bool
    """Whether its subject is only carried on from an earlier sentence, without a pronoun."""
    gapped: bool
    """Whether it continues an earlier piece: it has a subject and values but no other content ("4.9 h on D-47")."""
    named: frozenset[int]
    """Tokens that are names of subjects; a number among them is no quantity."""
    quantities: tuple[Quantity, ...]
    dates: tuple[Date, ...]
    source: "Piece | None"
    """For a gapped piece, the piece that it continues: the last one before it in its sentence with content."""
    words: frozenset[str]
    """Its stems, names of subjects left out."""
    aside: frozenset[int]
    """Tokens that its sentence contradicts or replaces: "not EUR 52,000"."""
    replaced: tuple[Quantity, ...]
    """The numbers among them."""
    shared: Shared
    """For several subjects, whether its values belong to each subject or to all together."""
    headed: tuple[Token, ...]
    """The heading of the list or table that it stands in."""
    topical: frozenset[str]
    """Stems of its sentence that show its topic: those of all pieces about the same subjects, of its heading
    ("Vibration: ..."), and for a gapped piece of what it goes on with."""

    @property
    def span(self) -> tuple[int, int]:
        """First and last character, half open, counted as its tokens count."""
        inside = [token for token in self.tokens[self.first : self.last] if token.kind != "mark"]
        inside = inside or list(self.tokens[self.first : self.last])
        return inside[0].start, inside[-1].end


class Cut(NamedTuple):
    """A sentence cut into pieces."""

    pieces: tuple[Piece, ...]
    about: frozenset[int]
    """The subjects that a following sentence may carry on."""
    wording: Wording
    role: Role
    dated: Date | None
    """The last date that it tells."""


def cut_up(sentences: Sequence[Sentence], subjects: Subjects) -> list[Cut]:
    """Cut sentences into pieces, each with its subjects.

    A clause that names one subject is about it; one that names several is cut
    between them at a comma, a bracket or "and", or shared where nothing parts
    them ("pumps P-12 and P-13 were both late"). A clause that names none is
    about what the clause before it is about; so is a whole sentence without a
    subject that follows in the same line or under the same heading.
    """
    out: list[Cut] = []
    before: tuple[Date, ...] = ()
    for sentence in sentences:
        inherited = out[sentence.parent].about if sentence.parent is not None else frozenset()
        headed = sentences[sentence.heading].tokens if sentence.heading is not None else ()
        told = before if refers(sentence.tokens) else ()
        out.append(_cut(subjects, sentence.tokens, sentence.cuts, inherited, headed, told))
        if out[-1].dated is not None:
            before = (*before[:1], out[-1].dated)
    return out


@lru_cache(maxsize=256)
def _cut(
    subjects: Subjects,
    tokens: tuple[Token, ...],
    cuts: tuple[int, ...],
    inherited: frozenset[int],
    headed: tuple[Token, ...],
    told: tuple[Date, ...],
) -> Cut:
    """Cut a sentence into pieces; cached, because seats pass on what they heard."""
    mentions = _with_former(tokens, subjects.mentions(tokens))
    aside = put_aside(tokens, cuts)
    parts = _parts(tokens, cuts, mentions)
    named = frozenset(at for mention in mentions for at in range(mention.first, mention.last))
    quantities, dates = values_of(tokens, named)
    if told or (dates and refers(tokens)):
        quantities, dates = _with_referring(tokens, quantities, dates, told)
    ahead = _led_to(tokens, parts)
    current = inherited if tokens[0].low in _PRONOUNS else frozenset()
    called = named | _called(tokens, mentions, subjects)
    spans: list[_Span] = []
    together: dict[frozenset[int], frozenset[str]] = {}
    for first, last, inside in parts:
        here = _subjects(inside)
        loose = not (here or current or ahead)
        current = here or current or ahead
        about = current or inherited
        words = frozenset(tokens[at].stem for at in range(first, last) if at not in named)
        together[about] = together.get(about, frozenset()) | words
        spans.append(_Span(first, last, about, bool(here), loose, words))
    replaced = tuple(one for one in quantities if one.last - 1 in aside) if aside else ()
    lead = _lead(tokens)
    pieces: list[Piece] = []
    for span in spans:
        valued = [q for q in quantities if span.first <= q.first < span.last and q.last - 1 not in aside]
        dated = [d for d in dates if span.first <= d.first < span.last and d.first not in aside]
        gapped = span.explicit and _gapped(tokens, span, [*valued, *dated], called)
        short = gapped or (span.explicit and _short(tokens, span, [*valued, *dated], called))
        short = short or (span.explicit and _bracketed(tokens, span, [*valued, *dated], mentions, called))
        source = next((piece for piece in reversed(pieces) if not piece.gapped), None) if short else None
        topical = together[span.subjects] | lead | (source.topical if source is not None else frozenset())
        shared = _shared(tokens, span) if len(span.subjects) > 1 else ""
        piece = Piece(
            tokens,
            *span[:5],
            gapped,
            named,
            tuple(valued),
            tuple(dated),
            source,
            span.words,
            aside,
            replaced,
            shared,
            headed,
            topical,
        )
        pieces += _dealt(piece, [one for one in mentions if span.first <= one.first < span.last]) or [piece]
    pieces = _continued(pieces, mentions)
    latest = max(dates, key=lambda date: date.first, default=None)
    return Cut(tuple(pieces), current or inherited, wording(tokens), role_of(tokens), latest)


def _with_referring(
    tokens: tuple[Token, ...], quantities: tuple[Quantity, ...], dates: tuple[Date, ...], told: tuple[Date, ...]
) -> tuple[tuple[Quantity, ...], tuple[Date, ...]]:
    """Add the days that a sentence tells by an earlier date, and leave out the numbers among their words."""
    more = referring_dates(tokens, dates, told)
    taken = {at for date in more for at in range(date.first, date.last)}
    return tuple(one for one in quantities if one.first not in taken), (*dates, *more)


def _called(tokens: tuple[Token, ...], mentions: Sequence[Mention], subjects: Subjects) -> frozenset[int]:
    """Return the tokens before a subject's code that are words of its name: "fraud R-8", "fraud (R-8, 19)"."""
    out: set[int] = set()
    for mention in mentions:
        words = subjects.names[mention.subject].lower().split() if mention.subject >= 0 else []
        at = mention.first - 1 - (mention.first > 1 and tokens[mention.first - 1].text == "(")
        while at >= 0 and tokens[at].low in words:
            out.add(at)
            at -= 1
    return frozenset(out)


def _bracketed(
    tokens: tuple[Token, ...],
    span: "_Span",
    values: Sequence[Quantity | Date],
    mentions: Sequence[Mention],
    called: frozenset[int],
) -> bool:
    """Whether a piece is its subject with its value in brackets, whatever follows: "and V-4 (24 of 25) did well"."""
    for one in mentions:
        if span.first <= one.first and one.last < span.last and tokens[one.last].text == "(":
            bare = all(_says_nothing(tokens[at]) or at in called for at in range(span.first, one.first))
            firsts = {value.first for value in values}
            valued = one.last + 1 in firsts or (one.last + 2 in firsts and _says_nothing(tokens[one.last + 1]))
            return bare and valued
    return False


def _continued(pieces: list[Piece], mentions: Sequence[Mention]) -> list[Piece]:
    """Let pieces of a subject and values share what the next piece goes on to say: "A (2 of 4) and B (3 of 9) failed".

    So do those without brackets: "A 4 and B 9 points worse".
    """
    out = list(pieces)
    for at in range(len(out) - 2, -1, -1):
        piece, after = out[at], out[at + 1]
        if not (piece.explicit and after.explicit) or piece.source is not None or len(piece.subjects) != 1:
            continue
        if after.tokens[after.first].low not in _GOES_ON or piece.subjects == after.subjects or after.gapped:
            continue
        last = max((one.last for one in mentions if piece.first <= one.first < piece.last), default=piece.last)
        stated: tuple[Quantity | Date, ...] = (*piece.quantities, *piece.dates)
        values = [one for one in stated if one.first >= last]
        valued = {place for one in values for place in range(one.first, one.last)}
        rest = [piece.tokens[place] for place in range(last, piece.last) if place not in valued]
        if (
            values
            and (after.quantities or after.dates)
            and all(_says_nothing(token) or token.low in _LINKING or token.stem in after.words for token in rest)
        ):
            out[at] = replace(piece, source=after, topical=piece.topical | after.topical)
    return out


_LINKING = bag("came come took ended finished ran")
"""Verbs that say nothing without what follows: "A came 4 and B 9 days late"."""


def _says_nothing(token: Token) -> bool:
    return token.kind == "mark" or token.low in _EMPTY


def led_by(piece: Piece) -> Piece | None:
    """Return what a list says of all its members before its colon: "All with a new seal failed: K-2 on 3 May, K-4".

    None if the piece is no later member of such a list, or if what stands there is said of one subject by its name.
    """
    first = piece.source
    if first is None:
        return None
    colon = next((at for at in range(first.first, first.last) if first.tokens[at].text == ":"), None)
    if colon is None or any(at < colon for at in first.named if at >= first.first):
        return None
    return replace(first, last=colon)


def _with_former(tokens: tuple[Token, ...], mentions: list[Mention]) -> list[Mention]:
    """Add "the former" and "the latter" to the subjects that a sentence names."""
    if len(mentions) < 2:
        return mentions
    out = list(mentions)
    for at in range(1, len(tokens)):
        if tokens[at].low not in ("former", "latter") or tokens[at - 1].low != "the":
            continue
        before = [mention.subject for mention in mentions if mention.last <= at]
        if len(before) > 1:
            out.append(Mention(at, at + 1, before[-2 if tokens[at].low == "former" else -1]))
    return sorted(out)


def _shared(tokens: tuple[Token, ...], span: "_Span") -> Shared:
    lows = [token.low for token in tokens[span.first : span.last]]
    if any(pair in _BETWEEN for pair in pairwise(lows)) or not _TOGETHER.isdisjoint(lows):
        return "together"
    return "each" if not _EACH.isdisjoint(lows) else ""


def _dealt(piece: Piece, mentions: Sequence[Mention]) -> list[Piece]:
    """Give each of several subjects its own of as many listed values: "P-1 and P-2 were 4 and 5 weeks late"."""
    if len(piece.subjects) < 2:
        return []
    who = list(dict.fromkeys(mention.subject for mention in mentions))
    if set(who) != piece.subjects or piece.shared == "together":
        return []
    listed: Sequence[Quantity | Date] = piece.dates if len(piece.dates) == len(who) else piece.quantities
    between = [piece.tokens[one.last : other.first] for one, other in pairwise(listed)]
    if len(listed) != len(who) or not all(some and all(token.low in _LISTED for token in some) for some in between):
        return []
    if listed is piece.dates:
        return [
            replace(piece, subjects=frozenset({one}), dates=(date,)) for one, date in zip(who, piece.dates, strict=True)
        ]
    unit = piece.quantities[-1].unit
    same = [one if one.unit is not None else one._replace(unit=unit) for one in piece.quantities]
    return [
        replace(piece, subjects=frozenset({one}), quantities=(value,)) for one, value in zip(who, same, strict=True)
    ]


class _Span(NamedTuple):
    """A piece before it is known which pieces continue others."""

    first: int
    last: int
    subjects: frozenset[int]
    explicit: bool
    loose: bool
    words: frozenset[str]


def _short(tokens: tuple[Token, ...], span: _Span, values: Sequence[Quantity | Date], named: frozenset[int]) -> bool:
    """Whether a piece has a subject, values and hardly more: "and B EUR 154,000 in grants"."""
    valued = {at for value in values for at in range(value.first, value.last)}
    others = {*range(span.first, span.last)} - valued - named
    said = [at for at in others if tokens[at].kind != "mark" and tokens[at].low not in _EMPTY]
    if not valued or len(said) != 1 or tokens[span.first].low not in _GOES_ON:
        return False
    noun = said[0] > 0 and tokens[said[0] - 1].low == "the"
    return noun or any(at in named for at in range(span.first, said[0]))  # not "and fell on B (by 4)"


_GOES_ON = bag("and , ; &")


def _gapped(tokens: tuple[Token, ...], span: _Span, values: Sequence[Quantity | Date], named: frozenset[int]) -> bool:
    valued = {at for value in values for at in range(value.first, value.last)}
    others = {*range(span.first, span.last)} - valued - named
    return bool(valued) and all(_says_nothing(tokens[at]) for at in others)


def _lead(tokens: tuple[Token, ...]) -> frozenset[str]:
    """Return the stems of what heads a sentence: words before an early colon."""
    colon = max((at for at, token in enumerate(tokens[:_LEAD]) if token.text == ":"), default=0)
    return frozenset(token.stem for token in tokens[:colon])


def _led_to(tokens: tuple[Token, ...], parts: list[tuple[int, int, list[Mention]]]) -> frozenset[int]:
    """Return the subjects that a first clause without a subject refers to ("though 3 weeks late, P-12 ..."), if any."""
    for first, _, inside in parts:
        if first and tokens[first].low in _NEW_START:
            return frozenset()
        if inside:
            return _subjects(inside)
    return frozenset()


def _subjects(mentions: list[Mention]) -> frozenset[int]:
    return frozenset(mention.subject for mention in mentions)


def _parts(
    tokens: tuple[Token, ...], cuts: tuple[int, ...], mentions: list[Mention]
) -> list[tuple[int, int, list[Mention]]]:
    out: list[tuple[int, int, list[Mention]]] = []
    listed = {
        at
        for one, other in pairwise(mentions)
        if _together(tokens, one, other)
        for at in range(one.last, other.first + 1)
    }
    kept = [cut for cut in cuts if cut not in listed]
    for first, last in pairwise(kept):
        inside = [mention for mention in mentions if first <= mention.first < last]
        groups: list[list[Mention]] = []
        for mention in inside:
            if groups and _together(tokens, groups[-1][-1], mention):
                groups[-1].append(mention)
            else:
                groups.append([mention])
        start = _own_start(tokens, first, groups)
        if start > first:
            out.append((first, start, []))
        for at, group in enumerate(groups):
            end = last
            if at + 1 < len(groups):
                joint = _joint(tokens, group[-1].last, groups[at + 1][0].first)
                if joint is None:
                    groups[at + 1] = group + groups[at + 1]
                    continue
                end = joint
            out.append((start, end, group))
            start = end
        if not groups:
            out.append((first, last, []))
    return out


def _own_start(tokens: tuple[Token, ...], first: int, groups: Sequence[Sequence[Mention]]) -> int:
    """Return where a clause begins to be about what it names: "A, with a new seal, failed on 3 May, and B on 4 May"."""
    if not first or not groups or tokens[first].low not in _ADDS:
        return first
    named = groups[0][0].first
    return named - 1 if named - 1 > first + 1 and tokens[named - 1].low == "and" else first


_ADDS = bag("with which who")
"""Words that add something to what was named before the comma before them."""


def _together(tokens: tuple[Token, ...], one: Mention, other: Mention) -> bool:
    """Whether two subjects are listed side by side, or are one thing named twice ("pump (P-12)")."""
    between = tokens[one.last : other.first]
    return one.subject == other.subject or all(token.low in _LISTING for token in between)


def _joint(tokens: tuple[Token, ...], start: int, end: int) -> int | None:
    """Return where to cut between two subjects: at the last word that joins clauses, or else phrases."""
    for joints in _JOINTS:
        for at in range(end - 1, start - 1, -1):
            if tokens[at].text.lower() in joints:
                return at
    return None
