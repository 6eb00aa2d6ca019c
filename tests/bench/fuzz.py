"""Fuzz what reads others' texts: replies, refusals, logs, run.json, TOML files, prompts, the instrument.

    python tests/bench/fuzz.py [reply|refusal|log|record|toml|instrument ...] [--minutes 10]

Each reader is given what hypothesis makes of real inputs, for as long as is said: pieces moved, doubled, cut out, bytes
bent, values exchanged. It may refuse in a sentence of ours and do nothing else, and takes 2 s at most. What fails is
shrunk and printed; the exit status is then 1.
"""

import argparse
import json
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from chains.errors import MazedomError  # noqa: E402
from chains.experiments.experiment import read_experiment  # noqa: E402
from chains.models.answer_body import read_body  # noqa: E402
from chains.models.endpoint_errors import read_failure, read_refusal, retry_after  # noqa: E402
from chains.models.provider import Reply  # noqa: E402
from chains.models.rate_limit import span  # noqa: E402
from chains.models.reply_parser import read_reply  # noqa: E402
from chains.organisation.hierarchy_file import read_hierarchy  # noqa: E402
from chains.organisation.prompts import parse_prompt  # noqa: E402
from chains.running.log.log import Log  # noqa: E402
from chains.running.receipt import receipt_of  # noqa: E402
from chains.running.record_file import read_record  # noqa: E402
from chains.scoring.facts.reader import Reader  # noqa: E402
from chains.scoring.replies.choice import read_choice, read_order  # noqa: E402
from chains.scoring.replies.status import status_in  # noqa: E402
from chains.validation.judge_answers import read_answer  # noqa: E402
from chains.worlds.files.world_file import read_world  # noqa: E402
from chains.worlds.scenario_registry import world_for  # noqa: E402

MOST_SECONDS = 2.0
AT_ONCE = 100
"""Examples between two looks at the clock."""


class TooLong(Exception):
    """A reader took more than its time."""


def in_time(read: Callable[[], object]) -> None:
    """Call a reader; a refusal of ours is well, anything else and anything slow is not."""

    def stop(*_: object) -> None:
        raise TooLong

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)  # of this process's own time, however busy the machine is
    try:
        read()
    except MazedomError:
        pass
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


@st.composite
def bent(draw, corpus, pieces=()):
    """Return one of the corpus with some of its bytes changed."""
    text = bytearray(draw(st.sampled_from(corpus)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(text)))
        until = min(len(text), at + draw(st.integers(0, 40)))
        match draw(st.integers(0, 5)):
            case 0:
                del text[at:until]
            case 1:
                text[at:at] = text[at:until] * draw(st.integers(1, 30))
            case 2:
                text[at:until] = draw(st.binary(max_size=8))
            case 3 if text:
                text[min(at, len(text) - 1)] ^= 1 << draw(st.integers(0, 7))
            case 4 if pieces:
                text[at:until] = draw(st.sampled_from(pieces)) * draw(st.sampled_from((1, 1, 2, 3, 500)))
            case _:
                text[at:until] = draw(st.text(max_size=6)).encode("utf-8", "surrogatepass")
    return bytes(text)


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), st.text(max_size=12),
    st.sampled_from(["", "stop", "length", "error", "assistant", "text", "reasoning", "10", "1e400", "NaN", "6m0s"]),
)  # fmt: skip
NAMES = st.sampled_from([
    "choices", "message", "content", "text", "type", "finish_reason", "native_finish_reason", "index", "delta", "usage",
    "prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details", "cached_tokens", "cost", "model",
    "cache_read_input_tokens", "input_tokens", "reasoning_content", "reasoning",
    "reasoning_details", "thinking", "error",
    "code", "status", "metadata", "raw", "headers", "retry_delay", "retryDelay", "details", "param", "refusal", "loc",
    "msg", "detail", "base_resp", "status_code", "innererror", "system_fingerprint", "x-ratelimit-reset", "retry-after",
])  # fmt: skip
JSON = st.recursive(
    ODD, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=6)), max_leaves=25
)
WHOLE = {
    "model": "m", "system_fingerprint": "f",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "<think>a</think>- b"}}],
    "usage": {"prompt_tokens": 12, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 3}},
}  # fmt: skip
STREAM = (
    b'data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: {"choices":[{"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
)
TAGS = [
    b"<think>", b"</think>", b"[THINK]", b"[/THINK]", b"<|channel|>final<|message|>",
    b"<|start|>assistant", b"`", b"```\n",
    b"\\ud800", b"NaN", b"-Infinity", b"data: ", b"\n\n", b"{", b"[", b'"',
    b"\xef\xbb\xbf", b"assistantfinal", b"analysis",
]  # fmt: skip


