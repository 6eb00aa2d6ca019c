"""Finds the two sides of a comparison from the words of a command line.

compare                          the last run, by its one factor
compare RUN --by prompt          each setting against the first
compare RUN --by prompt=plain    each other setting against plain
compare RUN --by prompt,depth    each combination against the first
compare plain career             two settings, in the last run
compare RUN c1 c4 c5             conditions by their ids, the others against the first
compare RUN prompt=plain,depth=4 prompt=career,depth=4
compare RUN RUN RUN              runs, condition by condition, the others against the first
compare RUN RUN --by prompt      the settings of each run, run by run
compare RUN:plain RUN:career     a condition of each
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from chains.analysis.compare.arms import RunHeard, Side
from chains.errors import BadInput, nearest
from chains.experiments.condition_name import shown
from chains.experiments.hypotheses import Arm, read_arm
from chains.experiments.settings import Value, check_value
from chains.running.folders import find_run
from chains.running.run_record import RunRecord


class Sides(NamedTuple):
    """What is compared: b against a."""

    a: Side
    b: Side


def chosen(words: Sequence[str], by: str | None, read: Callable[[str], RunHeard]) -> list[Sides]:
    """Return the sides that a command line names.

    Args:
        words: Runs, conditions, or RUN:CONDITION.
        by: The factor whose settings are compared, perhaps with the one that the others are held against.
        read: Opens a run by its name.

    Raises:
        BadInput: If a word is neither a run nor a condition, or they are too few or too many.
    """
    runs, conditions = _sorted_out(words, read)
    if by is not None:
        if conditions:
            raise BadInput("--by compares settings within one run, or within each of several; name no conditions too")
        if len({id(run) for run in runs}) < len(runs):
            raise BadInput("a run is named twice; name each once")
        return [sides for run in runs or [read("last")] for sides in by_factors(run, by, named=len(runs) > 1)]
    if conditions:
        return _of_conditions(runs, conditions, read)
    if len(runs) > 1:
        return [sides for other in runs[1:] for sides in of_runs(runs[0], other)]
    return by_factors(runs[0] if runs else read("last"), None)


def _of_conditions(
    runs: Sequence[RunHeard], conditions: Sequence[tuple[RunHeard | None, str]], read: Callable[[str], RunHeard]
) -> list[Sides]:
    """Return the conditions that words name, all others against the first."""
    if len(runs) > 1:
        raise BadInput("name conditions of several runs as RUN:CONDITION RUN:CONDITION")
    default = runs[0] if runs else None
    found = [(of := run or default or read("last"), find_arm(of.record, word)) for run, word in conditions]
    if len(found) == 1:
        raise BadInput(f"{conditions[0][1]!r} is one condition; name the one to compare it with too")
    return [_two(found[0], other) for other in found[1:]]


def _sorted_out(
    words: Sequence[str], read: Callable[[str], RunHeard]
) -> tuple[list[RunHeard], list[tuple[RunHeard | None, str]]]:
    """Tell the runs among words from the conditions; a condition that names its run brings it along."""
    runs: list[RunHeard] = []
    conditions: list[tuple[RunHeard | None, str]] = []
    for word in words:
        run, colon, condition = word.partition(":")
        if _is_run(word):
            runs.append(read(word))
        elif colon and _is_run(run):
            conditions.append((read(run), condition))
        else:
            conditions.append((None, word))
    return runs, conditions


def _is_run(word: str) -> bool:
    """Return whether a word names a run; a word that begins several runs' ids is an error, not a condition."""
    try:
        find_run(word)
    except BadInput as error:
        if "begins" in str(error):
            raise
        return word == "last"
    return True


def _two(first: tuple[RunHeard, Arm], second: tuple[RunHeard, Arm]) -> Sides:
    named = first[0] is not second[0]
    a, b = Side(*first, named=named), Side(*second, named=named)
    if not named and a.arm == b.arm:
        raise BadInput(f"{a.label} is compared with itself; name two conditions")
    if set(a.arm) != set(b.arm) and not named:
        only = sorted(set(a.arm) ^ set(b.arm))[0]
        raise BadInput(f"only one condition says which {only}; name the same factors in both")
    return Sides(a, b)


