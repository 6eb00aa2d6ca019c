"""Packs: a run in one file to hand on, whole (it replays elsewhere) or without texts (it still verifies).

    RUN.zip
      README.txt            what it is, and the receipt
      RUN/run.json, log.jsonl, labels/, judges/            a whole pack: the run's files as they are
      RUN/redacted.json, log.jsonl                         a redacted one

A redacted log has a line for each record: the digest of the record as it was
logged, and its parts other than texts. The digests give the receipt of the run, as
`replay --verify` prints it, so a line that was changed, added or removed is found,
and the owner of the run can prove any record. Prompts, worlds, requests and replies
are left out.
"""

import hashlib
import tempfile
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from chains.errors import BadInput, LogDamaged, MazedomError
from chains.running.folders import LOG_FILE, RUN_FILE
from chains.running.log.line_index_schema import BOM, StepLine, read_line
from chains.running.log.log import Log
from chains.running.log.seals import seal_of
from chains.running.people.worklist import FOLDER
from chains.running.receipt import receipt_of
from chains.running.record_file import read_record

README = "README.txt"
REDACTED = "redacted.json"
LARGEST = 4 * 2**30
"""Most bytes of an unpacked file."""
_WHEN = (1980, 1, 1, 0, 0, 0)
"""The time stamp of all files in a pack, so that the same run gives the same bytes."""
_KEPT = ("trial", "seat", "level", "turn", "attempt", "task", "name", "round", "pass", "heard", "digest",
         "reply_digest", "tries", "seconds", "reused", "at")  # fmt: skip
"""Fields of a step that are kept, because they hold no text."""
_NUMBERS = (int, float, bool)
_TOLD = ("error", "unread", "degenerate")
"""Parts of a trial's end that may quote a text."""


class Packed(NamedTuple):
    """The contents of a pack, in figures."""

    run: str
    receipt: str
    redacted: bool
    records: int


def pack(folder: Path, to: Path, *, redact: bool = False) -> Packed:
    """Write a run to one file.

    Args:
        folder: The run's folder.
        to: The file; it must not exist.
        redact: Leave out every text.

    Raises:
        BadInput: If the file exists.
        LogDamaged: If the run was changed after it was logged.
        MazedomError: If the file can't be written.
    """
    if to.exists():
        raise BadInput(f"{to} is there already; give another file with --to, or remove it")
    record = read_record(folder)
    with Log(folder) as log:
        receipt, changes = receipt_of(folder, log)
        if changes:
            raise LogDamaged(f"{folder}: {changes[0].trial}: {changes[0].what}; `mazedom replay --verify` says more")
        records = sum(1 for _ in log.lines())
        part = to.with_name(f".{to.name}.part")
        try:
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as file:
                _put(file, README, _readme(record.id, receipt.root, redact=redact).encode())
                if redact:
                    _put(file, f"{record.id}/{REDACTED}", _outline(folder, receipt.root))
                    with file.open(_entry(f"{record.id}/{LOG_FILE}"), "w", force_zip64=True) as out:
                        out.writelines(_redacted(log))
                else:
                    for path in sorted(path for path in folder.rglob("*") if _goes_along(path, folder)):
                        with (
                            path.open("rb") as content,
                            file.open(
                                _entry(f"{record.id}/{path.relative_to(folder).as_posix()}"), "w", force_zip64=True
                            ) as out,
                        ):
                            while block := content.read(2**20):
                                out.write(block)
            part.rename(to)
        except OSError as error:
            raise MazedomError(f"can't write {to}: {error.strerror}") from None
        finally:
            part.unlink(missing_ok=True)
    return Packed(record.id, receipt.root, redact, records)


def _goes_along(path: Path, folder: Path) -> bool:
    """Return whether a file of a run goes into its pack: all but hidden ones, and people's names and drafts."""
    return path.is_file() and path.name[0] != "." and path.relative_to(folder).parts[0] != FOLDER


