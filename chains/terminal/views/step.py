"""One step of a trial for stepping through: what was heard and what was passed on side by side, and what changed."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from chains.analysis.results.fate_grid import changes, heard_by
from chains.analysis.results.trial_story import Story, Turn
from chains.scoring.facts.verdict import in_rates
from chains.scoring.text.legible import legible
from chains.terminal.views.run_tables import FATE_STYLE
from chains.terminal.views.word_difference import word_difference


def steps_of(story: Story) -> list[Turn]:
    """Return the messages on the way up, from the workers to the last that the executive hears."""
    sent = set(story.sent.values())
    return [turn for turn in story.turns if turn.told.name in sent and turn.seat.role in ("worker", "manager")]


def step_view(
    story: Story, at: int, other: Story | None = None
) -> tuple[RenderableType, RenderableType, RenderableType]:
    """Return the head, the two texts, and what changed, of one step.

    Args:
        story: The trial.
        at: Which of `steps_of`.
        other: The same world in another condition, whose message at this step stands on the right.
    """
    steps = steps_of(story)
    turn = steps[at]
    return _head(story, steps, at), _texts(story, turn, other), Group(*_changed(story, turn))


def _head(story: Story, steps: Sequence[Turn], at: int) -> RenderableType:
    turn = steps[at]
    model = "by rule" if turn.step is None else turn.step.request.model
    line = Text(legible(f"{story.trial}  {story.condition}  {story.world.title}"), "bold")
    strip = Text()
    for place, step in enumerate(steps):
        read = in_rates(step.verdicts)
        kept = sum(verdict.fate == "kept" for verdict in read.values())
        shown = f" {step.told.name} {kept}/{len(read)} "
        strip.append(f"[{shown.strip()}]" if place == at else shown, "reverse" if place == at else "dim")
    return Group(line, strip, Text(legible(f"hop {turn.hop}: {turn.told.name}, {turn.seat.role} ({model})")))


def _texts(story: Story, turn: Turn, other: Story | None) -> RenderableType:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, expand=True)
    if other is None:
        titles = ("heard", "passed on")
        first, second = heard_by(story, turn), turn.reply.text
    else:
        titles = (legible(story.condition), legible(other.condition))
        there = next((one for one in other.turns if one.told.name == turn.told.name), None)
        first, second = turn.reply.text, "" if there is None else there.reply.text
    for title in titles:
        table.add_column(title, ratio=1, overflow="fold", header_style="dim")
    table.add_row(word_difference(first, second, "first"), word_difference(first, second, "second"))
    return table


def _changed(story: Story, turn: Turn) -> Iterator[Text]:
    found = changes(story, turn)
    if not found:
        yield Text("nothing is lost or changed here", FATE_STYLE["kept"])
    for change in found:
        line = Text(f"{change.fact} ", "bold").append(change.before, FATE_STYLE[change.before])
        line.append(" to ").append(change.after, FATE_STYLE[change.after])
        yield line.append(legible(f": {change.why}"), "dim")
    if turn.invented:
        yield Text(legible(f"invented: {'; '.join(claim.text for claim in turn.invented)}"), "cyan")
