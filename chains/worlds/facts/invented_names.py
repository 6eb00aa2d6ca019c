"""Invented names, so that no model can know the answer from what it has read."""

from chains.rng import Draw

_FIRST = (
    "Kes", "Tor", "Vel", "Bran", "Os", "Ral", "Dun", "Sel", "Hav", "Quen", "Zor", "Ild", "Mer", "Fen", "Gar", "Lun",
    "Nev", "Pel", "Rud", "Sor", "Tam", "Ulv", "Wes", "Yar", "Arv", "Bel", "Cor", "Dav", "Elm", "Hol", "Jor", "Kar",
)  # fmt: skip
_SECOND = (
    "trel", "ven", "dal", "mar", "wick", "nova", "stad", "rick", "gard", "rova", "ley", "mund", "tan", "bero", "quist",
    "lund",
)  # fmt: skip
STRANGERS = (
    "Abrin", "Chandrel", "Ettmar", "Grisold", "Ibsar", "Lomvic", "Moravel", "Nistrom", "Ortega-Hale", "Prindal",
    "Stavik", "Tullmer", "Uhlander", "Vostrel", "Winsk", "Zelnik",
)  # fmt: skip
"""Names that no world uses for a true value: a lossy channel may plant them."""


class Names:
    """Hands out invented names, no two alike and, for the first 32, no two with the same beginning."""

    def __init__(self, draw: Draw) -> None:
        self._beginnings = draw.shuffled(_FIRST)
        self._endings = draw.shuffled(_SECOND)
        self._count = 0

    def next(self) -> str:
        """Return a name that this object has not returned before (there are 512)."""
        row, column = divmod(self._count, len(self._beginnings))
        self._count += 1
        return self._beginnings[column] + self._endings[(row + column) % len(self._endings)]
