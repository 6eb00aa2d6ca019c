"""The layouts of documents: heads, paragraphs and ends of memos, minutes, tickets and mails."""

import re
from collections.abc import Sequence
from typing import Literal

from chains.rng import Draw
from chains.worlds.documents.calendar import Day
from chains.worlds.documents.people import People
from chains.worlds.documents.wordings import drawn, table

Kind = Literal["memo", "minutes", "ticket", "mail"]
NEXT = "\ue003"
"""Stands before each document while the notes are written."""
_FEWEST, _MOST = 2, 4
"""How many tellings a paragraph has."""
_LONGEST = 6
"""Most tellings and lines of filler of a paragraph."""
_PRESENT = 4
_FROM_ONE_TO_ONE = ("memo", "mail")
_FIRST_PERSON = re.compile(r"\b(?:I|me|my)\b")
_RULE = "-" * 40


class Item:
    """One memo, one meeting's minutes, one ticket or one mail, while it is written."""

    def __init__(self, kind: Kind, day: Day, people: People, draw: Draw, answers: "Item | None" = None) -> None:
        """Draw who writes it, and to whom; a mail that answers another is written to its author."""
        self.kind, self.day = kind, day
        self.author: str
        author, to, *others = draw.sample(people.names, _PRESENT + 2)
        if answers is not None:
            author, to = (to if author == answers.author else author), answers.author
            others = [name for name in draw.shuffled(people.names) if name not in (author, to)][:_PRESENT]
        self.author, self.others = author, [to, *others]
        self._people, self._draw = people, draw
        self._number = people.ticket() if kind == "ticket" else ""
        self._paragraphs: list[list[str]] = []
        self._room = 0

    def reference_in(self, later: "Item") -> str:
        """Return how a later document speaks of this one."""
        if self.kind == "minutes":
            return f"the minutes of {self.day.text}"
        if self.kind == "ticket":
            return f"ticket {self._number}"
        whose = f"{self.author}'s"
        if later.kind in _FROM_ONE_TO_ONE:
            whose = {later.author: "my", later.others[0]: "your"}.get(self.author, whose)
        return f"{whose} {self.kind} of {self.day.text}"

    def takes(self, line: str) -> bool:
        """Whether a line of filler suits it: nobody says "I" in minutes."""
        return self.kind != "minutes" or not _FIRST_PERSON.search(line)

    @property
    def named(self) -> list[str]:
        """Who can be named in it: not its author, nor its addressee or who is absent."""
        return self.others[1:]

    @property
    def words(self) -> int:
        """How many words its paragraphs have."""
        return sum(len(text.split()) for paragraph in self._paragraphs for text in paragraph)

    def tell(self, text: str) -> None:
        """Add a telling to the current paragraph, or begin another."""
        if not self._room:
            self._paragraphs.append([])
            self._room = self._draw.integer(_FEWEST, _MOST)
        self._paragraphs[-1].append(text)
        self._room -= 1

    def add_filler(self, line: str, draw: Draw) -> None:
        """Put a line of filler somewhere between tellings, or into a paragraph of its own."""
        first, second = draw.sample(self.named, 2)
        line = line.format(p=first, q=second)
        able = [paragraph for paragraph in self._paragraphs if len(paragraph) < _LONGEST]
        if not able:
            self._paragraphs.insert(draw.integer(0, len(self._paragraphs)), [line])
            return
        paragraph = draw.choice(able)
        paragraph.insert(draw.integer(0, len(paragraph)), line)

    def text(self, title: str, *, reply: bool) -> str:
        """Return the whole document."""
        people, draw, parts = self._people, self._draw, table("frames")[self.kind]
        paragraphs = [" ".join(paragraph) for paragraph in self._paragraphs]
        holes = {
            "author": people.full(self.author), "first": self.author, "date": self.day.full,
            "title": title[:1].upper() + title[1:],
            "to": self.others[0], "number": self._number, "re": "Re: " if reply else "",
            "present": ", ".join(people.full(name) for name in self.named), "absent": people.full(self.others[0]),
        }  # fmt: skip
        head = drawn(draw.choice(parts["heads"]), draw).format(**holes)
        opening = drawn(draw.choice(parts["openers"]), draw).format(**holes)
        ending = drawn(draw.choice(parts["closers"]), draw).format(**holes)
        if self.kind == "minutes":
            titles = draw.shuffled(parts["titles"])
            paragraphs = [f"{titles[at % len(titles)]}\n{text}" for at, text in enumerate(paragraphs)]
        if self.kind == "ticket":
            by = [self.author, *(self.others[(at - 1) % len(self.others)] for at in range(1, len(paragraphs)))]
            paragraphs = [
                text if at == 0 else f"Comment by {name}, same day: {text}"
                for at, (name, text) in enumerate(zip(by, paragraphs, strict=True))
            ]
        return "\n\n".join(part for part in (head, opening, *paragraphs, ending) if part)


def laid_out(items: Sequence[Item], title: str, *, thread: bool) -> str:
    """Return the text of all documents, each after a mark."""
    texts = [NEXT + item.text(title, reply=thread and at > 0) for at, item in enumerate(items)]
    return f"\n\n{_RULE}\n\n".join(texts)
