"""Templates: texts with holes, read and filled by Jinja2.

Templates hold holes only, by convention: a branch in a template would hide a condition from the comparison. They run
in Jinja's sandbox. Jinja takes a tenth of a second to import, so this module is imported where a prompt is filled or
checked.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jinja2
import jinja2.meta
import jinja2.nodes
import jinja2.sandbox

from chains.errors import BadInput

_ENVIRONMENT = jinja2.sandbox.SandboxedEnvironment(
    undefined=jinja2.StrictUndefined, keep_trailing_newline=False, autoescape=False
)  # fmt: skip
_ENVIRONMENT.globals.clear()  # templates hold holes only; copying Jinja's own names is a third of filling one


@cache
def holes_in(text: str) -> frozenset[str]:
    """Return the names of the holes in a template.

    Raises:
        BadInput: If it is no template.
    """
    try:
        return frozenset(jinja2.meta.find_undeclared_variables(_ENVIRONMENT.parse(text)))
    except jinja2.TemplateSyntaxError as error:
        raise BadInput(f"{error.message} (line {error.lineno} of the body)") from None


def filled(text: str, values: Mapping[str, Any]) -> str:
    """Return a template with every hole filled."""
    pieces = _pieces(text)
    if pieces is None:
        return _template(text).render(values)
    return "".join([piece if hole is None else str(values[hole]) for piece, hole in pieces])


@cache
def _pieces(text: str) -> tuple[tuple[str, str | None], ...] | None:
    """Return a template of plain holes as text and holes in turn, as Jinja parses it; None if there is more to it.

    Putting these together is what Jinja would do, without the context that it makes for each filling.
    """
    pieces: list[tuple[str, str | None]] = []
    for node in _ENVIRONMENT.parse(text).body:
        for child in node.nodes if isinstance(node, jinja2.nodes.Output) else [node]:
            if isinstance(child, jinja2.nodes.TemplateData):
                pieces.append((child.data, None))
            elif isinstance(child, jinja2.nodes.Name):
                pieces.append(("", child.name))
            else:
                return None
    return tuple(pieces)


@cache
def _template(text: str) -> jinja2.Template:
    return _ENVIRONMENT.from_string(text)
