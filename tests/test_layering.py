"""A module imports only from modules above it, so that there is no import cycle and no surprise."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = [
    "chains.errors",
    "chains.rng",
    "chains.gc_tuning",
    "chains.fates",
    "chains.registry",
    "chains.worlds",
    "chains.models",
    "chains.stats",
    "chains.scoring",
    "chains.organisation",
    "chains.experiments",
    "chains.authoring",
    "chains.running",
    "chains.validation",
    "chains.analysis",
    "chains.terminal",
    "cli",
]
"""From the ground up: a room imports only from rooms above it in this list."""
START_UP = {"chains.terminal.arguments"}
"""Read before a verb is known, for a quick `--help`: what it imports in a function, it imports for that reason."""
FILES = [*sorted((ROOT / "chains").rglob("*.py")), ROOT / "cli.py"]


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def rank(module):
    fitting = [place for place in ORDER if module == place or module.startswith(f"{place}.")]
    return ORDER.index(max(fitting, key=len)) if fitting else -1


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_module_imports_only_from_modules_above_it(path):
    mine = name_of(path)
    if mine == "chains":
        assert not [module for module in imports(path) if module.startswith("chains")]
        return
    assert rank(mine) >= 0, f"{mine} has no place in the order"
    for module in imports(path):
        if module.startswith("chains."):
            assert rank(module) <= rank(mine), f"{mine} imports {module}, which is below it"


def test_there_is_no_import_cycle():
    graph = {name_of(path): {m for m in imports(path) if m.startswith("chains.")} for path in FILES}
    done, path = set(), []

    def visit(module):
        if module in path:
            raise AssertionError(" -> ".join([*path[path.index(module) :], module]))
        if module in done:
            return
        path.append(module)
        for other in sorted(graph.get(module, ())):
            visit(other)
        path.pop()
        done.add(module)

    for module in graph:
        visit(module)


def test_only_the_wiring_imports_langgraph():
    users = {
        name_of(path) for path in FILES if any(m.split(".")[0] in ("langgraph", "langsmith") for m in imports(path))
    }
    assert users == {"chains.running.langgraph_wiring"}


def test_help_imports_neither_pydantic_nor_rich():
    script = "import sys, cli; cli.main(['run', '--help'])"
    code = f"import sys\ntry:\n    exec({script!r})\nexcept SystemExit:\n    pass\nprint(sorted(sys.modules))"
    modules = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for heavy in ("'pydantic'", "'rich'", "'orjson'", "'langgraph'", "'openai'", "'numpy'"):
        assert heavy not in modules


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_file_is_past_500_lines(path):
    """A file that long holds two ideas; a file far shorter than 40 lines is a piece of one."""
    assert len(path.read_text().splitlines()) <= 500


def test_a_run_loads_no_numpy_before_something_needs_it():
    """With scipy it takes 30 MB and a third of a second, and a run whose trials decide nothing needs neither."""
    code = "import sys, chains.terminal.verbs.run, chains.models.endpoint\nprint(sorted(sys.modules))"
    modules = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for heavy in ("'numpy'", "'scipy'", "'matplotlib'"):
        assert heavy not in modules
