"""The turns of the whole loop after the reports: the executive decides and orders, managers relay, workers act.

Seats give their choices as JSON: the prompt asks for it, and a schema where the
endpoint takes one. Options stand under letters, in an order drawn by world and
replicate and the same for every seat and condition, so that a model's liking
for the letter A favours no option.
"""

from collections.abc import Mapping
from typing import Any

from chains.models.channel import replies
from chains.models.provider import CHARACTERS_A_TOKEN, Request
from chains.models.spec import Source
from chains.organisation.assignment_turns import (
    actions_shown,
    assignment_of,
    clause_line,
    letters_of_actions,
    measured_by,
)
from chains.organisation.cast import NO_REPORT, Cast, as_json
from chains.organisation.plan import CHARTER, LEDGER, Turn
from chains.organisation.task import TOKENS_OF_AN_ORDER, Load, Said, order_size, task
from chains.rng import Draw
from chains.scoring.replies.choice import Choice, Choosable, read_choice
from chains.worlds.charters.charter import Charter
from chains.worlds.decisions.decision import Decision
from chains.worlds.world import World

NO_DECISION = "(no decision)"
"""The decision in an order if the executive's reply is empty."""
NO_ORDER = "(no order)"
"""What a seat reads if its superior sent nothing."""
AS_YOU_LIKE = "you do what you think best"
"""What a worker does if its order does not settle the choice; fills a hole of a prompt."""
EVERYBODY = ""
"""No worker's name: asked for by it, `Cast.listed` lists what all workers know together."""
LONGEST_REASON = 160
"""Longest reason beside a choice, in characters, where a schema can limit it: a small model would ramble on."""
LONGEST_QUOTE = 300
"""How many characters of an unreadable decision the order quotes."""


def decision_of(cast: Cast) -> tuple[Decision, Charter]:
    """Return the decision and the charter of a trial's world.

    Raises:
        ValueError: If the world lacks one; such a run is refused before it begins.
    """
    world = cast.world
    if world.decision is None or world.charter is None:
        raise ValueError(f"world {world.title!r} has no decision or no charter")
    return world.decision, world.charter


def charter_of(cast: Cast) -> Charter:
    """Return the charter of a trial's world.

    Raises:
        ValueError: If it has none; such a run is refused before it begins.
    """
    if cast.world.charter is None:
        raise ValueError(f"world {cast.world.title!r} has no charter")
    return cast.world.charter


def letters_of(cast: Cast) -> Mapping[str, Choosable]:
    """Return the options, or a worker's actions, by the letters under which every seat of a trial sees them."""
    if cast.world.assignment is not None:
        return letters_of_actions(cast)
    decision, _ = decision_of(cast)
    shuffled = Draw("options", cast.world.digest, cast.replicate).shuffled(decision.options)
    return {chr(ord("A") + at): option for at, option in enumerate(shuffled)}


def choice_of(cast: Cast, reply: str | None) -> Choice:
    """Read which option a reply chooses."""
    return read_choice(reply, letters_of(cast))


def charter_lines(cast: Cast) -> list[str]:
    """Return the charter's clauses in words, one per line, the most important first; wordings differ by replicate."""
    charter = charter_of(cast)
    if cast.world.assignment is not None:
        return [clause_line(cast, clause) for clause in charter.clauses]
    lines = []
    for clause in charter.clauses:
        draw = Draw("rendering", cast.world.digest, cast.replicate, clause.id)
        lines.append(clause.render(draw.integer(0, len(clause.templates) - 1)))
    return lines


def joint_lines(world: World) -> list[str]:
    """Return a sentence for each pair of facts that matter only together: what they are about, not what they say."""
    pairs = [map(world.fact, pair.facts) for pair in world.decision.joint] if world.decision else []
    named = [[f"{fact.subject} ({fact.topic[0] if fact.topic else fact.id})" for fact in pair] for pair in pairs]
    return [f"What is reported of {one} and of {other} matters only together." for one, other in named]


def decision_line(cast: Cast, reply: str | None) -> str:
    """Return what was decided: the text of the chosen option, or the reply itself if no choice can be read.

    There is no colon in it, because the grammar for the embedded model's reports has none.
    """
    choice = choice_of(cast, reply)
    if choice.option is not None:
        return f"The decision is to {decision_of(cast)[0].option(choice.option).text}."
    return f"The decision: {' '.join((reply or NO_DECISION).split())[:LONGEST_QUOTE]}"


def stakes_line(decision: Decision) -> str:
    """Return a sentence: what a failure of the standing plan would cost, and what the careful option costs."""
    plan, careful = decision.option(decision.standing), decision.careful_option
    return f"A failure would cost {plan.exposure:g}, and a stop costs {plan.base - careful.base:g}."


def order_notes(cast: Cast, reply: str | None) -> str:
    """Return the notes for the executive's order: the decision, if there is one, and the charter, one line each."""
    if not cast.plan.decision:
        return "\n".join(charter_lines(cast))
    return "\n".join((decision_line(cast, reply), *charter_lines(cast)))


def heard_at_the_top(cast: Cast, said: Said) -> list[str]:
    """Return all that the executive reads: the last reports, and messages that bypass the chain."""
    return cast.heard(cast.plan.by_name[cast.hierarchy.executive.name], said) if cast.plan.top else []


