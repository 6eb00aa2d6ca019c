"""What a person sees of an item: the texts that a model in their seat would read, the draft, and what they can do."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.panel import Panel
from rich.text import Text

from chains.running.people.item import Item
from chains.running.people.worklist import Waiting
from chains.scoring.text.legible import legible
from chains.terminal.views.output import counted

_DRAFTED = {"edit": "the draft, which you may change", "approve": "the draft", "advised": "what a model would write"}
_SITS = {
    "write": "to write the message",
    "edit": "to edit a draft",
    "approve": "to approve a draft",
    "advised": "to write the message, advised by a model",
    "advise": "to advise a model",
}
_TASKS = {
    "write": "Write your message.",
    "edit": "Send the draft as it is, or change it first: what you send is the message.",
    "approve": "Approve the draft as it is, or send it back with a reason.",
    "advised": "Write your message. The model's text is advice: follow it or don't.",
    "advise": "A model will write this message. Write what you advise it; it reads that below the same texts.",
}


def item_view(item: Item, which: str) -> Iterator[RenderableType]:
    """Yield an item as it is shown.

    Args:
        item: The item.
        which: Which it is of how many.
    """
    for message in item.messages:
        yield Panel(Text(legible(message.content)), title=Text(f"you hold seat {item.seat} ({which})"))
    for message in item.talk:
        title = "an earlier draft" if message.role == "assistant" else "sent back"
        yield Panel(Text(legible(message.content)), title=Text(title), style="dim")
    if item.draft is not None:
        yield Panel(Text(legible(item.draft)), title=Text(_DRAFTED.get(item.way, "the draft")), style="cyan")
    yield Text(task_line(item))


def task_line(item: Item) -> str:
    """Say in a sentence or two what a person is to do."""
    parts = [_TASKS[item.way]]
    if item.way == "approve" and item.writes:
        parts = ["Approve the draft as it is, or write the message yourself: it can't be sent back any more."]
    if item.words is not None:
        parts.append(f"At most {counted(item.words, 'word')}.")
    if item.deadline is not None:
        parts.append(f"Until {item.deadline}.")
    return " ".join(parts)


def waiting_lines(waiting: list[Waiting], most: int = 10) -> list[str]:
    """Say who waits for what since when, a line each."""
    lines = [
        f"{one.trial} waits for {one.who or 'anybody'} {_SITS[one.way]} of {one.turn}, since {one.since}"
        + (f", until {one.deadline}" if one.deadline else "")
        for one in waiting[:most]
    ]
    return lines + ([f"and {len(waiting) - most} more"] if len(waiting) > most else [])
