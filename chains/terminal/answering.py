"""A person works through what waits for them, one item after the other."""

import time
from typing import NamedTuple, Protocol

from chains.errors import BadInput
from chains.running.people.item import Item
from chains.running.people.worklist import Worklist
from chains.terminal.views.item import item_view
from chains.terminal.views.output import progress, say


class Written(NamedTuple):
    """What a person made of an item."""

    text: str
    sent_back: bool = False


class Asks(Protocol):
    """How a person is asked: line by line, or in an editor."""

    def __call__(self, worklist: Worklist, who: str, item: Item) -> Written | None:
        """Return what they made of it; None if they leave it waiting."""
        ...


def work_through(worklist: Worklist, who: str, asks: Asks) -> bool:
    """Put everything that waits for a person to them, until they leave one or nothing is left.

    Returns:
        Whether they went through all of it.

    Raises:
        BadInput: If they have no place in the run, or don't consent.
    """
    if not agreed(worklist, who):
        raise BadInput("nothing is asked of those who do not agree to the text above")
    left = [item.id for item in worklist.inbox(who) if item.state != "answered"]
    for number, name in enumerate(left, 1):
        item = worklist.take(who, name)
        for part in item_view(item, f"{number} of {len(left)}"):
            progress.print(part)
        if not _answered(worklist, who, item, asks):
            worklist.skip(who, name)
            return False
    return True


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


def _answered(worklist: Worklist, who: str, item: Item, asks: Asks) -> bool:
    """Ask until there is an answer that counts, or the person leaves the item."""
    while True:
        began = time.monotonic()
        written = asks(worklist, who, item)
        seconds = time.monotonic() - began
        if written is None:
            return False
        try:
            (worklist.send_back if written.sent_back else worklist.answer)(who, item.id, written.text, seconds)
        except BadInput as error:
            say(f"{error}")
        else:
            return True


AS_IT_IS = "="
"""A line that sends a draft as it is."""


def by_lines(worklist: Worklist, who: str, item: Item) -> Written | None:
    """Ask line by line, for a pipe or a terminal that can do no more.

    The text ends with a line that holds a single full stop, or with the end of the input.
    """
    can_send = item.draft is not None and item.way in ("edit", "approve")
    as_it_is = f" A line that holds only {AS_IT_IS}: the draft as it is." if can_send else ""
    what = "the reason for which you send it back" if item.send_backs else "your message"
    progress.print(
        f"Write {what}; end it with a line that holds only a full stop.{as_it_is} Nothing at all: leave it waiting.",
        markup=False,
    )
    lines = [] if item.text is None else item.text.splitlines()
    if lines:
        progress.print("You have written so far:", *lines, sep="\n", markup=False)
    began, saved = time.monotonic(), len(lines)
    while True:
        try:
            line = input()
        except EOFError:
            break
        except KeyboardInterrupt:
            if len(lines) > saved:
                worklist.save_draft(who, item.id, "\n".join(lines), time.monotonic() - began)
            raise
        if line.strip() == ".":
            break
        if can_send and len(lines) == saved and line.strip() == AS_IT_IS:
            return Written(item.draft or "")
        lines.append(line)
    text = "\n".join(lines).strip()
    return Written(text, sent_back=bool(item.send_backs)) if text else None