def verify_pack(path: Path) -> tuple[Packed, list[str]]:
    """Check the contents of a pack against the receipt that it states.

    Returns:
        Its contents in figures, and what is wrong with them.

    Raises:
        BadInput: If it is no pack.
    """
    try:
        with zipfile.ZipFile(path) as file:
            names = [info.filename for info in file.infolist() if info.file_size <= LARGEST]
            if README not in names:
                raise BadInput(f"{path} is no pack of a run: it has no {README}")
            stated = _stated(file.read(README).decode(errors="replace"))
            if (found := next((name for name in names if name.endswith(f"/{REDACTED}")), None)) is not None:
                return _verified(file, found, stated)
            return _verified_whole(file, names, stated)
    except FileNotFoundError:
        raise BadInput(f"no file at {str(path)!r}; give a pack, as `mazedom pack RUN` writes it") from None
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise BadInput(f"{path} is no whole ZIP file ({error}); get it again") from None
    except (RuntimeError, NotImplementedError) as error:  # of zipfile: a password, another compression
        raise BadInput(f"{path} is no pack as `mazedom pack` writes it ({error})") from None
    except (KeyError, orjson.JSONDecodeError) as error:
        raise BadInput(f"{path} is damaged: {error}") from None


def _verified_whole(file: zipfile.ZipFile, names: list[str], stated: str) -> tuple[Packed, list[str]]:
    run = next((name.removesuffix(f"/{RUN_FILE}") for name in names if name.endswith(f"/{RUN_FILE}")), "")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in (RUN_FILE, LOG_FILE):
            with file.open(f"{run}/{name}") as content, (folder / name).open("wb") as out:
                while block := content.read(2**20):
                    out.write(block)
        with Log(folder) as log:
            receipt, changes = receipt_of(folder, log)
            count = sum(1 for _ in log.lines())
    wrong = [f"{change.trial}: {change.what}" for change in changes]
    if receipt.root != stated:
        wrong.append(f"the files have receipt {receipt.root}, and the pack states {stated}")
    return Packed(run, receipt.root, redacted=False, records=count), wrong


def _verified(file: zipfile.ZipFile, name: str, stated: str) -> tuple[Packed, list[str]]:
    about = orjson.loads(file.read(name))
    trials: dict[str, list[tuple[tuple[str, int, int], str]]] = defaultdict(list)
    count = 0
    wrong = []
    with file.open(f"{name.removesuffix(REDACTED)}{LOG_FILE}") as lines:
        for number, line in enumerate(lines, 1):
            content = orjson.loads(line)
            seat, turn, attempt = content["key"]
            trials[content["of"]].append(((seat, turn, attempt), content["record"]))
            count += 1
            if content.get("content") != _digest_of_kept(content):
                wrong.append(f"line {number}: what is kept of the record was changed")
    roots = {
        trial: hashlib.sha256(b"".join(bytes.fromhex(digest) for _, digest in sorted(records))).hexdigest()
        for trial, records in sorted(trials.items())
    }
    whole = {"trials": roots, "run": about["run_json"]}
    root = hashlib.sha256(orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)).hexdigest()
    if root != stated or root != about["receipt"]:
        wrong.append(f"the records have receipt {root}, and the pack states {stated}")
    return Packed(about["id"], root, redacted=True, records=count), wrong


def _redacted(log: Log) -> Iterator[bytes]:
    """Yield a line for each record: its digest, and its parts other than texts."""
    for number, line in enumerate(log.lines(), 1):
        text = line.removeprefix(BOM) if number == 1 else line
        read, seal = read_line(text, LOG_FILE, number, log.path.parent.name), seal_of(text)
        body = text.rstrip(b"\r") if seal is None else seal.body
        content = orjson.loads(body)
        step = isinstance(read, StepLine)
        kept = {
            "of": content.get("trial") or "",
            "key": [read.seat, read.turn, read.attempt] if isinstance(read, StepLine) else [_after(read), 0, 0],
            "record": content["forgotten"]["record"] if content.get("forgotten") else hashlib.sha256(body).hexdigest(),
            "kind": content["kind"],
            "kept": _of_step(content) if step else _of_other(content),
        }
        yield orjson.dumps(kept | {"content": _digest_of_kept(kept)}) + b"\n"


