"""A task is one thing that a seat can be asked for: one row, declared beside the code that asks.

    ANSWER = task("answer", answer, "up", {"superior", "question", "knows"}, number=110_000)

The row is all that the program knows of a task: a plan has turns of it, its prompts lie in `prompts/<name>/`, and
its size, its holes and the synthetic channel's reply are read from the row. A remedy in a user's own file declares
its tasks in the same way, with its prompt in `<name>.md` beside that file.

A turn whose text is computed from earlier messages has a `Rule` in place of a task; nobody is asked. Rules too are
declared beside the code that computes the text.
"""

import hashlib
import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from chains.errors import BadInput
from chains.models.provider import CHARACTERS_A_TOKEN, ByChannel, Request
from chains.organisation.turn_key import ROOM, ROUND, Pass
from chains.registry import Registry

PLUGINS_FROM = 1_000_000
"""Turn numbers from here on belong to the tasks of plugins."""

Said = Mapping[str, str | None]
"""The messages so far, by turn; None where nothing was said."""


class Ruled(NamedTuple):
    """A text computed from earlier messages, in place of a request. It costs no call and is not logged."""

    text: str | None
    """None: no report."""


Asker = Callable[[Any, Any, Said], Request | Ruled]
"""Makes a turn's request, or its text if nobody need be asked, from a cast, the turn and the messages so far.

It uses nothing else, so that a replay asks the same.
"""
Holds = Literal["report", "facts", "clauses", "option", ""]
"""What the instrument reads in a reply: `report`, another text about `facts`, `order`, `option` (a choice), nothing."""

TOKENS_A_WORD = 1.4
"""Roughly, in reports: they are full of figures and codes."""
AN_ORDER = 1000
"""Rough length of an order with its charter, in characters; options and a choice are no longer."""
TOKENS_OF_AN_ORDER = AN_ORDER / CHARACTERS_A_TOKEN


class Load(NamedTuple):
    """What a turn reads and may write, roughly, in tokens; for estimates."""

    told: float
    """The facts in a report of its seat, or of the seat that the turn is about."""
    read: float
    """All that the turn reads, if each message holds `told`."""
    messages: int
    """How many messages it reads, at least 1."""
    words: float
    """The word limit; infinite if the prompt has none."""


Size = Callable[[Load], tuple[float, float]]
"""Returns the tokens of a task's request besides its template, and of the reply before `max_tokens` cuts it."""


def report_size(load: Load) -> tuple[float, float]:
    """Return the size of a task that reads what a report holds and writes a report."""
    return load.told, min(load.told, load.words)


def order_size(_load: Load) -> tuple[float, float]:
    """Return the size of a task that reads an order and passes it on, or acts on it."""
    return TOKENS_OF_AN_ORDER, TOKENS_OF_AN_ORDER


@dataclass(frozen=True, eq=False)
class Task:
    """One row: what a seat can be asked for. `task` makes it."""

    name: str
    ask: Asker
    pass_: Pass
    """Which way the message goes."""
    holes: frozenset[str]
    """The holes that its prompts may have besides `title`, `about` and `circumstances`."""
    number: int
    """The number in the log of a seat's first turn of this task, if a weaver adds it; its further turns count on.

    The sampling seed is made from it, so it must not depend on what else is switched on.
    """
    size: Size
    holds: Holds
    channel: ByChannel | None
    """How the synthetic channel replies; None: it relays what was heard."""
    prompt: Path | None
    """A plugin's prompt file; None for tasks whose prompts ship in `prompts/<name>/`."""


class Rule(NamedTuple):
    """A text that is computed from earlier messages."""

    name: str
    """Shown to people by `show --trial`."""
    text: Asker
    holds: Holds = "facts"
    """What the instrument reads in it; `option` if the rule says which choice is in force."""
    pass_: Pass = "up"  # noqa: S105  no password
    number: int = 990_000


_DECISIONS, _SELECTION = "chains.organisation.decision_turns", "chains.organisation.selection"
_SIDES, _REMEDIES = "chains.organisation.side_lines", "chains.organisation.remedies"
TASKS: Registry[Task] = Registry(
    "task",
    {
        "report": _SELECTION, "decide": _DECISIONS, "order": _DECISIONS, "relay": _DECISIONS, "act": _DECISIONS,
        "rate": _SELECTION, "guess": _SELECTION, "audit": f"{_REMEDIES}.audit", "watch": f"{_REMEDIES}.audit",
        "revise": f"{_REMEDIES}.audit", "skip": f"{_REMEDIES}.skip_and_memory", "ask": _SIDES, "answer": _SIDES,
        "stop": f"{_REMEDIES}.stop_work", "override": f"{_REMEDIES}.stop_work", "veto": f"{_REMEDIES}.veto",
        "score": f"{_REMEDIES}.screen", "step_down": f"{_REMEDIES}.audit",
        "post": "chains.organisation.forum", "chat": "chains.organisation.forum",
        "claim": f"{_REMEDIES}.skip_and_memory", "hold": f"{_REMEDIES}.staged",
    },
)  # fmt: skip
"""Every task by its name, for settings and lists of prompts."""
_NUMBERED: dict[int, str] = {}


def task(
    name: str,
    ask: Asker,
    pass_: Pass,
    holes: Collection[str] = (),
    *,
    number: int | None = None,
    size: Size = report_size,
    holds: Holds = "",
    channel: ByChannel | None = None,
) -> Task:
    """Declare a task and return its row.

    Args:
        name: What settings and the log call it; also the folder of its prompts, or the name of a plugin's prompt file.
        ask: Makes the request.
        pass_: Which way the message goes.
        holes: See `Task`.
        number: See `Task`; a plugin leaves it out and gets one made from the name.
        size: For estimates.
        holds: What the instrument reads in the reply.
        channel: How the synthetic channel replies; by default it relays what was heard.

    Raises:
        BadInput: If the name or the number is another task's, or the number is out of range.
    """
    shipped = ask.__module__.startswith("chains.")
    if number is None:
        number = _number_of(name)
    elif number % ROOM or not (0 < number < PLUGINS_FROM if shipped else PLUGINS_FROM <= number < ROUND):
        raise BadInput(
            f"task {name!r} has number {number}; leave it out, or give a multiple of {ROOM:,} from {PLUGINS_FROM:,} "
            f"to {ROUND - ROOM:,}"
        )
    if (other := _NUMBERED.setdefault(number, name)) != name:
        raise BadInput(
            f"tasks {other!r} and {name!r} have the same number in the log, {number}; give one of them another with "
            f"number=, a multiple of {ROOM:,}"
        )
    prompt = None if shipped else Path(inspect.getfile(ask)).with_name(f"{name}.md")
    return TASKS.add(name, Task(name, ask, pass_, frozenset(holes), number, size, holds, channel, prompt), by=ask)


def _number_of(name: str) -> int:
    """Return a plugin's number: made from the task's name alone, so that it is the same whatever else is loaded."""
    digest = hashlib.sha256(name.encode()).digest()
    return PLUGINS_FROM + int.from_bytes(digest[:8]) % ((ROUND - PLUGINS_FROM) // ROOM) * ROOM
