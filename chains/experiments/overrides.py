"""`--set KEY=VALUE` on the command line: settings that replace those of an experiment file.

    depth=4                             one value, fixed
    depth=2,4,8                         three values: a factor, crossed with all others
    model=channel:drop=0.1,flip=0.02    one value: a part `name=value` belongs to the part before it

A key is a setting (`settings.ConditionSettings`) or a part of the experiment itself (`OF_THE_EXPERIMENT`).
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chains.errors import BadInput, nearest
from chains.experiments.condition_name import shown
from chains.experiments.experiment import PLAIN, TABLES, Experiment, Limits, seeds_of, several, valid
from chains.experiments.people import People
from chains.experiments.settings import Value, check_key
from chains.worlds.scenario_registry import worlds_in


def _of_the_experiment() -> Iterator[tuple[str, tuple[str, Value]]]:
    fields = Experiment.model_fields
    yield "worlds", ("how many worlds: seeds 1 to this", len(fields["seeds"].default))
    yield "seeds", (fields["seeds"].description or "", None)
    for name in PLAIN:
        default = fields[name].default
        yield name, (fields[name].description or "", None if default == "" else default)
    for name, field in Limits.model_fields.items():
        yield f"limits.{name}", (field.description or "", field.default)
    for name, field in People.model_fields.items():
        yield f"people.{name}", (field.description or "", None if name == "seats" else field.default)
    yield "size", ("one of the sizes that the file has, such as small, middle or strong", None)
    for name, written in (("hypotheses", "hypotheses.NAME"), ("models", "models.NAME.KEY")):
        yield written, (fields[name].description or "", None)


OF_THE_EXPERIMENT: Mapping[str, tuple[str, Value]] = dict(_of_the_experiment())
"""What `--set` takes besides settings, each with its description and default. None of it can be a factor."""


def split(text: str) -> tuple[str, list[str]]:
    """Split `KEY=A,B` of the command line into its key and its values.

    Raises:
        BadInput: If there is no `=`, or nothing on one side of it, or bytes that are not UTF-8.
    """
    if re.search("[\ud800-\udfff]", text):  # Python passes on bytes that are not UTF-8 so
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


def override(experiment: Experiment, settings: Sequence[str]) -> Experiment:
    """Return the experiment with its settings replaced by the texts of `--set`.

    Raises:
        BadInput: If a key or value is unknown.
    """
    return _overridden(experiment, [(*split(text), text) for text in settings])


def override_by(experiment: Experiment, settings: Mapping[str, Any]) -> Experiment:
    """Return the experiment with some settings replaced; a list or tuple of values makes a factor.

    Raises:
        BadInput: As `override`.
    """
    return _overridden(experiment, written(settings))


def written(settings: Mapping[str, Any]) -> list[tuple[str, list[str], str]]:
    """Return settings as keys, values and texts of `--set`; a list or tuple holds several values.

    Raises:
        BadInput: If one is empty.
    """
    several = {key: value if isinstance(value, list | tuple) else [value] for key, value in settings.items()}
    if empty := [key for key, values in several.items() if not values]:
        raise BadInput(f"setting {empty[0]} has no value; leave it out for its default")
    put = [(key, [shown(value) for value in values]) for key, values in several.items()]
    return [(key, values, f"{key}={','.join(values)}") for key, values in put]


def _overridden(experiment: Experiment, settings: Sequence[tuple[str, list[str], str]]) -> Experiment:
    """Return the experiment with some settings replaced; each is a key, its values, and the text as written."""
    content: dict[str, Any] = experiment.model_dump(exclude_unset=True)
    content = {table: {} for table in TABLES} | content
    for key, values, text in settings:
        if key == "size":  # first, whatever the order: what is said besides stands above it
            _put_size(content, experiment.sizes, values, text)
    for key, values, text in settings:
        if key != "size":
            _put(content, key, values, text)
    named = content["factors"].get("scenario", [content["fixed"].get("scenario", "")])
    keys = [key for key, _, _ in settings]
    if (worlds := worlds_in(named)) and not {"worlds", "seeds"}.intersection(keys):
        content["seeds"] = list(range(1, worlds + 1))
    try:
        return valid(content)
    except BadInput as error:
        if not str(error).startswith("hypothesis ") or any(key.startswith("hypotheses.") for key in keys):
            raise
        raise BadInput(
            f"{error}; these settings take away what it needs, --set hypotheses=none leaves it out"
        ) from None


def with_limits(limits: Limits, settings: Sequence[str]) -> Limits:
    """Return the limits of a resumed run, with those in the texts of `--set limits.KEY=N` replaced.

    Raises:
        BadInput: If a text sets anything but a limit: nothing else of a run can be changed.
    """
    content: dict[str, Any] = limits.model_dump()
    for text in settings:
        key, values = split(text)
        head, _, name = key.partition(".")
        if head != "limits" or not name:
            raise BadInput(f"--set {text}: a run goes on as it was begun; only its limits can be set, as limits.calls")
        content[name] = _number(",".join(values))
    return valid({"limits": content}).limits


def _put(content: dict[str, Any], key: str, values: Sequence[str], text: str) -> None:
    head, _, rest = key.partition(".")
    if key in ("worlds", "seeds"):
        try:
            numbers = [int(value) for value in values]
        except ValueError:
            raise BadInput(f"--set {text}: {key} takes whole numbers") from None
        if key == "worlds" and len(numbers) > 1:
            raise BadInput(f"--set {text}: worlds is how many; use seeds={','.join(values)} to choose them")
        content["seeds"] = seeds_of({"worlds": numbers[0]}) if key == "worlds" else numbers
    elif key in PLAIN:
        content[key] = ",".join(values)
    elif head == "hypotheses":
        _put_hypothesis(content, rest, ",".join(values))
    elif head in ("limits", "models", "people") and rest:
        table = content[head]
        *path, last = rest.split(".", 1) if head == "people" else rest.split(".")  # a seat may be level.2
        for part in path:
            table = table.setdefault(part, {})
        table[last] = _number(",".join(values))
    else:
        check_key(key, others=OF_THE_EXPERIMENT)
        _put_setting(content, key, several(key, values))


def _put_size(content: dict[str, Any], sizes: Mapping[str, Any], values: Sequence[str], text: str) -> None:
    """Set what one of the file's sizes sets."""
    name = values[0]
    if len(values) > 1 or name not in sizes:
        there = f"its sizes are {', '.join(sizes)}" if sizes else "the experiment has no sizes"
        raise BadInput(f"--set {text}: {there}{nearest(name, sizes)}")
    for key, value in sizes[name].items():
        if key == "worlds":
            content["seeds"] = seeds_of({"worlds": value})
        elif key == "replicates":
            content[key] = value
        else:
            _put_setting(content, key, value if isinstance(value, tuple) else [value])


