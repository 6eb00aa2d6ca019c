"""Separate what a model thought aloud from what it said.

Models mark their thoughts in many ways, and servers often fail to remove them. A
thought that stays in the text would be passed up as part of the report, and
everything in it would count as invented.
"""

import bisect
import re
from collections.abc import Mapping
from typing import Any, Final

_WORD = (
    r"(?:[a-z][a-z0-9]{0,15}[:_]|ant)?"
    r"(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection|scratchpad|monologue|analysis)"
)
"""Names of such tags: `think`, `thought`, `reasoning`; with a prefix, as in `seed:think`."""
_OPEN: Final = re.compile(
    rf"<{_WORD}(?:\s[^<>\n]{{0,200}})?>"  # <think>, <thought>, <seed:think>, <think mode="long">
    r"|\[THINK(?:ING)?\]"  # Mistral
    r"|◁think▷"  # Kimi
    r"|<\|(?:begin_of_thought|start_thinking|think|inner_prefix)\|>"  # Sky-T1, Cohere, Apertus
    r"|<\|channel>(?:thought|analysis)\b"  # Gemma
    r"|<unused94>(?:thought\b)?",  # MedGemma
    re.IGNORECASE,
)
_CLOSE: Final = re.compile(
    rf"</{_WORD}\s{{0,8}}>|\[/THINK(?:ING)?\]|◁/think▷|<\|(?:end_of_thought|end_thinking|/think|inner_suffix)\|>|<channel\|>|<unused95>",
    re.IGNORECASE,
)
_MARKS: Final = re.compile(rf"(?P<open>{_OPEN.pattern})|(?P<close>{_CLOSE.pattern})", re.IGNORECASE)
_MAY_BE: Final = re.compile(r"[<\[◁]|\A\s*(?:analysis|Here is my thought process:)")
"""A text without any of these has no mark; that is the usual case."""
_WRAPPING: Final = re.compile(
    r"\A(?:<answer>(.*)</answer>|<response>(.*)</response>|<\|START_RESPONSE\|>(.*?)(?:<\|END_RESPONSE\|>)?)\Z"
    r"|\A<\|begin_of_solution\|>(.*?)(?:<\|end_of_solution\|>)?\Z",
    re.DOTALL | re.IGNORECASE,
)
"""Tags around the answer, which some models mark too; removed only if a thought was marked."""
_CHANNEL: Final = re.compile(
    r"(?:<\|start\|>[a-z]{0,20})?<\|channel\|>([a-z]{1,20})[^<]{0,200}(?:<\|constrain\|>[a-z]{0,20})?<\|message\|>",
    re.IGNORECASE,
)
_END_OF_MESSAGE: Final = re.compile(r"<\|(?:end|return|call|start)\|>(?:assistant\b)?")
_BARE_CHANNELS: Final = re.compile(r"\A\s*analysis(.*?)assistantfinal(.*)\Z", re.DOTALL)
"""Channels whose separators a server has dropped, but not their names."""
_GRANITE: Final = re.compile(r"\A\s*Here is my thought process:(.*?)Here is my response:(.*)\Z", re.DOTALL)
_FENCE: Final = re.compile(r"^ {0,3}```", re.MULTILINE)
_INLINE: Final = re.compile(r"`[^`\n]*`")
_BEFORE: Final = re.compile(r"[^\s.!?:] \Z")
_AFTER: Final = re.compile(r" [a-z]")
_QUOTES: Final = frozenset({('"', '"'), ("'", "'"), ("\u201c", "\u201d"), ("\u2018", "\u2019"), ("«", "»")})
_THOUGHT_TYPE: Final = re.compile(r"think|thought|reason|summary", re.IGNORECASE)
_FIELDS: Final = (
    "reasoning_content", "reasoning", "thinking", "thinking_content", "thought", "thoughts", "reasoning_text",
    "reasoning_details", "thinking_blocks",
)  # fmt: skip
"""Fields in which servers put thoughts, besides the content."""
_TEXTS: Final = ("text", "thinking", "reasoning", "reasoning_content", "thought", "content", "summary", "value")
"""Fields that hold the words of a part of a content."""


def apart(content: str) -> tuple[str, str]:
    """Return what was said and what was thought.

    After a mark without an end, everything is thought; before an end without a
    beginning (some chat templates open it in the prompt), everything is thought.
    A mark in back ticks, in a fenced block or in quotation marks is only text.
    """
    if _MAY_BE.search(content) is None:
        return content, ""
    for bare in (_BARE_CHANNELS, _GRANITE):
        if (found := bare.match(content)) is not None:
            thought, said = (part.strip() for part in found.groups() if part is not None)
            return said, thought
    if "<|message|>" in content and _CHANNEL.search(content):
        return _by_channel(content)
    return _by_tag(content)


