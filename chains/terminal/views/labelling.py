"""A person labels pairs at the terminal, one key each, without seeing what the instrument or a judge reads."""

import re
from collections.abc import Callable, Sequence

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.text import Text

from chains.fates import FATES, Fate
from chains.scoring.text.legible import legible
from chains.terminal.views.output import progress
from chains.terminal.views.run_tables import FATE_STYLE
from chains.terminal.views.terminal_keys import Keys
from chains.validation.labels import LabelFile
from chains.validation.pairs import Pair, Pairs

FATE_OF_KEY: dict[str, Fate] = {fate[0]: fate for fate in FATES}
MEANING: dict[Fate, str] = {
    "kept": "stated, every number, date, name and direction right, in any words",
    "blurred": "mentioned, but a number, date, name or direction is gone or vague",
    "altered": "another value in its place, or its value said of something else",
    "inverted": "its direction turned round: late became early",
    "omitted": "not mentioned",
}
_WORD = re.compile(r"[^\W_]+(?:[-.,:/'][^\W_]+)*")
_COMMON = frozenset(("the", "and", "was", "were", "are", "has", "have", "had", "for", "with", "from", "that", "than"))


def label_pairs(pairs: Pairs, drawn: Sequence[Pair], file: LabelFile) -> bool:
    """Ask for each pair that the file does not have; saved after every key.

    Args:
        pairs: The run's.
        drawn: What to label, in the order in which it is shown.
        file: The person's, open.

    Returns:
        Whether all of them are labelled now.
    """
    left = [pair for pair in drawn if pair.id not in file.labels]
    progress.print(_meanings())
    with Keys() as keys:
        while left:
            pair = left[0]
            progress.print(_card(pairs, pair, f"{len(drawn) - len(left) + 1} of {len(drawn)}"))
            pressed = _pressed(keys.next, pairs, pair)
            if pressed == "q":
                return False
            if pressed == "u":
                name = file.withdraw()
                if name is None:
                    progress.print("there is nothing to undo")
                elif name in pairs.by_id:
                    left = [pairs.by_id[name], *(other for other in left if other.id != name)]
                continue
            fate = FATE_OF_KEY.get(pressed)
            file.add(pair.id, fate, pairs.message(pair))
            progress.print(Text(fate or "unsure", FATE_STYLE[fate] if fate else "yellow"))
            left = left[1:]
    return True


def _pressed(key: Callable[[], str], pairs: Pairs, pair: Pair) -> str:
    """Wait for a key that decides something: a fate's letter, ? for unsure, u for undo, q for quit."""
    while True:
        pressed = key()
        if pressed in FATE_OF_KEY or pressed in ("?", "u", "q"):
            return pressed
        if pressed == "l":
            facts = pairs.record.worlds[pair.world].facts
            progress.print(Text("\n".join(f"  {fact.render(0)}" for fact in facts), "bright_black"))
        elif pressed:
            progress.print(_keys())


def _card(pairs: Pairs, pair: Pair, which: str) -> RenderableType:
    """Return a statement and a message; words of the statement that stand in the message are underlined."""
    statement = pairs.statement(pair).render(0)
    message = Text(legible(pairs.message(pair).strip()))
    words = {word.casefold() for word in _WORD.findall(statement)}
    for found in _WORD.finditer(message.plain):
        word = found[0].casefold()
        if word in words and word not in _COMMON and (len(word) > 2 or word[0].isdigit()):
            message.stylize("underline", *found.span())
    return Group(Rule(which, align="left"), Text(statement, "bold"), Text("became, in this message:"), message, _keys())


def _keys() -> Text:
    parts: list[tuple[str, str]] = []
    for fate in FATES:
        parts += [(fate[0], f"bold {FATE_STYLE[fate]}"), (f"{fate[1:]}  ", "default")]
    parts.append(("? unsure  u undo  l ledger  q quit", "bright_black"))
    return Text.assemble(*parts)


def _meanings() -> RenderableType:
    lines = [Text.assemble((f"{fate:<9}", FATE_STYLE[fate]), meaning) for fate, meaning in MEANING.items()]
    return Group(Text("What became of the statement in the message? One key; every key is saved."), *lines)
