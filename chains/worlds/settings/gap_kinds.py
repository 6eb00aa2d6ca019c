"""What workers of each setting were to test, and what keeps them from it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class GapKind(NamedTuple):
    """A test that could not be done."""

    subject: str
    """What was to be tested, before its code."""
    code: str
    """The letter of its code."""
    test: str
    """What the test is called: "flow test"."""
    cause: str
    """What kept the worker from it."""
    unit: str
    range: tuple[int, int]
    """Between which numbers a result would lie."""


KINDS: Mapping[str, tuple[GapKind, ...]] = MappingProxyType(
    {
        "plant": (
            GapKind("safety valve", "G", "flow test", "the test rig is broken", "bar", (21, 49)),
            GapKind("gearbox", "Y", "oil analysis", "the lab's file is missing", "ppm", (110, 380)),
            GapKind("conveyor", "O", "load test", "the load cell does not start", "kg", (410, 890)),
        ),
        "release": (
            GapKind("backup", "G", "restore test", "the test account is locked", "minutes", (11, 58)),
            GapKind("payment form", "Y", "load test", "the load generator does not start", "ms", (120, 640)),
            GapKind("search index", "O", "recall test", "the file of test queries is missing", "%", (61, 97)),
        ),
        "ward": (
            GapKind("defibrillator", "G", "charge test", "the test box is broken", "joules", (110, 340)),
            GapKind("blood fridge", "Y", "temperature check", "the logger's file is missing", "degrees", (2, 9)),
            GapKind("oxygen line", "O", "pressure test", "the gauge is broken", "bar", (3, 9)),
        ),
        "vehicle": (
            GapKind("airbag", "G", "trigger test", "the test bench is broken", "ms", (12, 48)),
            GapKind("tow hook", "Y", "pull test", "the load cell does not start", "kg", (410, 890)),
            GapKind("wiring loom", "O", "insulation test", "the file of readings is missing", "ohms", (110, 480)),
        ),
        "lab": (
            GapKind("fume hood", "G", "air flow test", "the flow meter is broken", "litres", (110, 480)),
            GapKind("reference sample", "Y", "purity test", "the file of spectra is missing", "%", (81, 98)),
            GapKind("pressure vessel", "O", "leak test", "the test rig is broken", "bar", (11, 48)),
        ),
    }
)
