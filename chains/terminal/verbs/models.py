"""`models`: which models answer, how fast, and what is missing where one does not."""

import argparse
import asyncio
from typing import Any

from rich.progress import DownloadColumn, Progress
from rich.table import Table
from rich.text import Text

from chains.errors import BadInput
from chains.experiments.experiment import read_experiment
from chains.models.model_files import embedded_file, fetch_embedded
from chains.models.pool import Models
from chains.models.secrets import without_userinfo
from chains.models.spec import EMBEDDED, ModelSpec
from chains.running.folders import find_experiment
from chains.terminal.views.output import print_json, progress, say
from chains.terminal.views.output import results as stdout


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
        stdout.print(_table(checked))
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


def _table(checked: list[dict[str, Any]]) -> Table:
    table = Table()
    for heading in (
        "model",
        "answers",
        "listed",
        "key",
        "seconds",
        "tokens/s",
        "seed",
        "schema",
        "what it said, or what is wrong",
    ):
        table.add_column(heading)
    for found in checked:
        speed = found.get("tokens_per_second")
        table.add_row(
            found["model"],
            Text("yes", "green") if found["ok"] else Text("no", "red"),
            _yes(found.get("listed")),
            _yes(found.get("key")),
            f"{found['seconds']:.1f}" if "seconds" in found else "",
            f"{speed:.0f}" if speed else "",
            found.get("seed", ""),
            found.get("schema", ""),
            Text(str(found.get("text") if found["ok"] else found["error"]).strip()),
        )
    return table


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"
