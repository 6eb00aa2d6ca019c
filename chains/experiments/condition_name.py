"""The name of a condition. Imports nothing slow, because `list runs` needs the names and little else."""

from collections.abc import Mapping


def condition_name(factors: Mapping[str, object]) -> str:
    """Return a condition's factors in words: "depth=4, prompt=honest"; "all" if nothing varies."""
    return ", ".join(f"{key}={shown(value)}" for key, value in factors.items()) or "all"


def shown(value: object) -> str:
    """Return a setting's value as a person writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
