"""Names of people and their pseudonyms.

A run's log and worklist call people p1, p2, ... in the order in which they came. Who that is stands in
`people/names.json` beside the log, which is never packed, and which `forget` clears.
"""

from pathlib import Path

import msgspec

from chains.errors import BadInput, LogDamaged
from chains.experiments.people import People
from chains.running.log.records import now
from chains.running.people.storage import locked, replace
from chains.scoring.text.legible import legible

HERE = "me"
"""The name of whoever sits at the terminal and gives none."""


class Entry(msgspec.Struct):
    """One person."""

    name: str | None
    """None: forgotten."""
    consented: str | None = None
    """When they agreed to the consent text, UTC."""
    forgotten: str | None = None
    """When they were forgotten, UTC."""


class Names:
    """Who is behind each pseudonym of a run."""

    def __init__(self, folder: Path, people: People) -> None:
        """Read the names in the worklist's `folder` whenever they are asked for."""
        self._folder, self._people = folder, people
        self._file = folder / "names.json"

    def of(self, who: str) -> str:
        """Return a person's pseudonym; somebody new gets the next one.

        Raises:
            BadInput: If the name can't be one, or all places are taken by others.
        """
        name = check_name(who)
        if (found := _named(self.entries(), name)) is not None:
            return found
        with locked(self._folder):
            entries = self.entries()
            if (found := _named(entries, name)) is not None:
                return found
            number = len(entries) + 1
            if self._people.persons is not None and number > self._people.persons:
                places = "the one place is" if self._people.persons == 1 else f"all {self._people.persons} places are"
                raise BadInput(f"{name!r} has no place in this run: {places} taken by others")
            entries[f"p{number}"] = Entry(name)
            self.write(entries)
            return f"p{number}"

    def known(self, who: str) -> str | None:
        """Return a person's pseudonym; None if they have none yet."""
        return _named(self.entries(), check_name(who))

    def is_here(self, pseudonym: str) -> bool:
        """Return whether that is whoever sits at the terminal and gives no name: they hold what nobody else does."""
        entry = self.entries().get(pseudonym)
        return entry is not None and entry.name == HERE

    def consent_wanted(self, who: str) -> str | None:
        """Return the text that a person must agree to before their first answer; None if nothing is wanted."""
        if not self._people.consent:
            return None
        entry = self.entries().get(self.of(who))
        return self._people.consent if entry is None or entry.consented is None else None

    def consent(self, who: str) -> None:
        """Note that a person has agreed to the text."""
        pseudonym = self.of(who)
        with locked(self._folder):
            entries = self.entries()
            if entries[pseudonym].consented is None:
                entries[pseudonym].consented = now()
                self.write(entries)

    def check_consent(self, who: str) -> None:
        """Refuse a person who has not agreed to the text.

        Raises:
            BadInput: If they must and have not.
        """
        if self.consent_wanted(who) is not None:
            raise BadInput("agree to the text about this study first")

    def forget(self, pseudonym: str) -> None:
        """Remove the name behind a pseudonym; the place stays taken."""
        with locked(self._folder):
            entries = self.entries()
            entries[pseudonym] = Entry(None, entries[pseudonym].consented, now())
            self.write(entries)

    def entries(self) -> dict[str, Entry]:
        """Return everybody, by pseudonym."""
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=dict[str, Entry])
        except FileNotFoundError:
            return {}
        except msgspec.DecodeError as error:
            raise LogDamaged(f"{self._file}: {error}; the file was changed or damaged there") from None

    def write(self, entries: dict[str, Entry]) -> None:
        """Write everybody; the caller holds the lock."""
        replace(self._file, msgspec.json.encode(entries))


def check_name(who: str) -> str:
    """Return a person's name, if it can be one.

    Raises:
        BadInput: If it is empty, too long, or not printable.
    """
    name = " ".join(who.split())
    if not name or len(name) > 80 or legible(name) != name:
        raise BadInput(f"a person can't be called {legible(who[:80])!r}; give a short name, as in --as anna")
    return name


def _named(entries: dict[str, Entry], name: str) -> str | None:
    return next((pseudonym for pseudonym, entry in entries.items() if entry.name == name), None)
