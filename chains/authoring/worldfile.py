"""World files made from documents: proposals, quotes, and a person's answer to each.

The file is saved whole after every answer, and keeps a person's own edits. It is a world file from the start, so a run
may use it at any time. A refused fact stays in the file, so that nobody is asked about it again; it is no part of the
world.
"""

import os
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Self

import tomlkit
import tomlkit.items
from pydantic import ValidationError
from tomlkit.exceptions import TOMLKitError

from chains.authoring.proposing import Candidate, LeftOut, Proposals, Text
from chains.errors import BadInput, MazedomError
from chains.worlds.facts.ledger import Fact, Slot, Valence
from chains.worlds.facts.sources import Quote
from chains.worlds.files.source_documents import digest
from chains.worlds.files.world_file import read_world
from chains.worlds.files.world_file_values import slot_of
from chains.worlds.world import World

SETTING = "documents"
_ABOUT = """\
A world taken from documents. Every fact has its quote; one whose status is "unverified" was proposed and nobody has
confirmed it: results made on this file say so. Edit what you like, and set a status to "confirmed" or "refused", or
let yourself be asked:  mazedom world confirm {name}
How values are written: chains/worlds/files/world_file.py."""


class WorldFile:
    """A world file on the disk, and its changes that are not saved yet."""

    def __init__(self, path: Path, content: tomlkit.TOMLDocument, stands: bytes | None) -> None:
        """Hold a file's content.

        Args:
            path: The file.
            content: Its content, perhaps changed.
            stands: The bytes on the disk; None if there is no file yet.
        """
        self.path = path
        self._content = content
        self._stands = stands

    @classmethod
    def of(cls, path: Path) -> Self:
        """Open a world file.

        Raises:
            BadInput: If it can't be read as a world, or has no quotes to confirm.
        """
        world = read_world(path)
        if world.sources is None:
            raise BadInput(f"{path} has no quotes from documents, so there is nothing to confirm")
        stands = path.read_bytes()
        try:
            return cls(path, tomlkit.parse(stands.decode()), stands)
        except TOMLKitError as error:
            raise BadInput(f"{path} can't be read as TOML; {error}") from None

    @classmethod
    def made(
        cls, path: Path, title: str, proposals: Proposals, documents: Sequence[tuple[Text, Path]], by: str
    ) -> Self:
        """Return a new file of proposals; it is not written yet.

        Args:
            path: Where it will be written.
            title: The subject of reports, as the seats are told.
            proposals: The proposed facts.
            documents: The documents they come from, with their paths.
            by: Who proposed them: "rules", or a model's name.
        """
        content = tomlkit.document()
        for line in _ABOUT.format(name=path.name).splitlines():
            content.add(tomlkit.comment(line))
        content.add(tomlkit.nl())
        content["title"] = title
        content["setting"] = SETTING
        content["proposed"] = {"by": by, "left_out": dict(proposals.left_out.most_common())}
        if proposals.names:
            content["renamed"] = dict(proposals.names)
        content["documents"] = _tables(_document(text, place, path) for text, place in documents)
        content["facts"] = _tables(_fact(candidate) for candidate in proposals.facts)
        if proposals.sentences:
            content["left_out"] = _tables(
                {"reason": one.reason, "quote": _inline(one.quote)} for one in proposals.sentences
            )
        return cls(path, content, None)

    @property
    def facts(self) -> list[Any]:
        """The tables of all facts, refused ones too; to change a table changes the file's content."""
        return list(self._content["facts"])

    @property
    def renamed(self) -> Mapping[str, str]:
        """The invented name of each name in the documents."""
        return {str(old): str(new) for old, new in self._content.get("renamed", {}).items()}

    @property
    def documents(self) -> dict[str, str]:
        """The digest of each document, by name."""
        return {str(table["name"]): str(table["sha256"]) for table in self._content.get("documents", [])}

    @property
    def places(self) -> dict[str, Path]:
        """The path of each document, by name."""
        tables = self._content.get("documents", [])
        return {str(table["name"]): self.path.parent / str(table["path"]) for table in tables if "path" in table}

    @property
    def left_out(self) -> dict[str, int]:
        """Number of sentences left out when the file was made, by reason."""
        proposed = self._content.get("proposed", {})
        return {str(reason): int(count) for reason, count in proposed.get("left_out", {}).items()}

    @property
    def sentences(self) -> list[LeftOut]:
        """The sentences left out, each with the reason; those that a person made a fact of are none any more."""
        return [self._left_out(table) for table in self._gone]

    @property
    def unseen(self) -> list[LeftOut]:
        """The sentences left out that a person has not said to leave out too."""
        return [self._left_out(table) for table in self._gone if table.get("status") != "refused"]

    @property
    def _gone(self) -> list[Any]:
        return list(self._content.get("left_out", []))

    def _left_out(self, table: Any) -> LeftOut:
        try:
            return LeftOut(Quote.model_validate(_plain(table["quote"])), str(table["reason"]))
        except (ValidationError, KeyError, TypeError):
            raise BadInput(
                f"{self.path}: a table [[left_out]] has no reason, or no quote that can be read; mend it or take it out"
            ) from None

    @property
    def open(self) -> list[int]:
        """Places of the facts that nobody has confirmed or refused."""
        return [place for place, table in enumerate(self.facts) if table.get("status") == "unverified"]

    def count(self, status: str) -> int:
        """Return the number of facts with a status."""
        return sum(table.get("status") == status for table in self.facts)

    def world(self) -> World:
        """Return the world that the file on the disk holds."""
        return read_world(self.path)

    def confirm(self, place: int, valence: Valence, severity: int) -> None:
        """Confirm a fact with the valence and severity that a person gave it; it is on the disk before this returns."""
        table = self.facts[place]
        table["valence"], table["severity"], table["status"] = valence, severity, "confirmed"
        self.save()

    def set_status(self, place: int, status: str) -> None:
        """Set a fact to refused, or to unverified again; it is on the disk before this returns."""
        self.facts[place]["status"] = status
        self.save()

    def reword(self, place: int, fact: Fact) -> None:
        """Replace a fact but keep its quote, status and valence; it is on the disk before this returns."""
        table = self.facts[place]
        said = _said(fact)
        for key in _SAID:
            if key in table and key not in said:
                del table[key]
        for key, value in said.items():
            table[key] = value
        self.save()

    def refuse(self, sentence: LeftOut, *, again: bool = False) -> None:
        """Keep that a person leaves a sentence out too, or `again` does not; it is on the disk before this returns."""
        table = self._gone[self.sentences.index(sentence)]
        if again:
            table.pop("status", None)
        else:
            table["status"] = "refused"
        self.save()

    def take_in(self, sentence: LeftOut, fact: Fact) -> int:
        """Make a fact of a sentence left out; return the fact's place. It is on the disk before this returns."""
        names = {str(one.get("id", "")) for one in self.facts}
        number = next(number for number in count(len(names) + 1) if f"F{number:02d}" not in names)
        candidate = Candidate(sentence.quote, fact.model_copy(update={"id": f"F{number:02d}"}))
        del self._content["left_out"][self.sentences.index(sentence)]
        self._content["facts"].append(_table(_fact(candidate)))
        self.save()
        return len(self.facts) - 1

    def take_out(self, sentence: LeftOut) -> None:
        """Make the last fact a sentence left out again; it is on the disk before this returns."""
        del self._content["facts"][len(self.facts) - 1]
        if "left_out" not in self._content:
            self._content["left_out"] = tomlkit.aot()
        self._content["left_out"].append(_table({"reason": sentence.reason, "quote": _inline(sentence.quote)}))
        self.save()

    def quote(self, place: int) -> Quote:
        """Return a fact's quote."""
        return Quote.model_validate(_plain(self.facts[place]["quote"]))

    def save(self) -> None:
        """Write the file whole or not at all.

        Raises:
            MazedomError: If it can't be written, or another program has changed it since it was read.
        """
        content = tomlkit.dumps(self._content).encode()
        now = self.path.read_bytes() if self.path.exists() else None
        if now != self._stands:
            raise MazedomError(
                f"{self.path} was changed by another program while it was open here, so the last answer was not "
                "written; begin again with mazedom world confirm"
            )
        draft = self.path.with_name(f".{self.path.name}.new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)
        except OSError as error:
            raise MazedomError(f"can't write {self.path}: {error.strerror}") from None
        self._stands = content


def _plain(item: Any) -> Any:
    return item.unwrap() if isinstance(item, tomlkit.items.Item) else item


def _tables(rows: Any) -> tomlkit.items.AoT:
    out = tomlkit.aot()
    for row in rows:
        out.append(_table(row))
    return out


def _table(row: Mapping[str, Any]) -> tomlkit.items.Table:
    table = tomlkit.table()
    for key, value in row.items():
        table[key] = value
    return table


def _inline(quote: Quote) -> tomlkit.items.InlineTable:
    table = tomlkit.inline_table()
    table.update(quote.model_dump())
    return table


def _document(text: Text, place: Path, file: Path) -> dict[str, str]:
    path = os.path.relpath(place.resolve(), file.resolve().parent)
    return {"name": text.name, "path": Path(path).as_posix(), "sha256": digest(text.content)}


def _fact(candidate: Candidate) -> dict[str, Any]:
    fact = candidate.fact
    said = _said(fact)
    slots = {"slots": said.pop("slots")} if fact.slots else {}
    standing = {
        "valence": fact.valence,
        "severity": fact.severity,
        "status": "unverified",
        "quote": _inline(candidate.quote),
    }
    return {"id": fact.id, **said, **standing, **slots}


_SAID = ("claim", "subject", "aliases", "topic", "renderings", "vague", "slots")
"""The keys of a fact's table that say it."""


def _said(fact: Fact) -> dict[str, Any]:
    """Return the wording and slots of a fact as a file holds them."""
    if not fact.slots:
        return {"claim": fact.render(0), "subject": fact.subject}
    renderings = tomlkit.array()
    renderings.extend(fact.templates)
    slots = tomlkit.table()
    for slot in fact.slots:
        slots[slot.name] = _slot(slot)
    return {
        "subject": fact.subject,
        **({"aliases": list(fact.aliases)} if fact.aliases else {}),
        "topic": list(fact.topic),
        "renderings": renderings.multiline(True),
        **({"vague": list(fact.vague)} if fact.vague else {}),
        "slots": slots,
    }


def _slot(slot: Slot) -> Any:
    """Return a slot as people write it, or as a table if that would be read as another slot."""
    try:
        if slot_of(slot.name, {"value": slot.text}) == slot:
            return slot.text
    except ValueError:
        pass
    table = tomlkit.inline_table()
    table.update({"kind": slot.kind, **slot.model_dump(exclude={"name", "kind"}, exclude_defaults=True)})
    return table
