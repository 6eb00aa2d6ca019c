"""A hierarchy from a file: who reports to whom, and the lines beside the chain of command."""

import tomllib
from pathlib import Path
from typing import Any

from chains.errors import BadInput, nearest
from chains.organisation.hierarchy import Edge, Hierarchy, assemble, check_name, side_edge


def read_hierarchy(path: Path) -> Hierarchy:
    """Read a TOML file with a table `[reports_to]`: `Ana = "Ben"` says that Ana reports to Ben.

    Tables `[[side]]` with `kind`, `from` and `to` add lines beside the chain of command.

    Raises:
        BadInput: If the file can't be read, or names a cycle, somebody with two bosses, an orphan, or two executives.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise BadInput(
            f'no hierarchy file {path}; write one with a table [reports_to], one `Name = "Boss"` a line'
        ) from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path} is not a TOML file: {error}; did somebody get two bosses?") from None
    except OSError as error:
        raise BadInput(f"can't read {path}: {error.strerror}") from None
    known = ("reports_to", "side", "about")
    if unknown := sorted(set(content) - set(known)):
        raise BadInput(f"{path} has an unknown key {unknown[0]!r}{nearest(unknown[0], known)}")
    table = content.get("reports_to")
    if not isinstance(table, dict) or not table:
        raise BadInput(f'{path} needs a table [reports_to] with one `Name = "Boss"` a line')
    made = assemble({name: _boss(name, boss, path) for name, boss in table.items()}, str(path.name), str(path))
    return made.with_sides(_sides(content.get("side", []), made, path))


def _sides(tables: Any, hierarchy: Hierarchy, path: Path) -> list[Edge]:
    edges = []
    for table in tables if isinstance(tables, list) else [tables]:
        if not isinstance(table, dict) or set(table) != {"kind", "from", "to"}:
            raise BadInput(f'{path}: each table [[side]] has kind, from and to, as in kind = "skip"')
        edges.append(side_edge(str(table["kind"]), str(table["from"]), str(table["to"]), hierarchy, str(path)))
    return edges


def _boss(name: str, boss: Any, path: Path) -> str:
    if isinstance(boss, list):
        raise BadInput(f"{path}: {name} has {len(boss)} bosses ({', '.join(map(str, boss))}); everybody reports to one")
    if not isinstance(boss, str) or not boss or not name:
        raise BadInput(f"{path}: {name!r} reports to {boss!r}, which is no name")
    check_name(name, str(path))
    check_name(boss, str(path))
    return boss
