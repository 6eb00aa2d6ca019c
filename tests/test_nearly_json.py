"""JSON that is nearly right, and files with byte-order marks: the form is mended, and nothing is made up."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chains.scoring.replies.choice import objects_in, read_choice
from chains.scoring.text.nearly_json import before_the_cut, read_nearly
from chains.validation.judge_answers import read_answer
from chains.worlds.decisions.decision import Option

OPTIONS = {
    letter: Option(id=name, text=text, base=0, exposure=0)
    for letter, name, text in (
        ("A", "go", "Start the series now"),
        ("B", "hold", "Hold the series for two weeks"),
        ("C", "stop", "Cancel the series"),
    )
}


@pytest.mark.parametrize(
    "reply",
    [
        '```json\n{"reason": "a\nb", "option": "B"}\n```',
        '{"reason": "5 \\% of it", "option": "B"}',
        '{"option": "B", "reason": "late",}',
        "{'reason': 'it\\'s late', 'option': 'B'}",
        '{"option": "option B"}',
        '{"option": "B", "reason": "cut off he',
        '{"option": "B", "why": {"a": "cut off he',
        '{"answer": ["B"]}',
        '{"decision": {"reason": "late", "option": "B"}}',
        "So the answer is \\boxed{\\text{B}}.",
        "<answer> B </answer>",
        'A stray { brace, and then {"option": "B"}',
    ],
)
def test_a_decision_that_is_nearly_json_is_read(reply):
    assert read_choice(reply, OPTIONS).option == "hold"


@pytest.mark.parametrize(
    "reply",
    [
        '{"reason": "we should hold", "option": "',
        '{"reason": "cut off he',
        '{"option": ["A", "B"]}',
        '{"option": "A"} or {"option": "B"}',
        "\\boxed{A} and \\boxed{B}",
        '{"decision": {"why": "B"}}',
        '{"option": "D"}',
        "{'option': B}",
    ],
)
def test_what_was_cut_off_before_its_option_or_names_two_is_never_guessed(reply):
    assert read_choice(reply, OPTIONS).option is None


MESSAGE = "- Pump P-12 is 3 weeks late.\n- W-80 is EUR 56,000 over budget."


@pytest.mark.parametrize(
    "reply",
    [
        '{"S1": {"evidence": "Pump P-12 is 3 weeks late.\n- W-80", "fate": "kept"},}',
        '```json\n{"S1": {"evidence": "P\\-12 is 3 weeks late", "fate": "kept"}}\n```',
        "{'S1': {'evidence': '3 weeks late', 'fate': 'kept'}}",
        '{"1": {"evidence": "3 weeks late", "fate": "kept"}}',
        '{"S1": {"evidence": "3 weeks late", "fate": "kept"}, "S2": {"evidence": "EUR 5',
    ],
)
def test_a_judges_answer_that_is_nearly_json_is_read(reply):
    found = read_answer(reply, ["S1", "S2"], MESSAGE)
    assert (found["S1"].vote, found["S2"].vote) == ("kept", None)


@example({"": -(2**63) - 1})
@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.lists(st.text())))
def test_json_is_read_as_json(value):
    assert read_nearly(json.dumps(value)) == value


@given(st.text(alphabet="{}[]\"'\\,:aB \n") | st.text())
def test_nothing_makes_a_traceback(text):
    objects_in(text)
    before_the_cut("{" + text)
    read_answer(text, ["S1"], MESSAGE)


BOM = b"\xef\xbb\xbf"


def test_a_byte_order_mark_is_passed_over_in_every_file(mazedom, serve, experiment, tmp_path):
    """Notepad and PowerShell write one."""
    path = experiment(serve("copies"), fixed='depth = 2\nprompt = "honest"')
    prompt = tmp_path / "mine.md"
    prompt.write_bytes(BOM + b'+++\nabout = "x"\n+++\nReport to {{ superior }}:\n{{ reports }}\n')
    path.write_bytes(BOM + path.read_bytes())
    ran = mazedom("run", path, "--set", f"prompt.manager={prompt}", "--json")
    assert ran.status == 0, ran.err
    folder = Path(ran.document["path"])
    for name in ("run.json", "log.jsonl"):
        (folder / name).write_bytes(BOM + (folder / name).read_bytes())
    assert mazedom("show", "--json").document["finished"] == 1
    assert mazedom("show", "--trial").status == 0
    assert mazedom("replay", "--json").status == 0
