"""Files of an archive, one after another, from a folder, a tar file or alone; nothing is unpacked to disk."""

import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import orjson

from chains.errors import BadInput, LogDamaged

LARGEST = 256 * 2**20
"""Bytes of the largest file read; a compressed archive can claim any size."""
TAR_ENDINGS = (".tar", ".tar.xz", ".tar.gz", ".tar.bz2", ".txz", ".tgz")


class File(NamedTuple):
    """One file of an archive."""

    path: PurePosixPath
    """Within the archive."""
    where: str
    """For errors: the archive and the path in it."""
    content: bytes

    def json(self) -> dict[str, Any]:
        """Return the JSON object in the file.

        Raises:
            LogDamaged: If there is none.
        """
        try:
            found = orjson.loads(self.content)
        except orjson.JSONDecodeError as error:
            raise LogDamaged(f"{self.where}: no JSON ({error}); get the whole file again") from error
        if not isinstance(found, dict):
            raise LogDamaged(f"{self.where}: holds a {type(found).__name__} where a JSON object belongs")
        return found


def files(path: Path, wanted: Callable[[PurePosixPath], bool]) -> Iterator[File]:
    """Yield the wanted files, by path in a folder and in the archive's own order in a tar file.

    Hidden files are passed over. A tar file in a folder is read as if it were unpacked there.

    Raises:
        BadInput: If there is nothing at `path`, or it can't be opened.
        LogDamaged: If a tar file breaks off or is none, or one of its files is larger than `LARGEST`.
    """

    def is_wanted(name: PurePosixPath) -> bool:
        return not name.name.startswith(".") and wanted(name)

    try:
        if path.is_dir():
            yield from _in_folder(path, is_wanted)
        elif path.name.lower().endswith(TAR_ENDINGS):
            yield from _in_tar(path, is_wanted)
        elif is_wanted(PurePosixPath(path.name)):
            yield File(PurePosixPath(path.name), str(path), path.read_bytes())
        else:
            path.stat()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadInput(f"can't read {str(path)!r}: {reason}; give a folder or a .tar.xz file") from error


def _in_folder(folder: Path, wanted: Callable[[PurePosixPath], bool]) -> Iterator[File]:
    for path in sorted(folder.rglob("*")):
        inside = PurePosixPath(path.relative_to(folder).as_posix())
        if not path.is_file():
            continue
        if path.name.lower().endswith(TAR_ENDINGS):
            yield from _in_tar(path, wanted)
        elif wanted(inside):
            yield File(inside, str(path), path.read_bytes())


def _in_tar(path: Path, wanted: Callable[[PurePosixPath], bool]) -> Iterator[File]:
    try:
        # As a stream: seeking back in a compressed file would decompress it again from its beginning.
        with tarfile.open(path, "r|*") as tar:
            for member in tar:
                inside = PurePosixPath(member.name)
                if member.isfile() and wanted(inside):
                    yield _member(tar, member, f"{path}:{inside}")
    except (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError) as error:
        raise LogDamaged(f"{path}: no whole tar file ({str(error).lower()}); get it again") from error


def _member(tar: tarfile.TarFile, member: tarfile.TarInfo, where: str) -> File:
    if member.size > LARGEST:
        raise LogDamaged(f"{where}: {member.size:,} bytes, more than the {LARGEST:,} that are read of a file")
    content = tar.extractfile(member)
    return File(PurePosixPath(member.name), where, content.read() if content else b"")
