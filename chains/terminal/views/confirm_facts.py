"""A person confirms proposed facts at the terminal: one key each, every answer saved before the next question."""

import re
from collections.abc import Callable, Iterator, Mapping

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.text import Text

from chains.authoring.checking import failures
from chains.authoring.drafting import draft
from chains.authoring.passages import BLANKS
from chains.authoring.proposing import words_of
from chains.authoring.renaming import renamed
from chains.authoring.subject_finder import Untyped
from chains.authoring.worldfile import WorldFile
from chains.scoring.facts.instrument import Instrument
from chains.scoring.text.legible import legible
from chains.terminal.views.output import progress
from chains.terminal.views.terminal_keys import Keys
from chains.worlds.facts.ledger import Fact, Slot, Valence

VALENCES: Mapping[str, Valence] = {"b": "bad", "g": "good", "n": "neutral"}
AROUND = 140
"""Characters of the document shown before and after a quote."""
_HELP = (
    ("y", "the statement says what the quote says, and it is true"),
    ("n", "it doesn't, or should be no fact: it is left out"),
    ("e", "write it in words of your own"),
    ("s", "skip: it stays unverified"),
    ("u", "undo the last answer"),
    ("q", "quit; the same command goes on"),
)


def confirm_facts(file: WorldFile, texts: Mapping[str, str]) -> bool:
    """Ask for each fact that nobody has confirmed or refused.

    Args:
        file: The world file.
        texts: The documents that are there, by name, to show what stands around a quote.

    Returns:
        Whether the person went through all of them; some may have been skipped.
    """
    left = file.open
    total, answered = len(left), list[int]()
    if not left:
        return True
    progress.print(_meanings())
    with Keys() as keys:
        while left:
            place = left[0]
            fact = _fact(file, place)
            progress.print(_card(file, place, fact, texts, f"{total - len(left) + 1} of {total}"))
            pressed = _pressed(keys.next, "ynesuq", _keys)
            if pressed == "q":
                return False
            if pressed == "u":
                left = _undone(file, answered, left)
                continue
            if pressed == "e":
                _edit(file, place, keys)
                continue
            if pressed == "y" and not _confirmed(file, place, keys):
                return False
            if pressed == "n":
                file.set_status(place, "refused")
                progress.print(Text("left out", "yellow"))
            if pressed == "s":
                progress.print(Text("skipped", "yellow"))
            answered.append(place)
            left = left[1:]
    return True


def _confirmed(file: WorldFile, place: int, keys: Keys) -> bool:
    """Ask for a confirmed fact's valence and severity; return False, and confirm nothing, if the person quits."""
    asked = "to the people above, this is  b bad news  g good news  n neither"
    progress.print(Text(asked))
    pressed = _pressed(keys.next, "bgnq", lambda: Text(asked))
    if pressed == "q":
        return False
    severity = 1
    if pressed != "n":
        asked = "and matters  1 little  2  3  4  5 more than anything"
        progress.print(Text(asked))
        weight = _pressed(keys.next, "12345q", lambda: Text(asked))
        if weight == "q":
            return False
        severity = int(weight)
    file.confirm(place, VALENCES[pressed], severity)
    progress.print(Text(f"confirmed, {VALENCES[pressed]}{f', {severity}' if severity > 1 else ''}", "green"))
    return True


def _undone(file: WorldFile, answered: list[int], left: list[int]) -> list[int]:
    if not answered:
        progress.print("there is nothing to undo")
        return left
    place = answered.pop()
    file.set_status(place, "unverified")
    return [place, *left]


def _edit(file: WorldFile, place: int, keys: Keys) -> None:
    """Take a statement in the person's own words, if the instrument can read it."""
    progress.print("in your words, one sentence, [what it is about] in brackets; Enter alone leaves it as it is:")
    written = renamed(keys.line(), file.renamed)
    if not written:
        return
    marked = re.search(r"\[([^\[\]]+)\]", written)
    text = re.sub(r"[\[\]]", "", written)
    try:
        fact = draft(text, marked[1] if marked else None).model_copy(update={"id": _fact(file, place).id})
    except Untyped as reason:
        progress.print(Text(f"not taken: {reason}", "red"))
        return
    if wrong := failures(fact, text):
        progress.print(Text(f"not taken: {wrong[0]}", "red"))
        return
    quote = words_of(file.quote(place), file.renamed)
    read = Instrument([fact]).read(quote)[fact.id]
    if read.fate != "kept":
        progress.print(Text(f"note: the instrument reads the quote itself as {read.fate} ({read.why})", "yellow"))
    file.reword(place, fact)


def _fact(file: WorldFile, place: int) -> Fact:
    """Return a fact as the file says it now."""
    name = str(file.facts[place].get("id", f"F{place + 1:02d}"))
    return file.world().fact(name)


def _pressed(key: Callable[[], str], wanted: str, hint: Callable[[], RenderableType]) -> str:
    """Wait for a key that decides something; the end of the input quits."""
    while (pressed := key()) not in wanted or not pressed:
        if pressed:
            progress.print(hint())
    return pressed


def _card(file: WorldFile, place: int, fact: Fact, texts: Mapping[str, str], which: str) -> RenderableType:
    """Return a quote in its surroundings, the statement made of it, and the values that the instrument looks for."""
    quote = file.quote(place)
    text = texts.get(quote.document)
    before = after = ""
    if text is not None:
        before = text[max(0, quote.start - AROUND) : quote.start]
        after = text[quote.end : quote.end + AROUND]
    shown = Text.assemble(
        (legible(_blank(before)).lstrip(), "bright_black"),
        (legible(_blank(quote.text)), "bold"),
        (legible(_blank(after)).rstrip(), "bright_black"),
    )
    about = Text.assemble(("about    ", "bright_black"), legible(fact.subject))
    values = Text.assemble(("values   ", "bright_black"), "; ".join(_value(slot) for slot in fact.slots))
    says = Text.assemble(("says     ", "bright_black"), (legible(fact.render(0)), "bold cyan"))
    return Group(Rule(f"{which}, {legible(quote.document)}", align="left"), shown, says, about, values, _keys())


def _value(slot: Slot) -> str:
    return legible(f"{slot.text} (not {slot.opposite})" if slot.kind == "direction" else slot.text)


def _blank(text: str) -> str:
    """Return a document's words on one line."""
    return re.sub(r" +", " ", BLANKS.sub(" ", text))


def _keys() -> Text:
    return Text.assemble(
        ("y", "bold green"), "es  ", ("n", "bold red"), "o  ", ("e", "bold"), "dit  ", ("s", "bold"), "kip  ",
        ("u undo  q quit", "bright_black"),
    )  # fmt: skip


def _meanings() -> RenderableType:
    return Group(Text("Is it so? One key; every answer is saved."), *_lines())


def _lines() -> Iterator[RenderableType]:
    for key, meaning in _HELP:
        yield Text.assemble((f"{key}  ", "bold"), meaning)
