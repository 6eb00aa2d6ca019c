"""Scripted people: a program that answers by rule, as a control. What it does is no evidence about people.

    relay    sends the draft as it is; without a draft, what it heard, word for word
    half     the same, but every line is left out with chance one half, drawn by seat and trial: a lossy stand-in
    check    compares the draft with what it heard, and puts back the lines that the draft does not pass on; by
             comparing words, without the ledger

A choice is the draft's, or without a draft the first option; drafts and notes get 5. Nothing is ever sent back by
`relay` or `half`; `check` sends a draft back once if lines are missing, and afterwards approves.
"""

import json
import re
from typing import Literal, get_args

from chains.errors import BadInput, nearest
from chains.models.provider import Occasion, Reply
from chains.organisation.remedies.unreported import hidden
from chains.organisation.sitting import Answered, Asked
from chains.rng import Draw

Script = Literal["relay", "half", "check"]
SCRIPTS: tuple[Script, ...] = get_args(Script)
SCRIPTED = "scripted"
"""How a holder begins that is a program: `scripted:check`."""
RATES, MIDDLE = ("rate", "guess", "claim"), 5
"""Tasks in which a program rates the drafts or notes under letters, and with how much."""
HALF = 0.5
"""Chance that `scripted:half` passes a line on."""
NOTHING_LEFT = "Nothing to report."


def script_of(holder: str) -> Script | None:
    """Return the rule of a scripted holder; None if people answer.

    Raises:
        BadInput: If there is no such rule.
    """
    if holder == "people":
        return None
    kind, _, rule = holder.partition(":")
    found = next((script for script in SCRIPTS if script == (rule or SCRIPTS[0])), None)
    if kind != SCRIPTED or found is None:
        named = [f"{SCRIPTED}:{script}" for script in SCRIPTS]
        meant, known = nearest(holder, ["people", *named]), f"{', '.join(named[:-1])} or {named[-1]}"
        raise BadInput(f"holder is {holder!r}; it must be people, {known}{meant}")
    return found


def scripted(rule: Script, asked: Asked) -> Answered:
    """Return the answer of a program in place of a person.

    Args:
        rule: The rule.
        asked: What the person is asked.
    """
    occasion = asked.request.occasion
    draft = None if asked.draft is None else asked.draft.spoken
    if occasion is None:
        return _said(draft or "")
    missing = [] if rule != "check" or occasion.letters else _missing(occasion, draft)
    if asked.attempt and asked.draft is None:  # advice to the model
        return _said("\n".join(_lines(occasion)) if rule == "check" and not occasion.letters else "")
    if asked.back is not None:
        if missing and asked.attempt == 0 and asked.back == 2:
            return Answered(_reply("These are missing:\n" + "\n".join(missing)), sent_back=True)
        return _said(draft or "")
    written = _written(occasion, draft, missing) if asked.writes else draft or ""
    return _said(_half(occasion, written) if rule == "half" and asked.writes and not occasion.letters else written)


def _written(occasion: Occasion, draft: str | None, missing: list[str]) -> str:
    if draft is not None:
        return "\n".join([draft.rstrip(), *missing]) if missing else draft
    if occasion.letters and occasion.task in RATES:
        return json.dumps(dict.fromkeys(occasion.letters, MIDDLE))
    if occasion.letters:
        return f'{{"reason": "the first option", "option": "{next(iter(occasion.letters))}"}}'
    return "\n".join(_lines(occasion))


def _missing(occasion: Occasion, draft: str | None) -> list[str]:
    """Return the lines that were heard and that a draft does not pass on."""
    return [] if draft is None else hidden(_lines(occasion), draft)


def _half(occasion: Occasion, text: str) -> str:
    """Return the lines that are not left out; a sentence that says so if none is left."""
    draw = Draw("half", occasion.world.seed, occasion.replicate, occasion.seat)
    return "\n".join([line for line in text.splitlines() if draw.uniform() < HALF]) or NOTHING_LEFT


def _lines(occasion: Occasion) -> list[str]:
    lines = (line.strip() for text in occasion.heard for line in text.splitlines())
    return [line for line in dict.fromkeys(lines) if line and not re.fullmatch(r"\(.*\)", line)]


def _said(text: str) -> Answered:
    return Answered(_reply(text))


def _reply(text: str) -> Reply:
    return Reply(text=text, finish="stop" if text.strip() else "empty", served_by=SCRIPTED, tries=0)
