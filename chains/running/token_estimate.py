"""Estimate the calls and tokens of a run for each model, before anything is asked."""

import math
from typing import NamedTuple

from chains.experiments.experiment import Condition
from chains.models.provider import CHARACTERS_A_TOKEN
from chains.organisation.cast import HAVE_NOTES, Part
from chains.organisation.forum import MOST_POSTED, members
from chains.organisation.plan import LEDGER, Turn
from chains.organisation.task import AN_ORDER, TOKENS_A_WORD, Load, Rule, Task
from chains.running.run_record import Casts, RunRecord
from chains.worlds.documents.notes import write_notes

_LONGER = 1.3
"""How much longer the documents of one world can be than those of another."""


def longest_prompt(record: RunRecord) -> int:
    """Estimate the longest prompt of a run in characters, so that a model served here has room for it.

    It is one and a half times all facts of a world with the longest template, because a seat may write more than it
    was told. With remedies it is four times the facts: an auditor reads what a seat heard, with notes, and wrote. The
    posts of a forum are added.
    """
    facts = max(sum(len(fact.render(0)) + 3 for fact in world.facts) for world in record.worlds.values())
    facts = max(facts, *(int(_LONGER * _documents(record, condition)) for condition in record.conditions))
    template = max(len(prompt.body) + len(prompt.system or "") for prompt in record.prompts.values())
    order = AN_ORDER if any(condition.settings.decides for condition in record.conditions) else 0
    woven = any(condition.settings.remedy != "none" for condition in record.conditions)
    casts = Casts(record)
    forums = {condition.id: condition.settings.forum for condition in record.conditions}
    posts = max(len(members(forum, casts.hierarchy(condition))) for condition, forum in forums.items())
    return template + (facts * 4 if woven else facts * 3 // 2) + order + posts * MOST_POSTED


def _asking(turn: Turn, row: Task, part: Part, told: float, facts: float) -> tuple[float, float]:
    """Estimate the tokens of a turn's request and of its reply, before `max_tokens` cuts it.

    Args:
        turn: The turn.
        row: The turn's task.
        part: The seat's part.
        told: Tokens of the facts in a report to it or by it.
        facts: Tokens of all facts of the world.
    """
    prompt = part.tasks.get(turn.task, part.prompt)
    template = (len(prompt.body) + len(prompt.system or "")) / CHARACTERS_A_TOKEN
    messages = max(1, len(turn.hears))
    read = facts if turn.reference == LEDGER else 0 if turn.reference else told * messages
    words = part.words * TOKENS_A_WORD if "words" in prompt.holes else math.inf
    asked, replied = row.size(Load(told, read, messages, words))
    return template + asked, replied


def _documents(record: RunRecord, condition: Condition) -> int:
    """Return the characters of the documents that tell all facts of a condition's first world; 0 for a list."""
    form = condition.settings.note_form
    if form.listed:
        return 0
    world = record.worlds[record.world_of[f"{condition.id}.w{record.experiment.seeds[0]}"]]
    return len(write_notes(world, tuple(fact.id for fact in world.facts), form, 1).text)


class Expected(NamedTuple):
    """Estimated calls (at most) and tokens (roughly) of one model in a run."""

    calls: int
    prompt: int
    completion: int
    """Tokens."""

    @property
    def tokens(self) -> int:
        """Prompts and replies together."""
        return self.prompt + self.completion


def expected(record: RunRecord) -> dict[str, Expected]:
    """Return the estimate for each model of a run, by the model's name.

    It assumes that every seat reads and writes all facts held below it, as in a lossless chain, within its word limit
    (if its prompt has one) and `max_tokens`; three characters count as one token.
    """
    casts = Casts(record)
    asked: dict[str, list[float]] = {name: [0, 0, 0] for name in record.models}
    for condition in record.conditions:
        hierarchy, parts = casts.hierarchy(condition.id), casts.parts(condition.id)
        world = record.worlds[record.world_of[f"{condition.id}.w{record.experiment.seeds[0]}"]]
        facts = sum(len(fact.render(0)) + 3 for fact in world.facts) / CHARACTERS_A_TOKEN
        most = {name: source.spec.params.get("max_tokens") for name, source in record.models.items()}
        written = _documents(record, condition) / CHARACTERS_A_TOKEN
        plan, rounds = casts.plan(condition.id), casts.round_settings(condition.id).rounds
        below: dict[str, int] = {}
        for seat in hierarchy.upward():
            below[seat.name] = sum(below[name] for name in hierarchy.reports_of(seat.name)) or 1
        for turn in plan.turns:
            part = parts[turn.seat.name]
            if isinstance(turn.row, Rule) or part.human:
                continue
            row, limit = asked[part.model], part.settings.get("max_tokens") or most[part.model]
            told = below.get(turn.about or turn.seat.name, len(hierarchy.workers)) / len(hierarchy.workers) * facts
            asked_tokens, replied = _asking(turn, turn.row, part, told, facts)
            if turn.seat.role in HAVE_NOTES:
                asked_tokens += max(0.0, written * (1 if condition.settings.note_words else told / facts) - told)
            row[0] += rounds
            row[1] += rounds * asked_tokens
            row[2] += rounds * (min(replied, limit) if limit else replied)
    times = len(record.experiment.seeds) * record.experiment.replicates
    return {name: Expected(*(round(value * times) for value in row)) for name, row in asked.items()}
