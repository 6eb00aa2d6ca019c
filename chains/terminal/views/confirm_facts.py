"""A person confirms proposed facts at the terminal: one key each, every answer saved before the next question.

Then the sentences of which no fact was made are shown with the reason, and the person may type in what they say.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.text import Text

from chains.authoring.checking import failures
from chains.authoring.claiming import claim
from chains.authoring.drafting import draft
from chains.authoring.passages import BLANKS
from chains.authoring.proposing import LeftOut, words_of
from chains.authoring.renaming import renamed
from chains.authoring.subject_finder import Untyped
from chains.authoring.worldfile import WorldFile
from chains.scoring.facts.instrument import Instrument
from chains.scoring.text.legible import legible
from chains.terminal.views.output import counted, progress
from chains.terminal.views.terminal_keys import Keys
from chains.worlds.facts.ledger import Fact, Slot, Valence
from chains.worlds.facts.sources import Quote

VALENCES: Mapping[str, Valence] = {"b": "bad", "g": "good", "n": "neutral"}
AROUND = 140
"""Characters of the document shown before and after a quote."""
HOW = "one sentence, [what it is about] in brackets"
"""How a statement is typed in."""
_HELP = (
    ("y", "the statement says what the quote says, and it is true"),
    ("n", "it doesn't, or should be no fact: it is left out"),
    ("e", f"write it in words of your own: {HOW}"),
    ("s", "skip: it stays unverified"),
    ("u", "undo the last answer"),
    ("q", "quit; the same command goes on"),
)
_OF_CLAIMS = "it is a claim, which the rules read only in its own words, and which no rate counts"


def confirm_facts(file: WorldFile, texts: Mapping[str, str]) -> bool:
    """Ask for each fact that nobody has confirmed or refused, then for each sentence of which no fact was made.

    Args:
        file: The world file.
        texts: The documents that are there, by name, to show what stands around a quote.

    Returns:
        Whether the person went through all of them; some may have been skipped.
    """
    with Keys() as keys:
        if file.open:
            progress.print(_meanings())
        return _facts(file, texts, keys) and _sentences(file, texts, keys)


def _facts(file: WorldFile, texts: Mapping[str, str], keys: Keys) -> bool:
    left = file.open
    total, answered = len(left), list[int]()
    while left:
        place = left[0]
        fact = _fact(file, place)
        progress.print(_card(file.quote(place), fact, texts, f"{total - len(left) + 1} of {total}"))
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


def _sentences(file: WorldFile, texts: Mapping[str, str], keys: Keys) -> bool:
    """Show the sentences left out, and let the person type in what they say; return whether they saw all."""
    left = file.unseen
    total, answered = len(left), list[tuple[LeftOut, str]]()
    if left:
        progress.print(_meanings_of_rest(total))
    while left:
        sentence = left[0]
        progress.print(_gone_card(sentence, texts, f"left out, {total - len(left) + 1} of {total}"))
        pressed = _pressed(keys.next, "tnsuq", _gone_keys)
        if pressed == "q":
            return False
        if pressed == "u":
            left = _back(file, answered, left)
            continue
        if pressed == "t":
            fact = _typed_in(file, sentence.quote, keys)
            if fact is None:
                continue
            if not _confirmed(file, file.take_in(sentence, fact), keys):
                file.take_out(sentence)
                return False
        if pressed == "n":
            file.refuse(sentence)
            progress.print(Text("left out", "yellow"))
        if pressed == "s":
            progress.print(Text("skipped", "yellow"))
        answered.append((sentence, pressed))
        left = left[1:]
    return True


def _back(file: WorldFile, answered: list[tuple[LeftOut, str]], left: list[LeftOut]) -> list[LeftOut]:
    """Undo the last answer about a sentence left out; return the sentences that wait."""
    if not answered:
        progress.print("there is nothing to undo")
        return left
    sentence, pressed = answered.pop()
    if pressed == "t":
        file.take_out(sentence)
    if pressed == "n":
        file.refuse(sentence, again=True)
    return [sentence, *left]


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
    """Put a statement in the person's own words in a fact's place, if the instrument can read it."""
    old = _fact(file, place)
    fact = _written(file, _marked(old), keys)
    if fact is None:
        return
    fact = fact.model_copy(update={"id": old.id})
    quote = words_of(file.quote(place), file.renamed)
    read = Instrument([fact]).read(quote)[fact.id]
    if read.fate not in ("kept", "unread"):
        progress.print(Text(f"note: the instrument reads the quote itself as {read.fate} ({read.why})", "yellow"))
    file.reword(place, fact)


def _typed_in(file: WorldFile, quote: Quote, keys: Keys) -> Fact | None:
    """Return the fact that a person types in for a sentence; None if there is none."""
    return _written(file, words_of(quote, file.renamed), keys)


def _written(file: WorldFile, start: str, keys: Keys) -> Fact | None:
    """Take a statement in the person's words: typed if it can be, else as a claim if they agree; None if not."""
    progress.print(Text(f"in your words, {HOW}; Enter alone leaves it as it is:"))
    written = renamed(keys.line(start), file.renamed)
    if not written or written == start:
        return None
    marked = re.search(r"\[([^\[\]]+)\]", written)
    text, about = re.sub(r"[\[\]]", "", written), marked[1] if marked else None
    made = _readable(lambda: draft(text, about), text)
    return made if isinstance(made, Fact) else _taken_as_claim(text, about, made, keys)


