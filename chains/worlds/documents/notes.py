"""Notes as documents: who knows which facts is given; how they are told is drawn from a seed.

A row of documents carries the facts of one worker. Each fact is told in at least one *passage*: one or more sentences
that together state all its values, though not in the words of the ledger. One fact in twelve is told with two values in
two documents, and a third says which is right. Whatever else stands in a document is filler: it has no figures, and
nothing in it is about the subject of a fact.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from math import ceil
from typing import Literal, NamedTuple

from chains.rng import Draw
from chains.worlds.documents.calendar import Day, dates_of, days_before, number_of
from chains.worlds.documents.form import FILLER, Form, NoteForm
from chains.worlds.documents.layouts import NEXT, Item, Kind, laid_out
from chains.worlds.documents.people import People
from chains.worlds.documents.values import holes_for
from chains.worlds.documents.wordings import BREAK, capital, drawn, own_words, part_of, sentence, table, wordings_of
from chains.worlds.facts.ledger import Fact
from chains.worlds.world import World

Role = Literal["told", "wrong", "resolved"]
"""`wrong`: tells a value that a later document corrects; `resolved`: in that later document."""

_KINDS: dict[Form, tuple[Kind, ...]] = {
    "memo": ("memo",), "minutes": ("minutes",), "tickets": ("ticket",), "thread": ("mail",),
    "mixed": ("memo", "ticket", "minutes", "mail"),
}  # fmt: skip
_EACH: dict[Form, int] = {"memo": 9, "minutes": 9, "tickets": 3, "thread": 5, "mixed": 5}
"""Most facts of one document, ticket or mail."""
DISPUTED_FROM = 8
"""Facts from which one is told with two values, and every twelfth more."""
_THREE = 3
_HEAD = 20
"""Words of the head and end of a document, roughly."""
_JOINED = 0.15
"""Chance that two facts share a sentence."""
_FRAMED = 0.75
"""Chance that a clause stands in a frame: who said it, or where it came up."""
_FACTORS = (0.5, 0.6, 1.4, 1.5, 1.6, 2.0)

START, NAME, END = "\ue000", "\ue001", "\ue002"
"""Marks around passages while a document is written: START id NAME text END id NAME."""
_MARKS = re.compile(rf"([{START}{END}{NEXT}]?)(?:(?<=[{START}{END}])([^{NAME}]*){NAME})?([^{START}{END}{NEXT}]*)")
OWN = "~"
"""Before the id of marks around a telling inside its frame."""
_ROLES: dict[str, Role] = {"!": "wrong", "=": "resolved"}
"""By the first letter of a mark's id."""


class Passage(NamedTuple):
    """Where a text tells a fact."""

    fact: str
    start: int
    """The place of its first character in the text."""
    end: int
    """The place after its last character."""
    dated: Day
    """The date of its document, to which dates in words are relative."""
    role: Role
    words: str
    """The telling itself, without who said it or where it came up."""


class Notes(NamedTuple):
    """The documents of one worker."""

    text: str
    passages: tuple[Passage, ...]
    """In the order of the text; those of facts in one sentence overlap."""

    def quotes(self, fact: str) -> list[str]:
        """Return the passages that tell a fact as it is."""
        return [self.passage(one) for one in self.passages if one.fact == fact and one.role != "wrong"]

    def passage(self, one: Passage) -> str:
        """Return the words of a passage."""
        return self.text[one.start : one.end]


class _Telling(NamedTuple):
    """One fact in one document."""

    fact: Fact
    role: Role = "told"
    about: int = 0
    """For `resolved`: the place of the document that had it wrong."""

    @property
    def mark(self) -> str:
        """The id of the marks around it."""
        return {"told": "", "wrong": "!", "resolved": "="}[self.role] + self.fact.id


@lru_cache(maxsize=512)
def write_notes(world: World, facts: tuple[str, ...], form: NoteForm, *path: str | int) -> Notes:
    """Write the documents that carry some facts of a world.

    Args:
        world: The world; its decision says which facts are told in passing.
        facts: The ids of the facts, at least one.
        form: Form, length and filler; not `list`.
        path: What the seed is made of, besides the world and the form.
    """
    # not the world's digest: no choice of words may depend on a value, so that none can be told from the words
    named = ("documents", form.form, world.scenario, world.seed, world.setting, world.title, *facts, *path)
    return _Writer(world, [world.fact(name) for name in facts], form, named).notes()


