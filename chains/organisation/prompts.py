"""Prompts: files that people write, read and filled; which prompt each role has.

`prompts/<role or task>/<variant>.md` is TOML front matter between `+++` lines, then a
Jinja2 body with holes. A *prompt configuration* says which variant each role
(or level) uses; `prompts/configurations.toml` names some.

A hole that nothing fills is an error. `template` reads and fills the bodies.
"""

import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from chains.errors import BadInput, nearest
from chains.models.provider import Message, digest_of
from chains.organisation.task import TASKS
from chains.organisation.traits import TRAIT
from chains.shipped import shipped

ROLES = ("worker", "manager", "executive")
"""Roles of seats in the hierarchy."""
OUTSIDE = "outside"
BESIDE = ("auditor", "watcher", OUTSIDE)
"""Roles of seats beside the chain of command. Outsiders write reports; the others are asked for tasks."""
JUDGE = "judge"
"""The role of a model that is used as an instrument; it holds no seat."""
READER = "reader"
"""The role of a model that chooses facts from a person's documents; it holds no seat either."""
NOTICE = "notice"
"""The kind of a prompt that is added to the prompts for reports."""
SOME = "notice to some/"
"""Begins the names, in a condition's casting, of notices that only some seats are told in a trial."""
CIRCUMSTANCES = ("evals", "incentive", "pause_plan", "precedent", "rule", "cost")
"""What a seat may be told about the organisation that it works in: sentences that fill the hole `circumstances`.

Each is a setting and a folder of prompts. The prompts grade what a seat gains or fears; none names a distortion."""
PLAIN = "plain"
"""The default variant of a role or task."""
NONE = "none"
"""The default variant of a circumstance: nothing is said about it."""
TOLD = frozenset({"title", "about", "circumstances"})
"""Holes that every seat's prompt may have."""
HOLES = {
    "worker": TOLD | {"superior", "notes", "words"},
    "manager": TOLD | {"superior", "reports", "words", "span"},
    "executive": TOLD | {"reports", "words", "span"},
    OUTSIDE: TOLD | {"notes", "words"},
    NOTICE: TOLD | {"superior"},
    JUDGE: frozenset({"ledger", "statements", "asked", "message"}),
    READER: frozenset({"text"}),
} | dict.fromkeys((*CIRCUMSTANCES, TRAIT), frozenset[str]())
"""The holes that each role's prompts may have; a task's holes stand in its row."""

MUST_HAVE = {
    "worker": "notes",
    OUTSIDE: "notes",
    "manager": "reports",
    "executive": "reports",
    "relay": "directive",
}
"""The hole without which a seat would hear nothing of what it is to pass on."""
FRONT = ("about", "system", "without")
"""Keys of the front matter; `without` names the hole of `MUST_HAVE` that is left out on purpose."""


class Prompt(BaseModel):
    """One prompt file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    role: str
    variant: str
    about: str
    """One line for people: what this prompt does."""
    system: str | None = None
    """What the system role says, if anything; a template too."""
    body: str
    """What the user role says."""

    @property
    def name(self) -> str:
        """Role and variant, as in `manager/honest`."""
        return f"{self.role}/{self.variant}"

    @property
    def digest(self) -> str:
        """SHA-256 of the parts of this file that a model reads."""
        return digest_of([self.system, self.body])

    @property
    def holes(self) -> frozenset[str]:
        """The names of the holes in system and body."""
        from chains.organisation.template import holes_in  # noqa: PLC0415  start-up: Jinja

        return holes_in(self.body) | holes_in(self.system) if self.system else holes_in(self.body)

    def with_notices(self, notices: Sequence["Prompt"]) -> "Prompt":
        """Return this prompt with notices appended, each as a paragraph."""
        body = "\n\n".join((self.body, *(notice.body for notice in notices)))
        return self.model_copy(update={"body": body}) if notices else self

    def fill(self, values: Mapping[str, Any]) -> tuple[Message, ...]:
        """Fill every hole and return the messages.

        Raises:
            BadInput: If a hole has no value; the sentence lists all such holes.
        """
        from chains.organisation.template import filled  # noqa: PLC0415  start-up: Jinja

        try:
            complete = self.holes <= values.keys()
        except BadInput as error:
            raise BadInput(f"prompt {self.name}: {error}") from None
        if not complete:
            missing = sorted(self.holes - values.keys())
            raise BadInput(f"prompt {self.name} has unfilled holes: {', '.join(missing)}")
        said = Message(role="user", content=filled(self.body, values))
        return (said,) if self.system is None else (Message(role="system", content=filled(self.system, values)), said)


def prompts_folder() -> Path:
    """Return the folder of prompts that ships with the program."""
    return shipped("prompts")


def is_kind(kind: str) -> bool:
    """Return whether this is a kind of prompt: a role, a task, a notice, a circumstance or an instrument's role."""
    return kind in HOLES or kind in TASKS


def holes_of(kind: str) -> frozenset[str]:
    """Return the holes that the prompts of a role or task may have."""
    return HOLES[kind] if kind in HOLES else TOLD | TASKS[kind].holes


