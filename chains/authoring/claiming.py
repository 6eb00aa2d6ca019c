"""Make a claim of a sentence that has no typed value: a cause, a denial, a skipped step, somebody's opinion.

The sentence stays as it is, so all that is asked of it is that it says something by itself. One about "it" or "this"
says nothing without the sentence before it, and a question or a heading claims nothing.
"""

from chains.authoring.subject_finder import Untyped, is_verb, subject_in
from chains.scoring.facts.claims import content_of
from chains.scoring.text.ledger_stems import STOP, bag
from chains.scoring.text.number_words import numeral
from chains.scoring.text.sentences import sentences_of
from chains.scoring.text.tokens import Token, tokens_of
from chains.worlds.facts.ledger import Fact

MOST_TOKENS = 60
_FEWEST_WORDS = 3
_POINTERS = bag("it he she they this that these those its his her their them him")
_OPENING = bag("all none both neither some each most many few one two three half any several either the first last")
"""Words before "of them", "of these"."""
_ASIDE = bag("however therefore moreover also besides so then still afterwards meanwhile furthermore thus and but")
_PEOPLE = bag("nobody everybody somebody everyone someone anyone one there we i you")
_POLITE = bag("thank thanks dear hello hi please regards sincerely welcome best kind")
_LEADS = bag("about around roughly approximately nearly almost some the a an of out all")
"""Words before what a sentence counts: "about 40,000 customers"."""
MOST_TOPIC = 4


def claim(text: str, subject: str | None = None) -> Fact:
    """Return a claim; its id is a placeholder, and it is neutral, as only a person can say whether it is bad news.

    Args:
        text: The sentence.
        subject: What it is about, in its own words, if a person or model named it; None finds it by rule.

    Raises:
        Untyped: If it says nothing by itself; the message is the reason.
    """
    tokens = sentence_in(text)
    check_stands_alone(tokens)
    about = _clean(subject or _subject(tokens, text))
    sentence = " ".join(_clean(text).split()).rstrip(" ,;:")
    sentence = sentence[:1].upper() + sentence[1:]
    sentence += "" if sentence.endswith((".", "!")) else "."
    escaped = sentence.replace("{", "{{").replace("}", "}}")
    named = content_of(tuple(tokens_of(about)))
    topic = [token.low for token in tokens if token.kind == "word" and token.stem in content_of(tokens) - named]
    return Fact(
        id="F",
        subject=about,
        topic=tuple(dict.fromkeys(topic))[:MOST_TOPIC],
        slots=(),
        templates=(escaped, f"To note: {escaped}"),
        valence="neutral",
        severity=1,
    )


def sentence_in(text: str) -> tuple[Token, ...]:
    """Return the tokens of a text that is one sentence and claims something.

    Raises:
        Untyped: If it is no sentence, or a question, a heading or a fragment.
    """
    sentences = sentences_of(text)
    if len(sentences) != 1:
        raise Untyped("not one sentence to the instrument")
    tokens = sentences[0].placed
    if tokens[-1].text == "?":
        raise Untyped("a question")
    number = numeral(tokens, 0)
    if number is not None and number.last < len(tokens) and tokens[number.last].text == ":":
        raise Untyped("a heading or a fragment")
    if tokens[-1].text == ":" or sum(token.kind != "mark" for token in tokens) < _FEWEST_WORDS:
        raise Untyped("a heading or a fragment")
    return tokens


def check_stands_alone(tokens: tuple[Token, ...]) -> None:
    """Refuse a sentence that says nothing without the one before it.

    Raises:
        Untyped: If it has no verb, is about a pronoun, or is too long.
    """
    if len(tokens) > MOST_TOKENS:
        raise Untyped("too long for one statement")
    if tokens[0].low in _POLITE:
        raise Untyped("a greeting or a request")
    if not any(is_verb(tokens, at) for at in range(1, len(tokens))):
        raise Untyped("a heading or a fragment")
    for at, token in enumerate(tokens):
        if token.low in _POINTERS and not _expletive(tokens, at):
            raise Untyped("its subject is only a pronoun")
        if token.kind == "code" or token.low in _PEOPLE or (_noun(token) and token.low not in _OPENING):
            return


def _noun(token: Token) -> bool:
    return token.kind == "word" and token.low not in STOP and token.low not in _ASIDE


def _expletive(tokens: tuple[Token, ...], at: int) -> bool:
    """Whether "it" stands for what follows: "it was decided that", "it is not known whether"."""
    rest = [token.low for token in tokens[at + 1 :]]
    return tokens[at].low == "it" and bool({"that", "whether", "to"} & set(rest[1:8]))


def _subject(tokens: tuple[Token, ...], text: str) -> str:
    """Return what a sentence is about: its subject, else all before its verb, else the whole of it."""
    try:
        first, last = subject_in(tokens)
    except Untyped:
        first = 0
        last = next((at for at in range(1, len(tokens)) if is_verb(tokens, at)), len(tokens))
        while first < last - 1 and (tokens[first].low in _LEADS or numeral(tokens, first) is not None):
            first += 1
    said = text[tokens[first].start : tokens[last - 1].end].strip()
    return said.removesuffix("'s").removesuffix("’s")


def _clean(text: str) -> str:
    return text.replace("*", "").replace("`", "")
