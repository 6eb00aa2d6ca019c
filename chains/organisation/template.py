"""Templates: texts with holes, read and filled.

Templates hold plain holes and nothing else (and `{{ superior|capitalize }}` where
a sentence begins): no other filter, no attribute, calculation, branch or loop. A
branch in a template would hide a condition from the comparison. Strangers may
have written a template, so Jinja only parses it; none of it is ever run. Jinja
takes a tenth of a second to import, so this module is imported where a prompt
is filled or checked.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jinja2
import jinja2.nodes

from chains.errors import BadInput

_ENVIRONMENT = jinja2.Environment(autoescape=False)  # noqa: S701 - nothing is rendered by it
CAPITALIZE = "capitalize"
"""The one filter that a hole may have."""


@cache
def holes_in(text: str) -> frozenset[str]:
    """Return the names of the holes in a template.

    Raises:
        BadInput: If it is no template, or has more than plain holes.
    """
    return frozenset(hole for _, hole in _pieces(text) if hole is not None)


def filled(text: str, values: Mapping[str, Any]) -> str:
    """Return a template with every hole filled."""
    return "".join(
        [
            piece if hole is None else str(values[hole]).capitalize() if piece else str(values[hole])
            for piece, hole in _pieces(text)
        ]
    )


@cache
def _pieces(text: str) -> tuple[tuple[str, str | None], ...]:
    """Return a template as pairs of text and hole: plain text and None; "" and a hole; or `CAPITALIZE` and a hole.

    Raises:
        BadInput: If there is anything but text, plain holes and quoted texts.
    """
    pieces: list[tuple[str, str | None]] = []
    try:
        nodes = _ENVIRONMENT.parse(text).body
    except jinja2.TemplateSyntaxError as error:
        raise BadInput(f"{error.message} (line {error.lineno} of the body)") from None
    except (RecursionError, OverflowError, ValueError):
        raise BadInput("more than plain holes, and too much of it") from None
    for node in nodes:
        for child in node.nodes if isinstance(node, jinja2.nodes.Output) else [node]:
            if isinstance(child, jinja2.nodes.TemplateData):
                pieces.append((child.data, None))
            elif isinstance(child, jinja2.nodes.Name):
                pieces.append(("", child.name))
            elif (name := _capitalized(child)) is not None:
                pieces.append((CAPITALIZE, name))
            elif isinstance(child, jinja2.nodes.Const) and isinstance(child.value, str):
                pieces.append((child.value, None))
            else:
                raise BadInput(
                    f"more than a plain hole such as {{{{ reports }}}} (line {child.lineno} of the body); a prompt "
                    "holds no filter but capitalize, no calculation, branch or loop"
                )
    return tuple(pieces)


def _capitalized(node: Any) -> str | None:
    """Return the name in `{{ name|capitalize }}`; None if this is something else."""
    if not isinstance(node, jinja2.nodes.Filter) or node.name != CAPITALIZE:
        return None
    plain = not (node.args or node.kwargs or node.dyn_args or node.dyn_kwargs)
    return node.node.name if plain and isinstance(node.node, jinja2.nodes.Name) else None
