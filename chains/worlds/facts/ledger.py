"""The ledger: facts with typed slots, and how they are put into words.

A statement is one sentence's worth of truth. Its *subject* says what it is
about, its *slots* hold the values that make it true, its *templates* put it
into words. The generator renders the slots, the synthetic channel plants wrong
ones, and the instrument looks for them in messages.

    Fact(
        id="F01", subject="cooling pump P-12", topic=("delivered", "delivery"),
        slots=(
            Slot(name="delay", kind="number", value=3, unit="weeks"),
            Slot(name="when", kind="direction", value="late", also=("behind schedule", "delayed"),
                 opposite="early", opposites=("ahead of schedule",)),
        ),
        templates=("{subject} was delivered {delay} {when}.", "Delivery of {subject} came {delay} {when}."),
        vague=("Delivery of {subject} was {when}.", "There is news on the delivery of {subject}."),
        valence="bad", severity=4,
    ).render(0)  ->  "Cooling pump P-12 was delivered 3 weeks late."
"""

import re
import string
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from chains.worlds.facts.certainty import AS_KNOWN, Certainty, Said, as_clause, as_sentence, told

SlotKind = Literal["number", "count", "date", "name", "category", "direction"]
Valence = Literal["bad", "good", "neutral"]

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ORDINARY = re.compile(r"^[A-Z](?=[a-z]+ )")
"""The capital of a sentence's first word."""
UNITS_BEFORE = frozenset(
    ("EUR", "USD", "GBP", "CHF", "NOK", "SEK", "DKK", "PLN", "CZK", "JPY", "INR", "CAD", "AUD", "€", "$", "£", "¥", "₹")
)
"""Currencies stand before their number; every other unit stands after it."""


def _share(model: BaseModel) -> None:
    """Let models with the same given fields share one set of field names.

    The models are frozen, and a run has tens of thousands; the sets would take a third of their memory.
    """
    object.__setattr__(model, "__pydantic_fields_set__", _names(frozenset(model.__pydantic_fields_set__)))


@cache
def _names(names: frozenset[str]) -> set[str]:
    return set(names)


class Slot(BaseModel):
    """One value in a statement.

    The kinds, and what `value` holds:

    - number: a float or int, with `unit` ("weeks", "%", "EUR"; none for a bare number)
    - count: the numerator of "7 of 40"; `of` is 40
    - date: "03-04" (4 March) or "2031-03-04"
    - name: a person, place or thing other than the subject
    - category: one of a few words ("amber", "rented")
    - direction: a word whose opposite changes the sense ("late"/"early", "failed"/"passed", "over"/"under")
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    kind: SlotKind
    value: int | float | str
    of: int | None = None
    """The total of a count."""
    unit: str | None = None
    also: tuple[str, ...] = ()
    """Other wordings of the same value (name, category, direction)."""
    opposite: str | None = None
    """Direction only: the word for the reversed sense in templates."""
    opposites: tuple[str, ...] = ()
    """Direction only: other wordings of the reversed sense."""
    others: tuple[str, ...] = ()
    """Name and category: wrong values that a lossy channel may plant."""
    key: bool = True
    """Whether a message without this slot has blurred the statement. A limit or a context is not key."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        text = self.kind in ("date", "name", "category", "direction")
        if text != isinstance(self.value, str):
            raise ValueError(
                f"slot {self.name}: a {self.kind} holds {'text' if text else 'a number'}, not {self.value!r}"
            )
        if self.kind == "count" and (
            self.of is None or not isinstance(self.value, int) or not 0 <= self.value <= self.of
        ):
            raise ValueError(f"slot {self.name}: a count needs a whole value between 0 and `of`")
        if self.kind != "count" and self.of is not None:
            raise ValueError(f"slot {self.name}: only a count has `of`")
        if self.kind == "direction" and not self.opposite:
            raise ValueError(f"slot {self.name}: a direction needs its `opposite`")
        if self.kind == "date":
            parts = str(self.value).split("-")
            if len(parts) not in (2, 3) or not all(part.isdecimal() for part in parts):
                raise ValueError(f"slot {self.name}: a date is MM-DD or YYYY-MM-DD, not {self.value!r}")
            if not (1 <= int(parts[-2]) <= 12 and 1 <= int(parts[-1]) <= 31):
                raise ValueError(f"slot {self.name}: there is no date {self.value!r}")
        _share(self)
        return self

    @property
    def text(self) -> str:
        """The value in words, as in a rendering."""
        match self.kind:
            case "number":
                number = f"{self.value:,}"
                if self.unit is None:
                    return number
                if self.unit == "%":
                    return f"{number}%"
                return f"{self.unit} {number}" if self.unit in UNITS_BEFORE else f"{number} {self.unit}"
            case "count":
                return f"{self.value:,} of {self.of:,}"
            case "date":
                year, month, day = (
                    f"-{self.value}".rsplit("-", 2) if str(self.value).count("-") == 1 else str(self.value).split("-")
                )
                return f"{int(day)} {MONTHS[int(month) - 1]}" + (f" {year}" if year else "")
            case _:
                return str(self.value)

    def flipped(self) -> "Slot":
        """Return this direction with its sense reversed."""
        if self.kind != "direction" or self.opposite is None:
            raise ValueError(f"slot {self.name} has no direction to flip")
        return self.model_copy(
            update={
                "value": self.opposite,
                "also": self.opposites,
                "opposite": str(self.value),
                "opposites": self.also,
            }
        )


