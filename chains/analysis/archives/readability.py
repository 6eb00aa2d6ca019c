"""How hard a text is to read: the Gunning fog index, as the Telephone Game measured it.

    fog = 0.4 * (words / sentences + 100 * hard words / words)

Robert Gunning, The Technique of Clear Writing, 1952. What counts as a sentence
and as a hard word is taken from textstat 0.7.3, which the Telephone Game's
difficulties were measured with: its later versions download a dictionary when
they are used, and it can't be installed beside a present setuptools.
"""

import re
from functools import lru_cache

from pyphen import Pyphen

SYLLABLES = 3
"""From so many on, a word that is not everybody's is hard."""
TOKEN = re.compile(r"[\w='‘’]+")
SENTENCE = re.compile(r"\b[^.!?]+[.!?]*")
PUNCTUATION = re.compile(r"[^\w\s]")
SHORT = 2
"""Words up to which a sentence is no sentence: a heading, an abbreviation's dot."""

EASY = frozenset(
    """
    accident adventure afternoon afterward afterwards alligator america american animal another attention automobile
    awfully battleship beautiful beautify becoming beginning bicycle blackberry blueberry bookkeeper buffalo bumblebee
    buttercup butterfly buttermilk butterscotch buttonhole cabinet calendar candlestick capital carelessness carpenter
    caterpillar cereal certainly champion cigarette citizen company conductor cowardly cranberry dangerous december
    diamond difference different direction discover dressmaker electricity enemy engineer envelope everybody everyday
    everyone everything everywhere excited exciting factory family february finally firecracker fisherman following
    forgotten furniture general gentleman gentlemen geography gingerbread godmother gooseberry government grandchildren
    granddaughter grandfather grandmother gunpowder handkerchief handwriting happily happiness hickory history holiday
    honeybee honeymoon hospital however important impossible indian interested interesting january jellyfish liberty
    locomotive machinery magazine manager multiply neighborhood nevermore newspaper november october officer
    old-fashioned otherwise passenger peppermint pocketbook policeman possible powerful really remember satisfactory
    saturday schoolmaster separate september settlement seventeen seventy several shoemaker strawberry sunflower
    tablespoon terrible thanksgiving tobacco together tomorrow tricycle umbrella understand underwear unfinished
    unfriendly unhappy unpleasant unwilling victory violet visitor watermelon waterproof whenever wonderful woodpecker
    yesterday
    """.split()  # noqa: SIM905  a hundred and sixty quotes would hide the words
)
"""Words of three syllables or more on the Dale-Chall list of 1948: almost everybody knows them."""


def fog(text: str) -> float:
    """Return the Gunning fog index, 0 or more; about the years of school that a reader needs. 0 without a word.

    Each hard word counts once however often it is used, as in textstat.
    """
    words = _words(text)
    if not words:
        return 0.0
    sentences = sum(_words(sentence) > SHORT for sentence in SENTENCE.findall(text))
    hard = sum(_is_hard(word) for word in set(TOKEN.findall(text.lower())))
    return 0.4 * (words / max(sentences, 1) + 100 * hard / words)


def _words(text: str) -> int:
    return len(PUNCTUATION.sub("", text).split())


@lru_cache(maxsize=65_536)
def _is_hard(word: str) -> bool:
    # As textstat has it: the hyphenation of American English has a place between each two syllables that it splits.
    spoken = PUNCTUATION.sub("", word)
    return word not in EASY and bool(spoken) and len(_hyphenation().positions(spoken)) + 1 >= SYLLABLES


@lru_cache(maxsize=1)
def _hyphenation() -> Pyphen:
    return Pyphen(lang="en_US")
