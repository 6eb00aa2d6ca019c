"""Which prompt each turn of a condition uses, and which circumstances each seat is told about."""

from collections.abc import Mapping, Sequence

from chains.errors import BadInput
from chains.experiments.settings import ConditionSettings
from chains.organisation.hierarchy import Seat
from chains.organisation.plan import Plan
from chains.organisation.prompts import CIRCUMSTANCES, NONE, NOTICE, SOME, Prompt, configuration, read_prompt
from chains.organisation.traits import GRADES, TIED, TRAIT, TraitDeal


def cast_prompts(settings: ConditionSettings, plan: Plan, prompts: dict[str, Prompt]) -> dict[str, str]:
    """Return the name of each asking turn's prompt, and of each notice that is added to report prompts.

    Args:
        settings: The condition's settings.
        plan: The condition's plan.
        prompts: The prompts read so far, by name; those that are missing are read and added.

    Raises:
        BadInput: If a prompt does not exist, or a circumstance is set and no prompt of the condition mentions it.
    """
    variants = configuration(settings.prompt.general)
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
            cast_as(turn.name, role, settings.prompt.at(turn.seat, general=variants[role]))
        else:
            cast_as(turn.name, turn.task, settings.prompt.narrower.get(turn.task, variants[turn.task]))
    order = next((names[turn.name] for turn in plan.turns if turn.task == "order"), None)
    if order is not None and not plan.decision and "decided" in prompts[order].holes:
        raise BadInput(
            f"prompt {order} has the hole decided, but with reports = false nothing is decided; "
            "set prompt.order = charter"
        )
    for variant in plan.told:
        cast_as(f"{NOTICE}/{variant}", NOTICE, variant)
    for variant in plan.told_some:
        cast_as(f"{SOME}{variant}", NOTICE, variant)
    _told(settings, plan, names, prompts)
    _told_of_traits(settings, plan, names, prompts)
    return names


def _told(settings: ConditionSettings, plan: Plan, names: Mapping[str, str], prompts: dict[str, Prompt]) -> None:
    """Read the prompts of circumstances, and check that some prompt of each affected seat has their hole."""
    heard: dict[str, bool] = {}
    for seat in plan.seats:
        turns = [turn.name for turn in plan.asked_of[seat.name] if turn.name in names]
        tells = any("circumstances" in prompts[names[turn]].holes for turn in turns)
        for name in circumstances(settings, seat):
            heard[name] = heard.get(name, False) or tells
    for name, tells in heard.items():
        key, _, value = name.partition("/")
        if name not in prompts:
            prompts[name] = read_prompt(key, value)
        if not tells:
            raise BadInput(
                f"{key} = {value} reaches nobody: no prompt of theirs has the hole circumstances; set prompt = pause"
            )


def _told_of_traits(
    settings: ConditionSettings, plan: Plan, names: Mapping[str, str], prompts: dict[str, Prompt]
) -> None:
    """Read the prompts of traits, and check that whoever reports is told of its own."""
    traits = trait_names(settings)
    for name in _trait_prompts(traits):
        if name not in prompts:
            prompts[name] = read_prompt(TRAIT, name.removeprefix(f"{TRAIT}/"))
    deaf = (names[turn.name] for turn in plan.turns if turn.task == "report" and turn.name in names and traits)
    if (prompt := next((name for name in deaf if "circumstances" not in prompts[name].holes), None)) is not None:
        raise BadInput(
            f"traits = {settings.traits} reach nobody who has the prompt {prompt}: it has no hole circumstances; set "
            "prompt = members"
        )


def _trait_prompts(traits: Sequence[str]) -> list[str]:
    return [f"{TRAIT}/{trait}_{grade}" for trait in traits for grade in GRADES]


def trait_names(settings: ConditionSettings) -> tuple[str, ...]:
    """Return the traits that members have, in order.

    Raises:
        BadInput: If one is named twice or is empty, or settings ask for something of traits that there are not.
    """
    names = () if settings.traits == NONE else tuple(name.strip() for name in settings.traits.split("+"))
    if not all(names) or len(set(names)) < len(names):
        raise BadInput(
            f"traits {settings.traits!r} names a trait twice or not at all; write it as in candour+legibility"
        )
    if settings.bond and not set(TIED) <= set(names):
        raise BadInput(f"bond = {settings.bond:g} ties {' and '.join(TIED)}; name both in traits, or leave bond out")
    if settings.cloned and not names:
        raise BadInput("cloned = true is about traits, and members have none; set traits, or leave cloned out")
    return names


def trait_deal(settings: ConditionSettings, prompts: Mapping[str, Prompt]) -> TraitDeal | None:
    """Return how traits are dealt to members in a condition, with the sentences in `prompts`; None without traits.

    Raises:
        BadInput: If `prompts` lacks one, as in a record that was changed.
    """
    names = trait_names(settings)
    if not names:
        return None
    wanted = _trait_prompts(names)
    if lacking := [name for name in wanted if name not in prompts]:
        raise BadInput(f"there is no prompt {lacking[0]!r} for traits {settings.traits!r}; run.json was changed")
    sentences = tuple(prompts[name].body for name in wanted)
    return TraitDeal(names, sentences, settings.cloned, settings.bond)


def circumstances(settings: ConditionSettings, seat: Seat) -> list[str]:
    """Return the names of the circumstances that a seat is told about, in the order in which it reads them."""
    found = ((name, settings.circumstance(name).at(seat)) for name in CIRCUMSTANCES)
    return [f"{name}/{variant}" for name, variant in found if variant != NONE]
