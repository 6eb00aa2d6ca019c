"""Who writes and who is named in documents, and the filler that they write."""

import re
from collections.abc import Iterator

from chains.rng import Draw
from chains.worlds.documents.wordings import drawn, table
from chains.worlds.world import World

_COLLEAGUES = 9
"""How many people write one worker's documents, or are named in them."""
_WORD = re.compile(r"[A-Za-z]+")


class People:
    """The people of one worker's documents; none has a name that the world uses."""

    def __init__(self, world: World, draw: Draw) -> None:
        """Draw who they are."""
        spoken = set(_WORD.findall(world.title + " ".join(fact.render(0) for fact in world.facts)))
        names = table("people")["names"]
        able = [name for name in draw.shuffled(names["first"]) if name not in spoken]
        self.names = able[:_COLLEAGUES]
        self.surnames = draw.shuffled(names["last"])
        self.setting = world.setting
        numbers = {int(slot.value) for fact in world.facts for slot in fact.slots if slot.kind in ("number", "count")}
        self._numbers = (number for number in draw.from_the_end(range(2103, 9870)) if number not in numbers)
        self.letters = draw.choice(("KT", "QN", "RW", "SB", "UV"))

    def full(self, name: str) -> str:
        """Return a person's first and last name."""
        return f"{name} {self.surnames[self.names.index(name)]}"

    def ticket(self) -> str:
        """Return the number of a new ticket: "KT-4821"."""
        return f"{self.letters}-{next(self._numbers)}"

    def filler(self, draw: Draw) -> Iterator[str]:
        """Yield sentences that say nothing about any fact, with holes for two people; all before any comes again."""
        lists = table("filler")
        here = [*lists["general"]["lines"], *lists.get(self.setting, {}).get("lines", ())]
        while True:
            for line in draw.shuffled(here):
                yield drawn(line, draw)
