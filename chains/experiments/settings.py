"""Settings: everything that can be varied in an experiment, typed, with its default and its limits.

`ConditionSettings` is the one table: `--set`, experiment files, `list settings`, unknown-key hints and every reader
of a condition follow from its fields. To add a setting, add a field here and use it where it matters.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, NamedTuple, Self, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from chains.errors import BadInput, nearest
from chains.experiments.scoped import Scoped
from chains.organisation.hierarchy import Hierarchy, Seat
from chains.organisation.prompts import BESIDE, NONE, ROLES
from chains.organisation.round_settings import BY_RATING, OF_DECISIONS, Leaving, Memory, Promotion
from chains.organisation.selection import By
from chains.organisation.sitting import WAYS, Way
from chains.organisation.task import TASKS
from chains.worlds.documents.form import FEWEST_WORDS, MOST_FILLER, MOST_WORDS, Form, NoteForm
from chains.worlds.facts.certainty import Mix

Value = str | int | float | bool | None
"""A setting's value as files and run.json hold it."""


def _text(value: Any) -> Any:
    """Read text; a file may write a number where text is wanted, as in `setting = 3`."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return _parsed(int, value)


def _number(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    """Read a number; 1 stays 1 and 1.0 stays 1.0, because requests with 1 and with 1.0 have different digests."""
    read = _parsed(float, value)
    checked = check(read)
    return read if isinstance(read, int) else checked


def _flag(value: Any) -> Any:
    return {"true": True, "false": False}.get(value.strip().lower(), value) if isinstance(value, str) else value


def _parsed(kind: Callable[[str], Any], value: Any) -> Any:
    """Read the text of a command line; what can't be read stays as it is, for pydantic to refuse."""
    try:
        return kind(value) if isinstance(value, str) else value
    except ValueError:
        return value


Text = Annotated[str, Field(strict=True, min_length=1), BeforeValidator(_text)]
Count = Annotated[int, Field(strict=True, ge=1), BeforeValidator(_whole)]
NotNegativeCount = Annotated[int, Field(strict=True, ge=0), BeforeValidator(_whole)]
NoteWords = Annotated[int, Field(strict=True, ge=FEWEST_WORDS, le=MOST_WORDS), BeforeValidator(_whole)]
FillerShare = Annotated[float, Field(strict=True, ge=0, le=MOST_FILLER), WrapValidator(_number)]
Share = Annotated[float, Field(strict=True, ge=0, le=1), WrapValidator(_number)]
NotNegative = Annotated[float, Field(strict=True, ge=0), WrapValidator(_number)]
Flag = Annotated[bool, Field(strict=True), BeforeValidator(_flag)]


def _sits(value: str) -> str:
    """Check a way to sit, for all seats perhaps with who, as in `edit@L1+write@executive`."""
    for part in value.split("+"):
        way, _, who = part.strip().partition("@")
        if way.strip() not in WAYS or ("@" in part and not who.strip()) or ("@" not in part and "+" in value):
            raise ValueError(f"{value!r}; it must be {', '.join(WAYS[1:])} or none, or WAY@WHO as in edit@L1")
    return value


Sits = Annotated[str, Field(strict=True, min_length=1), BeforeValidator(_text), AfterValidator(_sits)]


