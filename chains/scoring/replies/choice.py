"""Which option a reply chooses, and which one an order orders.

A choice is asked for as JSON. Where an endpoint can't be held to that, the reader
also takes JSON inside other text, a marked line ("Decision: B"), or the one option
that the text names. A reply that chooses none, or several, is *unreadable*: an
outcome with its own count, never a guess.

An order is free text. It orders the one option that it names. A text without any
of the options' own words orders nothing. A text with some of these words that does
not name exactly one option is unreadable.

The text is only read; instructions in it ("ignore your instructions") have no
effect.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from chains.scoring.text.ledger_stems import STOP
from chains.scoring.text.nearly_json import before_the_cut, outside_strings, read_nearly
from chains.scoring.text.negation import negated
from chains.scoring.text.sentences import Sentence, sentences_of
from chains.scoring.text.tokens import Token, tokens_of

CHOICES = "choices-3"
"""Version of these rules: any change of what is read changes it."""

KEYS = ("option", "decision", "choice", "action", "answer")
"""The keys under which a JSON reply may name its option."""
NAMED = 0.6
"""Share of an option's own words that names it, if its wording does not stand there word for word."""
HALF = 0.5
"""Share at which another option is named too, so that the text is unreadable."""
MOST = 0.7
"""Share of all of an option's words that name it where half of its own words stand there and none of any other's:
"start the series now", of "start the whole series now"."""
FARTHEST = 41
"""How many words before a word may deny it; `negation` reaches no farther."""
DEEPEST = 40
"""Most JSON objects looked for in one reply; a reply full of brackets must not take forever."""