def fuzz_reply():
    @given(st.one_of(
        bent([json.dumps(WHOLE).encode(), STREAM, json.dumps([WHOLE]).encode()], TAGS),
        JSON.map(lambda value: json.dumps(value).encode()),
        st.tuples(JSON, JSON).map(lambda two: json.dumps(WHOLE | {"usage": two[0], "choices": two[1]}).encode()),
        JSON.map(lambda content: json.dumps({"choices": [{"message": content, "finish_reason": "stop"}]}).encode()),
    ))  # fmt: skip
    def reads(raw):
        def read():
            try:
                answer = read_body(raw)
                if read_failure(answer, ("a-secret-key",), {}) is None:
                    read_reply(answer, 1000).plain()
            except (ValueError, AttributeError, TypeError):
                pass  # "broken or no chat completion", as the endpoint says

        in_time(read)

    return reads


def fuzz_refusal():
    @given(st.integers(100, 599), JSON, st.dictionaries(NAMES, st.text(max_size=20), max_size=4), st.text(max_size=60))
    def reads(status, body, headers, words):
        def read():
            for one in (body, {"error": body}, words, {"error": {"message": words}}):
                str(read_refusal(status, one, headers, ("a-secret-key",)).error("here", None))
            retry_after({"retry-after": words, "retry-after-ms": words}), span(words)

        in_time(read)

    return reads


def corpus_run(folder):
    """Return a copy of the run that ships."""
    run = folder / "run"
    shutil.copytree(ROOT / "runs" / "sample", run)
    return run


def fuzz_log(folder):
    run = corpus_run(folder)
    lines = (run / "log.jsonl").read_bytes().splitlines(keepends=True)
    record = read_record(run)
    pieces = [
        lines[0],
        b'{"v":1,"kind":"note"}\n',
        b'"kind":"step"',
        b"null",
        b"1e999",
        b"[" * 3000,
        b"\n",
        b"\x00" * 9,
    ]

    @given(bent([b"".join(lines[:at]) for at in (2, 5, 9)], pieces))
    def reads(text):
        def read():
            (run / "log.jsonl").write_bytes(text)
            with Log(run, held=record.held) as log:
                str(log.index.notice), log.index.held, log.index.tokens, log.index.seconds
                for trial in list(log.index.places.trials):
                    try:
                        log.end(trial)
                    except MazedomError:
                        continue
                receipt_of(run, log)
                for _ in log.steps():
                    pass

        in_time(read)

    return reads


def fuzz_record(folder):
    run = corpus_run(folder)
    whole = (run / "run.json").read_bytes()
    pieces = [b"null", b"[]", b"{}", b'""', b"-1", b"1e400", b"999999999999999999999", b'"channel:drop=2"', b"true"]

    @given(bent([whole], pieces))
    def reads(text):
        def read():
            (run / "run.json").write_bytes(text)
            read_record(run)

        in_time(read)

    return reads


