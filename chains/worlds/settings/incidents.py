"""Incidents on a ward and their wordings, for `near_miss` worlds.

Each kind has a sentence about harm done and one about a close call, in which
somebody caught the mistake in time. A close call has two halves, what nearly
happened and who caught it; its vague wordings tell one half alone: first the
catch, as a success, then the mistake, as a warning.
"""

from typing import NamedTuple

TITLES = (
    "ward {name}, incidents of the month",
    "incidents on ward {name} this month",
    "monthly incidents of ward {name}",
)
"""Titles of reports."""
CATCHERS = ("pharmacist", "cleaner", "relative", "student", "porter", "second doctor", "midwife", "technician")
"""Who catches a mistake in a close call."""


class Incident(NamedTuple):
    """A kind of incident. Holes: `{subject}`, `{amount}`, `{grade}`, and `{catcher}` in close calls."""

    name: str
    topic: tuple[str, ...]
    unit: str
    range: tuple[int, int]
    """The smallest and the largest amount."""
    harm: tuple[str, str]
    harm_vague: tuple[str, str]
    close: tuple[str, str]
    close_vague: tuple[str, str]


def _kind(
    name: str, topic: tuple[str, ...], unit: str, size: tuple[int, int], did: str, of: str, what: str
) -> Incident:
    """Make a kind from its parts.

    Args:
        name: What it is called in code.
        topic: Words that show it.
        unit: The unit of the amount.
        size: The range of the amount.
        did: What happened to the patient, with the hole of the amount: "got {amount} of the wrong drug".
        of: The same as it nearly happened: "nearly got {amount} of the wrong drug".
        what: The same without the amount and the patient: "a wrong drug".
    """
    return Incident(
        name,
        topic,
        unit,
        size,
        harm=(f"{{subject}} {did}, graded {{grade}}.", f"Graded {{grade}}, {{subject}} {did}."),
        harm_vague=(f"There was {what} with {{subject}}.", f"{{subject}} had {what}."),
        close=(
            f"{{subject}} {of} and the {{catcher}} caught it, graded {{grade}}.",
            f"The {{catcher}} caught it when {{subject}} {of}, graded {{grade}}.",
        ),
        close_vague=(f"The {{catcher}} caught {what} with {{subject}}.", f"{{subject}} {of}."),
    )


INCIDENTS = (
    _kind("drug", ("drug",), "mg", (11, 96), "got {amount} of the wrong drug", "nearly got {amount} of the wrong drug",
          "a wrong drug"),
    _kind("fall", ("floor", "fall", "fell"), "minutes", (4, 58), "lay on the floor for {amount}",
          "nearly lay on the floor for {amount}", "a fall to the floor"),
    _kind("infusion", ("infusion",), "ml", (21, 94), "got {amount} too much by infusion",
          "nearly got {amount} too much by infusion", "a wrong infusion"),
    _kind("oxygen", ("oxygen",), "seconds", (12, 95), "had no oxygen for {amount}", "nearly had no oxygen for {amount}",
          "a gap in the oxygen"),
    _kind("mark", ("marked", "cut"), "cm", (3, 28), "was marked for the cut {amount} off the right place",
          "was nearly marked for the cut {amount} off the right place", "a wrong mark for the cut"),
    _kind("monitor", ("monitor",), "hours", (2, 19), "was without a monitor for {amount}",
          "was nearly without a monitor for {amount}", "a missing monitor"),
    _kind("dose", ("pump",), "units", (3, 38), "got {amount} too many from the pump",
          "nearly got {amount} too many from the pump", "a wrong setting of the pump"),
    _kind("meal", ("nuts", "allergy"), "grams", (5, 84), "was served {amount} of nuts despite an allergy",
          "was nearly served {amount} of nuts despite an allergy", "nuts despite an allergy"),
    _kind("transfer", ("wrong ward", "moved"), "days", (2, 9), "was moved to the wrong ward for {amount}",
          "was nearly moved to the wrong ward for {amount}", "a move to the wrong ward"),
    _kind("scan", ("scan",), "weeks", (2, 11), "waited {amount} too long for a scan",
          "nearly waited {amount} too long for a scan", "a late scan"),
)  # fmt: skip
