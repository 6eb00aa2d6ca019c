"""Models as judges: what they are asked, how their answers are read, and that a log of them needs no model."""

import json
import re

import pytest
from aiohttp import web
from endpoint import BEHAVIOURS, completion, fails, no_schema, refused

from chains.models.spec import resolve
from chains.organisation.prompts import read_prompt
from chains.validation.judge_answers import occurs, read_answer
from chains.validation.judge_cases import order, request
from chains.validation.judge_record import majority, new_judge
from chains.validation.same_model_guard import families, kinship
from chains.worlds.scenario_registry import world_for

MESSAGE = "- Cooling pump P-12 was delivered **3 weeks** late.\n- 2 of 9 relief valves opened late,\n  said “Ruiz”.\n"


@pytest.mark.parametrize(
    "quote",
    [
        "pump P-12 was delivered 3 weeks late",
        "COOLING PUMP  p-12",
        "“2 of 9 relief valves opened late, said 'Ruiz'”",
        "- 2 of 9 relief valves opened late, said",
        "pump P-12 ... 3 weeks late.",
        "Pump P-12 [...] 2 of 9 relief valves",
        "3",
    ],
)
def test_a_quote_occurs_whatever_its_case_spacing_and_marks(quote):
    assert occurs(quote, MESSAGE)


@pytest.mark.parametrize(
    "quote",
    [
        "pump P-12 was delivered 3 weeks early",
        "pump P-1",
        "ump P-12",
        "3 weeks late ... pump P-12",
        "2 of 9 valves",
        "12 was delivered 3 weeks lat",
        "",
        '"..."',
        "- .",
    ],
)
def test_a_quote_of_other_words_half_words_or_none_does_not_occur(quote):
    assert not occurs(quote, MESSAGE)


GOOD = '{"S1": {"evidence": "3 weeks late", "fate": "kept"}, "S2": {"evidence": "", "fate": "omitted"}}'


@pytest.mark.parametrize(
    "text", ["S{}: kept", '{{"S{}": {{"fate": "kept"}}}}', '[{{"statement": "S{}", "fate": "kept"}}]']
)
def test_a_statement_with_a_number_of_any_length_is_none_that_was_asked_about(text):
    assert read_answer(text.format("1" * 5000), ["S1"], "A message.")["S1"].vote is None


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"Here you are:\n```json\n{GOOD}\n```\nTell me if you {{need}} more.",
        f'{{"verdicts": {GOOD}}}',
        '[{"statement": "S1", "evidence": "3 weeks late", "fate": "Kept"}, {"statement": "S2", "fate": "omitted"}]',
        '{"verdicts": [{"id": "s1", "quote": ["3 weeks", "late"], "fate": "kept"}, {"id": "S2", "fate": "omitted"}]}',
        'S1: kept - "3 weeks late"\n**S2**: omitted',
        GOOD[:-2],
        '{"S1": {"evidence": "3 weeks late", "fate": "kept"}, "S2": {"evidence": "", "fate": "omitted"}, "S3": {"ev',
    ],
)
def test_an_answer_is_read_whatever_form_it_comes_in(text):
    """The last two were cut off; what is whole in them counts."""
    found = read_answer(text, ["S1", "S2"] if "S2" in text and text != GOOD[:-2] else ["S1"], MESSAGE)
    assert found["S1"].vote == "kept"
    assert found.get("S2", found["S1"]).problem is None


def test_what_is_no_vote_and_why():
    text = json.dumps(
        {
            "S1": {"evidence": "4 weeks late", "fate": "kept"},
            "S2": {"evidence": "relief valves", "fate": "lost"},
            "S4": {"evidence": "4 weeks late", "fate": "altered"},
            "S5": {"evidence": "4 weeks late", "fate": "omitted"},
            "S9": {"evidence": "3 weeks late", "fate": "kept"},
        }
    )
    found = read_answer(text, ["S1", "S2", "S3", "S4", "S5"], MESSAGE)
    assert {name: one.problem for name, one in found.items()} == {
        "S1": "unsupported", "S2": "missing", "S3": "missing", "S4": "unsupported", "S5": None,
    }  # fmt: skip
    assert [one.vote for one in found.values()] == [None, None, None, None, "omitted"]
    assert found["S1"].fate == "kept"
    assert read_answer("I can't judge that.", ["S1"], MESSAGE)["S1"].problem == "unreadable"


