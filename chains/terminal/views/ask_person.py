"""A person in a seat: shown exactly what a model there would be, and asked for the message."""

from rich.markup import escape
from rich.panel import Panel

from chains.models.provider import Request
from chains.organisation.hierarchy import Seat
from chains.terminal.views.output import progress


def ask(trial: str, seat: Seat, request: Request, which: str) -> str | None:
    """Show a seat's prompt and return what the person writes; None if they write nothing.

    The text ends with a line that holds a single full stop, or with the end of the input.
    """
    for message in request.messages:
        progress.print(Panel(escape(message.content), title=f"{trial}: you hold seat {seat.name} ({which})"))
    progress.print(
        "Write your message; end it with a line that holds only a full stop. Nothing at all: leave it waiting."
    )
    lines: list[str] = []
    while True:
        try:
            line = input()
        except EOFError:
            break
        if line.strip() == ".":
            break
        lines.append(line)
    return "\n".join(lines).strip() or None
