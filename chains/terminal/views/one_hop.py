"""One hop of a trial for reading: what the seat was asked, what it said, what was lost or changed there, and why."""

from collections.abc import Iterator

import orjson
from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from chains.analysis.results.fate_grid import Change, asked, changes, heard_by
from chains.analysis.results.trial_story import Story, Turn
from chains.scoring.facts.verdict import in_rates, of_claims
from chains.scoring.text.legible import legible
from chains.terminal.views.output import results
from chains.terminal.views.run_tables import FATE_STYLE
from chains.terminal.views.trial_grid import grid_view, legend
from chains.terminal.views.word_difference import word_difference

GUTTER = "  | "
"""Stands before each line of what a seat was asked."""


def hop_view(story: Story, hop: int) -> RenderableType:
    """Return every message of a hop, with what its seat was asked and what changed in it."""
    parts: list[RenderableType] = [
        Text(legible(f"{story.trial}   {story.condition}   {story.world.title}, hop {hop}"), style="bold"),
        grid_view(story),
        legend(story),
    ]
    for turn in story.turns:
        if turn.hop == hop and turn.verdicts:
            parts += _message(story, turn)
    return Group(*parts)


def prompt_view(turn: Turn) -> Iterator[RenderableType]:
    """Return exactly the messages that a seat was asked with, and the settings of the request."""
    request = asked(turn)
    if request is None:
        yield Text("nobody was asked: the text stands by rule", "dim")
        return
    for message in request["messages"]:
        yield Text(f"asked ({message['role']}):", "dim")
        for line in legible(message["content"]).splitlines() or [""]:
            for part in Text(line, "dim").wrap(results, max(1, results.width - len(GUTTER))) or [Text()]:
                part.rstrip()
                yield Text(f"{GUTTER}{part.plain}".rstrip(), "dim")
    settings = ", ".join(f"{key} {orjson.dumps(value).decode()}" for key, value in request["settings"].items())
    yield Text(legible(f"settings: {settings or 'none'}; digest {request['digest'][:12]}"), "dim")


def changed_here(story: Story, turn: Turn) -> Text:
    """Return in a line what changed at a message and, shortly, what was lost before; for the whole trial."""
    new = [change for change in changes(story, turn) if change.after != "unread"]
    read = in_rates(turn.verdicts)
    lost = [fact for fact, verdict in read.items() if verdict.fate != "kept"]
    fresh = {change.fact for change in new}
    line = Text.assemble((f"kept {len(read) - len(lost)} of {len(read)}", FATE_STYLE["kept"]))
    for change in new:
        line.append(f"  {change.fact} {change.after}", FATE_STYLE[change.after])
        if change.before != "kept":
            line.append(f" (was {change.before})", "dim")
    if before := [fact for fact in lost if fact not in fresh]:
        line.append(f"  ({len(before)} lost before)", "dim")
    if told := of_claims(turn.verdicts):
        line.append(f"  {told}", FATE_STYLE["unread"])
    return line


def _message(story: Story, turn: Turn) -> Iterator[RenderableType]:
    by = "by rule" if turn.step is None else turn.step.request.model
    yield Rule(legible(f"{turn.told.name}, {turn.seat.role} ({by})"), align="left")
    yield from prompt_view(turn)
    yield Text("said:", "dim")
    yield Text(legible(turn.reply.text.rstrip()))
    if turn.reply.finish != "stop":
        yield Text(f"ended by: {turn.reply.finish}", "bold yellow")
    yield Text("against what it heard:  [-left out-]  {+put in+}", "dim")
    yield word_difference(heard_by(story, turn), turn.reply.text)
    yield from _changes(story, turn, changes(story, turn))


def _changes(story: Story, turn: Turn, found: list[Change]) -> Iterator[RenderableType]:
    if not found:
        yield Text("no fact was lost or changed here", FATE_STYLE["kept"])
    else:
        table = Table(title="lost or changed here", title_justify="left", box=None, pad_edge=False)
        for heading in ("fact", "heard", "said", "why", "as a worker's notes may have it"):
            table.add_column(heading, ratio=1 if heading[0] in "wa" else None)
        for change in found:
            table.add_row(
                change.fact,
                Text(change.before, FATE_STYLE[change.before]),
                Text(change.after, FATE_STYLE[change.after]),
                Text(legible(change.why)),
                Text(legible(story.world.fact(change.fact).render(0)), "dim"),
            )
        yield table
    for claim in turn.invented:
        yield Text(legible(f"invented here: {claim.text}"), "cyan")