def _readable(make: Callable[[], Fact], text: str) -> Fact | str:
    """Return the fact that is made of a text, or a sentence that says why it is not taken."""
    try:
        fact = make()
    except Untyped as reason:
        return str(reason)
    return next(iter(failures(fact, text)), fact)


def _taken_as_claim(text: str, about: str | None, reason: str, keys: Keys) -> Fact | None:
    """Return what could not be typed as a claim, if the person wants it to be one."""
    fact = _readable(lambda: claim(text, about), text)
    if isinstance(fact, str):
        progress.print(Text(legible(f"not taken: {fact}"), "red"))
        return None
    asked = "take it as a claim, without typed values?  y yes  n no"
    progress.print(Text(legible(f"no values can be typed: {reason}"), "yellow"), Text(asked), sep="\n")
    if _pressed(keys.next, "ynq", lambda: Text(asked)) != "y":
        progress.print(Text("not taken", "red"))
        return None
    return fact


def _marked(fact: Fact) -> str:
    """Return a statement as a person may edit it, with what it is about in brackets."""
    said = fact.render(0)
    at = said.lower().find(fact.subject.lower())
    if at < 0 or len(fact.subject) + 1 >= len(said):
        return said
    end = at + len(fact.subject)
    return f"{said[:at]}[{said[at:end]}]{said[end:]}"


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


def _card(quote: Quote, fact: Fact, texts: Mapping[str, str], which: str) -> RenderableType:
    """Return a quote in its surroundings, the statement made of it, and the values that the instrument looks for."""
    about = Text.assemble(("about    ", "bright_black"), legible(fact.subject))
    values = Text.assemble(("values   ", "bright_black"), "; ".join(map(_value, fact.slots)) or _why_a_claim(fact))
    says = Text.assemble(("says     ", "bright_black"), (legible(fact.render(0)), "bold cyan"))
    return Group(_rule(which, quote), _shown(quote, texts), says, about, values, _keys())


def _gone_card(sentence: LeftOut, texts: Mapping[str, str], which: str) -> RenderableType:
    """Return a sentence left out in its surroundings, with the reason."""
    why = Text.assemble(("why      ", "bright_black"), (legible(sentence.reason), "yellow"))
    return Group(_rule(which, sentence.quote), _shown(sentence.quote, texts), why, _gone_keys())


def _rule(which: str, quote: Quote) -> Rule:
    return Rule(Text(legible(f"{which}, {quote.document}")), align="left")


def _shown(quote: Quote, texts: Mapping[str, str]) -> Text:
    """Return a quote with what stands around it."""
    text = texts.get(quote.document)
    before = after = ""
    if text is not None:
        before = text[max(0, quote.start - AROUND) : quote.start]
        after = text[quote.end : quote.end + AROUND]
    return Text.assemble(
        (legible(_blank(before)).lstrip(), "bright_black"),
        (legible(_blank(quote.text)), "bold"),
        (legible(_blank(after)).rstrip(), "bright_black"),
    )


def _why_a_claim(fact: Fact) -> str:
    """Say why a fact has no values, and what that means."""
    why = _readable(lambda: draft(fact.render(0)), fact.render(0))
    return legible(f"none ({why}): {_OF_CLAIMS}" if isinstance(why, str) else _OF_CLAIMS)


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


def _gone_keys() -> Text:
    return Text.assemble(
        ("t", "bold green"), "ype in what it says  ", ("n", "bold red"), "o, leave it out  ", ("s", "bold"), "kip  ",
        ("u undo  q quit", "bright_black"),
    )  # fmt: skip


def _meanings() -> RenderableType:
    return Group(Text("Is it so? One key; every answer is saved."), *_lines())


def _meanings_of_rest(count: int) -> RenderableType:
    return Text(f"Of {counted(count, 'sentence')} no fact was made. You can type in what one says in your own words.")


def _lines() -> Iterator[RenderableType]:
    for key, meaning in _HELP:
        yield Text.assemble((f"{key}  ", "bold"), meaning)
