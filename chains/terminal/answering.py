"""A person works through what waits for them, one item after the other."""

import time
from typing import Literal, NamedTuple, Protocol

from chains.errors import BadInput
from chains.running.people.item import Item
from chains.running.people.worklist import Worklist
from chains.terminal.views.item import item_view
from chains.terminal.views.output import progress, say


class Written(NamedTuple):
    """What a person made of an item."""

    text: str
    sent_back: bool = False


Made = Written | Literal["skip", "undo", "quit"]
"""An answer; or they put the item off, take their last answer back, or leave."""


class Clock:
    """How long a person has an item before them."""

    def __init__(self) -> None:
        """Begin now."""
        self._since = time.monotonic()

    def lap(self) -> float:
        """Return the seconds since the last call, or the beginning."""
        before, self._since = self._since, time.monotonic()
        return self._since - before


class Desk(NamedTuple):
    """Whose answers go where."""

    worklist: Worklist
    who: str
    clock: Clock


class Asks(Protocol):
    """How a person is asked: line by line, or in an editor."""

    def ask(self, desk: Desk, item: Item, *, undoable: bool) -> Made:
        """Return what they made of it.

        Args:
            desk: Where a draft is saved.
            item: What they are asked; it has been shown.
            undoable: Whether they have sent something that they can still take back.
        """
        ...

    def undone(self) -> bool:
        """Return whether they take their last answer back, now that nothing is left."""
        ...


def work_through(worklist: Worklist, who: str, asks: Asks) -> bool:
    """Put everything that waits for a person to them, until they leave or nothing is left.

    Args:
        worklist: The run's.
        who: Their name.
        asks: How they are asked.

    Returns:
        Whether they answered all of it.

    Raises:
        BadInput: If they have no place in the run, or don't consent.
    """
    if not agreed(worklist, who):
        raise BadInput("nothing is asked of those who do not agree to the text above")
    left = [item.id for item in worklist.inbox(who) if item.state != "answered"]
    count, sent, skipped = len(left), list[str](), 0
    while left or (sent and asks.undone()):
        if not left:
            left = [_undone(worklist, who, sent)]
        desk = Desk(worklist, who, Clock())
        item = worklist.take(who, left[0])
        for part in item_view(item, f"{min(count, len(sent) + skipped + 1)} of {count}"):
            progress.print(part)
        match _made(desk, item, asks, undoable=bool(sent)):
            case "undo":
                left.insert(0, _undone(worklist, who, sent))
            case "quit":
                worklist.skip(who, item.id, desk.clock.lap(), behind=False)
                return False
            case "skip":
                worklist.skip(who, left.pop(0), desk.clock.lap())
                skipped += 1
            case _:
                sent.append(left.pop(0))
    return not skipped


def _undone(worklist: Worklist, who: str, sent: list[str]) -> str:
    """Take the last answer back; return its item."""
    last = sent.pop()
    worklist.undo(who, last)
    return last


def _made(desk: Desk, item: Item, asks: Asks, *, undoable: bool) -> Made:
    """Ask until there is an answer that counts, and send it; or the person leaves the item."""
    while True:
        made = asks.ask(desk, item, undoable=undoable)
        if not isinstance(made, Written):
            return made
        send = desk.worklist.send_back if made.sent_back else desk.worklist.answer
        try:
            send(desk.who, item.id, made.text, desk.clock.lap())
        except BadInput as error:
            say(f"{error}")
        else:
            return made


def agreed(worklist: Worklist, who: str) -> bool:
    """Return whether a person has agreed to the text about the study; they are asked the first time."""
    text = worklist.names.consent_wanted(who)
    if text is None:
        return True
    progress.print(text, markup=False)
    progress.print("Do you agree? [y/N] ", end="", markup=False)
    try:
        yes = input().strip().lower() in ("y", "yes")
    except (EOFError, KeyboardInterrupt):
        return False
    if yes:
        worklist.names.consent(who)
    return yes


AS_IT_IS = "="
"""A line that sends a draft as it is."""


class Lines:
    """Asks line by line. A text ends with a line that holds a single full stop, or with the end of the input."""

    def ask(self, desk: Desk, item: Item, *, undoable: bool) -> Made:
        """Return what the lines say; nothing at all leaves the item waiting."""
        can_send = item.draft is not None and item.way in ("edit", "approve")
        as_it_is = f" A line that holds only {AS_IT_IS}: the draft as it is." if can_send else ""
        what = "the reason for which you send it back" if item.send_backs else "your message"
        progress.print(
            f"Write {what}; end it with a line that holds only a full stop.{as_it_is} "
            "Nothing at all: leave it waiting.",
            markup=False,
        )
        lines = [] if item.text is None else item.text.splitlines()
        if lines:
            progress.print("You have written so far:", *lines, sep="\n", markup=False)
        saved = len(lines)
        while True:
            try:
                line = input()
            except EOFError:
                break
            except KeyboardInterrupt:
                if len(lines) > saved:
                    desk.worklist.save_draft(desk.who, item.id, "\n".join(lines), desk.clock.lap())
                raise
            if line.strip() == ".":
                break
            if can_send and len(lines) == saved and line.strip() == AS_IT_IS:
                return Written(item.draft or "")
            lines.append(line)
        text = "\n".join(lines).strip()
        return Written(text, sent_back=bool(item.send_backs)) if text else "quit"

    def undone(self) -> bool:
        """Return False: a pipe does not change its mind."""
        return False
