"""No text that others wrote moves a terminal, whether from a run's files, a world, a prompt, an endpoint or a panel.

What is hostile here: control characters (escapes, bells, returns), line and paragraph separators, marks that turn the
direction of writing, characters that nobody sees, halves of characters. What the gate hides is its own list; this one
is made from what Unicode says of characters.
"""

import json
import shutil
import sys
import unicodedata
from pathlib import Path

import pytest
from aiohttp import web
from conftest import steps_of
from endpoint import BEHAVIOURS, completion, refused
from rich.text import Text

from chains.scoring.text.legible import legible
from chains.terminal import drive_at_terminal
from chains.terminal.views.output import Gate, print_json

HOSTILE = (
    "\x1b[35mZ\x1b]0;T\x07\x1b[2J\x00\x08\r\x7f\x9b31m\x85"
    "\u2028\u2029\u202e\u2066\u200f\u061c\u200b\u2060\ufeff\U000e0041\ufff9"
)
IN_TOML = "".join(f"\\U{ord(sign):08x}" for sign in HOSTILE)
TURNS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
VERBS = (
    ("list",),
    ("show", "RUN"),
    ("show", "RUN", "--trial", "--why"),
    ("show", "RUN", "--graph"),
    ("replay", "RUN", "--verify"),
    ("compare", "RUN", "--by", "temperature"),
    ("law", "RUN"),
    ("show", "RUN", "--json"),
    ("list", "--json"),
)
MORE_VERBS = (
    ("list", "runs"),
    ("list", "experiments"),
    ("show", "RUN", "--profile"),
    ("show", "RUN", "--profile", "--json"),
    ("compare", "RUN", "--by", "temperature", "--all", "--messages", "5"),
    ("fork", "RUN", "--trial", "c1.w1.r1", "--at", "L1", "--set", "temperature=0.9", "--dry-run"),
    ("run", "e\x1b[2J.toml", "--dry-run"),
    ("run", "--extend", "RUN", "--set", "replicates=3", "--dry-run"),
    ("plan", "e\x1b[2J.toml", "--studies", "5"),
    ("pilot", "e\x1b[2J.toml", "--worlds", "1", "--max-calls", "3"),
    ("load", "RUN"),
    ("report", "RUN", "--out", "r\x1b[2J.md", "--format", "md"),
    ("export", "RUN", "--to", "t"),
    ("export", "RUN", "--to", "i", "--format", "inspect"),
    ("pack", "RUN", "--to", "p\x1b[2J.zip"),
    ("tag", "RUN", "good", "--note", HOSTILE.replace("\x00", "")),
    ("tag", "RUN"),
    ("list",),
    ("models", "--experiment", "e\x1b[2J.toml"),
    ("agree", "RUN", "--report"),
    ("judge", "RUN", "--model", HOSTILE.replace("\x00", "")),
    ("resume", "RUN"),
    ("delete", "RUN", "--yes"),
)
"""Verbs whose status is another matter: whatever they refuse, they say so without harm."""


def moves_a_terminal(sign):
    """Whether a terminal would obey a character, or nobody would see it."""
    kind = unicodedata.category(sign)
    return (
        (kind in ("Cc", "Zl", "Zp", "Cs") and sign not in "\n\t")
        or unicodedata.bidirectional(sign) in TURNS
        or sign in "\u200b\u200e\u200f\u061c\u2060\ufeff"
        or 0xE0000 <= ord(sign) < 0xE0080
    )


EVIL = [chr(code) for code in range(0x110000) if moves_a_terminal(chr(code))]


def found_in(*texts):
    return sorted({f"{ord(sign):04x}" for text in texts for sign in text if moves_a_terminal(sign)})


def test_what_is_hostile_here_is_all_of_it():
    assert len(EVIL) > 2_000
    assert found_in(HOSTILE)
    assert not found_in("- Größe: 3 µm, naïve 日本語 العربية \U0001f469\u200d\U0001f680\n\tWell.")


