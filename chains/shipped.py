"""What ships with the program: prompts, experiment files, worlds and a sample run.

In a checkout they stand at the top level, where people edit them. In an
installed package they stand inside it, under `chains/data/`.
"""

from pathlib import Path

_INSTALLED = Path(__file__).parent / "data"
_CHECKOUT = Path(__file__).parent.parent


def shipped(name: str) -> Path:
    """Return the folder or file that ships under a name, such as `prompts` or `runs/depth.toml`, there or not."""
    return (_INSTALLED if _INSTALLED.is_dir() else _CHECKOUT) / name


def here_or_shipped(path: Path) -> Path:
    """Return a path as it is if something is there, else what ships under that name, else the path as it is."""
    if path.is_absolute() or path.exists():
        return path
    other = shipped(str(path))
    return other if other.exists() else path