def find_arm(record: RunRecord, word: str) -> Arm:
    """Return the settings that a word means in a run: a condition's id, factor=setting,..., or a setting alone.

    Raises:
        BadInput: If it means none, or settings of several factors.
    """
    factors = record.experiment.factors
    by_id: Mapping[str, Arm] = {condition.id: condition.factors for condition in record.conditions}
    if word in by_id:
        return by_id[word]
    if "=" in word.split(":", maxsplit=1)[0]:
        return read_arm(word, factors)
    found = [(key, value) for key, values in factors.items() for value in values if shown(value) == word]
    if len(found) > 1:
        raise BadInput(f"{word} is a setting of {' and of '.join(key for key, _ in found)}; say {found[0][0]}={word}")
    if not found:
        known = [*by_id, *(shown(value) for values in factors.values() for value in values)]
        raise BadInput(f"{word!r} is neither a run nor a condition of run {record.id}{nearest(word, known)}")
    return dict(found)


def by_factors(run: RunHeard, by: str | None, *, named: bool = False) -> list[Sides]:
    """Return the settings of one factor of a run, or all combinations of several factors', each against the first.

    Args:
        run: The run.
        by: Names of factors, each perhaps with `=` and the setting that the others are held against; None where the
            run has just one.
        named: Whether what is compared is called by its run too.

    Raises:
        BadInput: If the run does not vary them.
    """
    factors = run.record.experiment.factors
    first = _read_by(run.record, by)
    settings = ([first[key], *(value for value in factors[key] if value != first[key])] for key in first)
    there = [{key: condition.factors.get(key) for key in first} for condition in run.record.conditions]
    arms = [arm for values in product(*settings) if (arm := dict(zip(first, values, strict=True))) in there]
    if len(arms) == 1 or arms[0] != first:
        raise BadInput(f"run {run.record.id} has no condition to compare with {Side(run, first).label}")
    return [Sides(Side(run, arms[0], named=named), Side(run, arm, named=named)) for arm in arms[1:]]


def _read_by(record: RunRecord, by: str | None) -> dict[str, Value]:
    """Return the factors to compare by, each with the setting that the others are held against."""
    factors = record.experiment.factors
    if by is None:
        varied = [key for key in factors if len({repr(one.factors[key]) for one in record.conditions}) > 1]
        if not varied:
            raise BadInput(f"run {record.id} varies nothing: it is one condition; name another run beside it")
        if len(varied) > 1:
            each = ", ".join(f"--by {key}" for key in varied)
            raise BadInput(
                f"run {record.id} varies {', '.join(varied)}; say which to compare: {each}, or --by "
                f"{','.join(varied)} for all conditions"
            )
        by = varied[0]
    first: dict[str, Value] = {}
    parts: list[str] = []
    for part in by.split(","):  # a comma may stand in a setting, as in model=channel:drop=0.1,flip=0.1
        if parts and part.partition("=")[0] not in factors and "=" in parts[-1]:
            parts[-1] += f",{part}"
        else:
            parts.append(part)
    for part in parts:
        key, equals, setting = part.partition("=")
        if key not in factors:
            raise BadInput(f"run {record.id} does not vary {key!r}{nearest(key, factors)}")
        if key in first:
            raise BadInput(f"--by names {key} twice; name each factor once")
        first[key] = check_value(key, setting) if equals else factors[key][0]
        if first[key] not in factors[key]:
            raise BadInput(f"{key} is never {setting!r}{nearest(setting, map(shown, factors[key]))}")
    return first


def of_runs(first: RunHeard, second: RunHeard) -> list[Sides]:
    """Return the sides of two runs, the second against the first, condition by condition of the same settings.

    A run with one condition is compared with every condition of the other.

    Raises:
        BadInput: If no condition of one is in the other.
    """
    if first is second:
        raise BadInput(f"run {first.record.id} is compared with itself; name another, or --by FACTOR")
    a, b = first.record.conditions, second.record.conditions
    same = [(one, other) for one in a for other in b if dict(one.factors) == dict(other.factors)]
    if not same and 1 in (len(a), len(b)):
        same = [(one, other) for one in a for other in b]
    if not same:
        raise BadInput(
            f"runs {first.record.id} and {second.record.id} have no condition in common: "
            f"{'; '.join(c.name for c in a[:4])} against {'; '.join(c.name for c in b[:4])}; "
            "name one of each as RUN:CONDITION"
        )
    return [Sides(Side(first, one.factors, named=True), Side(second, other.factors, named=True)) for one, other in same]