class Statement(BaseModel):
    """Something true, with typed slots: a fact at the bottom or a clause of intent at the top."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$")]
    subject: Annotated[str, Field(pattern=r"\S")]
    """What the statement is about, in the words of the renderings: "cooling pump P-12"."""
    aliases: tuple[str, ...] = ()
    """Other wordings that name the same subject and nothing else in this world: "P-12"."""
    topic: tuple[str, ...] = ()
    """Words that show which property of the subject is meant: "delivered", "delivery"."""
    slots: tuple[Slot, ...]
    """Its values. A *claim* has none: a cause, a denial, a skipped step. Rules read it only where they are sure."""
    templates: Annotated[tuple[str, ...], Field(min_length=2)]
    """At least two ways to say it. Holes: `{subject}` and every slot by name."""
    vague: tuple[str, ...] = ()
    """Ways to mention it without its key values, as a blurring channel does."""

    @model_validator(mode="after")
    def _holes_match(self) -> Self:
        names = [slot.name for slot in self.slots]
        if len(set(names)) < len(names) or "subject" in names:
            raise ValueError(f"statement {self.id}: slot names must differ from each other and from `subject`")
        key = {slot.name for slot in self.slots if slot.key}
        for template in self.templates + self.vague:
            holes = holes_of(template)
            if unknown := holes - {"subject", *names}:
                raise ValueError(f"statement {self.id}: no slot fills {{{sorted(unknown)[0]}}} in {template!r}")
            if template in self.templates and (missing := key - holes):
                raise ValueError(
                    f"statement {self.id}: {template!r} does not state the key slot {{{sorted(missing)[0]}}}"
                )
        _share(self)
        return self

    def slot(self, name: str) -> Slot:
        """Return the slot called `name`."""
        return next(slot for slot in self.slots if slot.name == name)

    def render(self, template: int | str, changed: Mapping[str, Slot] | None = None) -> str:
        """Put the statement into words.

        Args:
            template: The index of a template, or a template's own text.
            changed: Slots to use in place of the true ones, by name; a lossy channel plants them.

        Returns:
            One sentence, its first letter in upper case.
        """
        text = self.templates[template] if isinstance(template, int) else template
        return self._filled([text], changed or {})[0]

    def renderings(self) -> list[str]:
        """Return the statement in the words of every template, in their order."""
        return self._filled(self.templates, {})

    def hints(self) -> list[str]:
        """Return every vague mention of the statement."""
        return self._filled(self.vague, {})

    def _filled(self, templates: Sequence[str], changed: Mapping[str, Slot]) -> list[str]:
        sentences = self._in_words(templates, changed)
        return [sentence[:1].upper() + sentence[1:] for sentence in sentences]

    def _in_words(self, templates: Sequence[str], changed: Mapping[str, Slot]) -> list[str]:
        values = {slot.name: changed.get(slot.name, slot).text for slot in self.slots}
        return [template.format(subject=self.subject, **values) for template in templates]


class Fact(Statement):
    """A true statement at the bottom, which a worker knows."""

    valence: Valence
    severity: Annotated[int, Field(ge=1, le=5)]
    distractor: bool = False
    """True and irrelevant for every decision."""
    series: str = ""
    """The test that it is a run of; facts of one series are repeated measurements of one thing."""
    twin: tuple[Slot, ...] | None = None
    """The slots that give this template the opposite valence: the value on the other side of its limit."""
    certainty: Certainty | None = None
    """What is known of it, which its renderings tell and its vague mentions do not; None: it is simply so."""

    def _filled(self, templates: Sequence[str], changed: Mapping[str, Slot]) -> list[str]:
        if self.certainty is None:
            return super()._filled(templates, changed)
        return [
            self.said(template, AS_KNOWN, changed)
            if template in self.templates
            else super(Fact, self)._filled([template], changed)[0]
            for template in templates
        ]

    def said(self, template: str, said: Said, changed: Mapping[str, Slot] | None = None) -> str:
        """Put the fact into words with what is told of its certainty, as a lossy channel does.

        Args:
            template: One of its templates.
            said: What has become of its hedge and its source.
            changed: Slots to use in place of the true ones, by name.
        """
        clause = as_clause(self._in_words([template], changed or {})[0])
        if not template.startswith("{"):  # a name with a capital stands in a hole
            clause = _ORDINARY.sub(lambda match: match[0].lower(), clause)
        known = self.certainty
        hedge, source = (None, None) if known is None else (known.hedge, known.source)
        return as_sentence(told(hedge, source, clause, said)[self.templates.index(template) % 2])

    def twinned(self) -> "Fact":
        """Return the valence twin: same template, value on the other side of its limit; itself if it has none."""
        if self.twin is None:
            return self
        other: Valence = {"bad": "good", "good": "bad"}.get(self.valence, self.valence)  # type: ignore[assignment]
        return self.model_copy(update={"slots": self.twin, "twin": self.slots, "valence": other})


def denied(sentence: str) -> str:
    """Return the denial of a claim, which has no direction to reverse, as the synthetic channel writes it."""
    return f"It is not true that {sentence[:1].lower()}{sentence[1:]}"


@lru_cache(maxsize=4096)
def holes_of(template: str) -> frozenset[str]:
    """Return the names of the holes in a rendering template; cached, because worlds share templates."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name is not None)
