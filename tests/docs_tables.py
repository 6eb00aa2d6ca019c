"""Tables and output in README and docs/ that come from the program: `python tests/docs_tables.py` writes them.

test_docs.py checks them. A block marked `console` is a command after `$`, perhaps with `| head -N`, and what it prints
at a terminal of 80 columns.
"""

import ast
import inspect
import itertools
import os
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

from pydantic import BaseModel

ROOT = Path(__file__).parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from chains.analysis.tables import COLUMNS  # noqa: E402
from chains.analysis.words import GLOSSARY  # noqa: E402
from chains.experiments.settings import SETTINGS  # noqa: E402
from chains.fates import MEANINGS  # noqa: E402
from chains.models.channel.rates import ChannelRates  # noqa: E402
from chains.organisation.prompts import HOLES, holes_of  # noqa: E402
from chains.organisation.task import TASKS  # noqa: E402

MARK = re.compile(r"<!-- table: (\w+) -->\n(.*?)<!-- end -->", re.DOTALL)


def table(head, rows):
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)])


def field_docs(model):
    """Return what stands under each field of a model's source."""
    body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0].body
    found = {}
    for field, text in itertools.pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            found[field.target.id] = " ".join(str(text.value.value).split())
    return found


def settings():
    rows = []
    for key, setting in SETTINGS.items():
        default = "" if setting.default is None else str(setting.default).lower()
        rows.append((f"`{key}`", default and f"`{default}`", "yes" if setting.scoped else "", setting.about))
    return table(("setting", "default", "takes a scope", "meaning"), rows)


def channel():
    docs = {}
    for model in ChannelRates.__mro__:
        if issubclass(model, BaseModel) and model is not BaseModel:
            docs |= field_docs(model)
    rows = [(f"`{name}`", _rate(field.default), docs[name]) for name, field in ChannelRates.model_fields.items()]
    return table(("rate", "default", "what it plants"), rows)


def _rate(default):
    """Return a rate's default, of a rate for each grade the first."""
    if isinstance(default, tuple):
        return _rate(default[0])
    return "" if default is None else f"`{default:g}`"


def holes():
    kinds = [*HOLES, *(task for task in TASKS if task not in HOLES)]
    rows = [(f"`{kind}`", ", ".join(f"`{hole}`" for hole in sorted(holes_of(kind))) or "none") for kind in kinds]
    return table(("role or task", "holes"), rows)


def columns():
    rows = [(f"`{name}`", f"`{column}`", about) for name, table in COLUMNS.items() for column, about in table.items()]
    return table(("table", "column", "meaning"), rows)


def plugins():
    rows = []
    for path in sorted((ROOT / "docs" / "plugins").glob("*.py")):
        about = (ast.get_docstring(ast.parse(path.read_text())) or "").splitlines()[0]
        rows.append((f"[`{path.name}`](plugins/{path.name})", about))
    return table(("example", "what it adds"), rows)


def fates():
    return table(("fate", "meaning"), MEANINGS.items())


def glossary():
    return table(("word", "meaning"), GLOSSARY.items())


TABLES = {
    "fates": fates,
    "glossary": glossary,
    "settings": settings,
    "channel": channel,
    "holes": holes,
    "columns": columns,
    "plugins": plugins,
}


def filled(text):
    """Return a page with each of its tables as the code has it now."""
    return MARK.sub(lambda found: f"<!-- table: {found[1]} -->\n{TABLES[found[1]]()}\n<!-- end -->", text)


CONSOLE = re.compile(
    r"^```console\n\$ mazedom (?P<words>[^|\n]*?)(?: \| head -(?P<lines>\d+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE
)


def printed(words, lines):
    """Return what a command prints at a terminal of 80 columns, or its first lines."""
    done = subprocess.run(
        [sys.executable, ROOT / "cli.py", *shlex.split(words)],
        cwd=ROOT, env={**os.environ, "COLUMNS": "80"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    said = [line.rstrip() for line in done.stdout.splitlines()]
    return "\n".join(said[: int(lines)] if lines else said)


def shown(found):
    """Return a block of output as the program prints it now."""
    head = f" | head -{found['lines']}" if found["lines"] else ""
    return f"```console\n$ mazedom {found['words']}{head}\n{printed(found['words'], found['lines'])}\n```"


if __name__ == "__main__":
    for page in [ROOT / "README.md", ROOT / "runs" / "README.md", *(ROOT / "docs").rglob("*.md")]:
        page.write_text(CONSOLE.sub(shown, filled(page.read_text())))