def fuzz_toml(folder):
    experiments = [path.read_bytes() for path in sorted((ROOT / "runs").glob("*.toml"))]
    worlds = [path.read_bytes() for path in sorted((ROOT / "runs" / "worlds").glob("*.toml"))]
    prompts = [path.read_bytes() for path in sorted((ROOT / "prompts").rglob("*.md"))[:20]]
    hierarchies = [b'[reports_to]\n"L1" = "L0"\n"L2" = "L1"\n']
    pieces = [
        b"[factors]\n",
        b"[[facts]]\n",
        b"{{ reports }}",
        b"{% for",
        b"= -1\n",
        b'= ""\n',
        b"= []\n",
        b"nan",
        b"{",
        b"[" * 3000,
        b"9" * 5000,
    ]

    @given(bent(experiments, pieces), bent(worlds, pieces), bent(prompts, pieces), bent(hierarchies, pieces))
    def reads(experiment, world, prompt, hierarchy):
        path = folder / "x.toml"
        for text, reader in ((experiment, read_experiment), (world, read_world), (hierarchy, read_hierarchy)):
            path.write_bytes(text)
            in_time(lambda reader=reader: reader(path))
        in_time(lambda: parse_prompt(prompt.decode("utf-8", "replace"), "manager", "x", "x.md"))

    return reads


def fuzz_instrument():
    world = world_for("go_ahead", 3, 10, None)
    options = dict(zip("ABCDEF", world.decision.options, strict=False))
    said = [fact.render(number).encode() for fact in world.facts for number in (0, 1)]
    pieces = [
        *said, b" and ", b" not ", b", not ", b"- ", b"\n", b"```\n", b"status: amber ",
        b"3 weeks ", b"EUR 1,", b"12 June ",
        b"none of the ", b'"', b"| ", b"(", b"Option A", b'{"option": "B"', b"except ", b"twenty one hundred ",
        b"1" * 40, "\u0661\u00bd\u2167".encode(), "\u202e\u200b".encode(),
    ]  # fmt: skip
    reader = Reader(world)

    @given(bent([b"- " + b"\n- ".join(said[:6]), b"\n".join(said[6:12]), b"Decision: A"], pieces))
    def reads(text):
        words = text.decode("utf-8", "replace")

        def read():
            reader.read(Reply(text=words), hop=1, held=frozenset(fact.id for fact in world.facts), heard=[words[:200]])
            read_choice(words, options), read_order(words, list(options.values())), status_in(words)
            read_answer(words, ["S1"], words)

        in_time(read)

    return reads


TARGETS = {
    "reply": fuzz_reply, "refusal": fuzz_refusal, "log": fuzz_log, "record": fuzz_record, "toml": fuzz_toml,
    "instrument": fuzz_instrument,
}  # fmt: skip


def fuzzed(make, minutes, folder):
    """Fuzz one reader; return how many examples it was given, or raise what it raised."""
    reads = make(folder) if make.__code__.co_argcount else make()
    chunk = settings(
        max_examples=AT_ONCE, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink), print_blob=False,
    )(reads)  # fmt: skip
    until, given_ = time.monotonic() + minutes * 60, 0
    while time.monotonic() < until:
        chunk()
        given_ += AT_ONCE
    return given_


def tell(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], default=[])
    parser.add_argument("--minutes", type=float, default=10.0)
    arguments = parser.parse_args()
    failed = False
    for name in arguments.targets or TARGETS:
        with tempfile.TemporaryDirectory() as folder:
            try:
                count = fuzzed(TARGETS[name], arguments.minutes, Path(folder))
                tell(f"{name}: {count:,} examples in {arguments.minutes:g} minutes, nothing found")
            except BaseException as error:  # whatever it is, it is a finding
                if isinstance(error, KeyboardInterrupt):
                    raise
                failed = True
                notes = "\n".join(getattr(error, "__notes__", []))
                where = "".join(traceback.format_tb(error.__traceback__, limit=-6))
                tell(f"{name}: {type(error).__name__}: {str(error)[:300]}\n{where}{notes[:3000]}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
