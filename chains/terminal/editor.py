"""Asks a person in an editor: several lines, arrow keys, history, $EDITOR; then a preview, and only then it is sent.

A draft is on the disk half a second after it is written, so Ctrl-C, a closed terminal or a crash loses nothing.
"""

import asyncio
import sys
import termios
from collections.abc import Mapping

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import create_input
from prompt_toolkit.input.typeahead import clear_typeahead
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import create_output
from rich.panel import Panel
from rich.text import Text

from chains.running.people.item import Item
from chains.scoring.text.legible import legible
from chains.terminal.answering import Desk, Made, Written
from chains.terminal.views.output import counted, progress
from chains.terminal.views.terminal_keys import END, Keys
from chains.terminal.views.word_difference import word_difference

SAVE_EVERY = 0.5
"""Seconds until what was typed is on the disk."""


class Editor:
    """Asks in an editor line, and shows what will be sent before it is sent."""

    def __init__(self) -> None:
        """Begin with an empty history; Up and Down then bring back what was written in this sitting."""
        self._history = InMemoryHistory()

    def ask(self, desk: Desk, item: Item, *, undoable: bool) -> Made:
        """Let a person answer an item; return what they made of it."""
        text = item.editable
        while True:
            match _key(_choices(item, undoable=undoable)):
                case "s" | "a":
                    return Written(item.draft or "")
                case "u":
                    return "undo"
                case "n":
                    return "skip"
                case "b":
                    made = self._until_sent(None, item, "")
                case "e" | "w":
                    made = self._until_sent(desk, item, text)
                    text = made if isinstance(made, str) else text
                case _:
                    return "quit"
            if isinstance(made, Written):
                return made

    def _until_sent(self, desk: Desk | None, item: Item, text: str) -> Written | str:
        """Let the person write, look at it and write again; return what they send, or the text if they don't yet.

        Args:
            desk: Where drafts are saved; None for a reason, which is no draft of the message.
            item: What they are asked.
            text: What it begins with.
        """
        while True:
            text = self._written(desk, item, text)
            if not text.strip() and (desk is None or item.way != "advise"):
                return text
            if (pressed := _sent(item, text, sent_back=desk is None)) == "y":
                return Written(text, sent_back=desk is None)
            if pressed != "e":
                return text

    def undone(self) -> bool:
        """Ask whether the last answer is to be taken back."""
        return _key({"u": "undo the last answer", "f": "finished"}, otherwise="f") == "u"

    def _written(self, desk: Desk | None, item: Item, start: str) -> str:
        """Let the person write; return the text.

        Args:
            desk: Where drafts are saved; None for a reason, which is no draft of the message.
            item: What they are asked.
            start: What the text begins with.

        Raises:
            KeyboardInterrupt: If they leave by Ctrl-C; the draft is saved.
        """
        saved = start

        def save() -> None:
            nonlocal saved
            if desk is not None and (now := session.default_buffer.text) != saved:
                desk.worklist.save_draft(desk.who, item.id, now, desk.clock.lap())
                saved = now

        async def saving() -> None:
            while True:
                await asyncio.sleep(SAVE_EVERY)
                save()

        def begin() -> None:
            get_app().create_background_task(saving())

        leave = "leave" if desk is None else "leave, and your draft is kept"
        progress.print(f"Ctrl-D: done   Ctrl-C: {leave}   Ctrl-X Ctrl-E: $EDITOR", style="dim", markup=False)
        session: PromptSession[str] = PromptSession(
            history=self._history,
            multiline=True,
            enable_open_in_editor=True,
            tempfile_suffix=".txt",
            key_bindings=_bindings(),
            bottom_toolbar=lambda: _toolbar(session.default_buffer.text, item, reason=desk is None),
            prompt_continuation="  ",
            output=create_output(stdout=sys.stderr),
        )
        try:
            return session.prompt("> ", default=start, in_thread=True, pre_run=begin)
        except EOFError:
            return session.default_buffer.text
        finally:
            save()


def _bindings() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("c-d")
    def done(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    return keys


def _toolbar(text: str, item: Item, *, reason: bool) -> FormattedText:
    count = len(text.split())
    most = f" of at most {item.words}" if item.words is not None and not reason else ""
    return FormattedText([("", f"{counted(count, 'word')}{most}")])


def _choices(item: Item, *, undoable: bool) -> Mapping[str, str]:
    """Return what a person can do with an item, by key."""
    found: dict[str, str] = {}
    if item.draft is not None and item.way == "edit":
        found |= {"s": "send the draft as it is"}
    if item.draft is not None and item.way == "approve":
        found |= {"a": "approve"}
    if item.send_backs:
        found |= {"b": f"send back with a reason ({item.send_backs} left)"}
    if item.writes:
        of_draft = item.draft is not None and item.way in ("edit", "approve")
        what = "go on with what you have written" if item.text is not None else "edit" if of_draft else "write"
        found |= {"e" if of_draft else "w": what}
    found |= {"n": "not now"} | ({"u": "undo the last answer"} if undoable else {}) | {"q": "quit"}
    return found


def _key(choices: Mapping[str, str], otherwise: str = "") -> str:
    """Return the key that a person presses, one of `choices`; Enter is `otherwise`, or the first."""
    with Keys() as keys:
        forget_early_keys()
        progress.print("  ".join(f"[{key}] {what}" for key, what in choices.items()), markup=False)
        while (pressed := keys.next()) not in choices:
            if pressed == END:
                return "q"
            if pressed in ("\r", "\n"):
                return otherwise or next(iter(choices))
    return pressed


def _sent(item: Item, text: str, *, sent_back: bool = False) -> str:
    """Show what will be sent, and return `y`, `e` (edit again) or `n`."""
    title = "your reason" if sent_back else f"your message, {counted(len(text.split()), 'word')}"
    if item.words is not None and len(text.split()) > item.words and not sent_back:
        title += f"; at most {item.words} are wanted"
    progress.print(Panel(Text(legible(text.strip())), title=Text(title), style="green"))
    if not sent_back and item.draft is not None and item.way in ("edit", "approve"):
        progress.print(word_difference(item.draft, text))
    return _key({"y": "send", "e": "edit again", "n": "not yet; it is kept as your draft"})


def forget_early_keys() -> None:
    """Forget keys that were pressed before anything was asked."""
    if sys.stdin is not None and sys.stdin.isatty():
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
        clear_typeahead(create_input())
