"""README and docs/ are true: links lead somewhere, tables are as the code has them, blocks that can run do run."""

import ast
import asyncio
import inspect
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib

import pytest
from docs_tables import CONSOLE, MARK, ROOT, TABLES, filled, shown

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PROGRAM = re.compile(r"^(?:mazedom|uv run cli\.py|cli\.py) ")
SETS_UP = "-m pip"
"""What the README's first block has in it: the newcomer's check tries these commands, a test can't."""


def page_name(page):
    return str(page.relative_to(ROOT))


def blocks(page, *languages):
    return [found[2] for found in FENCE.finditer(page.read_text()) if found[1] in languages]


def anchor(heading):
    plain = re.sub(r"[^\w\- ]", "", re.sub(r"`", "", heading).strip().lower())
    return plain.replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_link_leads_somewhere(page):
    text = FENCE.sub("", page.read_text())
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://")):
            continue
        path, _, fragment = target.partition("#")
        there = (page.parent / path) if path else page
        assert there.exists(), f"{page_name(page)} links to {target}"
        if fragment:
            headings = re.findall(r"^#+ (.*)$", FENCE.sub("", there.read_text()), re.MULTILINE)
            assert fragment in map(anchor, headings), f"{page_name(page)} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_tables_are_as_the_code_has_them(page):
    """`python tests/docs_tables.py` writes them."""
    assert filled(page.read_text()) == page.read_text()


def test_each_table_stands_in_a_page():
    assert {found[1] for page in PAGES for found in MARK.finditer(page.read_text())} == set(TABLES)


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_toml_blocks_are_toml(page):
    for block in blocks(page, "toml"):
        tomllib.loads(block)


OUTPUT = [
    (page_name(page), found)
    for page in [*PAGES, ROOT / "runs" / "README.md"]
    for found in CONSOLE.finditer(page.read_text())
]


@pytest.mark.parametrize(("page", "block"), OUTPUT, ids=[f"{page}: {found['words']}" for page, found in OUTPUT])
def test_output_is_what_the_program_prints(page, block):
    """`python tests/docs_tables.py` writes it."""
    assert block[0] == shown(block)


def test_a_block_of_output_is_a_command_of_the_program_and_what_it_prints():
    assert OUTPUT
    for page in PAGES:
        assert page.read_text().count("```console") == len(CONSOLE.findall(page.read_text()))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder like the checkout, in which runs can be written."""
    made = tmp_path_factory.mktemp("docs")
    shutil.copytree(ROOT / "runs", made / "runs", ignore=lambda _, names: [n for n in names if n[:4] == "2026"])
    shutil.copytree(ROOT / "prompts", made / "prompts")
    return made


def commands():
    for page in PAGES:
        for block in blocks(page, "sh"):
            if SETS_UP in block:
                continue
            for line in block.splitlines():
                command = line.split("  #")[0].strip()
                if command:
                    yield pytest.param(command, id=f"{page_name(page)}: {command}")


@pytest.mark.parametrize("command", list(commands()))
def test_blocks_marked_sh_run(command, folder):
    """On the synthetic channel wherever a model would be asked: other blocks carry no language."""
    assert PROGRAM.match(command), f"{command!r}: a block marked sh holds commands of the program"
    words = shlex.split(PROGRAM.sub("", command))
    if words[0] == "run" and not any("model=" in word for word in words) and "--dry-run" not in words:
        words += ["--set", "model=channel:drop=0.1"]
    done = subprocess.run(
        [sys.executable, ROOT / "cli.py", *words], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


def runnable(source):
    """Run a cell or a block at the top level of which something is awaited, as a notebook does."""
    return compile(source, "<docs>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


async def executed(sources, names):
    for source in sources:
        found = eval(runnable(source), names)  # noqa: S307 - our own pages
        if inspect.isawaitable(found):
            await found


def test_the_notebook_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cells = json.loads((ROOT / "docs" / "notebook.ipynb").read_text())["cells"]
    names = {}
    asyncio.run(executed(["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"], names))
    assert {row["status"] for row in names["mine"].trials()} == {"finished"}


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=page_name)
def test_python_blocks_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asyncio.run(executed(blocks(page, "python"), {}))
    assert list(tmp_path.glob("runs/*/*/log.jsonl"))


def test_the_readme_is_one_screen_and_a_half():
    assert len((ROOT / "README.md").read_bytes()) <= 8192
