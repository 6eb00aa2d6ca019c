"""Mazedom: chains of command held by language models, and how the truth fares in them.

    import chains

    run = await chains.run(settings={"model": "channel:drop=0.1", "depth": [2, 4], "worlds": 8})

`run`, `run_sync`, `load`, `Run`, `compare`, `law`, `plan`, `read`, `world`, `Experiment`; and, to add things of your
own, `scenario`, `measure`, `remedy`, `task`, `provider`. docs/api.md says what each does, docs/plugins/ has examples.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chains.api import Run, compare, law, load, plan, read, run, run_sync, world
    from chains.experiments.experiment import Experiment
    from chains.models.kinds import provider
    from chains.organisation.remedies.remedy import remedy
    from chains.organisation.task import task
    from chains.scoring.measures.measures import measure
    from chains.worlds.scenario_registry import scenario

VERSION = "0.1.0"
__all__ = [
    "VERSION", "Experiment", "Run", "compare", "law", "load", "measure", "plan", "provider", "read", "remedy", "run",
    "run_sync", "scenario", "task", "world",
]  # fmt: skip

_HOMES = {
    **dict.fromkeys(("Run", "compare", "law", "load", "plan", "read", "run", "run_sync", "world"), "chains.api"),
    "Experiment": "chains.experiments.experiment",
    "measure": "chains.scoring.measures.measures",
    "provider": "chains.models.kinds",
    "remedy": "chains.organisation.remedies.remedy",
    "scenario": "chains.worlds.scenario_registry",
    "task": "chains.organisation.task",
}
"""Where each name is from. It is imported when it is asked for: the terminal's `--help` must wait for none of it."""


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'chains' has no attribute {name!r}")
    thing = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = thing
    return thing
