"""Which prompt each turn has in a condition."""

from chains.experiment import Condition
from chains.prompts import NOTICE, Prompt, configuration, read_prompt
from chains.settings import scoped
from chains.turns import Plan


def cast_prompts(condition: Condition, plan: Plan, prompts: dict[str, Prompt]) -> dict[str, str]:
    """Return the name of each turn's prompt, reading those not read so far; none where nobody is asked.

    And that of each notice that those who write reports are given besides.
    """
    values, variants = condition.values, configuration(str(condition.values["prompt"]))
    names: dict[str, str] = {}

    def cast_as(who: str, kind: str, variant: str) -> None:
        names[who] = f"{kind}/{variant}"
        if names[who] not in prompts:
            prompts[names[who]] = read_prompt(kind, variant)

    for turn in plan.turns:
        if turn.ruled or turn.reference:
            continue
        if turn.task == "report":
            role = turn.seat.role
            cast_as(turn.name, role, str(scoped(values, "prompt", turn.seat, general=variants[role])))
        else:
            cast_as(turn.name, turn.task, str(values.get(f"prompt.{turn.task}", variants[turn.task])))
    for variant in plan.told:
        cast_as(f"{NOTICE}/{variant}", NOTICE, variant)
    return names