def ledger_text(cast: Cast) -> str:
    """Return the full ledger in words, one fact per line, as in the workers' notes."""
    if cast.world.shared:  # two workers hold the same fact
        return cast.listed(EVERYBODY)
    return "\n".join(cast.listed(worker) for worker in cast.dealt if cast.dealt[worker])


def decide(cast: Cast, turn: Turn, said: Said) -> Request:
    """Ask the executive to choose an option on what it reads."""
    if turn.reference:
        heard = [ledger_text(cast) if turn.reference == LEDGER else NO_REPORT]
    else:
        heard = cast.heard(turn, said)
    reports = heard[0] if turn.reference else cast.headed(heard, cast.hears(turn, said))
    decision, _ = decision_of(cast)
    holes = choice_holes(cast) | {
        "reports": reports,
        "charter": _listed([*charter_lines(cast), *joint_lines(cast.world)]),
        "stakes": stakes_line(decision),
        "span": len(heard),
    }
    return choose(cast, turn, holes, heard)


def choice_size(load: Load) -> tuple[float, float]:
    """Return the size of a task that reads reports and chooses one of a few options."""
    return load.read + TOKENS_OF_AN_ORDER, LONGEST_REASON / CHARACTERS_A_TOKEN


DECIDE = task(
    "decide", decide, "decide",
    {"question", "reports", "charter", "stakes", "options", "standing", "words", "span"},
    number=120_000, size=choice_size, holds="option", channel=replies.decides,
)  # fmt: skip


def order(cast: Cast, turn: Turn, said: Said) -> Request:
    """Ask the executive for its order, from its decision, if there is one, and the charter."""
    charter = {"charter": _listed(charter_lines(cast))}
    if not turn.hears:
        return cast.ask(turn, charter, ["\n".join(charter_lines(cast))], hop=1)
    reply = said[turn.hears[0]]
    holes = charter | {"decided": decision_line(cast, reply)}
    return cast.ask(turn, holes, [order_notes(cast, reply)], decided=choice_of(cast, reply).option, hop=1)


ORDER = task(
    "order", order, "down", {"decided", "charter", "words"},
    number=130_000, size=order_size, holds="clauses", channel=replies.orders,
)  # fmt: skip


def relay(cast: Cast, turn: Turn, said: Said) -> Request:
    """Ask a manager to pass an order on."""
    directive = _directive(cast, turn, said)
    holes = {"directive": directive}
    if cast.world.assignment is not None:
        holes["kpi"] = measured_by(cast, turn.seat)
    return cast.ask(turn, holes, [directive], hop=turn.seat.level + 1)


RELAY = task(
    "relay", relay, "down", {"superior", "directive", "words", "kpi"},
    number=140_000, size=order_size, holds="clauses", channel=replies.passes_down,
)  # fmt: skip


def act(cast: Cast, turn: Turn, said: Said) -> Request:
    """Ask a worker to act on an order."""
    directive = _directive(cast, turn, said)
    return choose(cast, turn, choice_holes(cast) | {"directive": directive}, [directive])


ACT = task(
    "act", act, "act", {"superior", "directive", "question", "options", "standing", "words"},
    number=150_000, size=order_size, holds="option", channel=replies.acts,
)  # fmt: skip


def _directive(cast: Cast, turn: Turn, said: Said) -> str:
    """Return the order that a seat reads."""
    if turn.reference:
        return _listed(charter_lines(cast)) if turn.reference == CHARTER else NO_ORDER
    return (said[turn.hears[0]] or NO_ORDER).strip()


def choose(cast: Cast, turn: Turn, holes: Mapping[str, Any], heard: list[str]) -> Request:
    """Ask a seat to choose one of the decision's options, as JSON."""
    letters = letters_of(cast)

    def shape(settings: dict[str, Any], source: Source) -> dict[str, Any]:
        return choice_shape(settings, source, tuple(letters))

    return cast.ask(turn, holes, heard, shape, letters={letter: option.id for letter, option in letters.items()})


def choice_holes(cast: Cast) -> dict[str, Any]:
    """Return the values of a prompt's holes about the options, or about a worker's actions."""
    if cast.world.assignment is not None:
        return {"options": actions_shown(cast), "question": assignment_of(cast).question, "standing": AS_YOU_LIKE}
    decision, _ = decision_of(cast)
    options = "\n".join(f"{letter}. {option.text}" for letter, option in letters_of(cast).items())
    standing = decision.option(decision.standing).text
    return {"options": options, "question": decision.question, "standing": standing}


def _listed(lines: list[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def choice_shape(settings: dict[str, Any], source: Source, letters: tuple[str, ...]) -> dict[str, Any]:
    """Ask for a choice as JSON by schema; a grammar for reports in the model's own settings is dropped.

    The reason stands first: a model that writes the letter first has chosen before it has thought. Its length is
    limited for embedded models alone, because some endpoints refuse a schema that limits it.
    """
    reason: dict[str, Any] = {"type": "string"}
    if source.traits.takes_bounds:
        reason["maxLength"] = LONGEST_REASON
    return as_json(settings, source, "choice", {"reason": reason, "option": {"type": "string", "enum": list(letters)}})