def _after(read: Any) -> str:
    """Return what stands in place of a seat in the key of a record other than a step, as in `receipt`."""
    return f"\uffff{type(read).__name__}"


def _digest_of_kept(line: Mapping[str, Any]) -> str:
    parts = [line[name] for name in ("of", "key", "record", "kind", "kept")]
    return hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _of_step(content: Mapping[str, Any]) -> dict[str, Any]:
    request, reply = content["request"], content["reply"]
    settings = {key: value for key, value in request["settings"].items() if isinstance(value, _NUMBERS)}
    return {
        **{key: content[key] for key in _KEPT if key in content},
        "request": {"model": request["model"], "settings": settings},
        "reply": {
            "finish": reply.get("finish"),
            "usage": reply.get("usage"),
            "served_by": reply.get("served_by"),
            "words": len(str(reply.get("text", "")).split()),
        },
    }


def _of_other(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _untold(value, key) for key, value in content.items() if key != "kind"}


def _untold(value: Any, key: str = "") -> Any:
    """Return a value without parts that may quote a text."""
    if key in _TOLD and value:
        return dict.fromkeys(value, "(redacted)") if isinstance(value, dict) else "(redacted)"
    if isinstance(value, dict):
        return {name: _untold(inner, name) for name, inner in value.items()}
    return value


def _outline(folder: Path, receipt: str) -> bytes:
    """Return what a redacted pack says about the run: its settings, and digests in place of texts."""
    record = read_record(folder)
    experiment = record.experiment
    document = {
        "kind": "redacted",
        "id": record.id,
        "receipt": receipt,
        "run_json": hashlib.sha256((folder / RUN_FILE).read_bytes()).hexdigest(),
        "at": record.at,
        "experiment": {
            "name": experiment.name,
            "seeds": experiment.seeds,
            "replicates": experiment.replicates,
            "factors": {key: [_short(value) for value in values] for key, values in experiment.factors.items()},
            "fixed": {key: _short(value) for key, value in experiment.fixed.items()},
        },
        "conditions": {condition.id: condition.name for condition in record.conditions},
        "prompts": {name: prompt.digest for name, prompt in record.prompts.items()},
        "worlds": {digest: {"facts": len(world.facts), "seed": world.seed} for digest, world in record.worlds.items()},
        "world_of": dict(record.world_of),
        "models": {name: source.label for name, source in record.models.items()},
        "instrument": record.instrument,
        "versions": dict(record.versions),
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def _short(value: Any) -> Any:
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _readme(run: str, receipt: str, *, redact: bool) -> str:
    if redact:
        return (
            f"Run {run} of Mazedom, without its texts.\n\n"
            "redacted.json says what was run; log.jsonl has a line for each record: its digest as it was logged, who\n"
            "was asked, tokens, times, and the fates that were read. Prompts, worlds, requests and replies are left\n"
            "out, so it can't be replayed. Check that nothing was changed, added or taken away:\n\n"
            f"    mazedom pack THIS_FILE --verify\n\nreceipt {receipt}\n"
        )
    return (
        f"Run {run} of Mazedom. Unpack it and play it back, no model called:\n\n"
        f"    unzip THIS_FILE\n    mazedom replay {run} --verify\n    mazedom show {run} --trial\n\n"
        f"receipt {receipt}\n"
    )


def _stated(readme: str) -> str:
    return next((line.removeprefix("receipt ").strip() for line in readme.splitlines() if line[:8] == "receipt "), "")


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _WHEN)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _put(file: zipfile.ZipFile, name: str, content: bytes) -> None:
    file.writestr(_entry(name), content)
