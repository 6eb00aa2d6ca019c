"""Which prompt each turn has in a condition."""

from collections.abc import Mapping

from chains.experiment import Condition
from chains.hierarchy import Hierarchy
from chains.prompts import Prompt, configuration, read_prompt
from chains.settings import Value, scoped
from chains.turns import turns_of


def cast_prompts(condition: Condition, hierarchy: Hierarchy, prompts: dict[str, Prompt]) -> dict[str, str]:
    """Return the name of each turn's prompt, reading those not read so far."""
    values, variants = condition.values, configuration(str(condition.values["prompt"]))
    names: dict[str, str] = {}

    def cast_as(who: str, kind: str, variant: str) -> None:
        names[who] = f"{kind}/{variant}"
        if names[who] not in prompts:
            prompts[names[who]] = read_prompt(kind, variant)

    for turn in turns_of(hierarchy, loop=loops(values)):
        if turn.task == "report":
            role = turn.seat.role
            cast_as(turn.name, role, str(scoped(values, "prompt", turn.seat, general=variants[role])))
        elif not turn.reference:
            cast_as(turn.name, turn.task, str(values.get(f"prompt.{turn.task}", variants[turn.task])))
    return names


def loops(values: Mapping[str, Value]) -> bool:
    """Return whether a condition runs the whole loop; those logged before there was one do not."""
    return bool(values.get("loop", False))
