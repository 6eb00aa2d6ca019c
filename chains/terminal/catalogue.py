"""What an experiment may name, as rows for `list`: scenarios, prompts, models, measures, remedies, settings."""

from collections.abc import Iterator
from typing import Any

from chains.errors import BadInput
from chains.experiments.experiment import read_experiment
from chains.experiments.overrides import OF_THE_EXPERIMENT
from chains.experiments.settings import SETTINGS
from chains.models.kinds import PROVIDERS
from chains.models.spec import EMBEDDED
from chains.organisation.prompts import (
    CIRCUMSTANCES,
    JUDGE,
    OUTSIDE,
    READER,
    ROLES,
    configurations,
    read_prompt,
    variants,
)
from chains.organisation.remedies.remedy import REMEDIES, Remedy
from chains.organisation.task import TASKS
from chains.running.folders import experiment_files
from chains.scoring.measures.measures import MEASURES
from chains.stats.decisions.quantity_names import FIGURES
from chains.worlds.scenario_registry import SCENARIOS

Rows = list[dict[str, Any]]


def _experiments() -> Rows:
    rows: Rows = []
    for name, path in experiment_files().items():
        try:
            about = read_experiment(path).question
        except BadInput as error:
            about = f"unreadable: {error}"
        rows.append({"experiment": name, "question": about})
    return rows


def _scenarios() -> Rows:
    return [
        {"scenario": name, "about": (scenario.__doc__ or "").splitlines()[0]} for name, scenario in SCENARIOS.items()
    ]


def _prompts() -> Rows:
    rows: Rows = [
        {"prompt": f"{role}/{variant}", "about": read_prompt(role, variant).about}
        for role in (*ROLES, OUTSIDE, *TASKS, *CIRCUMSTANCES, JUDGE, READER)
        for variant in variants(role)
    ]
    for name, roles in configurations().items():
        about = ", ".join(f"{role} {variant}" for role, variant in roles.items()) or "plain in every role"
        rows.append({"prompt": f"configuration {name}", "about": about})
    return rows


def _models() -> Rows:
    return [
        {"model": EMBEDDED, "about": "SmolLM2-135M-Instruct, on this machine; needs no key"},
        {"model": "gguf:PATH", "about": "any other model file, served in the same way"},
        {"model": "openai:NAME", "about": "the OpenAI API, with the key in OPENAI_API_KEY"},
        {"model": "ollama:NAME", "about": "a local Ollama"},
        {"model": "URL#NAME", "about": "any OpenAI-compatible server"},
        {"model": "channel:drop=0.1,flip=0.02", "about": "the synthetic channel: planted losses, no model"},
        {"model": "person", "about": "the person at the terminal"},
        *({"model": name, "about": about} for name, about in _added_models()),
    ]


def _added_models() -> Iterator[tuple[str, str]]:
    """Yield the kinds of model that plugins add, each with the first line of its docstring."""
    for name in PROVIDERS.added():
        yield name, (PROVIDERS.maker(name).__doc__ or "").strip().split("\n")[0]


def _measures() -> Rows:
    known = {name: of.about for name, of in MEASURES.items()} | FIGURES
    return [{"measure": name, "about": about} for name, about in known.items()]


def _settings() -> Rows:
    return [
        {
            "setting": f"{key}[.ROLE|.level.N|.SEAT]" if setting.scoped else key,
            "default": setting.default,
            "about": setting.about,
        }
        for key, setting in SETTINGS.items()
    ] + [{"setting": key, "default": default, "about": about} for key, (about, default) in OF_THE_EXPERIMENT.items()]


def _remedies() -> Rows:
    return [
        {"remedy": name, "parameters": ", ".join(_parameters(kind)), "about": kind.about}
        for name, kind in REMEDIES.items()
    ]


def _parameters(kind: type[Remedy]) -> Iterator[str]:
    """Yield a remedy's parameters with their defaults, as settings write them."""
    for name, field in kind.model_fields.items():
        yield f"{name}={str(field.default).lower() if isinstance(field.default, bool) else field.default}"


LISTS = {
    "experiments": _experiments,
    "scenarios": _scenarios,
    "prompts": _prompts,
    "models": _models,
    "measures": _measures,
    "remedies": _remedies,
    "settings": _settings,
}
