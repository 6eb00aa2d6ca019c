"""`answer`: a person works through what waits for them in a run."""

import argparse

from chains.errors import BadInput
from chains.running.folders import find_run
from chains.running.log.log import is_written
from chains.running.people.worklist import Worklist
from chains.running.record_file import read_record
from chains.terminal.answering import work_through
from chains.terminal.drive_at_terminal import WAITING, at_hand
from chains.terminal.views.item import waiting_lines
from chains.terminal.views.output import counted, print_json, say


def main(arguments: argparse.Namespace) -> int:
    """Ask the person; return the exit status: 0, or 3 if they left something waiting."""
    folder = find_run(arguments.run)
    worklist = Worklist(folder, read_record(folder).experiment.people)
    waiting = worklist.waiting()
    if arguments.json or arguments.list:
        if arguments.json:
            print_json({"run": folder.name, "waiting": [one._asdict() for one in waiting]})
        else:
            say("\n".join(waiting_lines(waiting, most=len(waiting))) or f"nothing waits in {folder.name}")
        return 0
    if not worklist.anything():
        say(f"nothing waits in {folder.name}")
        return 0
    who = worklist.at_the_terminal(arguments.who)
    if who is None:
        raise BadInput("the people of this run have places of their own; say who you are, as in --as anna")
    inbox = worklist.inbox(who)
    if not any(item.state != "answered" for item in inbox):
        others = f"; {counted(len(waiting), 'item')} for others" if waiting else ""
        say(f"nothing waits for {who} in {folder.name}{others}")
        return 0
    before = len(waiting)
    try:
        done = work_through(worklist, who, at_hand())
    except KeyboardInterrupt:
        say("what you have sent is kept, and so is the draft that you were writing")
        return 130
    sent = before - len(worklist.waiting())
    going = "the run goes on with it" if is_written(folder) else f"`mazedom resume {folder.name}` goes on with it"
    say(f"{counted(sent, 'answer')} sent{f'; {going}' if sent else ''}")
    return 0 if done else WAITING