def test_deeply_nested_and_unclosed_brackets_are_read_in_no_time():
    assert read_answer(('{"a": [' * 7000) + "x" * 50_000, ["S1"], MESSAGE)["S1"].problem == "unreadable"


def test_more_than_half_of_the_votes_cast_decide():
    assert majority(["kept", "kept", "blurred"]) == "kept"
    assert majority(["kept", None, None]) == "kept"
    assert majority(["kept", "blurred"]) is None
    assert majority(["kept", "kept", "blurred", "altered"]) is None
    assert majority([None]) is None


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["openai:gpt-5-mini"], {"gpt"}),
        (["openai:o3"], {"gpt"}),
        (["meta-llama/Llama-3.3-70B-Instruct"], {"llama"}),
        (["deepseek-r1-distill-qwen-7b"], {"deepseek", "qwen"}),
        (["ollama:codellama:13b"], {"llama"}),
        (["SmolLM2-135M-Instruct.Q4_1.gguf"], {"smollm"}),
        (["prod-7", "echo"], set()),
        (["prod-7", "gpt-4o-2024-08-06 fp_1"], {"gpt"}),
        (["egpt"], set()),
    ],
)
def test_a_lineage_is_told_by_any_name_that_a_model_goes_by(names, found):
    assert families(names) == found


def test_kin_are_the_same_model_or_of_one_family_and_strangers_are_said_to_be_unknown():
    seats = {"big": ("big", "qwen3-32b"), "echo": ("echo",)}
    assert kinship(("openai:gpt-5",), seats) == ((), (), ("echo",))
    assert kinship(("ollama:qwen3:0.6b", "qwen3:0.6b"), seats).families == ("qwen",)
    assert kinship(("http://x#echo", "echo"), seats).same == ("echo",)


def judged(**more):
    judge = new_judge("r", resolve("openai:gpt-5-mini"), read_prompt("judge", "plain"), None, 1)
    return judge.model_copy(update=more)


def test_what_a_judge_is_asked_depends_on_message_and_world_alone():
    """Blind to arm, hop and seat: the request has no way to know them. Another message, another order."""
    world = world_for("watermelon", 3, 8)
    judge = judged()
    asked = judge.ask(world, MESSAGE, list(judge.names(world, MESSAGE))[:2])
    text = "\n".join(turn.content for turn in asked.messages)
    for word in ("hop", "manager", "condition", "career", "honest", "boss", "F01"):
        assert word not in text.split("<report>")[0], word
    assert MESSAGE.strip() in text
    assert all(fact.render(0) in text for fact in world.facts)
    orders = {tuple(order(world, f"{MESSAGE}{at}", 1).values()) for at in range(20)}
    assert len(orders) > 15
    assert order(world, MESSAGE, 1) == order(world, MESSAGE, 1) != order(world, MESSAGE, 2)
    assert sorted(order(world, MESSAGE, 1).values()) == [fact.id for fact in world.facts]


def test_another_prompt_or_seed_is_another_judge():
    judges = [judged(), judged(seed=2), judged(per_call=3), judged(prompt=read_prompt("judge", "single"))]
    assert len({judge.id for judge in judges}) == 4
    assert judged().id == judged(at="later", kin="x").id


def test_the_schema_asks_for_each_statement_once_with_its_evidence_before_its_fate():
    world = world_for("watermelon", 3, 6)
    one, other, *_ = order(world, MESSAGE, 1)
    asked = request(world, MESSAGE, [other, one], model="m", prompt=read_prompt("judge", "plain"), settings={}, seed=1)
    schema = asked.settings["response_format"]["json_schema"]["schema"]
    assert schema["required"] == [other, one] == list(schema["properties"])
    assert list(schema["properties"][one]["properties"]) == ["evidence", "fate"]
    assert schema["additionalProperties"] is False