def read_prompt(role: str, variant: str, folder: Path | None = None) -> Prompt:
    """Read `prompts/<role>/<variant>.md`, or the file itself if `variant` is a path to an .md file.

    The prompt `plain` of a plugin's task lies beside the plugin's file, unless there is one in `prompts/`.

    Raises:
        BadInput: If there is no such file, or it is not front matter and a template with known holes.
    """
    if variant.endswith(".md"):
        path = Path(variant)
    else:
        path = _path(role, variant, folder)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        if variant.endswith(".md"):
            raise BadInput(f"there is no file {variant}, which is to be the prompt of {role}{_near(variant)}") from None
        raise BadInput(f"no prompt {role}/{variant}{_instead(role, variant, folder)}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"can't read prompt {path}: {error}") from None
    return parse_prompt(text, role, path.stem if variant.endswith(".md") else variant, str(path))


def parse_prompt(text: str, role: str, variant: str, where: str) -> Prompt:
    """Read a prompt from the text of its file.

    Raises:
        BadInput: As `read_prompt`.
    """
    parts = text.split("+++\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise BadInput(f"{where} must begin with TOML front matter between two `+++` lines")
    try:
        front = tomllib.loads(parts[1])
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{where}: the front matter is not TOML: {error}") from None
    if unknown := sorted(set(front) - set(FRONT)):
        raise BadInput(f"{where} has an unknown key {unknown[0]!r}{nearest(unknown[0], FRONT)}")
    for key, value in front.items():
        if not isinstance(value, str):
            raise BadInput(f"{where}: {key} must be text, not {value!r}")
    prompt = Prompt(
        role=role, variant=variant, about=front.get("about", ""), system=front.get("system"), body=parts[2].strip()
    )
    try:
        unknown = sorted(prompt.holes - holes_of(role))
    except BadInput as error:
        raise BadInput(f"{where}: {error}") from None
    if unknown:
        raise BadInput(f"{where} has an unknown hole {unknown[0]!r}{nearest(unknown[0], holes_of(role))}")
    if not prompt.body:
        raise BadInput(f"{where} has no body after its front matter")
    needed = MUST_HAVE.get(role)
    if needed is not None and needed not in prompt.holes and front.get("without") != needed:
        raise BadInput(
            f"{where} has no hole {{{{ {needed} }}}}, so a seat with this prompt would not hear what it is to pass on; "
            f'put it into the body, or write without = "{needed}" in the front matter if that is meant'
        )
    return prompt


def variants(role: str, folder: Path | None = None) -> list[str]:
    """Return the variants that there are for a role or task, sorted."""
    found = {path.stem for path in ((folder or prompts_folder()) / role).glob("*.md")}
    own = _own_prompt(role)
    return sorted(found | {PLAIN} if own is not None and own.is_file() else found)


def _path(role: str, variant: str, folder: Path | None) -> Path:
    path = (folder or prompts_folder()) / role / f"{variant}.md"
    own = _own_prompt(role)
    return own if variant == PLAIN and own is not None and not path.is_file() else path


def _own_prompt(kind: str) -> Path | None:
    """Return where the prompt of a plugin's task lies; None for other prompts."""
    return TASKS[kind].prompt if kind not in HOLES and kind in TASKS else None


def _files_here() -> list[str]:
    """Return the names of the .md files in the working folder, without their ending."""
    return [path.stem for path in Path().glob("*.md")]


def _near(variant: str) -> str:
    """Return `; did you mean X?` for the .md file in the working folder whose name is near; empty if none is."""
    close = get_close_matches(Path(variant).stem, _files_here(), n=1, cutoff=0.7)
    return f"; did you mean the file {close[0]}.md?" if close else ""


def _instead(role: str, variant: str, folder: Path | None) -> str:
    """Return the end of the error about a prompt that is not there: what to do instead."""
    known = variants(role, folder)
    own = _own_prompt(role)
    is_here = Path(variant).stem in _files_here()
    if (is_here or not get_close_matches(variant, known, cutoff=0.5)) and (here := _near(variant)):
        return here
    return (
        f"; write {own}, or set prompt.{role} to the path of a prompt" if own and not known else nearest(variant, known)
    )


def configurations(folder: Path | None = None) -> dict[str, dict[str, str]]:
    """Return the named prompt configurations: name -> role -> variant."""
    path = (folder or prompts_folder()) / "configurations.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(f"can't read {path}: {error}") from None
    for name, roles in table.items():
        if not isinstance(roles, dict) or not all(is_kind(role) for role in roles):
            raise BadInput(
                f"{path}: [{name}] must map roles and tasks ({', '.join((*ROLES, OUTSIDE, *TASKS))}) to variants"
            )
    return table


def configuration(name: str, folder: Path | None = None) -> Mapping[str, str]:
    """Return one prompt configuration: the variant of each role and task, `plain` where it does not mention one.

    Raises:
        BadInput: If there is none of that name.
    """
    known = configurations(folder)
    if name not in known:
        if name.endswith(".md") or name in _files_here():
            file = f"{name.removesuffix('.md')}.md"
            raise BadInput(
                f"no prompt configuration {name!r}; a file is one role's prompt, as in prompt.manager={file}"
            )
        raise BadInput(f"no prompt configuration {name!r}{nearest(name, known)}")
    return defaultdict(lambda: PLAIN, known[name])
