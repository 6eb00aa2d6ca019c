"""What a person notes of a run: tags and a note, in a file of its own beside the log, which they never touch."""

from pathlib import Path

import msgspec

from chains.errors import BadInput, MazedomError

ABOUT_FILE = "about.json"
LONGEST = 40
"""Characters of a tag."""


class About(msgspec.Struct):
    """What was noted."""

    tags: list[str] = []
    note: str = ""


def about(folder: Path) -> About:
    """Return what was noted of a run; nothing where the file is not there or can't be read."""
    try:
        return msgspec.json.decode((folder / ABOUT_FILE).read_bytes(), type=About)
    except (OSError, msgspec.DecodeError, RecursionError):
        return About()


def note(folder: Path, add: list[str], remove: list[str], text: str | None) -> About:
    """Add and remove tags, and write a note.

    Args:
        folder: The run's.
        add: Tags.
        remove: Tags.
        text: The note in place of the one that is there; empty: none; None: it stays.

    Raises:
        BadInput: If a tag is no word, or one that is to be removed is not there.
        MazedomError: If it can't be written.
    """
    found = about(folder)
    for tag in add:
        if (
            not tag
            or len(tag) > LONGEST
            or any(sign.isspace() or sign == "," or not sign.isprintable() for sign in tag)
        ):
            raise BadInput(f"{tag!r} is no tag; give a word without spaces and commas, of at most {LONGEST} characters")
    for tag in remove:
        if tag not in found.tags:
            raise BadInput(f"run {folder.name} has no tag {tag!r}; it has {', '.join(found.tags) or 'none'}")
    tags = [*(tag for tag in found.tags if tag not in remove), *(tag for tag in add if tag not in found.tags)]
    made = About(list(dict.fromkeys(tags)), found.note if text is None else text)
    path = folder / ABOUT_FILE
    part = path.with_name(f"{ABOUT_FILE}.new")
    try:
        if made.tags or made.note:
            part.write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n")
            part.replace(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise MazedomError(f"can't write {path}: {error.strerror}") from None
    return made
