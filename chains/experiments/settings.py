"""Settings: what can be varied, how it is written, and what a condition resolves to.

A setting is named by a key. Some keys take a *scope* after a dot, the
narrowest winning: a seat (`model.L2.1`), a level (`model.level.2`), a role
(`model.manager`), or nothing (all seats).

    depth=4                         one setting
    depth=2,4,8                     three, crossed with all other factors
    model=channel:drop=0.1,flip=0.02    one: a part of the form name=value belongs to the part before it
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chains.errors import BadInput, nearest
from chains.organisation.hierarchy import Hierarchy, Seat
from chains.organisation.prompts import BESIDE, ROLES, TASKS

Value = str | int | float | bool | None


@dataclass(frozen=True)
class Setting:
    """One thing that can be varied."""

    about: str
    default: Value
    read: Callable[[str], Value]
    """How its text is read."""
    least: float | None = None
    """The smallest number it may be."""
    scoped: bool = False
    """Whether it may differ between seats, levels and roles."""


def _text(text: str) -> str:
    return text


def _yes_or_no(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _told(name: str, about: str) -> str:
    return f"what a seat is told in its prompt of {about}: a file of prompts/{name}, or none"


SETTINGS: dict[str, Setting] = {
    "scenario": Setting("generator of worlds, or a world file", "watermelon", _text),
    "setting": Setting("where the scenario plays; chosen by the seed if not given", None, _text),
    "facts": Setting("facts in a world", 8, int, 1),
    "facts_each": Setting("facts in a world for each worker; replaces facts", None, int, 1),
    "twin": Setting("true: every fact's valence twin in its place", False, _yes_or_no),
    "goals": Setting("goals of the charter that are told, the first ones; all if not given", None, int, 1),
    "owner": Setting("true: the order names who owns it, with the backing of the top", False, _yes_or_no),
    "depth": Setting("hops from a worker to the executive", 4, int, 1),
    "span": Setting("reports to every manager", 1, int, 1),
    "leaves": Setting("workers in all, in as many layers as span asks for; replaces depth", None, int, 1),
    "hierarchy": Setting(
        "pyramid:1-3-9, or a file that names who reports to whom; replaces depth and span", None, _text
    ),
    "side": Setting("lines beside the chain of command, joined by +, as in skip:L4>L0+question:L0>L3", "none", _text),
    "loop": Setting("true: the executive decides, its order goes down, workers act", False, _yes_or_no),
    "reports": Setting("false: nothing climbs, the executive orders by its charter alone", True, _yes_or_no),
    "decide_only": Setting(
        "true: the executive decides, and there the trial ends: no order, no deed", False, _yes_or_no
    ),
    "remedy": Setting("remedies switched on, joined by +, as in audit:rate=0.5+verbatim", "none", _text),
    "selection": Setting("drafts of a report of which the seat above chooses one", 1, int, 1, scoped=True),
    "selected_by": Setting("how one draft is chosen: rating, random, or placebo (rated, then random)", "rating", _text),
    "rounds": Setting("times that the organisation meets, each about another world; the last is measured", 1, int, 1),
    "memory": Setting("what seats remember of earlier rounds: none, ratings or reports", "reports", _text),
    "promotion": Setting("who rises after a round: none, rating (the best-rated manager) or random", "none", _text),
    "leaving": Setting("who leaves after a round: none, rating (the worst-rated manager) or random", "none", _text),
    "prompt": Setting("prompt configuration; with a scope, a variant", "plain", _text, scoped=True),
    "model": Setting("who holds the seats: a model's name, or person", "smollm2", _text, scoped=True),
    "evals": Setting(_told("evals", "which figures count"), "none", _text, scoped=True),
    "incentive": Setting(_told("incentive", "what it is paid for, or by whom promoted"), "none", _text, scoped=True),
    "pause_plan": Setting(_told("pause_plan", "what comes if the project pauses"), "none", _text, scoped=True),
    "precedent": Setting(_told("precedent", "whether a no has been seen"), "none", _text, scoped=True),
    "lineage": Setting("models dealt over the seats, joined by +, in place of model", None, _text, scoped=True),
    "words": Setting("word budget, for prompts that have that hole", 60, int, 1, scoped=True),
    "temperature": Setting("sampling temperature, in place of the model's own", None, float, 0, scoped=True),
    "max_tokens": Setting("most tokens of a reply, in place of the model's own", None, int, 1, scoped=True),
}


OF_THE_EXPERIMENT = {
    "worlds": ("how many worlds: seeds 1 to this", 3),
    "seeds": ("which worlds, in place of worlds", None),
    "replicates": ("trials of each world and condition", 1),
    "reproducible": ("true: embedded models answer one request at a time, caches off", False),
    "name": ("folder of the run below runs/", "watermelon"),
    "question": ("what is to be found out", None),
    "limits.calls": ("most calls to models; --max-calls is the same", None),
    "limits.tokens": ("most tokens, prompts and replies together", None),
    "limits.cost": ("most money, in the currency of the models' prices", None),
    "limits.minutes": ("longest time, over all resumes", None),
    "limits.trials": ("most trials at the same time", None),
    "hypotheses.NAME": ("a hypothesis to register, as in 'retention > 0.5'; hypotheses=none leaves out a file's", None),
    "models.NAME.KEY": ("a model of one's own: base_url, model, key_env, params.temperature, ...", None),
}
"""What `--set` takes besides: they hold for all conditions and can't be crossed."""