class _Writer:
    def __init__(self, world: World, facts: Sequence[Fact], form: NoteForm, path: Sequence[str | int]) -> None:
        self._world, self._facts, self._form, self._path = world, facts, form, path
        self._wordings = {fact.id: wordings_of(fact, world.setting) for fact in facts}
        self._used: set[object] = set()
        self._people = People(world, self._drawing("people"))

    def _drawing(self, *what: str | int) -> Draw:
        """Return the source of chance for one thing, so that nothing else changes if it draws more or less."""
        return Draw(*self._path, *what)

    def notes(self) -> Notes:
        """Write all documents, then fill them up with filler."""
        items = self._items()
        for item, tellings in zip(items, self._shared_out(items), strict=True):
            self._write(item, tellings, items)
        self._fill(items)
        return _unmarked(
            laid_out(items, self._world.title, thread=self._form.form == "thread"), [item.day for item in items]
        )

    def _items(self) -> list[Item]:
        kinds = _KINDS[self._form.form]
        count = ceil(len(self._facts) / _EACH[self._form.form])
        if len(self._facts) >= DISPUTED_FROM:
            count = max(count, _THREE, len(kinds))
        past = [day for fact in self._facts if not self._planned(fact) for day in _days(fact)]
        ahead = [day for fact in self._facts if self._planned(fact) for day in _days(fact)]
        dates = dates_of(past, ahead, count, self._drawing("dates"))
        first = self._drawing("first").integer(0, len(kinds) - 1)
        items: list[Item] = []
        for at, day in enumerate(dates):
            answers = items[-1] if items and self._form.form == "thread" else None
            draw = self._drawing("document", at)
            items.append(Item(kinds[(first + at) % len(kinds)], day, self._people, draw, answers))
        return items

    def _planned(self, fact: Fact) -> bool:
        """Whether the fact's date is that of a plan."""
        return any("_due}" in told for told in self._wordings[fact.id])

    def _shared_out(self, items: Sequence[Item]) -> list[list[_Telling]]:
        """Return what each document tells: the facts shared out evenly, none before its event, some disputed."""
        hands: list[list[_Telling]] = [[] for _ in items]
        disputed = self._disputed(items)
        for fact in self._facts:
            if fact.id in disputed:
                continue
            may = [at for at, item in enumerate(items) if self._over(fact, item.day)] or [len(items) - 1]
            fewest = min(len(hands[at]) for at in may)
            at = self._drawing("place", fact.id).choice([at for at in may if len(hands[at]) == fewest])
            hands[at].append(_Telling(fact))
        for fact_id, wrong in disputed.items():
            fact = self._world.fact(fact_id)
            draw = self._drawing("disputed", fact_id)
            first, second, third = sorted(draw.sample(range(len(items)), _THREE))
            here, there = draw.shuffled([first, second])
            hands[here].append(_Telling(wrong, "wrong"))
            hands[there].append(_Telling(fact))
            hands[third].append(_Telling(fact, "resolved", here))
        return [self._ordered(hand, self._drawing("order", at)) for at, hand in enumerate(hands)]

    def _over(self, fact: Fact, day: Day) -> bool:
        """Whether the fact can be told on a day: its event is over."""
        return self._planned(fact) or all(days_before(event, day) > 0 for event in _days(fact))

    def _disputed(self, items: Sequence[Item]) -> dict[str, Fact]:
        """Return the facts that are told with two values, each with a wrong version."""
        if len(items) < _THREE or len(self._facts) < DISPUTED_FROM:
            return {}
        count = max(1, len(self._facts) // 12)
        may = [fact for fact in self._facts if all(self._over(fact, item.day) for item in items)]
        taken = {slot.value for fact in self._facts for slot in fact.slots}
        order = self._drawing("disputed").shuffled(may)
        pairs = ((fact, _mistaken(fact, taken, self._drawing("mistaken", fact.id))) for fact in order)
        found = [(fact.id, wrong) for fact, wrong in pairs if wrong is not None]
        return dict(found[:count])

    def _ordered(self, hand: list[_Telling], draw: Draw) -> list[_Telling]:
        """Return tellings in random order; in a decision world the one that weighs least is first, to be told loud."""
        order = draw.shuffled(hand)
        decision = self._world.decision
        if decision is None or len(order) < _THREE:
            return order
        weights = {name: abs(weight.true) for name, weight in decision.weight_of.items()}
        plain = [one for one in order if one.role == "told"] or order
        first = min(plain, key=lambda one: (one.fact.distractor, weights.get(one.fact.id, 0.0)))
        return [first, *(one for one in order if one is not first)]

    def _write(self, item: Item, tellings: Sequence[_Telling], items: Sequence[Item]) -> None:
        """Tell the facts of one document."""
        said: set[str] = set()
        loud = self._world.decision is not None
        waiting: tuple[str, str] | None = None
        for at, telling in enumerate(tellings):
            draw = self._drawing("telling", telling.mark, telling.about)
            clauses = self._told(telling, item.day, said)
            said.add(telling.fact.subject)
            if telling.role == "resolved":
                where = items[telling.about].reference_in(item)
                text = self._resolved(telling.fact, clauses, where, item, draw)
            elif len(clauses) > 1:
                text = " ".join(sentence(clause) for clause in clauses)
            elif loud and at == 0 and telling.role == "told":
                text = self._framed(clauses[0], item, "loud", draw)
            elif waiting is None and at + 1 < len(tellings) and draw.uniform() < _JOINED:
                waiting = telling.mark, clauses[0]
                continue
            elif waiting is not None:
                joint = draw.choice(("; ", ", and "))
                text = _marked(waiting[0], sentence(f"{waiting[1]}{joint}{clauses[0]}"))
                waiting = None
            else:
                text = self._framed(clauses[0], item, item.kind, draw)
            if waiting is not None:  # what waits could not be joined to a longer telling
                item.tell(_marked(waiting[0], self._framed(waiting[1], item, item.kind, draw)))
                waiting = None
            item.tell(_marked(telling.mark, text))
        if waiting is not None:
            item.tell(_marked(waiting[0], self._framed(waiting[1], item, item.kind, draw)))

    def _told(self, telling: _Telling, day: Day, said: set[str]) -> list[str]:
        """Return a fact as `_worded` does, a single clause between marks of its own, with what is known of the fact.

        That stands outside the marks, so that a message in the very words of the telling keeps the fact without it.
        """
        clauses = self._worded(telling, day, said)
        known = telling.fact.certainty
        if len(clauses) > 1 and known is None:
            return clauses
        if len(clauses) > 1 and known is not None:
            first, last = _marks(OWN + telling.mark)
            return [first + clauses[0], *clauses[1:-1], clauses[-1] + last, *known.after()]
        clause = _marked(OWN + telling.mark, clauses[0])
        if known is None:
            return [clause]
        return [self._drawing("certainty", telling.mark, telling.about).choice(known.clauses(clause))]

    def _worded(self, telling: _Telling, day: Day, said: set[str]) -> list[str]:
        """Return a fact as one clause, or as several sentences' worth of clauses of which the later refer back."""
        fact, draw = telling.fact, self._drawing("words", telling.mark, telling.about)
        wordings = self._wordings[fact.id]
        able = [at for at, told in enumerate(wordings) if telling.role != "resolved" or BREAK not in told]
        if not able:
            return [own_words(fact, draw)]
        at = draw.choice([at for at in able if (fact.topic, at) not in self._used] or able)
        self._used.add((fact.topic, at))
        told = wordings[at]
        named = draw.choice(fact.aliases) if fact.subject in said and fact.aliases else fact.subject
        holes = holes_for(fact.slots, day, self._drawing("values", telling.mark, telling.about))
        if "{part}" in told:
            holes.setdefault("part", part_of(fact))
        return [clause.strip().format(s=named, **holes) for clause in drawn(told, draw).split(BREAK)]

    def _framed(self, clause: str, item: Item, kind: str, draw: Draw) -> str:
        if kind == "loud" and item.kind == "minutes":
            kind = "loud_minutes"
        frames = table("frames")[kind]["frames"]
        if not kind.startswith("loud") and draw.uniform() > _FRAMED:
            return sentence(clause)
        fresh = [frame for frame in frames if frame not in self._used] or frames
        frame = draw.choice(fresh)
        self._used.add(frame)
        return self._filled(frame, item, draw, c=clause, C=capital(clause))

    def _resolved(self, fact: Fact, clauses: Sequence[str], where: str, item: Item, draw: Draw) -> str:
        frame = draw.choice(table("frames")["resolved"]["frames"])
        return self._filled(frame, item, draw, c=clauses[0], s=fact.subject, where=where)

    def _filled(self, frame: str, item: Item, draw: Draw, **holes: str) -> str:
        first, second = draw.sample(item.named, 2)
        return drawn(frame, draw).format(p=first, q=second, **holes)

    def _fill(self, items: Sequence[Item]) -> None:
        """Add filler until the notes are as long, or as full of it, as asked."""
        told = sum(item.words for item in items)
        share = FILLER if self._form.filler is None else self._form.filler
        wanted = told * share / (1 - share)
        if self._form.words is not None:
            wanted = self._form.words - told - _HEAD * len(items)
        draw = self._drawing("filler")
        lines = self._people.filler(draw)
        while wanted > 0:
            line, item = next(lines), draw.choice(items)
            if item.takes(line):
                wanted -= len(line.split())
                item.add_filler(line, draw)


def _days(fact: Fact) -> list[int]:
    """Return the days of the year of a fact's dates."""
    found = (number_of(str(slot.value)) for slot in fact.slots if slot.kind == "date")
    return [day for day in found if day is not None]


def _mistaken(fact: Fact, taken: set[int | float | str], draw: Draw) -> Fact | None:
    """Return a fact with a wrong number or count in place of the right one; None if there is none to be had."""
    for slot in fact.slots:
        if slot.kind not in ("number", "count") or not slot.key:
            continue
        true, most = float(slot.value), slot.of or float("inf")
        whole = isinstance(slot.value, int)
        step = 1 if not whole else 10 ** max(0, len(str(slot.value)) - len(str(slot.value).rstrip("0")))
        values = [round(true * factor / step) * step if whole else round(true * factor, 1) for factor in _FACTORS]
        able = [value for value in values if 1 < value < most and value not in taken and value != most - true]
        if able:
            wrong = slot.model_copy(update={"value": draw.choice(able)})
            return fact.model_copy(update={"slots": tuple(wrong if one is slot else one for one in fact.slots)})
    return None


def _marked(name: str, text: str) -> str:
    first, last = _marks(name)
    return f"{first}{text}{last}"


def _marks(name: str) -> tuple[str, str]:
    """Return the marks before and after a passage."""
    return f"{START}{name}{NAME}", f"{END}{name}{NAME}"


def _unmarked(text: str, days: Sequence[Day]) -> Notes:
    """Take the marks out of a text and return where they stood."""
    plain: list[str] = []
    opened: dict[str, int] = {}
    closed: list[tuple[str, int, int, Day]] = []
    at, document = 0, -1
    for mark, name, words in _MARKS.findall(text):
        if mark == NEXT:
            document += 1
        elif mark == START:
            opened[name] = at
        elif mark == END:
            closed.append((name, opened.pop(name), at, days[document]))
        plain.append(words)
        at += len(words)
    whole = "".join(plain)
    own = {(name, day): whole[start:end] for name, start, end, day in closed if name.startswith(OWN)}
    passages = [
        Passage(
            name.lstrip("!="),
            start,
            end,
            day,
            _ROLES.get(name[0], "told"),
            own.get((OWN + name, day), whole[start:end]),
        )
        for name, start, end, day in closed
        if not name.startswith(OWN)
    ]
    return Notes(whole, tuple(sorted(passages, key=lambda one: (one.start, one.end))))