def said_by_rule(body):
    """A judge that finds what stands word for word and nothing else; returns its verdicts."""
    text = body["messages"][-1]["content"]
    ledger = dict(re.findall(r"^(S\d+-\w+): (.+)$", text, re.MULTILINE))
    report = text.split("<report>")[1].split("</report>")[0]
    asked = re.search(r"statements in the report: (.+)\.$", text, re.MULTILINE)[1].split(", ")
    return {
        name: {"evidence": ledger[name], "fate": "kept"}
        if ledger[name] in report
        else {"evidence": "", "fate": "omitted"}
        for name in asked
    }


def answers_with(change):
    async def behaviour(http, body):
        return web.json_response(completion(change(said_by_rule(body))))

    return behaviour


def without_the_last(said):
    return json.dumps(dict(list(said.items())[:-1]))


def with_false_quotes(said):
    return json.dumps({name: {"evidence": "words that are nowhere", "fate": "kept"} for name in said})


async def in_words(http, body):
    """An endpoint that takes no response_format at all and answers in prose around JSON."""
    if "response_format" in body:
        return no_schema(body) or refused(400, "'response_format' is not supported", param="response_format")
    return web.json_response(completion(f"Sure! {json.dumps(said_by_rule(body))} Anything else?"))


JUDGES = {
    "judges": answers_with(json.dumps),
    "judges_in_words": in_words,
    "forgets": answers_with(without_the_last),
    "false_quotes": answers_with(with_false_quotes),
    "prose": answers_with(lambda _: "The report reads well."),
    "says_kept": answers_with(lambda said: json.dumps({name: one | {"fate": "kept"} for name, one in said.items()})),
    "says_altered": answers_with(
        lambda said: json.dumps({name: one | {"fate": "altered"} for name, one in said.items()})
    ),
    "busy_a_moment": fails(429, "Rate limit reached", headers={"retry-after-ms": "10"}),
}


@pytest.fixture
def run(mazedom, monkeypatch):
    """A run of the synthetic channel in two conditions, whose first hops are alike."""
    for name, behaviour in JUDGES.items():
        monkeypatch.setitem(BEHAVIOURS, name, behaviour)
    done = mazedom(
        "run", "--json", "--set", "model=channel:drop=0.2,flip=0.1", "--set", "worlds=2", "--set", "depth=3",
        "--set", "prompt=plain,honest",
    )  # fmt: skip
    assert done.status == 0, done.err
    return done.document["path"]


def judge(mazedom, run, server, *words, model="gpt-judge"):
    return mazedom("judge", run, "--model", f"{server.url}#{model}", "--json", *words)


def test_every_verdict_is_logged_and_reading_it_again_asks_nobody(mazedom, run, serve):
    server = serve("judges")
    first = judge(mazedom, run, server, "--trials", "2")
    assert first.status == 0, first.err
    found = first.document
    asked = server.calls
    assert asked == found["judges"][0]["calls"] > 0
    assert len(found["pairs"]) == 2 * 3 * 6
    assert {pair["majority"] for pair in found["pairs"]} == {"kept", "omitted"}
    again = judge(mazedom, run, server, "--trials", "2")
    shown = mazedom("judge", run, "--json")
    assert server.calls == asked
    assert again.document["pairs"] == shown.document["pairs"] == found["pairs"]
    for pair in found["pairs"]:  # the channel either keeps a rendering or loses the fact, so both see the same
        verdict = pair["verdicts"]["judge:gpt-judge"]
        assert (verdict["vote"] == "kept") <= (pair["instrument"] == "kept")


@pytest.mark.usefixtures("channel_as_model")
def test_the_same_message_is_asked_about_once_whatever_its_condition(mazedom, run, serve):
    server = serve("judges")
    found = judge(mazedom, run, server, "--trials", "4").document
    messages = {(body["messages"][-1]["content"]) for body in server.requests}
    assert len(messages) == server.calls < 4 * 3
    assert len(found["pairs"]) == 4 * 3 * 6