def _put_setting(content: dict[str, Any], key: str, read: Sequence[Value]) -> None:
    replaced = {key, "lineage"} if key == "model" else {key}  # a model for all seats replaces a file's lineage
    fixed = {name: value for name, value in content["fixed"].items() if name not in replaced}
    factors = {name: settings for name, settings in content["factors"].items() if name not in replaced - {key}}
    if len(read) == 1:
        factors.pop(key, None)
        fixed[key] = read[0]
    else:
        factors[key] = read
    content["fixed"], content["factors"] = fixed, factors
    if key == "model":  # leave out the models that the file defines and no seat has any more
        held = [*fixed.values(), *(value for settings in factors.values() for value in settings)]
        named = {part.strip() for value in held for part in str(value).split("+")}
        content["models"] = {name: spec for name, spec in content["models"].items() if name in named}


def _put_hypothesis(content: dict[str, Any], name: str, text: str) -> None:
    """Set one hypothesis, or leave out all of the file's with `hypotheses=none`."""
    if not name and text != "none":
        raise BadInput("--set hypotheses takes none; write one as in --set 'hypotheses.h1=q > 1'")
    content["hypotheses"] = {**content["hypotheses"], name: text} if name else {}


def _number(text: str) -> Any:
    """Read a value of `limits`, `models` or `people`: as TOML would, else as text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):  # not only TOML errors: a number of thousands of digits
        return text
