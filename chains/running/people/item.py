"""An item is what one person is asked: the texts that a model in that seat would read, and what may be done with them.

It holds nothing of the truth, of the condition or of fates, and not even the trial's name, which would tell the
condition. Every text in it is made legible: nothing in it moves a terminal.
"""

import hashlib
from typing import Literal

import msgspec

from chains.models.provider import Message, Request
from chains.organisation.sitting import Way
from chains.organisation.turn_key import Key
from chains.scoring.text.legible import legible

State = Literal["open", "taken", "answered", "read"]
"""`open`: nobody has it. `taken`: somebody works on it. `answered`: it can still be undone. `read`: the run has it."""


class Item(msgspec.Struct, frozen=True):
    """What a person is asked, as they may see it."""

    id: str
    """Says nothing about what is asked."""
    seat: str
    task: str
    """What the seat is asked for: report, decide, order, relay, act, ..."""
    way: Way
    """How the person sits."""
    messages: tuple[Message, ...]
    """Exactly what a model in this seat would read, made legible. A draft is not among them."""
    talk: tuple[Message, ...]
    """For `approve`: earlier drafts (assistant) and the reasons for which they were sent back (user)."""
    draft: str | None
    """The model's draft; for `advised` its advice. None: there is none."""
    start: str
    """What the text to be edited begins with, if the person has saved no draft of their own."""
    words: int | None
    """The word budget, if the prompt has one."""
    writes: bool
    """Whether the person may write a text of their own; if not, they approve the draft or send it back."""
    send_backs: int
    """How often the draft may still be sent back."""
    since: str
    """Since when it waits, UTC."""
    deadline: str | None
    """Until when it can be answered, UTC."""
    state: State
    text: str | None
    """What the person has saved so far, or their answer; None if nothing."""

    @property
    def editable(self) -> str:
        """The text that an editor begins with."""
        return self.start if self.text is None else self.text


class Answer(msgspec.Struct, frozen=True):
    """What a person answered."""

    text: str
    sent_back: bool
    at: str
    """When, UTC."""


class Kept(msgspec.Struct, kw_only=True):
    """An item as it is kept on the disk."""

    id: str
    trial: str
    turn: str
    """The turn's name in the plan."""
    seat: str
    task: str
    way: Way
    messages: tuple[Message, ...]
    talk: tuple[Message, ...]
    draft: str | None
    raw: str | None
    """The draft as the model gave it, not made legible."""
    words: int | None
    writes: bool
    send_backs: int
    since: str
    deadline: str | None
    order: int = 0
    """When it was put on the worklist: items are asked in this order."""
    dealt: str | None = None
    """The pseudonym of the person it is dealt to; None: anybody may take it."""
    taken_by: str | None = None
    first_taken: str | None = None
    """When somebody first opened it, UTC."""
    spent: float = 0.0
    """Seconds that people had it open."""
    skipped: int = 0
    """How often it was put off; it stands behind items that were put off less often."""
    text: str | None = None
    answer: Answer | None = None
    read_at: str | None = None
    """When the run took the answer: from then on the next seat may have read it."""
    late: bool = False
    """Whether nobody answered in time."""

    @property
    def state(self) -> State:
        """Where it stands."""
        if self.read_at is not None:
            return "read"
        if self.answer is not None:
            return "answered"
        return "open" if self.taken_by is None else "taken"

    def shown(self) -> Item:
        """Return what a person may see of it."""
        start = self.draft.rstrip() if self.way in ("edit", "approve") and self.draft is not None else ""
        text = self.answer.text if self.answer is not None else self.text
        return Item(
            id=self.id, seat=self.seat, task=self.task, way=self.way, messages=self.messages, talk=self.talk,
            draft=self.draft, start=start, words=self.words, writes=self.writes, send_backs=self.send_backs,
            since=self.since, deadline=self.deadline, state=self.state, text=text,
        )  # fmt: skip


def item_id(run: str, key: Key, request: Request) -> str:
    """Return an item's id: the same whenever the run meets the same question again."""
    named = f"{run}\n{key.trial}\n{key.seat}\n{key.turn}\n{key.attempt}\n{request.digest}"
    return hashlib.sha256(named.encode()).hexdigest()[:16]


def legible_message(message: Message) -> Message:
    """Return a message without what a terminal would obey."""
    return Message(message.role, legible(message.content))
