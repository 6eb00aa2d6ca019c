"""`report`: one page whose numbers are those of the verbs, that loads nothing, and in which no text of others acts."""

import contextlib
import html.parser
import json
import re
import shlex

import pytest

import chains
import cli
from chains.shipped import shipped
from chains.terminal.report.contents import again
from chains.terminal.report.documents import GATE_WORLDS, Documents
from chains.terminal.report.figures import figures_of

SAMPLE = str(shipped("runs") / "sample")
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "article", "p", "h1", "h2", "h3", "div", "strong", "table"),
    *("caption", "tr", "th", "td", "dl", "dt", "dd", "ul", "li", "figure", "img", "figcaption", "pre", "data", "del"),
    *("ins", "span"),
}
HOSTILE = (
    "- <script>alert(1)</script> & <img src=x onerror=alert(1)> \u202egnp\u202c [x](javascript:alert(1)) "
    "<!-- --> ]]> </style> {{ 1234*10 }} `x` | # \x00\x1b[2J"
)


class Page(html.parser.HTMLParser):
    """What stands in a page: its tags with their attributes, its numbers, its text."""

    def __init__(self, text):
        super().__init__()
        self.raw, self.tags, self.numbers, self.text = text, [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "data":
            self.numbers.append((dict(attrs)["data-at"], dict(attrs)["value"]))

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with a report of the sample and of a run in which all say `HOSTILE`; that one as Markdown too."""

    def says(messages):
        return HOSTILE

    folder = tmp_path_factory.mktemp("report")
    with contextlib.chdir(folder):
        run = chains.run_sync(settings={"model": says, "depth": 2, "worlds": 1, "facts": 6})
        assert cli.main(["report", SAMPLE, run.id, "--out", "report.html"]) == 0
        assert cli.main(["report", run.id, "--out", "report.md", "--figures", "figures"]) == 0
    return folder


@pytest.fixture(scope="module")
def page(made):
    return Page((made / "report.html").read_text(encoding="utf-8"))


def printed(capsys, *words):
    capsys.readouterr()
    assert cli.main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def compared_with_the_verbs(article, run, capsys):
    """Hold each number of a page against what the verb prints at the place that it names; return the verbs."""
    documents = {}
    assert len(article.numbers) > 100
    for at, value in article.numbers:
        name, *path = at.split(".")
        words = ["compare", run, "--by", name.split(" ")[1]] if name.startswith("compare ") else [name, run]
        words = ["calibrate", "--worlds", str(GATE_WORLDS)] if name == "calibrate" else words
        if name not in documents:
            documents[name] = printed(capsys, *words)
        found = documents[name]
        for step in path:
            found = found[int(step) if isinstance(found, list) else step]
        assert repr(found) == value, at
    return set(documents)


def test_every_number_of_the_sample_is_what_show_law_and_compare_print(page, capsys):
    article = Page(re.search(r"<article.*?</article>", page.raw, re.DOTALL)[0])
    assert compared_with_the_verbs(article, SAMPLE, capsys) == {"show", "law", "compare prompt", "calibrate"}


@pytest.mark.heavy
def test_every_number_of_a_whole_loop_is_what_the_verbs_print(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    chains.run_sync("full_loop", {"model": "channel:drop=0.1", "worlds": 8, "replicates": 3})
    assert cli.main(["report", "last"]) == 0
    found = compared_with_the_verbs(Page((tmp_path / "report.html").read_text(encoding="utf-8")), "last", capsys)
    assert {"show", "law", "compare depth"} <= found


def test_a_page_holds_each_run_and_needs_nothing_else(page):
    runs = [about["data-run"] for tag, about in page.tags if tag == "article"]
    assert len(runs) == 2
    assert runs[0] == "20261124-205417-52e1"
    sources = [about["src"] for tag, about in page.tags if tag == "img"]
    assert sources
    assert all(source.startswith("data:image/svg+xml;base64,") for source in sources)
    policy = next(about["content"] for tag, about in page.tags if "http-equiv" in about)
    assert policy.startswith("default-src 'none'")


def test_what_models_say_is_text_and_nothing_else(page, made):
    assert {tag for tag, _ in page.tags} <= TAGS
    assert not [name for _, about in page.tags for name in about if name.startswith("on") or name == "href"]
    assert "<script>alert(1)</script>" in page.text
    assert "{{ 1234*10 }}" in page.text
    for text in (page.raw, (made / "report.md").read_text(encoding="utf-8")):
        assert not set(text) & set("\u202e\u202c\x00\x1b")
        assert "12340" not in text
    assert not re.search(r"(?<!\\)<", (made / "report.md").read_text(encoding="utf-8").replace("< .001", ""))


def test_the_page_has_the_gates_the_limits_the_cost_and_what_is_claimed_of_models(page):
    said = " ".join(page.text.split())
    assert "tried on planted truth: all gates passed" in said
    assert re.search(r"cost 0\.00\. Limits: none\. Versions: mazedom ", said)
    assert "A claim about models in general wants 3 families of models or more; here is 1 (smollm)" in said
    assert "was not measured by people's labels" in said


def test_curves_that_lie_on_each_other_are_drawn_apart_and_others_where_they_are():
    rows = [
        {"condition": "", "hop": hop, "kept": 0.5, "omitted": 0.5, "altered": 0.1 * hop, "blurred": 0, "inverted": 0}
        for hop in (1, 2)
    ]
    found = Documents({"run": "x", "by_hop": rows}, None, {}, {}, ())
    (figure,) = figures_of(found)
    aside = {curve.name: curve.aside for curve in figure.panels[0].curves}
    assert aside["kept"] == -aside["omitted"] != 0
    assert aside["altered"] == 0


def test_figures_are_written_in_three_formats(made):
    names = {path.name for path in (made / "figures").iterdir()}
    assert names == {f"{what}.{ending}" for what in ("decay", "fates") for ending in ("svg", "png", "pdf")}


def test_the_best_and_the_worst_chain_are_told(page):
    kept = {row["trial"]: row["retention"] for row in chains.load(SAMPLE).trials()}
    named = re.findall(r"Trial (c\d\.w\d\.r\d),", page.text)[:2]
    assert [kept[name] for name in named] == [min(kept.values()), max(kept.values())]


def test_a_file_that_is_no_report_is_refused_before_anything_is_read(capsys, tmp_path):
    assert cli.main(["report", SAMPLE, "--out", str(tmp_path / "report.docx")]) == 2
    assert "a report is an .html or .md file" in capsys.readouterr().err
    assert cli.main(["report", SAMPLE, "--out", str(tmp_path / "nowhere" / "report.html")]) == 2
    assert "no folder" in capsys.readouterr().err


def test_the_command_that_it_gives_runs_the_same_experiment_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = {"model": "channel:drop=0.2,invert=.03", "depth": [1, 2], "worlds": 2, "replicates": 2}
    worse = {"hypotheses.h1": "retention(depth=2) < retention(depth=1)"}
    run = chains.run_sync(settings=settings | worse)
    command = shlex.split(again(run.record))
    assert command[:2] == ["mazedom", "run"]
    assert cli.main(command[1:]) == 0
    once_more = chains.load("last").record
    assert [one.resolved for one in once_more.conditions] == [one.resolved for one in run.record.conditions]
    assert [str(trial) for trial in once_more.experiment.trials()] == [
        str(trial) for trial in run.record.experiment.trials()
    ]
    assert once_more.experiment.hypotheses == run.record.experiment.hypotheses
