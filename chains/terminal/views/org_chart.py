"""The hierarchy as a tree for the terminal."""

from rich.text import Text
from rich.tree import Tree

from chains.organisation.cast import Part
from chains.organisation.hierarchy import Hierarchy

MOST_SEATS = 400
"""Seats drawn as a tree; the Mermaid text has them all."""
MOST_INDENTS = 20


def org_chart(hierarchy: Hierarchy, parts: dict[str, Part]) -> Tree:
    """Return who reports to whom, with what holds each seat."""
    top = hierarchy.executive.name
    tree = Tree(_label(hierarchy, top, parts))
    branches = {top: tree}
    for count, seat in enumerate(hierarchy.seats[1:], 2):
        if count > MOST_SEATS:
            tree.add(Text(f"and {len(hierarchy.seats) - MOST_SEATS} seats more", style="yellow"))
            break
        above = hierarchy.superior(seat.name) or top
        branch = branches[above].add(_label(hierarchy, seat.name, parts))
        # Below this level all stand under one branch: a thousand indents would leave the page.
        branches[seat.name] = branch if seat.level < MOST_INDENTS else branches[above]
    return tree


def _label(hierarchy: Hierarchy, seat: str, parts: dict[str, Part]) -> Text:
    part = parts[seat]
    role = hierarchy.seat(seat).role
    return Text.assemble((seat, "bold"), f" {role}, {part.model}, {part.prompt.name}")
