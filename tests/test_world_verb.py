"""`world` as a person uses it: from documents to a file, confirmed key by key, to runs that say whether it was."""

import json
import shutil
import time
import tomllib
from pathlib import Path

import pytest
from endpoint import BEHAVIOURS, MODEL, said
from test_agree import lines_of
from test_person import Terminal, plain

from chains.authoring.worldfile import WorldFile
from chains.errors import MazedomError
from chains.worlds.files.world_file import read_world

DOCUMENTS = Path(__file__).parent / "documents"
CHANNEL = "model=channel:drop=0.1,flip=0.05"


@pytest.fixture
def made(mazedom, tmp_path):
    """A world file of the status mail, of which nothing is confirmed."""
    shutil.copy(DOCUMENTS / "status_mail.txt", tmp_path)
    found = mazedom("world", "from", "status_mail.txt", "--out", "mail.toml", "--unasked", "--json")
    assert found.status == 0, found.err
    return tmp_path / "mail.toml"


def statuses(path):
    return [fact["status"] for fact in tomllib.loads(path.read_text())["facts"]]


def answer(monkeypatch, *lines):
    monkeypatch.setattr("sys.stdin", lines_of([f"{line}\n" for line in lines]))


def test_what_is_proposed_is_a_world_file_of_unverified_facts(made):
    world = read_world(made)
    assert set(statuses(made)) == {"unverified"}
    assert len(world.sources.unverified) == len(world.facts) == len(statuses(made))
    assert world.title == "Weekly status, pumping station Eastgate"
    content = (DOCUMENTS / "status_mail.txt").read_bytes().decode()
    for one in world.sources.quoted:
        assert content[one.quote.start : one.quote.end] == one.quote.text


def test_every_answer_is_saved_and_a_refused_fact_is_none(mazedom, made, monkeypatch):
    answer(monkeypatch, "y", "b", "4", "n", "s", "y", "n", "q")
    found = mazedom("world", "confirm", made, "--json").document
    assert statuses(made)[:4] == ["confirmed", "refused", "unverified", "confirmed"]
    assert (found["confirmed"], found["refused"]) == (2, 1)
    world = read_world(made)
    assert (world.facts[0].valence, world.facts[0].severity) == ("bad", 4)
    assert "F02" not in {fact.id for fact in world.facts}
    before = made.read_text()
    answer(monkeypatch)
    assert "1 of" in mazedom("world", "from", "status_mail.txt", "--out", made).err, "the same command goes on"
    assert made.read_text() == before


def test_a_person_s_own_words_are_typed_or_not_taken(mazedom, made, monkeypatch):
    answer(monkeypatch, "e", "[Pump P-12] is being commissioned 3 weeks late.", "e", "Is it fine?", "y", "g", "2", "q")
    found = mazedom("world", "confirm", made)
    assert "not taken: a question" in found.err
    fact = read_world(made).facts[0]
    assert (fact.render(0), fact.valence) == ("Pump P-12 is being commissioned 3 weeks late.", "good")
    assert read_world(made).sources.quoted[0].confirmed


def test_undo_takes_the_last_answer_back(mazedom, made, monkeypatch):
    answer(monkeypatch, "u", "n", "u", "y", "n", "q")
    found = mazedom("world", "confirm", made)
    assert "nothing to undo" in found.err
    assert statuses(made)[:2] == ["confirmed", "unverified"]


def test_a_person_s_edits_and_comments_in_the_file_are_kept(mazedom, made, monkeypatch):
    made.write_text(made.read_text().replace("[[documents]]", "# my own remark\n[[documents]]"))
    answer(monkeypatch, "y", "n", "q")
    assert mazedom("world", "confirm", made).status == 0
    assert "# my own remark" in made.read_text()
    assert statuses(made)[0] == "confirmed"


def test_what_another_program_wrote_meanwhile_is_not_written_over(made):
    ours, theirs = WorldFile.of(made), WorldFile.of(made)
    theirs.set_status(0, "refused")
    with pytest.raises(MazedomError, match="changed by another program while it was open here"):
        ours.confirm(1, "bad", 3)
    assert statuses(made)[:2] == ["refused", "unverified"]
    assert not list(made.parent.glob(".*.new"))


