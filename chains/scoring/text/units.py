"""Units: the dimension that a word measures, and its size in that dimension's base unit."""

from typing import NamedTuple

from chains.scoring.text.ledger_stems import bag, stem


class Unit(NamedTuple):
    """A unit after a number (or, for money, before it)."""

    dimension: str
    """"time", "percent", "eur"; "?" and the stem for a word that no table knows."""
    factor: float
    """Base units in one of these: 86,400 seconds in a day."""


def _table() -> dict[str, Unit]:
    rows: tuple[tuple[str, float, str], ...] = (
        ("time", 1e-3, "ms msec millisecond milliseconds"),
        ("time", 1, "s sec secs second seconds"),
        ("time", 60, "min mins minute minutes"),
        ("time", 3600, "h hr hrs hour hours"),
        ("time", 86400, "d day days"),
        ("time", 7 * 86400, "w wk wks week weeks"),
        ("time", 14 * 86400, "fortnight fortnights"),
        ("time", 30.4375 * 86400, "month months mo"),
        ("time", 3 * 30.4375 * 86400, "quarter quarters"),
        ("time", 365.25 * 86400, "year years yr yrs"),
        ("mass", 1e-6, "mg milligram milligrams milligramme milligrammes"),
        ("mass", 1e-3, "g gram grams gramme grammes"),
        ("mass", 1, "kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes"),
        ("mass", 1e3, "t ton tons tonne tonnes"),
        ("length", 1e-6, "µm um micron microns micrometre micrometres micrometer micrometers"),
        ("length", 1e-3, "mm millimetre millimetres millimeter millimeters"),
        ("length", 1e-2, "cm centimetre centimetres centimeter centimeters"),
        ("length", 1, "m metre metres meter meters"),
        ("length", 1e3, "km kilometre kilometres kilometer kilometers"),
        ("volume", 1e-3, "ml millilitre millilitres milliliter milliliters"),
        ("volume", 1, "l litre litres liter liters"),
        ("percent", 1, "% percent pct pp"),
        ("pressure", 1e-3, "mbar millibar"),
        ("pressure", 1, "bar bars"),
        ("pressure", 1e-2, "kpa kilopascal kilopascals"),
        ("power", 1e-3, "w watt watts"),
        ("power", 1, "kw kilowatt kilowatts"),
        ("power", 1e3, "mw megawatt megawatts"),
        ("energy", 1, "kwh"),
        ("energy", 1e3, "mwh"),
        ("bytes", 1, "kb kilobyte kilobytes"),
        ("bytes", 1e3, "mb megabyte megabytes"),
        ("bytes", 1e6, "gb gigabyte gigabytes"),
        ("bytes", 1e9, "tb terabyte terabytes"),
        ("temperature", 1, "° °c degc degree degrees celsius"),
        ("eur", 1, "eur euro euros €"),
        ("usd", 1, "usd dollar dollars $"),
        ("gbp", 1, "gbp pound pounds sterling £"),
        ("chf", 1, "chf franc francs"),
        ("nok", 1, "nok kroner"),
        ("sek", 1, "sek kronor"),
        ("dkk", 1, "dkk"),
        ("pln", 1, "pln zloty"),
        ("czk", 1, "czk"),
        ("jpy", 1, "jpy yen ¥"),
        ("inr", 1, "inr rupee rupees ₹"),
        ("cad", 1, "cad"),
        ("aud", 1, "aud"),
    )
    return {word: Unit(dimension, factor) for dimension, factor, words in rows for word in words.split()}


UNITS = _table()
MONEY = frozenset(bag("eur usd gbp chf nok sek dkk pln czk jpy inr cad aud"))
SHORT = bag("s h d w m g t l mo min quarter quarters second seconds w")
"""Units with other meanings too ("a second pump", "the last quarter"); they count only directly after digits."""
_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
CALENDAR = (30.4375 * 86400, 3 * 30.4375 * 86400, 365.25 * 86400)
"""Months, quarters and years have no exact number of days."""


def unit_of(text: str | None) -> Unit | None:
    """Return the unit that a slot names ("weeks", "mL/min", "tickets per day"), or None for a bare number."""
    if text is None:
        return None
    head, _, per = text.replace(" per ", "/").partition("/")
    words = head.split()
    scale = 1.0
    if len(words) > 1 and words[0].lower() in _SCALES:
        scale, words = _SCALES[words[0].lower()], words[1:]
    known = UNITS.get(words[0].lower()) if words else None
    if known is None:
        return Unit(f"?{stem(words[-1])}" if words else "?", scale)
    known = known._replace(factor=known.factor * scale)
    return over(known, per.strip()) if per else known


def over(unit: Unit, per: str) -> Unit:
    """Return a rate: the unit per something ("mm/s", "EUR per day")."""
    bottom = UNITS.get(per.lower())
    if bottom is not None and bottom.dimension not in MONEY:
        return Unit(f"{unit.dimension}/{bottom.dimension}", unit.factor / bottom.factor)
    return Unit(f"{unit.dimension}/{stem(per)}", unit.factor)