def parts_of(content: Any) -> tuple[str, str]:
    """Return what was said and what was thought of a message's content: a string, a list of parts, or nothing."""
    if isinstance(content, str):
        return content, ""
    said, thought = list[str](), list[str]()
    for part in content if isinstance(content, list) else [content]:
        if isinstance(part, str):
            said.append(part)
        elif isinstance(part, Mapping):
            thinks = part.get("thought") is True or _THOUGHT_TYPE.search(str(part.get("type") or "")) is not None
            (thought if thinks else said).append(_words(part))
    return "".join(said), "\n".join(filter(None, (text.strip() for text in thought)))


def beside(message: Mapping[str, Any]) -> list[str]:
    """Return the thoughts in fields of their own; if a gateway sends them twice, once."""
    found: list[str] = []
    for name in _FIELDS:
        text = _words(message.get(name)).strip()
        if text and not any(text in before for before in found):
            found.append(text)
    return found


def _words(part: Any, deep: int = 0) -> str:
    """Return the words of a part of a content, from whichever field holds them."""
    if isinstance(part, str):
        return part
    if deep > 4:
        return ""
    if isinstance(part, list):
        return "".join(_words(inner, deep + 1) for inner in part)
    if isinstance(part, Mapping):
        return next((words for name in _TEXTS if (words := _words(part.get(name), deep + 1))), "")
    return ""


def _by_channel(content: str) -> tuple[str, str]:
    """Read the channels of gpt-oss: `final` is said, all others are thought."""
    heads = list(_CHANNEL.finditer(content))
    said, thought = [content[: heads[0].start()]], list[str]()
    for number, head in enumerate(heads):
        until = heads[number + 1].start() if number + 1 < len(heads) else len(content)
        text = _END_OF_MESSAGE.sub("", content[head.end() : until])
        (said if head[1].casefold() == "final" else thought).append(text.strip())
    return "".join(said).strip(), "\n".join(filter(None, thought))


def _by_tag(content: str) -> tuple[str, str]:
    code = _code(content)
    marks = [mark for mark in _MARKS.finditer(content) if not _spoken_of(content, mark, code)]
    if not marks:
        return content, ""
    said, thoughts = list[str](), list[str]()
    at, inside = 0, False
    last_close = max((mark.start() for mark in marks if mark["open"] is None), default=-1)
    for mark in marks:
        if not inside and (mark["open"] is None or mark.start() > last_close) and _in_a_sentence(content, mark):
            continue  # half of a pair, in the middle of a sentence
        if mark["open"] is not None:
            if not inside:
                said.append(content[at : mark.start()])
                at, inside = mark.end(), True
        elif inside:
            thoughts.append(content[at : mark.start()])
            at, inside = mark.end(), False
        else:  # an end without a beginning: all before it was thought
            thoughts.append("".join(said) + content[at : mark.start()])
            said.clear()
            at = mark.end()
    (thoughts if inside else said).append(content[at:])
    text = "".join(said).strip()
    if (wrapped := _WRAPPING.match(text)) is not None:
        text = next(part for part in wrapped.groups() if part is not None).strip()
    return text, "\n".join(filter(None, (thought.strip() for thought in thoughts)))


def _spoken_of(content: str, mark: re.Match[str], code: list[tuple[int, int]]) -> bool:
    """Return whether a mark is quoted, and so is only text."""
    start, end = mark.span()
    if (content[start - 1 : start], content[end : end + 1]) in _QUOTES:
        return True
    number = bisect.bisect_right(code, (start, len(content))) - 1
    return number >= 0 and start < code[number][1]


def _in_a_sentence(content: str, mark: re.Match[str]) -> bool:
    """Return whether a mark stands between words of one line, as in "the tag </think> was seen"."""
    start, end = mark.span()
    return _BEFORE.search(content, max(0, start - 40), start) is not None and _AFTER.match(content, end) is not None


def _code(content: str) -> list[tuple[int, int]]:
    """Return the spans in back ticks and fenced blocks, in order."""
    if "`" not in content:
        return []
    fences = [fence.start() for fence in _FENCE.finditer(content)]
    blocks = list(zip(fences[::2], fences[1::2], strict=False))
    if blocks and not content[: blocks[0][0]].strip():
        blocks = blocks[1:]  # a fence around the whole reply is not a quotation
    found, at = list[tuple[int, int]](), 0
    for start, end in [*blocks, (len(content), len(content))]:
        found += [one.span() for one in _INLINE.finditer(content, at, start)]
        found.append((start, end))
        at = end + len("```")
    return found