def check_key(key: str) -> Setting:
    """Return the setting that a key names, scope and all.

    Raises:
        BadInput: If there is none, or it takes no scope.
    """
    name, _, scope = key.partition(".")
    known = SETTINGS.get(name)
    if known is None:
        raise BadInput(f"unknown setting {key!r}{nearest(name, (*SETTINGS, *OF_THE_EXPERIMENT))}")
    if scope and not known.scoped:
        raise BadInput(f"setting {name} takes no scope, so {key!r} means nothing; write {name}")
    if scope.startswith("level.") and not scope.removeprefix("level.").isdecimal():
        raise BadInput(f"setting {key!r}: a level is a number, as in {name}.level.2")
    return known


def check_value(key: str, value: Any) -> Value:
    """Return a value as the setting `key` holds it, from a file (typed) or the command line (text).

    Raises:
        BadInput: If it is not what the setting takes.
    """
    setting = check_key(key)
    if value is None and setting.default is None:
        return None
    wanted = {int: "a whole number", float: "a number", _yes_or_no: "true or false"}.get(setting.read, "text")
    try:
        if isinstance(value, str):
            value = setting.read(value.strip())
        elif isinstance(value, bool) != (setting.read is _yes_or_no) or not isinstance(value, int | float):
            raise ValueError(value)  # noqa: TRY301  one sentence for all that is wrong
        elif setting.read is int and int(value) != value:
            raise ValueError(value)  # noqa: TRY301
        elif setting.read is _text:
            value = str(value)
    except ValueError:
        raise BadInput(f"setting {key} must be {wanted}, not {value!r}") from None
    if setting.least is not None and isinstance(value, int | float) and not value >= setting.least:
        raise BadInput(f"setting {key} is {value}; it must be at least {setting.least:g}")
    if value == "":
        raise BadInput(f"setting {key} is empty; give it a value")
    return value  # type: ignore[no-any-return]


def split(text: str) -> tuple[str, list[str]]:
    """Split `KEY=A,B` of the command line into its key and its settings.

    Raises:
        BadInput: If there is no `=`, or nothing on one side of it, or bytes that are no text.
    """
    if re.search("[\ud800-\udfff]", text):  # how Python passes on bytes that are not UTF-8: no file could hold them
        raise BadInput(f"--set {text!r} is not UTF-8; check the encoding of the terminal or script")
    key, equals, rest = text.partition("=")
    if not equals or not key.strip() or not rest.strip():
        raise BadInput(f"--set {text!r} is not KEY=VALUE; for example --set depth=2,4,8")
    parts: list[str] = []
    for part in rest.split(","):
        if parts and re.match(r"\s*[A-Za-z_]\w*=", part) and ":" in parts[-1]:
            parts[-1] += f",{part}"
        else:
            parts.append(part)
    return key.strip(), [part.strip() for part in parts]


def scoped(values: Mapping[str, Value], name: str, seat: Seat, general: Value = None) -> Value:
    """Return the value of a setting for one seat: of the seat, its level, its role, or all, the narrowest given.

    Args:
        values: Every setting of a condition.
        name: The setting.
        seat: For whom.
        general: What stands for all seats, in place of the setting without a scope.
    """
    wider: tuple[str, ...] = (f"level.{seat.level}", seat.role)
    if seat.role in BESIDE:  # there are no levels there, and who watches auditors is one, if nothing else is said
        wider = (seat.role, "auditor")
    for scope in (seat.name, *wider):
        if (key := f"{name}.{scope}") in values:
            return values[key]
    return values[name] if general is None else general


def check_scopes(values: Mapping[str, Value], hierarchy: Hierarchy, beside: Iterable[Seat] = ()) -> None:
    """Check that every scope names a role, a level or a seat of the hierarchy, or a seat beside it.

    Raises:
        BadInput: If one names nothing there.
    """
    names = {seat.name for seat in (*hierarchy.seats, *beside)}
    levels = {f"level.{seat.level}" for seat in hierarchy.seats}
    for key in values:
        _, dot, scope = key.partition(".")
        if dot and scope not in names and scope not in levels and scope not in (*ROLES, *BESIDE):
            if key.startswith("prompt.") and scope in TASKS:
                continue
            if scope.startswith("level."):
                raise BadInput(f"setting {key!r}: the {hierarchy.name} has levels 0 to {hierarchy.depth}")
            meant = nearest(scope, {*names, *ROLES, *BESIDE, *TASKS})
            raise BadInput(f"setting {key!r}: the {hierarchy.name} has no such seat or role{meant}")


def scope_of(who: str) -> str:
    """Return the scope that a person's word for one means: a role, a seat, or a level's number."""
    return f"level.{who}" if who.isdecimal() else who