class ConditionSettings(BaseModel):
    """Every setting of one condition.

    A field's description is what `list settings` shows. A field of type `Scoped` may differ between seats. A log that
    was written before a setting existed lacks it and is read with its default. So the default of a new setting must
    be what the program did without it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    scenario: Text = Field(default="watermelon", description="generator of worlds, or a world file")
    setting: Text | None = Field(default=None, description="where the scenario plays; chosen by the seed if not given")
    facts: Count = Field(default=8, description="facts in a world")
    facts_each: Count | None = Field(default=None, description="facts in a world for each worker; replaces facts")
    form: Annotated[Form, BeforeValidator(_text)] = Field(
        default="list",
        description="how a worker's notes are written: list, memo, minutes, tickets, thread, or mixed (one of each)",
    )
    note_words: NoteWords | None = Field(
        default=None, description="words of a worker's notes, 150 to 3000, made up with filler; not for form = list"
    )
    filler: FillerShare | None = Field(
        default=None, description="share of a worker's notes that is filler, 0 to 0.9; not together with note_words"
    )
    twin: Flag = Field(default=False, description="true: every fact's valence twin in its place")
    joint: NotNegativeCount = Field(
        default=0, description="pairs of facts that bear on the decision only together; the executive is told which"
    )
    certainty: Annotated[Mix, BeforeValidator(_text)] = Field(
        default="none",
        description="mixed: facts carry what is known of them, a hedge, a source, both or nothing, a quarter each",
    )
    goals: Count | None = Field(
        default=None, description="how many of the charter's goals are told, from the first; all if not given"
    )
    owner: Flag = Field(default=False, description="true: the order names its owner, whom the executive backs")
    depth: Count = Field(default=4, description="hops from a worker to the executive")
    span: Count = Field(default=1, description="how many seats report to each manager")
    leaves: Count | None = Field(
        default=None, description="workers in all, in as many layers as span asks for; replaces depth"
    )
    lines: Count | None = Field(
        default=None, description="how many chains of that depth stand side by side under the executive; replaces span"
    )
    hierarchy: Text | None = Field(
        default=None,
        description="pyramid:1-3-9, or a file that names who reports to whom; replaces depth and span",
    )
    side: Text = Field(
        default="none", description="lines beside the chain of command, joined by +, as in skip:L4>L0+question:L0>L3"
    )
    loop: Flag = Field(default=False, description="true: the executive decides, its order goes down, workers act")
    reports: Flag = Field(default=True, description="false: no reports; the executive orders by its charter alone")
    decide_only: Flag = Field(
        default=False, description="true: the trial ends with the executive's decision, without orders and actions"
    )
    remedy: Text = Field(default="none", description="remedies switched on, joined by +, as in audit:rate=0.5+verbatim")
    selection: Scoped[Count] = Field(
        default=Scoped(1), description="drafts of a report, of which the seat above chooses one"
    )
    selected_by: Annotated[By, BeforeValidator(_text)] = Field(
        default="rating",
        description="how one draft is chosen: rating, guess (the writer's own, of that rating), leak (a copy of the "
        "reader rates them beforehand), random, or placebo and leak_placebo (rated, then random)",
    )
    rounds: Count = Field(
        default=1, description="how often the organisation meets, each time about another world; the last is measured"
    )
    memory: Annotated[Memory, BeforeValidator(_text)] = Field(
        default="reports",
        description="what seats remember of earlier rounds: none, ratings, reports, outcomes (what was decided, and "
        "what came of it) or rounds (that something was decided: the placebo of outcomes)",
    )
    promotion: Annotated[Promotion, BeforeValidator(_text)] = Field(
        default="none",
        description="who rises after a round: none, rating (the best-rated manager), value (whose report keeps most "
        "of what it heard) or random",
    )
    leaving: Annotated[Leaving, BeforeValidator(_text)] = Field(
        default="none",
        description="who leaves after a round: none, rating (the worst-rated manager), value (whose report keeps "
        "least), dissatisfied (rated lowest for what its report keeps) or random",
    )
    succession: Flag = Field(
        default=False,
        description="true: the executive retires after each round, vacant seats are filled from below by promotion, "
        "and a newcomer starts as a worker",
    )
    traits: Text = Field(
        default=NONE,
        description="dispositions that members keep wherever they sit, high or low, joined by +: candour, legibility, "
        "competence, ethics, or files of your own in prompts/trait; or none",
    )
    cloned: Flag = Field(
        default=False, description="true: all members of a trial have the same traits: nothing can be selected"
    )
    bond: Share = Field(
        default=0, description="chance that competence and ethics are the same in a member; else they are dealt apart"
    )
    forum: Text = Field(
        default="none",
        description="who posts after each round and reads it before the next, as in worker or worker+manager; with "
        ":placebo the posts are on other matters",
    )
    tips: NotNegativeCount = Field(
        default=0, description="practices said to raise a score that each worker is told of before the first round"
    )
    prompt: Scoped[Text] = Field(default=Scoped("plain"), description="prompt configuration; with a scope, a variant")
    model: Scoped[Text] = Field(default=Scoped("smollm2"), description="who holds the seats: a model's name, or person")
    human: Scoped[Sits] = Field(
        default=Scoped("none"),
        description="how a person sits: write (alone), edit, approve, advised or advise; or none; for all seats also "
        "WAY@WHO, as in edit@L1+write@executive",
    )
    holder: Text = Field(
        default="people",
        description="who answers where a person sits: people, scripted:relay, scripted:half or scripted:check",
    )
    evals: Scoped[Text] = Field(
        default=Scoped(NONE),
        description="what a seat's prompt says about which figures count: a file of prompts/evals, or none",
    )
    incentive: Scoped[Text] = Field(
        default=Scoped(NONE),
        description="what a seat's prompt says about its pay or promotion: a file of prompts/incentive, or none",
    )
    pause_plan: Scoped[Text] = Field(
        default=Scoped(NONE),
        description="what a seat's prompt says about what follows a pause: a file of prompts/pause_plan, or none",
    )
    precedent: Scoped[Text] = Field(
        default=Scoped(NONE),
        description="what a seat's prompt says about earlier refusals: a file of prompts/precedent, or none",
    )
    rule: Scoped[Text] = Field(
        default=Scoped(NONE),
        description="what a seat's prompt says about what is to be reported: a file of prompts/rule, or none",
    )
    cost: Scoped[Text] = Field(
        default=Scoped(NONE),
        description="what a seat's prompt says about what is counted against it: a file of prompts/cost, or none",
    )
    lineage: Scoped[Text | None] = Field(
        default=Scoped(None), description="models dealt over the seats, joined by +, in place of model"
    )
    words: Scoped[Count] = Field(default=Scoped(60), description="word budget, for prompts that have that hole")
    temperature: Scoped[NotNegative | None] = Field(
        default=Scoped(None), description="sampling temperature, in place of the model's own"
    )
    max_tokens: Scoped[Count | None] = Field(
        default=Scoped(None), description="most tokens of a reply, in place of the model's own"
    )

    @classmethod
    def of(cls, values: Mapping[str, Value]) -> Self:
        """Read settings as files and run.json hold them: flat, scopes after a dot; what is missing has its default.

        Raises:
            BadInput: If a key is unknown, or a value is not what its setting takes.
        """
        given: dict[str, Any] = {}
        for key, value in values.items():
            setting = check_key(key)
            name, _, scope = key.partition(".")
            if not setting.scoped:
                given[name] = value
                continue
            scopes = given.setdefault(name, {"general": setting.default, "narrower": {}})
            if scope:
                scopes["narrower"][scope] = value
            else:
                scopes["general"] = value
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise BadInput(_sentence(error)) from None

    def value(self, key: str) -> Value:
        """Return the value of a flat key, as in `words` or `words.manager`."""
        name, _, scope = key.partition(".")
        found = getattr(self, name)
        if isinstance(found, Scoped):
            found = found.narrower[scope] if scope else found.general
        return found  # type: ignore[no-any-return]

    def way_at(self, seat: Seat) -> Way:
        """Return how a person sits in a seat: by the narrowest scope, else by what `human` says for all seats."""
        found = self.human.at(seat)
        ways = {who.strip(): way.strip() for way, at, who in (part.partition("@") for part in found.split("+")) if at}
        if ways:
            scopes = (seat.name, f"level.{seat.level}", seat.role)
            found = next((ways[scope] for scope in scopes if scope in ways), "none")
        return cast("Way", found)

    def circumstance(self, name: str) -> Scoped[str]:
        """Return the variant of one of `prompts.CIRCUMSTANCES`."""
        found: Scoped[str] = getattr(self, name)
        return found

    @property
    def note_form(self) -> NoteForm:
        """In what form workers have their notes.

        Raises:
            BadInput: If what is asked for contradicts itself.
        """
        if self.form == "list" and (self.note_words, self.filler) != (None, None):
            given = "note_words" if self.filler is None else "filler"
            raise BadInput(f"form = list has no room for filler, and {given} is set; set form = memo, or leave it out")
        if self.note_words is not None and self.filler is not None:
            raise BadInput("note_words and filler both say how much filler there is; set one of them")
        return NoteForm(self.form, self.note_words, self.filler)

    @property
    def decides(self) -> bool:
        """Whether the executive decides."""
        return self.loop or self.decide_only

    @property
    def rates_reports(self) -> bool:
        """Whether every report is rated: in several rounds, unless only decisions are remembered."""
        return self.rounds > 1 and (
            self.memory not in OF_DECISIONS or not {self.promotion, self.leaving}.isdisjoint(BY_RATING)
        )

    @property
    def deals_models(self) -> bool:
        """Whether the models of some seats are dealt anew for each trial."""
        return any(lineage is not None for lineage in self.lineage.values())

    @property
    def scopes(self) -> tuple[str, ...]:
        """The keys with a scope, as in `words.manager`."""
        found = ((name, getattr(self, name)) for name, setting in SETTINGS.items() if setting.scoped)
        return tuple(f"{name}.{scope}" for name, scoped in found for scope in scoped.narrower)

    def check_scopes(self, hierarchy: Hierarchy, beside: Iterable[Seat] = ()) -> None:
        """Check that every scope names a role, a level or a seat of the hierarchy, or a seat beside it.

        Raises:
            BadInput: If one names nothing there.
        """
        names = {seat.name for seat in (*hierarchy.seats, *beside)}
        levels = {f"level.{seat.level}" for seat in hierarchy.seats}
        placed = [part.partition("@")[2].strip() for part in self.human.general.split("+") if "@" in part]
        for key in (*self.scopes, *(f"human.{who}" for who in placed)):
            name, _, scope = key.partition(".")
            if scope in names or scope in levels or scope in (*ROLES, *BESIDE):
                continue
            if name == "prompt" and scope in TASKS:
                continue
            if scope.startswith("level."):
                raise BadInput(f"setting {key!r}: the {hierarchy.name} has levels 0 to {hierarchy.depth}")
            meant = nearest(scope, {*names, *ROLES, *BESIDE, *TASKS})
            raise BadInput(f"setting {key!r}: the {hierarchy.name} has no such seat or role{meant}")


class Setting(NamedTuple):
    """A row of the table of settings, as `list settings` shows it."""

    about: str
    default: Value
    scoped: bool
    """Whether it may differ between seats, levels and roles."""


def _settings() -> dict[str, Setting]:
    rows = {}
    for name, field in ConditionSettings.model_fields.items():
        scoped = isinstance(field.default, Scoped)
        rows[name] = Setting(field.description or "", field.default.general if scoped else field.default, scoped)
    return rows


SETTINGS: Mapping[str, Setting] = _settings()
"""The fields of `ConditionSettings`, by name."""


def resolved(values: Mapping[str, Value]) -> dict[str, Value]:
    """Return flat settings with the default of each that is not given."""
    return {key: setting.default for key, setting in SETTINGS.items()} | dict(values)


def check_key(key: str, others: Iterable[str] = ()) -> Setting:
    """Return the setting that a key names, with or without a scope.

    Args:
        key: The key.
        others: What is known besides settings, for a hint.

    Raises:
        BadInput: If there is none, or it takes no scope.
    """
    name, _, scope = key.partition(".")
    known = SETTINGS.get(name)
    if known is None:
        raise BadInput(f"unknown setting {key!r}{nearest(name, (*SETTINGS, *others))}")
    if scope and not known.scoped:
        raise BadInput(f"setting {name} takes no scope, so {key!r} means nothing; write {name}")
    if scope.startswith("level.") and not scope.removeprefix("level.").isdecimal():
        raise BadInput(f"setting {key!r}: a level is a number, as in {name}.level.2")
    return known


def check_value(key: str, value: Any) -> Value:
    """Return a value as the setting `key` holds it, from a file (typed) or the command line (text).

    Raises:
        BadInput: If it is not what the setting takes.
    """
    return ConditionSettings.of({key: value}).value(key)


_WANTED = {"int_type": "a whole number", "float_type": "a number", "bool_type": "true or false"}
"""What a setting takes, by the type of pydantic's error."""


def _sentence(error: ValidationError) -> str:
    """Say what is wrong with the first value that was refused."""
    first = error.errors()[0]
    name, *place = map(str, first["loc"])  # of a `Scoped`: then "general", or "narrower" and the scope
    key, value, limits = ".".join([name, *place[1:]]), first["input"], first.get("ctx", {})
    match first["type"]:
        case "greater_than_equal":
            return f"setting {key} is {value}; it must be at least {limits['ge']:g}"
        case "less_than_equal":
            return f"setting {key} is {value}; it must be at most {limits['le']:g}"
        case "literal_error":
            return f"setting {key} is {value!r}; it must be {limits['expected'].replace(chr(39), '')}"
        case "value_error":
            return f"setting {key} is {limits['error']!s}"
        case "string_too_short":
            return f"setting {key} is empty; give it a value"
        case kind:
            return f"setting {key} must be {_WANTED.get(kind, 'text')}, not {value!r}"
