"""A report as one HTML file, or as Markdown: the same contents, each number with the place that it was taken from.

In HTML a number stands in a `data` element: `value` as the verb printed it, `data-at` where, such as
`show.by_hop.3.kept`. Texts of models are escaped, and no sign is left that nobody sees or that a browser obeys. The
page has no script, and its policy lets it load nothing.
"""

import math
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from chains import VERSION
from chains.fates import FATES
from chains.running.run_record import RunRecord
from chains.scoring.measures.measures import MEASURES
from chains.scoring.text.legible import legible
from chains.stats.paired.shares import FEWEST_WORLDS
from chains.terminal.report.contents import Told, again, design_of, general_claim, limits_of, models_of
from chains.terminal.report.documents import Documents
from chains.terminal.report.figures import Figure, as_svg, figures_of
from chains.terminal.views.figure_file import MOST_ACROSS

NONE = "–"
MOST_PROMPTS = 40


class Reported(NamedTuple):
    """All that a report says of one run."""

    record: RunRecord
    documents: Documents
    chains: Sequence[Told]

    @property
    def figures(self) -> list[Figure]:
        """Its figures."""
        return figures_of(self.documents)


def as_html(runs: Sequence[Reported]) -> str:
    """Return the report as one HTML page that needs nothing else."""
    return _rendered("report.html.jinja", runs, _html_number, autoescape=True)


def as_markdown(runs: Sequence[Reported]) -> str:
    """Return the report as Markdown, without figures."""
    return _rendered("report.md.jinja", runs, _plain_number, autoescape=False)


Number = Callable[[str, str, float | int], Any]


def _rendered(template: str, runs: Sequence[Reported], number: Number, *, autoescape: bool) -> str:
    environment = Environment(
        loader=PackageLoader("chains.terminal.report", "."),
        autoescape=autoescape,  # noqa: S701 - Markdown is no HTML: `_in_markdown` escapes it
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=legible_value if autoescape else _in_markdown,
    )
    page = environment.get_template(template)
    return page.render(runs=[_context(run, number) for run in runs], version=VERSION, fates=FATES, fewest=FEWEST_WORLDS)


def legible_value(value: Any) -> Any:
    """Return a value as a template shows it: text of others without what nobody sees, all else as it is."""
    return legible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _in_markdown(value: Any) -> Any:
    """Return a text that Markdown shows as it is: no tag, table, link or heading is made of what others wrote."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    text = legible(value)
    for sign in "\\`*_[]<>#|":
        text = text.replace(sign, f"\\{sign}")
    return text


def _context(run: Reported, number: Number) -> dict[str, Any]:
    compared = {f"compare {factor}": one for factor, one in run.documents.compare.items()}
    whole = {"show": run.documents.show, "law": run.documents.law, "calibrate": run.documents.calibrate}
    documents = whole | compared

    def n(kind: str, document: str, *path: str | int) -> Any:
        """Return the number at a place of a document, as this kind of number is shown."""
        value: Any = documents[document]
        for step in path:
            value = value[step] if value is not None else None
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return NONE
        return number(_shown(value, kind), ".".join(map(str, (document, *path))), value)

    def interval(kind: str, document: str, *path: str | int) -> Any:
        """Return an interval, both its ends; empty where there is none."""
        value: Any = documents[document]
        for step in path:
            value = value[step] if value is not None else None
        if not value or value[0] is None or value[1] is None:
            return ""
        return Markup("{} to {}").format(n(kind, document, *path, 0), n(kind, document, *path, 1))

    return {
        "run": run,
        "record": run.record,
        "fewest": FEWEST_WORLDS,
        "documents": run.documents,
        "n": n,
        "interval": interval,
        "design": design_of(run.record),
        "models": models_of(run.record),
        "again": again(run.record),
        "chains": run.chains,
        "figures": [_pictured(one) for one in run.figures] if number is _html_number else [],
        "shares": {name: measure.share for name, measure in MEASURES.items()},
        "about": {name: measure.about for name, measure in MEASURES.items()},
        "limited": limits_of(run.record),
        "few_families": general_claim(run.record),
        "prompts": list(run.record.prompts.values())[:MOST_PROMPTS],
        "limits": _limits(run.documents),
    }  # fmt: skip


def _pictured(figure: Figure) -> dict[str, Any]:
    """Return a figure for the page; `across`: how many of its panels stand side by side."""
    source = Markup(f"data:image/svg+xml;base64,{b64encode(as_svg(figure)).decode()}")  # noqa: S704 - base64
    across = 2 if len(figure.panels) > MOST_ACROSS else len(figure.panels)
    return {"title": figure.title, "across": across, "source": source}


def _limits(found: Documents) -> list[str]:
    """Return what a reader must know of the numbers, each once."""
    notes = [*found.notes, *found.show.get("unverified", ())]
    notes += found.law["notes"] if found.law is not None else []
    notes += [note for one in found.compare.values() for note in one["notes"]]
    notes += [f"{count} trials failed: {why}" for why, count in found.show["errors"].items()]
    return list(dict.fromkeys(str(note) for note in notes))


def _shown(value: float, kind: str) -> str:
    match kind:
        case "share":
            return f"{value:.0%}" if abs(value) >= 0.1 or value == 0 else f"{value:.1%}"
        case "signed share":
            return f"{value:+.1%}"
        case "signed":
            return f"{value:+.2f}"
        case "count":
            return f"{value:,.0f}"
        case "p":
            return "< .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")
        case _:
            return f"{value:.2f}"


def _html_number(shown: str, at: str, value: float) -> Markup:
    return Markup('<data value="{}" data-at="{}">{}</data>').format(repr(value), at, shown)


def _plain_number(shown: str, _at: str, _value: float) -> Markup:
    return Markup(shown)  # noqa: S704 - a number