_MARKED = re.compile(
    r"(?:^|\n)[\s>*_#-]*(?:my |our |the |final )*(?:option|decision|choice|action|answer|order)"
    r"(?: is| would be)?\b[\s*_:=-]*(.{1,200})",
    re.IGNORECASE,
)
_BOXED = re.compile(
    r"\\boxed\{\s*(?:\\text\{)?([^{}]{1,200})\}|<(answer|option|decision|choice|final)>\s*([^<>]{1,200}?)\s*</\2>",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[\s*_\"'(\[]*(?:(?i:option)\s+)?([A-Za-z])(?![A-Za-z'’])[\s*_\"')\].:,;-]*")


class Choosable(Protocol):
    """Something that can be chosen: an executive's option, a worker's action."""

    @property
    def id(self) -> str:
        """Its name in the log."""

    @property
    def text(self) -> str:
        """Its wording in an order."""

    @property
    def also(self) -> tuple[str, ...]:
        """Other wordings of it."""


class Choice(NamedTuple):
    """What was read: an option, nothing ordered, or nothing readable."""

    option: str | None
    """The id of the option; None if there is none or it can't be read."""
    how: Literal["json", "marked", "named", "silent", "unreadable"]
    why: str = ""
    """For people: what it was read from, or why it could not be read."""

    @property
    def readable(self) -> bool:
        """Whether it is known what the text chooses or orders, even if that is nothing."""
        return self.how != "unreadable"


def read_choice(text: str | None, options: Mapping[str, Choosable]) -> Choice:
    """Read which option a reply chooses.

    Args:
        text: The reply; None if there was none.
        options: The options by the letter under which they were shown.
    """
    if text is None or not text.strip():
        return Choice(None, "unreadable", "there is no reply")
    for how, found in (("json", _in_json(text, options)), ("marked", _marked(text, options))):
        if len(found) == 1:
            return Choice(next(iter(found)), how, "")  # type: ignore[arg-type]
        if found:
            return Choice(None, "unreadable", f"it chooses {' and '.join(sorted(found))}")
    named = read_order(text, tuple(options.values()))
    return named if named.option else Choice(None, "unreadable", named.why or "it names none of the options")


def read_order(text: str | None, options: Sequence[Choosable], beside: str = "") -> Choice:
    """Read which option an order orders.

    Args:
        text: The order; None if there was none.
        options: What can be ordered.
        beside: Other content of the order, whose words don't indicate an option ("keep" of "keep shut", if
            something else must be kept below a limit).
    """
    if text is None or not text.strip():
        return Choice(None, "silent", "there is no order")
    named = {option.id for option in options if any(_stands(wording, text) for wording in (option.text, *option.also))}
    if not named:
        shares = _shares(text, options, beside)
        named = {name for name, share in shares.items() if share >= NAMED}
        if named:
            named |= {name for name, share in shares.items() if share >= HALF}
        elif not any(shares.values()):
            return Choice(None, "silent", "no option is spoken of")
        else:
            named = _mostly(text, options, shares)
    if len(named) == 1:
        return Choice(next(iter(named)), "named", "")
    said = f"it names {' and '.join(sorted(named))}" if named else "it has words of the options and names none"
    return Choice(None, "unreadable", said)


def _in_json(text: str, options: Mapping[str, Choosable]) -> set[str]:
    """Return the options that JSON objects in the text choose, at their outermost level."""
    chosen: set[str] = set()
    for plain in objects_in(text):
        values = {str(key).lower(): value for key, value in plain.items()}
        value = next((told for key in KEYS if (told := _told(values.get(key))) is not None), None)
        option = None if value is None else _meant(value, options)
        if option is not None:
            chosen.add(option)
            chosen |= _nothing_but(values.get("reason"), options)
    return chosen


def _told(value: Any) -> str | None:
    """Return the text in a value: the value itself, the only item of a list, or what an object inside names."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, Mapping):
        values = {str(key).lower(): inner for key, inner in value.items()}
        value = next((values[key] for key in KEYS if isinstance(values.get(key), str)), None)
    return value if isinstance(value, str) else None


def _nothing_but(reason: object, options: Mapping[str, Choosable]) -> set[str]:
    """Return the option whose letter or wording is the whole reason: such a reason chooses it too.

    {"reason": "release the system", "option": "B"}, where B is to pause, chooses both. A reason that says more may
    name an option in order to speak against it.
    """
    if not isinstance(reason, str):
        return set()
    bare = re.sub(r"^[A-Za-z][.):]\s+", "", reason.strip()).strip(" .,;:!\"'").lower()
    letter = bare.upper() if len(bare) == 1 else ""
    if letter in options:
        return {options[letter].id}
    return {option.id for option in options.values() if bare in {word.lower() for word in (option.text, *option.also)}}


def objects_in(text: str) -> list[dict[str, Any]]:
    """Return the JSON objects that a text holds, the outermost ones, in order."""
    found: list[dict[str, Any]] = []
    at = 0
    for _ in range(DEEPEST):
        start = text.find("{", at)
        if start < 0:
            break
        end = _closed(text, start)
        at = start + 1
        try:
            plain = before_the_cut(text[start:]) if end is None else read_nearly(text[start:end])
        except ValueError:
            continue
        if end is None:
            if isinstance(plain, dict) and plain:
                return [*found, plain]
            continue
        if isinstance(plain, dict):
            found.append(plain)
            at = end
    return found


def _closed(text: str, start: int) -> int | None:
    """Return where the object that begins at `start` ends, brackets in strings left out; None if it does not."""
    depth = 0
    for at, letter in outside_strings(text[start:]):
        if letter in "{}":
            depth += 1 if letter == "{" else -1
            if depth == 0:
                return start + at + 1
    return None


def _marked(text: str, options: Mapping[str, Choosable]) -> set[str]:
    """Return the options that marked lines choose: "Decision: B", or a reply that is a letter alone."""
    whole = _LETTER.fullmatch(text.strip())
    said = [match[1] for match in _MARKED.finditer(text)] + ([text.strip()] if whole else [])
    said += [match[1] or match[3] for match in _BOXED.finditer(text)]
    return {option for option in (_meant(words, options) for words in said) if option is not None}


def _meant(words: str, options: Mapping[str, Choosable]) -> str | None:
    """Return the option that a value stands for: its letter, its id, or its wording."""
    bare = words.strip().strip("\"'*_.").strip()
    for option in options.values():
        if bare.lower() == option.id:
            return option.id
    named = read_order(words, tuple(options.values()))
    if named.option:
        return named.option
    letter = _LETTER.match(words)
    return options[letter[1].upper()].id if letter and letter[1].upper() in options and _alone(words, letter) else None


def _alone(words: str, letter: re.Match[str]) -> bool:
    """Whether a letter stands for an option, and is not the first word of a sentence ("A careful look shows ...")."""
    after = words[letter.end() :].strip()
    return not after or letter[0].rstrip()[-1:] in ").:,;]*\"'" or letter[0].lower().lstrip().startswith("option")


def _stands(wording: str, text: str) -> bool:
    """Whether a text contains a wording word for word, not denied."""
    wanted = [token.low for token in tokens_of(wording) if token.kind != "mark"]
    for sentence in sentences_of(text):
        tokens = sentence.tokens
        words = [(at, token.low) for at, token in enumerate(tokens) if token.kind != "mark"]
        for start in range(len(words) - len(wanted) + 1):
            if [low for _, low in words[start : start + len(wanted)]] == wanted:
                first = words[start][0]
                if not _denied(sentence, first):
                    return True
    return False


def _shares(text: str, options: Sequence[Choosable], beside: str) -> dict[str, float]:
    """Return for each option the largest share of its own words in one sentence, not denied."""
    common = {token.stem for token in tokens_of(beside)}
    own = {name: words - common for name, words in _own_words(options).items()}
    telling = set().union(*own.values())
    shares = dict.fromkeys(own, 0.0)
    for sentence in sentences_of(text):
        said = {
            token.stem
            for at, token in enumerate(sentence.tokens)
            if token.stem in telling and not _denied(sentence, at)
        }
        for name, words in own.items():
            shares[name] = max(shares[name], len(words & said) / len(words) if words else 0.0)
    return shares


def _mostly(text: str, options: Sequence[Choosable], shares: Mapping[str, float]) -> set[str]:
    """Return the only option with half of its own words in a text, if one sentence has most of all its words."""
    spoken = [option for option in options if shares[option.id] >= HALF]
    if len(spoken) != 1:
        return set()
    (option,) = spoken
    words = {token.stem for token in _content(tokens_of(option.text))}
    for sentence in sentences_of(text):
        said = {token.stem for at, token in enumerate(sentence.tokens) if not _denied(sentence, at)}
        if len(words & said) >= MOST * len(words):
            return {option.id}
    return set()


def _own_words(options: Sequence[Choosable]) -> dict[str, set[str]]:
    """Return for each option the stems that it has and no other option has."""
    stems = {option.id: {token.stem for token in _content(tokens_of(option.text))} for option in options}
    return {
        name: words - set().union(*(others for other, others in stems.items() if other != name))
        for name, words in stems.items()
    }


def _content(tokens: Sequence[Token]) -> list[Token]:
    return [token for token in tokens if token.kind != "mark" and (token.low not in STOP or token.low in _TELLING)]


_TELLING = frozenset({"all", "both", "now", "only", "off", "over", "under", "further", "again"})
"""Words with little content elsewhere that may distinguish options."""


def _denied(sentence: Sentence, at: int) -> bool:
    """Whether the words from a token on are denied within their clause."""
    clause = max(cut for cut in sentence.cuts if cut <= at)
    return negated(sentence.tokens, at, max(clause, at - FARTHEST))
