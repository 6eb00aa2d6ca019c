"""A module imports only from modules above it, so that there is no import circle and no surprise.

What the packages say of themselves in their docstrings is true: what they import, and the names to know.
"""

import ast
import re
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ORDER = [
    "chains.errors",
    "chains.rng",
    "chains.fates",
    "chains.registry",
    "chains.shipped",
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
NO_ROOMS = {"__init__.py", "api.py", "py.typed", "__pycache__"}
"""What stands under `chains/` besides rooms and the loose files that every room may use."""
FACES = ("chains", "chains.api")
"""What notebooks import: it hands on what is in the rooms, whichever they are, and no room imports it."""
EVERY_ROOM = "chains.terminal"
"""The room at the top, whose docstrings list no imports: it may import every other room."""


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(path): path for path in [*sorted((ROOT / "chains").rglob("*.py")), ROOT / "cli.py"]}
"""By module."""
PACKAGES = [name for name, path in FILES.items() if path.name == "__init__.py" and name != "chains"]


@cache
def tree(module):
    return ast.parse(FILES[module].read_text())


@cache
def imports(module):
    """Return all that a module imports, anywhere in it; `from package import module` is an import of the module."""
    found = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module:
            wholes = (f"{node.module}.{alias.name}" for alias in node.names)
            found |= {whole if whole in FILES else node.module for whole in wholes}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return frozenset(found)


def within(module, place):
    return module == place or module.startswith(f"{place}.")


def rank(module):
    return next((number for number, place in enumerate(ORDER) if within(module, place)), -1)


def circle(graph):
    """Return a way round in a graph, empty if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_the_order_is_short_and_each_module_has_a_place_in_it():
    assert len(ORDER) <= 17
    assert [module for module in FILES if rank(module) < 0] == list(FACES)


def test_a_module_imports_only_from_modules_above_it():
    upward = [
        f"{mine} imports {other}, which is below it"
        for mine in FILES
        for other in imports(mine)
        if mine not in FACES and within(other, "chains") and rank(other) > rank(mine)
    ]
    assert upward == []


def test_no_room_imports_what_notebooks_import_and_that_does_without_the_terminal():
    """A room may import the version alone."""
    assert not [mine for mine in FILES if mine not in FACES and "chains.api" in imports(mine)]
    assert not [other for face in FACES for other in imports(face) if within(other, EVERY_ROOM)]


def test_at_most_17_rooms_and_loose_files_stand_under_chains():
    stand = [path for path in (ROOT / "chains").iterdir() if path.name not in NO_ROOMS]
    assert len([path for path in stand if path.suffix == ".py" or any(path.rglob("*.py"))]) <= 17


def test_no_modules_import_one_another_in_a_circle():
    assert circle({mine: imports(mine) & FILES.keys() for mine in FILES if mine not in FACES}) == []


@pytest.mark.parametrize("package", ["chains", *PACKAGES])
def test_the_children_of_a_package_import_one_another_in_no_circle(package):
    """A folder counts as one child, so that no two folders need each other."""

    def child(module):
        return module.removeprefix(f"{package}.").partition(".")[0]

    inside = [module for module in FILES if module.startswith(f"{package}.")]
    graph = {child(module): set() for module in inside}
    for mine in inside:
        graph[child(mine)] |= {child(other) for other in imports(mine) & set(inside)} - {child(mine)}
    assert circle(graph) == []


def said(package, heading):
    """Return the paragraph of a package's docstring that begins with a heading, as one line; empty if there is none."""
    paragraphs = (ast.get_docstring(tree(package)) or "").split("\n\n")
    return next((" ".join(one.split()).removeprefix(heading) for one in paragraphs if one.startswith(heading)), "")


@pytest.mark.parametrize("package", [package for package in PACKAGES if not within(package, EVERY_ROOM)])
def test_a_package_imports_what_its_docstring_says_and_nothing_besides(package):
    """The loose files under `chains/` are words that every room may use, said or not."""
    rooms = {name.rpartition(".")[0] or name for name in FILES} | FILES.keys()
    listed = {}
    for name in filter(None, re.split(r",\s*|\.$", said(package, "Imports:").strip())):
        beside = f"{package.rpartition('.')[0]}.{name}"
        listed[name] = beside if beside in rooms else f"chains.{name}"
    taken = {
        other
        for mine in FILES
        if within(mine, package)
        for other in imports(mine)
        if other in FILES and not within(other, package) and other != "chains"
    }
    assert [name for name, place in listed.items() if not any(within(other, place) for other in taken)] == []
    words = [place for place in ORDER if FILES.get(place, Path()).name != "__init__.py"]
    may = [*listed.values(), *words]
    assert sorted(other for other in taken if not any(within(other, place) for place in may)) == []


def defined(module):
    """Yield the names that stand in a module."""
    for node in tree(module).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                yield from (name.id for name in ast.walk(target) if isinstance(name, ast.Name))
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)


@pytest.mark.parametrize("package", PACKAGES)
def test_the_names_that_a_docstring_tells_to_know_exist(package):
    for name in re.findall(r"`([^`]+)`", said(package, "Names to know:")):
        whole = f"{package}.{name.rstrip('/')}"
        module, _, last = whole.rpartition(".")
        assert whole in FILES or (module in FILES and last in defined(module)), f"{package} has no {name}"


def test_only_the_wiring_imports_langgraph():
    users = {mine for mine in FILES if any(m.split(".")[0] in ("langgraph", "langsmith") for m in imports(mine))}
    assert users == {"chains.running.langgraph_wiring"}


def loaded(code):
    """Return the modules that a process has loaded at the end of some code, `SystemExit` or not."""
    code = f"import sys\ntry:\n    exec({code!r})\nexcept SystemExit:\n    pass\nprint(*sys.modules, file=sys.stderr)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(ran.stderr.split())


def test_help_imports_neither_pydantic_nor_rich():
    slow = {"pydantic", "rich", "orjson", "langgraph", "openai", "numpy"}
    assert loaded("import cli; cli.main(['run', '--help'])") & slow == set()


SLOW = {"asyncio", "jinja2", "langgraph", "matplotlib", "numpy", "openai", "scipy", "tenacity", "vaderSentiment"}
"""Each takes a twentieth of a second or more to import."""


def test_a_list_of_runs_imports_no_model_of_a_run():
    assert loaded("import cli; cli.main(['list', 'runs'])") & (SLOW | {"pydantic"}) == set()


def test_results_are_shown_without_what_a_run_or_the_instrument_needs():
    found = loaded("import cli; cli.main(['show', 'runs/sample'])")
    assert found & (SLOW | {"chains.scoring.facts.instrument", "chains.models.budget"}) == set()


def test_no_file_is_past_500_lines():
    """A file that long holds two ideas; a file far shorter than 40 lines is a piece of one."""
    assert {name for name, path in FILES.items() if len(path.read_text().splitlines()) > 500} == set()


@pytest.mark.parametrize("verb", ["run", "resume", "show", "replay", "compare", "law", "list"])
def test_the_main_path_loads_no_reader_of_published_archives(verb):
    found = loaded(f"import chains.terminal.verbs.{verb}")
    assert not [name for name in found if name.startswith("chains.") and "archive" in name]


def test_a_run_loads_no_numpy_before_something_needs_it():
    """With scipy it takes 30 MB and a third of a second, and a run whose trials decide nothing needs neither."""
    slow = {"numpy", "scipy", "matplotlib"}
    assert loaded("import chains.terminal.verbs.run, chains.models.endpoint") & slow == set()
