"""What it will take to ask a judge what is left to ask: calls, tokens, money and time, before anything is asked."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from chains.models.provider import CHARACTERS_A_TOKEN
from chains.running.cost_estimate import ModelEstimate, cost_of, measured_speeds, speed_of
from chains.running.token_estimate import Expected
from chains.validation.judge import Case
from chains.validation.judge_record import JudgeRecord
from chains.validation.pairs import Pairs

ANSWER_TOKENS = 45
"""Tokens of the answer about one statement, roughly: its name, a quote of some ten words, a fate."""


class JudgeEstimate(NamedTuple):
    """What a judge will take."""

    record: JudgeRecord
    pairs: int
    """Different statements and messages that are left to ask about."""
    messages: int
    """Different messages among them."""
    of_model: ModelEstimate
    seconds: float | None
    """None if the model's speed is not known."""

    @property
    def calls(self) -> int:
        """Calls, but for those that ask again for what an answer lacks."""
        return self.of_model.expected.calls

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "model": self.record.source.name,
            "pairs": self.pairs,
            "messages": self.messages,
            "calls": self.calls,
            "prompt_tokens": self.of_model.expected.prompt,
            "completion_tokens": self.of_model.expected.completion,
            "cost": self.of_model.cost,
            "seconds": None if self.seconds is None else round(self.seconds, 1),
        }


def estimated(record: JudgeRecord, pairs: Pairs, cases: Sequence[Case]) -> JudgeEstimate:
    """Estimate what a judge will take for these calls.

    Args:
        record: The judge.
        pairs: The run's pairs.
        cases: The calls, as `judge.cases_left` has them.
    """
    characters = statements = 0
    for place, names, attempt in cases:
        case = pairs.case(*place)
        if case is not None:
            request = record.ask(*case, names, attempt)
            characters += sum(len(turn.content) for turn in request.messages)
            statements += len(names)
    source = record.source
    most = source.spec.params.get("max_tokens")
    replied = statements * ANSWER_TOKENS
    replied = min(replied, len(cases) * int(most)) if most else replied
    asked = Expected(len(cases), round(characters / CHARACTERS_A_TOKEN), replied)
    speed = speed_of(source, measured_speeds() if cases else {})
    places = 1 if source.traits.in_process else source.spec.in_flight
    seconds = None if speed is None else len(cases) * speed.seconds / min(places, max(1, len(cases)))
    messages = len({place for place, _, _ in cases})
    return JudgeEstimate(
        record, statements, messages, ModelEstimate(source.name, asked, 0, cost_of(source, asked), speed), seconds
    )