def test_more_pairs_later_ask_only_for_those(mazedom, run, serve):
    server = serve("judges")
    judge(mazedom, run, server, "--sample", "6")
    before = server.calls
    found = judge(mazedom, run, server, "--sample", "12").document
    assert len(found["pairs"]) == 12
    asked = [name for body in server.requests for name in said_by_rule(body)]
    assert len(asked) == 12
    assert before < server.calls


def test_an_endpoint_that_takes_no_schema_is_asked_in_words(mazedom, run, serve):
    found = judge(mazedom, run, serve("judges_in_words"), "--trials", "1")
    assert found.status == 0, found.err
    assert found.document["judges"][0]["votes"] == 18


def test_a_statement_that_the_answer_lacks_is_asked_about_once_more(mazedom, run, serve):
    server = serve("forgets")
    found = judge(mazedom, run, server, "--trials", "1").document
    assert server.calls == 6
    assert [len(said_by_rule(body)) for body in server.requests].count(1) == 3
    assert found["judges"][0]["no_vote"]["unreadable"] == 3
    assert found["judges"][0]["votes"] == 15
    judge(mazedom, run, server, "--trials", "1")
    assert server.calls == 6


def test_a_quote_that_is_nowhere_is_no_vote_for_kept(mazedom, run, serve):
    found = judge(mazedom, run, serve("false_quotes"), "--trials", "1").document
    assert found["judges"][0]["no_vote"]["unsupported"] == 18
    assert {pair["majority"] for pair in found["pairs"]} == {None}
    assert {pair["verdicts"]["judge:gpt-judge"]["fate"] for pair in found["pairs"]} == {"kept"}


@pytest.mark.parametrize(("behaviour", "problem"), [("prose", "unreadable"), ("refuses", "refused")])
def test_an_answer_beside_the_point_and_a_refusal_are_no_votes(mazedom, run, serve, behaviour, problem):
    server = serve(behaviour)
    found = judge(mazedom, run, server, "--trials", "1")
    assert found.status == 0
    assert found.document["judges"][0]["no_vote"][problem] == 18
    assert server.calls == (6 if problem == "unreadable" else 3)


def test_a_busy_endpoint_is_asked_again_and_a_wrong_key_stops_at_once(mazedom, run, serve):
    busy = judge(mazedom, run, serve("busy_a_moment", "judges"), "--trials", "1")
    assert busy.status == 0
    assert busy.document["judges"][0]["votes"] == 18
    wrong = serve("echoes_key")
    found = judge(mazedom, run, wrong, "--trials", "4", model="gpt-other")
    assert found.status == 1
    assert "refuses access with 401" in found.err
    assert wrong.calls == 1


def test_an_endpoint_that_is_down_is_found_out_by_one_call_and_the_same_command_goes_on(
    mazedom, run, serve, experiment
):
    """Also by a judge that answered before."""
    server = serve("server_error", *("judges",) * 3, "server_error", "judges")
    named = ("judge", run, "--model", "echo", "--models", experiment(server, spec="attempts = 1"), "--json")
    down = mazedom(*named, "--trials", "1")
    assert (down.status, server.calls) == (1, 1)
    assert "answers 500" in down.err
    assert mazedom(*named, "--trials", "1").status == 0
    calls = server.calls
    assert mazedom(*named, "--trials", "4").status == 1
    assert server.calls == calls + 1
    assert mazedom(*named, "--trials", "4").status == 0


def test_a_limit_stops_it_and_the_same_command_goes_on(mazedom, run, serve):
    server = serve("judges")
    stopped = judge(mazedom, run, server, "--trials", "2", "--max-calls", "2")
    assert stopped.status == 1
    assert server.calls == 2
    assert "limit of 2" in stopped.document["stopped"]
    went_on = judge(mazedom, run, server, "--trials", "2")
    assert went_on.status == 0
    assert len({body["messages"][-1]["content"] for body in server.requests}) == server.calls