def test_the_gate_lets_no_such_character_through_and_every_other(capsys):
    gate = Gate(file=sys.stdout, width=200, markup=False, highlight=False, emoji=False)
    for start in range(0, len(EVIL), 100):
        text = "a".join(EVIL[start : start + 100])
        assert not found_in(legible(text))
        assert len(legible(text)) == len(text)
        gate.print(text)
        gate.print(Text(text, style="bold"))
    plain = "- Größe: 3 µm, naïve 日本語 \U0001f469\u200d\U0001f680 [bold]x[/bold]"
    gate.print(plain)
    out = capsys.readouterr().out
    assert not found_in(out)
    assert plain in out


def test_json_is_what_it_was_and_holds_no_such_character(capsys):
    document = {"text": "".join(sign for sign in EVIL if unicodedata.category(sign) != "Cs"), HOSTILE: [HOSTILE]}
    print_json(document)
    out = capsys.readouterr().out
    assert not found_in(out)
    assert json.loads(out) == document


async def _hostile(request, body):
    """Relay, with all that an endpoint may say of itself."""
    heard = body["messages"][-1]["content"]
    text = "\n".join(line for line in heard.splitlines() if line.startswith("- "))
    answer = completion(f"{text}\n- {HOSTILE}", finish=HOSTILE, reasoning_content=HOSTILE)
    answer |= {"model": HOSTILE, "system_fingerprint": HOSTILE, "usage": {"prompt_tokens": HOSTILE}}
    return web.json_response(answer, headers={"x-ratelimit-reset-requests": "\u202e", "x-request-id": "\u202e\x9b"})


async def _turned_away(request, body):
    return refused(400, HOSTILE, code=HOSTILE, param=HOSTILE, headers={"retry-after": "\u202e"})


async def _odd_headers(request, body):
    head = b"HTTP/1.1 429 \x1b[2J\r\nretry-after: \x1b[2J\xc2\x9b\r\nx-id: \x1b]0;T\x07\r\ncontent-length: 2\r\n\r\n{}"
    request.transport.write(head)
    request.transport.close()
    return web.Response()


BY_HAND = f"""\
question = "{IN_TOML}"
seeds = [1, 2]
replicates = 2
[fixed]
model = "m"
depth = 2
facts = 6
prompt.manager = "odd.md"
[factors]
temperature = [0.2, 0.4]
[models.m]
base_url = "URL"
model = "echo"
attempts = 1
"""
PROMPT = f'+++\nabout = "{IN_TOML}"\n+++\n{HOSTILE}\n{{{{ reports }}}}\n'
WITH_A_PERSON = """\
worlds = 1
[fixed]
model = "m"
"model.executive" = "person"
depth = 1
[models.m]
base_url = "URL"
model = "echo"
"""


@pytest.fixture
def hostile(mazedom, serve, tmp_path, monkeypatch):
    """Make a run whose experiment, prompt and endpoint are hostile; return its folder and what was printed."""
    monkeypatch.setitem(BEHAVIOURS, "hostile", _hostile)
    monkeypatch.setitem(BEHAVIOURS, "turned_away", _turned_away)
    monkeypatch.setitem(BEHAVIOURS, "odd_headers", _odd_headers)
    (tmp_path / "odd.md").write_text(PROMPT, newline="")
    (tmp_path / "e\x1b[2J.toml").write_text(BY_HAND.replace("URL", serve("hostile").url))
    ran = mazedom("run", "e\x1b[2J.toml", "--json")
    assert ran.status == 0, ran.err
    return Path(ran.document["path"]), ran


def test_a_run_of_hostile_files_and_an_endpoint_prints_nothing_of_the_kind(hostile, mazedom, tmp_path, serve):
    run, ran = hostile
    assert all(found_in(step["reply"]["text"], step["reply"]["served_by"]) for step in steps_of(run))
    assert not found_in(ran.out, ran.err)
    for verb in VERBS:
        shown = mazedom(*(run if word == "RUN" else word for word in verb))
        assert shown.status == 0, (verb, shown.err)
        assert not found_in(shown.out, shown.err), verb
    for verb in MORE_VERBS:
        shown = mazedom(*(run if word == "RUN" else word for word in verb))
        assert not found_in(shown.out, shown.err), verb
    path = tmp_path / "e\x1b[2J.toml"
    for behaviour, says in (("turned_away", "rejects the request with 400"), ("odd_headers", "failed: ")):
        path.write_text(BY_HAND.replace("URL", serve(behaviour).url).replace("= 2\n[fixed]", "= 1\n[fixed]"))
        failed = mazedom("run", path)
        assert failed.status == 1
        assert not found_in(failed.out, failed.err)
        assert says in failed.err


