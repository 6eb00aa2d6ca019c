"""Forget a person: their name goes, and every text of theirs in the run; digests stay in their place.

A text is taken out of the step that holds it, out of every later request of the trial that quotes it whole, and out of
what judges were asked. What a model made of it in its own words stays, and so do readings of it: fates and counts. A
step keeps the digests of what was logged, and the digest of its whole record, so the receipt of the run stays what it
was; but its trial can't be driven again.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from chains.errors import BadInput
from chains.experiments.people import PSEUDONYM, People
from chains.running.folders import LOG_FILE
from chains.running.log.log import Log
from chains.running.log.records import TrialEnd, now
from chains.running.log.seals import seal_of, sealed
from chains.running.people.storage import replace
from chains.running.people.worklist import Worklist

READERS = "readers"
"""The folder of a reader study below the run's, with one file a reader, named by their pseudonym."""
GONE = "[forgotten]"
"""Stands where a text was."""


class Result(NamedTuple):
    """What was forgotten."""

    pseudonym: str
    messages: int
    """Steps that held a text of the person."""
    quotes: int
    """Other steps that quoted one."""
    trials: int


def forget(folder: Path, people: People, name: str) -> Result:
    """Forget a person in a run.

    Args:
        folder: The run's.
        people: What its experiment says about people.
        name: The person's name, or pseudonym.

    Raises:
        BadInput: If nobody of that name took part.
        LogInUse: If another process writes the log.
    """
    worklist = Worklist(folder, people)
    entries = worklist.names.entries()
    who = name if name in entries and PSEUDONYM.fullmatch(name) else worklist.names.known(name)
    if who is None:
        raise BadInput(
            f"nobody called {name!r} took part in {folder.name}; give the name they answered by, or a pseudonym (p1)"
        )
    with Log(folder, write=True) as log:
        texts = _texts(log, who)
        patterns = {trial: _pattern(of_trial) for trial, of_trial in texts.items()}
        messages = quotes = 0
        for path in sorted(folder.rglob(LOG_FILE)):
            counts = _without(path, who, patterns)
            if path.parent == folder:
                messages, quotes = counts
    with Log(folder, write=True) as log:
        for trial in texts:
            if log.index.status(trial) != "finished":
                why = f"{who}, who sat in it, asked to be forgotten"
                log.append(TrialEnd(trial=trial, status="failed", error=why, at=now()))
    worklist.withdraw(texts, ())
    worklist.forget(who, lambda trial, text: patterns[trial].sub(GONE, text) if trial in patterns else text)
    worklist.names.forget(who)
    (folder / READERS / f"{who}.jsonl").unlink(missing_ok=True)
    return Result(who, messages, quotes, len(texts))


def _texts(log: Log, who: str) -> Mapping[str, list[str]]:
    """Return a person's texts, by trial, the longest first."""
    found: dict[str, list[str]] = defaultdict(list)
    for step in log.steps():
        if step.person is not None and step.person.by == who and step.forgotten is None:
            found[step.trial].append(step.reply.text)
    return {trial: sorted(texts, key=len, reverse=True) for trial, texts in found.items()}


def _without(path: Path, who: str, patterns: Mapping[str, re.Pattern[str]]) -> tuple[int, int]:
    """Write a log anew without the texts; return how many steps held one, and how many quoted one."""
    messages = quotes = 0
    lines = []
    for number, line in enumerate(path.read_bytes().splitlines(keepends=True), 1):
        seal = seal_of(line)
        body = line.rstrip(b"\r\n") if seal is None else seal.body
        content: dict[str, Any] = orjson.loads(body) if line.endswith(b"\n") else {}
        if content.get("kind") != "step" or content.get("trial") not in patterns or content.get("forgotten"):
            lines.append(line)
            continue
        own = (content.get("person") or {}).get("by") == who
        quoted = _cleared(content["request"]["messages"], patterns[content["trial"]])
        if not (own or quoted):
            lines.append(line)
            continue
        if own:
            content["reply"]["text"] = GONE
            content["person"]["changes"] = None
        content["forgotten"] = {"at": now(), "by": who, "record": hashlib.sha256(body).hexdigest()}
        messages, quotes = messages + own, quotes + (not own)
        plain = orjson.dumps(content) + b"\n"
        lines.append(plain if seal is None else sealed(plain, number))
    if messages or quotes:
        replace(path, b"".join(lines))
    return messages, quotes


def _pattern(texts: list[str]) -> re.Pattern[str]:
    """Return what finds a text where it is quoted whole: between line ends, or after a colon."""
    whole = [text.strip() for text in texts if text.strip()]
    long = [" ".join(text.split())[:300] for text in whole if len(text) > 60]
    either = "|".join(re.escape(text) for text in dict.fromkeys((*whole, *long)))
    return re.compile(rf"(?m)(?:^|(?<=: ))(?:{either})[ ]*$" if either else r"(?!)")


def _cleared(messages: list[dict[str, str]], pattern: re.Pattern[str]) -> bool:
    """Take the texts out of a request's messages; return whether any was there."""
    found = False
    for message in messages:
        cleared = pattern.sub(GONE, message["content"])
        found, message["content"] = found or cleared != message["content"], cleared
    return found