def test_confirming_at_a_terminal_takes_one_key_each_and_survives_an_interrupt(made, tmp_path):
    terminal = Terminal(tmp_path, "world", "confirm", "mail.toml")
    screen = plain(terminal.until("u undo"))
    assert "The commissioning of pump P-12 is 3 weeks behind schedule." in screen
    assert "behind schedule (not ahead of schedule)" in screen
    terminal.type("y")
    terminal.until("neither")
    terminal.type("b")
    terminal.until("anything")
    terminal.type("5")
    terminal.until("u undo")
    terminal.type("\x1b[A")  # an arrow is no answer
    terminal.type("e")
    asked = plain(terminal.until("it as it is:"))
    assert "[what it is about] in brackets" in asked, "brackets are no markup"
    # the line can be edited: all of it is cut, and after nine steps to the left a letter is put in
    terminal.type("\x15[Supplier Kolbing] delivered the impeller 11 day too late." + "\x1b[D" * 10 + "s\r")
    terminal.until("u undo")
    terminal.type("s")
    terminal.until("u undo")
    time.sleep(1)  # until it waits: a signal just before a read blocks is only seen after it
    terminal.interrupt()
    assert terminal.ended() == 130
    assert statuses(made)[:3] == ["confirmed", "unverified", "unverified"]
    assert read_world(made).fact("F02").render(0).startswith("Supplier Kolbing delivered the impeller 11 days too late")


@pytest.mark.usefixtures("channel_as_model")
def test_results_on_an_unverified_world_say_so_everywhere(mazedom, made):
    run = (
        "run",
        "--set",
        "scenario=mail.toml",
        "--set",
        CHANNEL,
        "--set",
        "replicates=2",
        "--set",
        "prompt=plain,honest",
    )
    facts = len(statuses(made))
    note = f"unverified ground truth: {facts} of {facts} facts of world mail"
    assert note in mazedom(*run).out
    assert note in mazedom("show").out
    assert note in mazedom("show", "--profile").err
    assert note in mazedom("show", "--trial").err
    assert note in mazedom("show", "--json").document["unverified"][0]
    assert note in mazedom("compare").out
    assert any(note in line for line in mazedom("compare", "--json").document["notes"])
    assert note in mazedom("law", "--resamples", "20").out
    assert mazedom("replay", "--verify").status == 0


@pytest.mark.usefixtures("channel_as_model")
def test_a_registered_test_on_an_unverified_world_is_no_test(mazedom, made):
    settings = (
        "scenario=mail.toml",
        CHANNEL,
        "prompt=plain,honest",
        "hypotheses.h=retention(prompt=honest) > retention(prompt=plain)",
    )
    found = mazedom("run", "--json", *(word for setting in settings for word in ("--set", setting)))
    assert found.status == 0, found.err
    standing = mazedom("show", "--json").document["standing"]
    assert standing["standing"] == "exploratory"
    assert standing["why"].startswith("unverified ground truth")


def test_a_confirmed_world_is_like_any_other(mazedom, made):
    made.write_text(made.read_text().replace('"unverified"', '"confirmed"'))
    assert mazedom("run", "--set", "scenario=mail.toml", "--set", CHANNEL).status == 0
    found = mazedom("show")
    assert "unverified" not in found.out
    assert mazedom("show", "--json").document["unverified"] == []


def test_one_world_file_is_one_world_and_a_folder_of_them_several(mazedom, made, tmp_path):
    """Copies of one world would pass for a study of eight."""
    found = mazedom("run", "--json", "--set", "scenario=mail.toml", "--set", CHANNEL, "--set", "worlds=8")
    assert found.status == 2
    assert "copies count as one" in found.err
    (tmp_path / "worlds").mkdir()
    for name in ("minutes.txt", "incident.txt"):
        assert mazedom("world", "from", DOCUMENTS / name, "--out", f"worlds/{name[:3]}.toml", "--unasked").status == 0
    found = mazedom("run", "--json", "--set", "scenario=worlds/", "--set", CHANNEL)
    assert found.status == 0, found.err
    assert len(json.loads((Path(found.document["path"]) / "run.json").read_text())["worlds"]) == 2
    found = mazedom("run", "--json", "--set", "scenario=worlds/", "--set", CHANNEL, "--set", "worlds=3")
    assert "has 2 world files, and world 3 is asked for; set worlds=2" in found.err


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda text: text.replace("3 weeks behind", "4 weeks behind"),
            "its quote is not in status_mail.txt at",
        ),
        (lambda text: "One more line.\n" + text, "its quote is not in status_mail.txt at"),
    ],
)
def test_a_quote_is_compared_with_its_document_when_the_world_is_read(mazedom, made, tmp_path, change, sentence):
    document = tmp_path / "status_mail.txt"
    document.write_text(change(document.read_text()))
    found = mazedom("run", "--set", "scenario=mail.toml", "--set", CHANNEL)
    assert found.status == 2
    assert sentence in found.err
    document.unlink()
    assert mazedom("run", "--set", "scenario=mail.toml", "--set", CHANNEL).status == 0


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('status = "unverified"', 'status = "verified"', "unknown status 'verified'; did you mean unverified?"),
        ('document = "status_mail.txt"', 'document = "other.txt"', "which is no document of the file"),
        ("start = ", "start = 1", "characters, and"),
        ("[[documents]]\nname", "[[documents]]\nnmae", "unknown key 'nmae'; did you mean name?"),
    ],
)
def test_a_slip_in_the_part_about_documents_is_named(mazedom, made, old, new, sentence):
    made.write_text(made.read_text().replace(old, new, 1))
    found = mazedom("world", "confirm", made)
    assert found.status == 2
    assert sentence in found.err
    assert found.err.count("\n") == 1


