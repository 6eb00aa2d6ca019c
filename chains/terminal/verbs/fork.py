"""`fork`: go on from a logged run with one thing changed."""

import argparse
import asyncio
import json
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from chains.errors import BadInput, NotThere
from chains.organisation.prompts import Prompt
from chains.running.folders import new_run_id, runs_folder
from chains.running.fork import ParentReplies, forked, place, prompts_changed
from chains.running.fork_record import seats_at
from chains.running.log.log import Log
from chains.running.record_file import create, discard
from chains.running.reuse import foreseen
from chains.running.run_record import Casts, RunRecord
from chains.terminal.drive_at_terminal import drive_run
from chains.terminal.start_run import agreed, check_models, dry_run, forkable
from chains.terminal.views.output import counted, say


def main(arguments: argparse.Namespace) -> int:
    """Make the fork, say what is asked again, drive it; return the exit status."""
    folder, parent = forkable(arguments.run)
    with Log(folder) as log:
        if log.index.notice:
            say(f"note: {log.index.notice}; what is lost there is asked for again")
        record = _forked(arguments, parent, folder, log)
        for name in prompts_changed(record):
            say(f"note: prompt {name} is not in its file as it is in the log any more; the log's is used")
        replies = ParentReplies(record, log)
        say(_what_it_asks(record, replies))
        if arguments.dry_run:
            return dry_run(record, replies, as_json=arguments.json)
        check_models(record)
        if not agreed(record, replies):
            say("nothing was run")
            return 130
        made = create(record)
        try:
            return drive_run(record, made, as_json=arguments.json, events=arguments.events, others=replies)
        except NotThere:
            discard(made)
            raise


def _what_it_asks(record: RunRecord, replies: ParentReplies) -> str:
    """Say how many replies the fork takes and how many it asks for.

    Raises:
        BadInput: If it would ask nobody, so that it would be a copy.
    """
    casts, trials = Casts(record), list(record.trials())
    asked = {one.id: sum(map(len, casts.plan(one.id).asked_of.values())) for one in record.conditions}
    turns = sum(asked[one.condition] * casts.round_settings(one.condition).rounds for one in trials)
    taken = sum(asyncio.run(foreseen(record, replies)).values())
    fork = record.forked
    if turns == taken or fork is None:
        raise BadInput("every seat would be asked exactly what it was, so nothing would change; change something else")
    edited = sum(len(fork.said.get(str(fork.origin(one)[0]), {})) for one in trials)
    put = f"{counted(edited, 'message')} put in place of a reply, " if edited else ""
    return (
        f"{counted(len(trials), 'trial')} of run {fork.run}: {put}{taken - edited} replies are taken from it, "
        f"at most {turns - taken} are asked for"
    )


def _forked(arguments: argparse.Namespace, parent: RunRecord, folder: Path, log: Log) -> RunRecord:
    """Return the record of the fork that the command line asks for."""
    name, at = new_run_id(), arguments.at or ""
    settings = [*arguments.settings, *(f"limits.calls={n}" for n in (arguments.max_calls,) if n is not None)]
    said: dict[str, dict[str, str]] = {}
    if arguments.message is not None or arguments.edit == "message":
        said = _message(arguments, parent, log)
    if arguments.edit == "prompt":
        settings.append(_own_prompt(at, parent, name))
    return forked(
        parent, folder, name, at=at, settings=settings, trial=arguments.trial, said=said, continuations=arguments.times
    )


def _message(arguments: argparse.Namespace, parent: RunRecord, log: Log) -> dict[str, dict[str, str]]:
    """Return the message that one seat is to have said in one trial."""
    if not arguments.trial or not arguments.at:
        raise BadInput("a message is one seat's in one trial; name both, as in --trial c1.w1.r1 --at L2")
    trial = next((one for one in parent.experiment.trials() if str(one) == arguments.trial), None)
    if trial is None:
        raise BadInput(f"run {parent.id} has no trial {arguments.trial!r}; its trials are named as in c1.w1.r1")
    cast = Casts(parent).cast(trial)
    if cast.round_settings.rounds > 1:
        raise BadInput(f"{trial} has rounds, each about another world; a message can be put into runs of one round")
    turn = cast.plan.by_name.get(arguments.at)
    if turn is None or turn.ruled:
        known = ", ".join(one.name for one in cast.plan.turns if not one.ruled)
        raise BadInput(f"--at {arguments.at} is no turn of {trial}, and a message is that of one; they are {known}")
    step = log.holds(cast.key(str(trial), turn))
    before = "" if step is None else step.reply.spoken or ""
    text = _edited(before) if arguments.message is None else _read(arguments.message)
    if text == before.strip():
        raise BadInput(f"{turn.name} said exactly that in {trial}, so nothing changes; change the message")
    return {str(trial): {turn.name: text}}


def _own_prompt(at: str, parent: RunRecord, name: str) -> str:
    """Let the person edit the report prompt of the seats `at`; return it as a setting."""
    if not at or at == "start":
        raise BadInput("a prompt is edited for some seats; name them, as in --at L2")
    casts, at = Casts(parent), place(at, parent)
    found: dict[str, Prompt] = {}
    for condition in parent.conditions:
        parts = casts.parts(condition.id)
        found |= {one.name: one for one in (parts[seat].prompt for seat in seats_at(at, casts.plan(condition.id)))}
    if len(found) != 1:
        raise BadInput(f"--at {at}: these seats have {len(found)} prompts ({', '.join(sorted(found))}); name one seat")
    (prompt,) = found.values()
    front = "" if prompt.system is None else f"system = {json.dumps(prompt.system)}\n"
    before = f"+++\n{front}+++\n{prompt.body}\n"
    text = _edited(before)
    if text == before.strip():
        raise BadInput(f"the prompt {prompt.name} is as it was, so nothing changes; change the prompt")
    path = runs_folder() / "prompts" / f"{prompt.role}-{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{text}\n", encoding="utf-8")
    say(f"note: the prompt is kept in {path}")
    return f"prompt={path}"


def _read(path: str) -> str:
    """Return the text of a file, or of stdin for `-`, without white space around it."""
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"can't read the message in {path!r}: {error}; give a text file, or - for stdin") from None
    if not text.strip():
        raise BadInput(f"the message in {path!r} is empty; write what the seat is to have said")
    return text.strip()


def _edited(text: str) -> str:
    """Return a text as the person leaves it in their editor."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not command:
        raise BadInput("no editor is set; put its name into EDITOR, as in EDITOR=nano")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "message.md"
        path.write_text(text, encoding="utf-8")
        try:
            status = subprocess.run([*shlex.split(command), str(path)], check=False).returncode  # noqa: S603
        except OSError as error:
            raise BadInput(f"can't start the editor {command!r}: {error.strerror}") from None
        if status:
            raise BadInput(f"the editor {command!r} ended with status {status}; nothing was run")
        return _read(str(path))