def test_several_judges_vote_and_a_tie_is_no_verdict(mazedom, run, serve):
    models = []
    for behaviour, name in (("judges", "gpt-a"), ("says_kept", "claude-b"), ("says_altered", "qwen-c")):
        models += ["--model", f"{serve(behaviour).url}#{name}"]

    def votes(found):
        return {
            (*(pair["verdicts"][f"judge:{name}"]["vote"] for name in names), pair["majority"], pair["tie"])
            for pair in found["pairs"]
        }

    names = ["gpt-a", "claude-b"]
    two = mazedom("judge", run, *models[:4], "--trials", "1", "--json").document
    # kept without a quote is no vote, so that the other decides alone
    assert votes(two) == {("kept", "kept", "kept", False), ("omitted", None, "omitted", False)}
    names.append("qwen-c")
    three = mazedom("judge", run, *models[4:], "--trials", "1", "--json").document
    assert votes(three) == {("kept", "kept", "altered", "kept", False), ("omitted", None, None, "omitted", False)}
    assert three["agreement"]["reference"] == "judges"


def test_two_judges_that_differ_are_a_tie(mazedom, run, serve):
    models = ["--model", f"{serve('judges').url}#gpt-a", "--model", f"{serve('says_altered').url}#qwen-c"]
    found = mazedom("judge", run, *models, "--trials", "1", "--json").document
    assert {(pair["majority"], pair["tie"]) for pair in found["pairs"]} == {(None, True), ("omitted", False)}


def test_a_judge_that_is_kin_to_the_seats_is_refused_unless_allowed(mazedom, run, serve, experiment):
    server = serve("ok")
    seats = mazedom("run", experiment(server), "--json")
    assert seats.status == 0, seats.err
    path = seats.document["path"]
    same = judge(mazedom, path, serve("judges"), model="echo")
    assert same.status == 2
    assert "also the model in the seats (echo)" in same.err
    allowed = judge(mazedom, path, serve("judges"), "--allow-same-model", "--sample", "2", model="echo")
    assert allowed.status == 0, allowed.err
    assert "WARNING" in allowed.err
    assert any("judges its own kind" in warning for warning in allowed.document["warnings"])
    stranger = judge(mazedom, path, serve("judges"), "--sample", "2")
    assert any("taken on trust" in warning for warning in stranger.document["warnings"])


def test_a_judge_of_another_run_is_not_read(mazedom, run, serve, tmp_path):
    """A message that was changed since would silently be another question."""
    judge(mazedom, run, serve("judges"), "--trials", "1")
    log = tmp_path / run / "log.jsonl"
    records = [json.loads(line) for line in log.read_text().splitlines()]
    next(record for record in records if record["kind"] == "step")["reply"]["text"] = "Another message."
    log.write_text("".join(json.dumps(record) + "\n" for record in records))
    shown = mazedom("judge", run)
    assert shown.status == 1
    assert "was changed since" in shown.err


def test_wrong_use_is_said_in_a_sentence(mazedom, run):
    assert "no judge yet" in mazedom("judge", run).err
    assert "reads nothing" in mazedom("judge", run, "--model", "channel").err
    assert "no model is called" in mazedom("judge", run, "--model", "gtp").err
    assert "no prompt judge/plian" in mazedom("judge", run, "--model", "ollama:x", "--prompt", "plian").err


def test_the_embedded_model_judges_one_statement_a_call_in_the_form_asked_for(mazedom, run):
    """It is held to the schema, so every answer can be read; that it judges badly is said."""
    found = mazedom("judge", run, "--model", "smollm2", "--sample", "2", "--json")
    assert found.status == 0, found.err
    (one,) = found.document["judges"]
    assert one["pairs"] == one["calls"] == 2
    assert one["no_vote"]["unreadable"] == one["no_vote"]["missing"] == 0
    assert "guesses" in found.err