def test_check_finds_a_fact_that_the_instrument_misreads(mazedom, made):
    assert mazedom("world", "check", made).status == 0
    made.write_text(made.read_text().replace('time = "3 weeks"', 'time = "5 weeks"', 1))
    found = mazedom("world", "check", made, "--json")
    assert found.status == 1
    assert any("its quote is read as altered" in reason for reason in found.document["misread"]["F01"])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("Is everything fine?\nThank you all for the good work!\n", "none of 2 sentences of some.txt could be made"),
        ("# Heading\n\n| a | b |\n", "no sentence was found in some.txt"),
        ("", "some.txt is empty"),
    ],
)
def test_a_document_that_states_nothing_is_said_and_nothing_written(mazedom, tmp_path, content, sentence):
    (tmp_path / "some.txt").write_text(content)
    found = mazedom("world", "from", "some.txt", "--unasked")
    assert found.status == 2
    assert sentence in found.err
    assert not list(tmp_path.glob("*.toml"))


def test_a_model_s_quotes_are_checked_and_whole_sentences_typed(mazedom, serve, tmp_path, monkeypatch):
    """It may shorten, alter or invent a quote, or hang on to an instruction: what stands in the document counts."""
    shutil.copy(DOCUMENTS / "incident.txt", tmp_path)
    quotes = [
        {"quote": "error rate of gateway GW-2 rose from 0.4% to 38%", "subject": "gateway GW-2"},
        {"quote": "The estimated loss is EUR 16,000.", "subject": "loss"},
        {"quote": "No customer data was\nexposed.", "subject": "customer data"},
        {"quote": "Pump P-12 was delivered 3 weeks late.", "subject": "Pump P-12"},
    ]
    monkeypatch.setitem(BEHAVIOURS, "quotes", said(json.dumps({"facts": quotes})))
    monkeypatch.setitem(BEHAVIOURS, "chatter", said("I can't find any facts, sorry!"))
    model = f"{serve('quotes').url}#{MODEL}"
    found = mazedom("world", "from", "incident.txt", "--model", model, "--unasked", "--json")
    assert found.status == 0, found.err
    world = read_world(tmp_path / "incident.toml")
    one, other = world.sources.quoted
    assert one.quote.text == "the error rate of gateway GW-2 rose from 0.4% to 38%."
    assert not one.confirmed
    assert not world.fact(other.fact).slots, "a denial is a claim"
    assert found.document["left_out"] == {
        "a quote that does not stand in the document": 2,
    }  # fmt: skip
    assert "gave 4 quotes, and 2 sentences hold one" in found.err
    chatter = mazedom("world", "from", "incident.txt", "--model", f"{serve('chatter').url}#{MODEL}", "--out", "b.toml")
    assert chatter.status == 2
    assert "an answer that is no list of quotes" in chatter.err


def test_wrong_words_are_answered_in_a_sentence(mazedom, made, tmp_path):
    shutil.copy(DOCUMENTS / "minutes.txt", tmp_path)
    assert "made from other documents" in mazedom("world", "from", "minutes.txt", "--out", "mail.toml").err
    assert "let it end in .toml" in mazedom("world", "from", "minutes.txt", "--out", "mail.json").err
    assert "takes one world file, and 2" in mazedom("world", "confirm", "mail.toml", "mail.toml").err
    assert (
        "channel is synthetic and reads nothing"
        in mazedom("world", "from", "minutes.txt", "--model", "channel", "--unasked").err
    )
    kestrel = Path(__file__).parent.parent / "runs" / "worlds" / "kestrel.toml"
    assert "no quotes from documents" in mazedom("world", "confirm", kestrel).err
    assert mazedom("world", "check", kestrel).status == 0


