"""A trial hop by hop: what each seat wrote, coloured by the fate of what it wrote of."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from chains.analysis.results.trial_story import Found, Story, Turn
from chains.fates import READS, Read
from chains.running.log.records import ByPerson
from chains.scoring.facts.verdict import in_rates
from chains.scoring.text.legible import legible
from chains.terminal.views.one_hop import changed_here, prompt_view
from chains.terminal.views.output import counted
from chains.terminal.views.run_tables import FATE_STYLE, shown_hops
from chains.terminal.views.trial_grid import grid_view, legend

MOST_LOST = 6
"""Lost facts that the first sentence names."""


def story_view(story: Story, *, why: bool, prompts: bool = False) -> RenderableType:
    """Return a trial for the terminal, from the workers' notes to the executive's brief.

    Args:
        story: The trial.
        why: Say for every fate which words decided it.
        prompts: Show exactly what each seat was asked.
    """
    parts: list[RenderableType] = [
        Text(f"{story.trial}   {story.condition}   {story.world.title} ({story.world.setting})", style="bold"),
        *_arrived(story),
        grid_view(story),
        *([Text(f"true status {story.world.status.reason(story.world.facts)}")] if story.world.status else []),
        *(Text(line) for line in story.intent),
        *(Text(f"{seat}: {who}") for seat, who in story.members.items()),
        legend(story),
    ]
    hops = sorted({turn.hop for turn in story.turns})
    shown = set(shown_hops(hops))
    for turn in story.turns:
        if turn.hop in shown:
            parts += _turn(turn, story, why=why, prompts=prompts)
    if len(shown) < len(hops):
        parts.append(Text(f"{len(hops) - len(shown)} hops between are left out; --json has them all", style="yellow"))
    return Group(*parts)


def _arrived(story: Story) -> Iterator[Text]:
    """Say how many facts arrive as they are, and since which hop each other one does not."""
    by_hop: dict[int, dict[str, Read]] = {}
    sent = {*story.sent.values()}
    for turn in story.turns:
        if turn.told.name in sent and turn.hop <= story.depth:
            fates = by_hop.setdefault(turn.hop, {})
            for name, verdict in in_rates(turn.verdicts).items():
                fates[name] = min(fates.get(name, verdict.fate), verdict.fate, key=READS.index)
    if not by_hop or max(by_hop) < story.depth or not by_hop[story.depth]:
        return
    last = by_hop[story.depth]
    past = {
        name
        for turn in story.turns
        if turn.told.name in story.read_at_the_top and turn.told.name not in story.sent.values()
        for name, verdict in in_rates(turn.verdicts).items()
        if verdict.fate == "kept" and last.get(name) != "kept"
    }
    lost = {name: fate for name, fate in last.items() if fate != "kept" and name not in past}
    told = []
    for name, fate in lost.items():
        kept = [hop for hop, fates in by_hop.items() if fates.get(name) == "kept"]
        told.append(f"{name} {fate} since hop {max(kept, default=0) + 1}")
    more = ", ..." if len(told) > MOST_LOST else ""
    which = f": {', '.join(told[:MOST_LOST])}{more}" if told else ""
    by = f", {len(past)} of them past the chain" if past else ""
    arrive = f"{len(last) - len(lost)} of {counted(len(last), 'fact')} reach the executive as they are{by}"
    yield Text(f"{arrive}{which}", "bold")


def _turn(turn: Turn, story: Story, *, why: bool, prompts: bool) -> Iterator[RenderableType]:
    reply = turn.reply
    where = _where(turn, story.depth)
    if turn.step is None and (turn.unchanged or not reply.text):
        why_not = "the report stands as it is" if turn.unchanged else "nothing"
        yield Rule(Text(f"{turn.told.name}: {why_not}", "dim"), align="left", style="dim")
        return
    heard = ", ".join(turn.step.heard if turn.step else turn.told.hears)
    heard = heard or _REFERENCES.get(turn.told.reference, "its own notes")
    rule = turn.told.rule
    by = f"by rule: {rule.name if rule else 'as it was'}" if turn.step is None else turn.step.request.model
    yield Rule(
        f"{where}: {turn.seat.name}, {turn.seat.role} ({by}), after {heard}; {len(reply.text.split())} words",
        align="left",
    )
    if prompts:
        yield from prompt_view(turn)
    if reply.thought:
        yield Text(f"(thought, not passed on: {legible(reply.thought.strip()[:300])})", style="dim italic")
    yield _coloured(turn)
    yield from _remarks(turn)
    if turn.chosen is not None:
        unread = f"can't be read: {turn.chosen.why}"
        yield Text(f"chooses {turn.chosen.option}" if turn.chosen.option else legible(unread), "bold")
        return
    if turn.found is not None:
        yield from _found(turn.found)
    if turn.verdicts:
        yield _fates(turn, story)
    if turn.invented:
        yield Text(legible("invented: " + "; ".join(claim.text for claim in turn.invented)), style="cyan")
    if why:
        yield _reasons(turn)


def _remarks(turn: Turn) -> Iterator[Text]:
    """Return notes on how the reply was obtained, and on its form."""
    if turn.reply.finish != "stop":
        finish = turn.reply.finish
        yield Text({"length": "cut off by its length limit"}.get(finish, f"no report ({finish})"), style="bold yellow")
    if turn.step is not None and turn.step.person is not None:
        yield Text(legible(_sat(turn.step.person, turn.step.seconds)), style="magenta")
    if turn.step is not None and turn.step.reused is not None:
        yield Text(f"note: taken from run {turn.step.reused}", style="yellow")
    for note in turn.reply.notes:
        yield Text(legible(f"note: {note}"), style="yellow")
    if turn.degenerate:
        yield Text(legible(f"degenerate: {turn.degenerate}"), style="yellow")


_DID = {"write": "wrote this", "edit": "edited a draft", "approve": "approved or rewrote a draft",
        "advised": "wrote this, advised by a model", "advise": "advised the model"}  # fmt: skip


def _sat(person: ByPerson, seconds: float) -> str:
    """Say who gave a message, how, how long it took, and what they changed in a draft."""
    if person.by is None:
        return "nobody answered in time: it went on without a person"
    changed = ""
    if person.changes is not None:
        stretches = " ".join(f"[-{before.strip()}-]{{+{after.strip()}+}}" for before, after in person.changes[:3])
        more = f" and {len(person.changes) - 3} more" if len(person.changes) > 3 else ""
        changed = f": {stretches}{more}" if person.changes else ", unchanged"
    return f"{person.by} {_DID.get(person.way, person.way)} in {seconds:.0f} s{changed}"


def _found(found: Found) -> Iterator[Text]:
    """Say what an auditor found, or a worker picked, line by line."""
    if not found.readable:
        yield Text(
            "can't be read: of the lines that it was shown it names none, or each as missing and wrong", "bold yellow"
        )
    elif not any(found.lines.values()):
        yield Text("finds nothing", "bold")
    for kind, lines in found.lines.items():
        yield from (Text(f"{kind}: {legible(line)}", "bold") for line in lines)


_REFERENCES = {"ledger": "the full ledger (for reference)", "nothing": "no report at all (for reference)"}


def _where(turn: Turn, depth: int) -> str:
    match turn.told.task:
        case "report" if turn.seat.role == "outside":
            return "from outside"
        case "report":
            drafted = f", {turn.told.name.partition('/')[2]}" if turn.told.number else ""
            return f"hop {turn.hop}{drafted}" if turn.hop <= depth else "brief"
        case "order" | "relay":
            return f"hop {turn.hop} down"
        case "send":
            return turn.told.name
        case task:
            what = {"act": "deed", "decide": "decision"}.get(task, str(task))
            return f"{what} of {turn.told.about}" if turn.told.about else what


def _fates(turn: Turn, story: Story) -> Text:
    """Return what became of the facts in a message: what is new in it by name, what was lost before as a number."""
    told = Text(f"status told {turn.status}; " if turn.status is not None else "", "bold")
    if turn.told.heading or any(fact not in story.paths for fact in turn.verdicts):
        return told.append_text(Text.assemble(*_listed(turn)))
    return told.append_text(changed_here(story, turn))


def _listed(turn: Turn) -> Iterator[tuple[str, str]]:
    """Yield the fates of what is no report on its way up: lines from the side, and an order's clauses."""
    read = in_rates(turn.verdicts)
    lost = {name: verdict.fate for name, verdict in read.items() if verdict.fate != "kept"}
    yield f"kept {len(read) - len(lost)} of {len(read)}", FATE_STYLE["kept"]
    if turn.told.heading:  # lines from the side are no report of all there is
        lost = {name: fate for name, fate in lost.items() if fate != "omitted"}
    for name, fate in lost.items():
        yield f"  {name} {fate}", FATE_STYLE[fate]


def _coloured(turn: Turn) -> Text:
    """Return the message with each fact's evidence in the colour of its fate; a loss is coloured over a kept fact."""
    text = Text(legible(turn.reply.text.rstrip()))
    order = list(FATE_STYLE)
    for verdict in sorted(turn.verdicts.values(), key=lambda verdict: order.index(verdict.fate)):
        if verdict.evidence is not None:
            text.stylize(FATE_STYLE[verdict.fate], *verdict.evidence)
    return text


def _reasons(turn: Turn) -> Table:
    table = Table(box=None, padding=(0, 1))
    for heading in ("fact", "fate", "slots", "why"):
        table.add_column(heading)
    for name, verdict in turn.verdicts.items():
        slots = ", ".join(f"{slot} {state}" for slot, state in verdict.slots.items())
        table.add_row(name, Text(verdict.fate, style=FATE_STYLE[verdict.fate]), slots, Text(legible(verdict.why)))
    return table
