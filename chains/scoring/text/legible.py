"""Text that others wrote, without what a terminal would obey or nobody would see."""

HIDDEN = (
    *(sign for sign in range(0x20) if sign not in (9, 10)), *range(0x7F, 0xA0),  # controls: escapes, bells, returns
    0x061C, 0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF,  # direction, line ends
    *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080),  # marks and tags that are not seen
    *range(0xD800, 0xE000),  # halves of characters, which no stream takes
)  # fmt: skip
"""Characters that a terminal obeys or nobody sees: no text that others wrote reaches a terminal with them."""
_AS_SHOWN = dict.fromkeys(HIDDEN, "\N{REPLACEMENT CHARACTER}")


def legible(text: str) -> str:
    """Return a text that others wrote without what a terminal would obey, or nobody would see.

    Each such character becomes one other, so that places in the text stay where they are.
    """
    return text if text.isascii() and text.isprintable() else text.translate(_AS_SHOWN)