def test_two_documents_of_one_name_are_told_apart(mazedom, tmp_path):
    (tmp_path / "other").mkdir()
    shutil.copy(DOCUMENTS / "minutes.txt", tmp_path / "report.txt")
    shutil.copy(DOCUMENTS / "incident.txt", tmp_path / "other" / "report.txt")
    assert (
        mazedom("world", "from", "report.txt", "other/report.txt", "--out", "deep/in/w.toml", "--unasked").status == 0
    )
    world = read_world(tmp_path / "deep" / "in" / "w.toml")
    assert {one.name for one in world.sources.documents} == {"report.txt", "report-2.txt"}
    assert {one.quote.document for one in world.sources.quoted} == {"report.txt", "report-2.txt"}


REPORT = """The canary phase was skipped because of the deadline.

The outage took 95 minutes. It was noticed by nobody.

Who was on duty that night?
"""


@pytest.fixture
def report(mazedom, tmp_path):
    """A world file of a report with a cause, a figure, a pronoun and a question."""
    (tmp_path / "report.md").write_text(REPORT)
    found = mazedom("world", "from", "report.md", "--unasked", "--json")
    assert found.status == 0, found.err
    return tmp_path / "report.toml"


def test_a_cause_becomes_a_claim_and_what_is_left_out_is_shown_with_the_reason(mazedom, report):
    cause, outage = read_world(report).facts
    assert (cause.render(0), cause.slots) == ("The canary phase was skipped because of the deadline.", ())
    assert outage.slots[0].text == "95 minutes"
    found = mazedom("world", "confirm", report, "--unasked")
    shown = found.out.splitlines()
    assert "2 facts (1 of them claims)" in shown[0]
    assert shown[shown.index("left out: 1, its subject is only a pronoun") + 1].strip() == "It was noticed by nobody."
    assert shown[shown.index("left out: 1, a question") + 1].strip() == "Who was on duty that night?"
    tables = tomllib.loads(report.read_text())["left_out"]
    assert [table["quote"]["text"] for table in tables] == ["It was noticed by nobody.", "Who was on duty that night?"]


def test_what_was_left_out_can_be_typed_in_and_undone(mazedom, report, monkeypatch):
    answer(monkeypatch, "s", "s", "t", "[The outage] was noticed by nobody.", "y", "b", "3", "u", "q")
    assert mazedom("world", "confirm", report).status == 0
    assert len(read_world(report).facts) == 2
    answer(monkeypatch, "s", "s", "n", "t", "[The outage] was noticed by nobody.", "y", "b", "3", "q")
    found = mazedom("world", "confirm", report)
    typed = read_world(report).facts[-1]
    assert (typed.subject, typed.valence, typed.severity) == ("The outage", "bad", 3)
    assert typed.render(0) == "The outage was noticed by nobody."
    assert [fact["status"] for fact in tomllib.loads(report.read_text())["facts"]][-1] == "confirmed"
    answer(monkeypatch, "s", "s")
    assert "left out, 1 of" not in mazedom("world", "confirm", report).err, "all of it has been answered"
    assert "no values can be typed: a denial" in found.err


def test_a_typed_fact_can_be_put_in_a_claim_s_place_and_back(mazedom, report, monkeypatch):
    answer(monkeypatch, "e", "[The canary phase] was skipped on 4 May.", "s", "q")
    mazedom("world", "confirm", report)
    assert [slot.text for slot in read_world(report).facts[0].slots] == ["4 May"]
    answer(monkeypatch, "e", "[The canary phase] was skipped for lack of time.", "y", "s", "q")
    mazedom("world", "confirm", report)
    assert not read_world(report).facts[0].slots
    assert "slots" not in tomllib.loads(report.read_text())["facts"][0]


def test_names_in_a_claim_are_replaced_too(mazedom, tmp_path):
    (tmp_path / "cause.md").write_text("The cause was a wrong setting of Halden's load balancer LB-7.\n")
    assert mazedom("world", "from", "cause.md", "--unasked", "--rename").status == 0
    said = read_world(tmp_path / "cause.toml").facts[0].render(0)
    assert "LB-7" not in said
    assert "Halden" not in said
    assert "load balancer LB-" in said


def test_check_tries_paraphrases_that_are_not_the_file_s_own_renderings(mazedom, report, tmp_path):
    found = mazedom("world", "check", report)
    assert found.status == 0
    assert "in their own words and" in found.out
    assert "1 of them are claims" in found.out
    # two dates that no paraphrase keeps apart: in its own words it is read, in others it is not
    (tmp_path / "dates.toml").write_text(
        """
[[facts]]
subject = "handover"
renderings = ["{subject} is on {day} instead of {old}.", "To note: {subject} is on {day} instead of {old}."]
slots = { day = "22 November", old = "31 October" }
valence = "bad"
"""
    )
    found = mazedom("world", "check", "dates.toml", "--json")
    assert found.status == 1
    assert any(reason.startswith("paraphrased, 'November 22'") for reason in found.document["misread"]["F01"])