def test_a_hostile_world_prints_nothing_of_the_kind(mazedom, tmp_path):
    sample = next((Path(__file__).parent.parent / "runs" / "worlds").glob("*.toml"))
    text = sample.read_text()
    for key in ("title", "setting", "subject", "vague"):
        text = text.replace(f'{key} = "', f'{key} = "{IN_TOML}').replace(f'{key} = ["', f'{key} = ["{IN_TOML}')
    (tmp_path / "w.toml").write_text(text)
    for verb in (
        ("world", "check", "w.toml"), ("run", "--set", "model=channel", "--set", "scenario=w.toml"),
        ("show", "last", "--trial", "--why"), ("show", "last"), ("law", "last"),
    ):  # fmt: skip
        shown = mazedom(*verb)
        assert not found_in(shown.out, shown.err), verb


def test_the_panel_of_a_person_in_a_seat_prints_nothing_of_the_kind(mazedom, serve, tmp_path, monkeypatch):
    monkeypatch.setitem(BEHAVIOURS, "hostile", _hostile)
    answers = iter(["All is well.", "."])
    monkeypatch.setattr(drive_at_terminal, "attended", lambda: True)
    monkeypatch.setattr("builtins.input", lambda *_: next(answers))
    (tmp_path / "e.toml").write_text(WITH_A_PERSON.replace("URL", serve("hostile").url))
    ran = mazedom("run", "e.toml")
    assert "you hold seat L0" in ran.err
    assert not found_in(ran.out, ran.err)


def leaves(value, path=()):
    """Yield the place of every text in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield from leaves(one, (*path, name))
    if isinstance(value, str):
        yield path


def alike(path):
    """Return what is the same for fields of one kind: numbers and names of trials, seats, worlds are left out."""
    return tuple(
        "*" if isinstance(part, int) or part[:1] in "LcF" or len(part) > 40 or "/" in part else part for part in path
    )


def bent(value, path):
    """Return a JSON value with hostile text at the end of one of its texts."""
    value = json.loads(json.dumps(value))
    inner = value
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] += HOSTILE
    return value


def test_whatever_text_of_a_record_or_a_log_is_hostile_no_verb_prints_it(mazedom, tmp_path):
    words = ("--set", "model=channel:drop=0.1", "--set", "depth=2", "--set", "worlds=2", "--set", "replicates=2",
             "--set", "temperature=0.2,0.4", "--set", "facts=6", "--set", "hypotheses=none")  # fmt: skip
    run = Path(mazedom("run", *words, "--json").document["path"]).resolve()
    record, log = run / "run.json", run / "log.jsonl"
    whole, lines = json.loads(record.read_bytes()), log.read_bytes().splitlines(keepends=True)
    kept = tmp_path / "kept"
    shutil.copytree(run, kept)
    cases = {}
    for path in leaves(whole):
        cases.setdefault(("run.json", *alike(path)), (record, lambda path=path: json.dumps(bent(whole, path)).encode()))
    for at, line in enumerate(lines):
        read = json.loads(line)
        for path in leaves(read):
            rest = (lines[:at], lines[at + 1 :])
            cases.setdefault(
                (read["kind"], *alike(path)),
                (
                    log,
                    lambda read=read, path=path, rest=rest: b"".join(
                        [*rest[0], json.dumps(bent(read, path)).encode() + b"\n", *rest[1]]
                    ),
                ),
            )
    end = next(json.loads(line) for line in lines if b'"kind":"trial"' in line)
    failed = {name: end[name] for name in ("v", "kind", "trial", "at")} | {"status": "failed", "error": HOSTILE}
    cases["error"] = log, lambda: b"".join(lines) + json.dumps(failed).encode() + b"\n"
    assert len(cases) > 60
    leaks = []
    for name, (file, text) in cases.items():
        file.write_bytes(text())
        for verb in VERBS[:7]:
            shown = mazedom(*(run if word == "RUN" else word for word in verb))
            leaks += [(name, verb, found) for found in [found_in(shown.out, shown.err)] if found]
        shutil.copy(kept / file.name, file)
    assert leaks == []
