"""The registry of what plugins add: a file or an installed package names it, and what is wrong with it is said."""

import subprocess
import sys
from pathlib import Path

import pytest

from chains.errors import BadInput
from chains.registry import Registry

ROOT = Path(__file__).parent.parent

REGISTRY = """
from chains.registry import Registry
THINGS = Registry("thing", {"pause": "chains.worlds.scenario.pause"})
def thing(function):
    return THINGS.add(function.__name__, function, by=function)
"""


def ask(tmp_path, question, plugins=(), **environment):
    """Start a Python that has a registry `things.THINGS`, and plugins; return what it prints, or its error's text."""
    (tmp_path / "things.py").write_text(REGISTRY)
    code = (
        "import sys\nfrom things import THINGS, thing\n"
        "from chains.errors import BadInput\nfrom chains.registry import made_with\n"
        f"try:\n    print(({question}))\nexcept BadInput as error:\n    print('error:', error)"
    )
    environment |= {"PYTHONPATH": f"{tmp_path}:{ROOT}", "MAZEDOM_PLUGINS": ":".join(map(str, plugins))}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def plugin(tmp_path, text, name="mine.py"):
    (tmp_path / name).write_text(f"from things import THINGS, thing\n{text}")
    return tmp_path / name


MINE = "@thing\ndef mine():\n    return 42\n"


def installed(tmp_path, module="mazedom_other", text="from things import thing\n@thing\ndef other():\n    return 7\n"):
    (tmp_path / f"{module}.py").write_text(text)
    about = tmp_path / f"{module}-1.5.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.5\n")
    (about / "entry_points.txt").write_text(f"[mazedom.plugins]\nother = {module}\n")


def test_a_file_that_the_variable_names_registers_a_name(tmp_path):
    assert ask(tmp_path, "THINGS['mine']()", [plugin(tmp_path, MINE)]) == "42"


def test_an_installed_package_registers_a_name_by_its_entry_point(tmp_path):
    installed(tmp_path)
    assert ask(tmp_path, "THINGS['other'](), made_with([THINGS.maker('other')])") == "(7, {'mazedom_other': '1.5'})"


def test_a_file_is_known_by_its_name_and_digest(tmp_path):
    file = plugin(tmp_path, MINE)
    digest = subprocess.run(["sha256sum", file], capture_output=True, text=True, check=True).stdout.split()[0]
    assert ask(tmp_path, "'mine' in THINGS, made_with([THINGS.maker('mine')])", [file]) == (
        f"(True, {{'mine.py': 'sha256:{digest}'}})"
    )


def test_no_plugin_is_imported_for_a_name_that_is_built_in(tmp_path):
    file = plugin(tmp_path, "raise RuntimeError\n")
    assert ask(tmp_path, "'pause' in THINGS, 'importlib.metadata' in sys.modules", [file]) == "(True, False)"


def test_a_plugin_is_imported_once(tmp_path):
    file = plugin(tmp_path, MINE + "print('imported')\n")
    assert ask(tmp_path, "list(THINGS), 'unknown' in THINGS, len(THINGS)", [file]) == (
        "imported\n(['pause', 'mine'], False, 2)"
    )


def test_an_unknown_name_is_told_the_nearest_one_of_a_plugin(tmp_path):
    assert ask(tmp_path, "THINGS.named('mind')", [plugin(tmp_path, MINE)]) == (
        "error: there is no thing 'mind'; did you mean mine?"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = nowhere\n", "can't be imported: NameError: name 'nowhere' is not defined"),
        ("def (:\n", "can't be imported: SyntaxError: invalid syntax"),
        ("raise SystemExit(3)\n", "can't be imported: SystemExit: 3"),
        (MINE + MINE, "thing 'mine' is registered twice"),
    ],
)
def test_a_broken_plugin_is_named_in_one_sentence_each_time_that_it_is_needed(tmp_path, text, said):
    file = plugin(tmp_path, text)
    told = ask(tmp_path, "THINGS.named('mine')", [file])
    assert told.startswith(f"error: plugin {file}")
    assert said in told
    assert "\n" not in told


def test_a_file_that_is_not_there_is_named(tmp_path):
    assert ask(tmp_path, "list(THINGS)", [tmp_path / "gone.py"]) == (
        f"error: plugin {tmp_path}/gone.py: can't read the file that MAZEDOM_PLUGINS names: No such file or directory"
    )


def test_a_broken_installed_plugin_is_named(tmp_path):
    installed(tmp_path, text="import nothing_of_this_name\n")
    assert ask(tmp_path, "list(THINGS)").startswith(
        "error: plugin other = mazedom_other can't be imported: ModuleNotFoundError: No module named"
    )


def test_a_name_registered_twice_names_both_places(tmp_path):
    files = [plugin(tmp_path, MINE), plugin(tmp_path, "\n" + MINE, "yours.py")]
    assert ask(tmp_path, "list(THINGS)", files) == (
        f"error: plugin {files[1]}: thing 'mine' is registered twice: in {files[0]}, line 2 and in {files[1]}, line 3; "
        "rename one"
    )


def test_a_plugin_can_not_take_the_name_of_a_built_in(tmp_path):
    file = plugin(tmp_path, "@thing\ndef pause():\n    pass\n")
    assert ask(tmp_path, "list(THINGS)", [file]).endswith(
        f"thing 'pause' is registered twice: in chains.worlds.scenario.pause and in {file}, line 2; rename one"
    )


def test_a_cell_of_a_notebook_that_runs_again_replaces_what_it_registered():
    things = Registry("thing")
    cells = {}
    for value in (1, 2):
        exec(f"def mine():\n    return {value}\nmine.__module__ = '__main__'", cells)  # noqa: S102
        things.add("mine", cells["mine"], by=cells["mine"])
    assert things["mine"]() == 2


def test_two_functions_of_one_name_are_refused():
    things = Registry("thing")

    def mine():
        pass

    things.add("mine", mine, by=mine)
    with pytest.raises(BadInput, match=r"registered twice: in .*test_registry.py, line"):
        things.add("mine", mine, by=mine)
