"""`models`: which models answer, how fast, and what is missing where one does not."""

import argparse
import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.progress import DownloadColumn, Progress
from rich.text import Text

from chains.errors import BadInput
from chains.experiments.experiment import read_experiment
from chains.models.model_files import embedded_file, fetch_embedded
from chains.models.pool import Models
from chains.models.secrets import without_userinfo
from chains.models.spec import EMBEDDED, ModelSpec
from chains.running.folders import find_experiment
from chains.scoring.text.legible import legible
from chains.terminal.views.output import counted, print_json, progress, say
from chains.terminal.views.output import results as stdout

KNOWN = {"listed": ("listed by its server", "not listed by its server"), "key": ("a key is set", "no key is set")}
"""What is said of what a check finds out, if it is so and if it is not."""


def main(arguments: argparse.Namespace) -> int:
    """Check models one after another; return 1 if one does not answer."""
    if arguments.fetch is not None:
        return _fetch(arguments.fetch, as_json=arguments.json)
    defined: dict[str, ModelSpec] = {}
    names: list[str] = list(arguments.names)
    if arguments.experiment:
        defined = dict(read_experiment(find_experiment(arguments.experiment)).models)
        names += list(defined)
    checked = asyncio.run(_check(names or [EMBEDDED], defined))
    if arguments.json:
        print_json({"models": checked})
    else:
        for line in _view(checked):
            stdout.print(line)
    return 0 if all(found["ok"] for found in checked) else 1


def _fetch(name: str, *, as_json: bool) -> int:
    """Fetch the weights of the embedded default into the user's cache, unless they are here."""
    if name != EMBEDDED:
        raise BadInput(f"only {EMBEDDED} can be fetched, not {name!r}; another file is run as gguf:PATH")
    if (path := embedded_file()) is None:
        with Progress(*Progress.get_default_columns(), DownloadColumn(), console=progress, transient=True) as bar:
            task = bar.add_task(f"fetching {name}", total=None)
            path = fetch_embedded(lambda here, expected: bar.update(task, completed=here, total=expected or None))
    if as_json:
        print_json({"model": name, "file": str(path)})
    else:
        stdout.print(Text(f"{name} is in {path}"))
    return 0


async def _check(names: list[str], defined: dict[str, ModelSpec]) -> list[dict[str, Any]]:
    async with Models(defined) as models:
        found = []
        for name in names:
            say(f"asking {without_userinfo(name)} ...")
            found.append(await models.check(name))
        return found


def _view(checked: Sequence[Mapping[str, Any]]) -> Iterator[Text]:
    """Yield how many models answer, then each with what was found and what it said, or what is wrong."""
    answer = sum(found["ok"] for found in checked)
    yield Text(f"{answer} of {counted(len(checked), 'model')} answer{'s' if len(checked) == 1 else ''}", "bold")
    for found in checked:
        said = "answers" if found["ok"] else "does not answer"
        if "seconds" in found:
            said += f" in {found['seconds']:.1f} s"
        about = "; ".join([said, *_figures(found)])
        yield Text.assemble((legible(found["model"]), "bold"), ": ", (about, "" if found["ok"] else "red"))
        yield Text(legible(str(found.get("text") if found["ok"] else found["error"]).strip()), "dim")


def _figures(found: Mapping[str, Any]) -> Iterator[str]:
    if speed := found.get("tokens_per_second"):
        yield f"{speed:,.0f} tokens/s"
    for name, words in KNOWN.items():
        if found.get(name) is not None and found.get("base_url") is not None:
            yield words[not found[name]]
    yield from (f"honours a {name}: {found[name]}" for name in ("seed", "schema") if found.get(name))
