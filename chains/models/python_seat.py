"""A seat held by Python: `python:MODULE:NAME` is a function, or a LangGraph agent, that answers requests.

    def reply(messages: list[dict[str, str]]) -> str: ...          # plain, or `async def`
    agent = create_react_agent(model, tools)                       # or any runnable with `ainvoke`

    mazedom run --set model.manager=python:my_agent:reply

A function is called with the messages of the request, each with `role` and
`content`, and returns the text that goes up. A runnable of LangGraph gets them
as `{"messages": [...]}`, any other runnable as a list; the last message of what
it returns goes up. Its own calls to models are counted if its messages say so
(`usage_metadata`), but no limit of the run applies to them.
"""

import asyncio
import contextlib
import hashlib
import importlib
import inspect
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from chains.errors import BadInput, Hopeless
from chains.models.kinds import provider
from chains.models.provider import Reply, Request, Usage
from chains.models.spec import Source
from chains.registry import blaming

KIND = "python"
_HELD: dict[str, Any] = {}
"""Python objects that hold seats in this process, by name."""


def hold(thing: Any) -> str:
    """Return the name of a model that is a Python object: its module and name, if it can be imported by them.

    Raises:
        BadInput: If it can't answer: it is neither callable nor a runnable.
    """
    if not _can_answer(thing):
        raise BadInput(f"a {type(thing).__name__} can't hold a seat; give a function of messages, or a runnable")
    module, name = getattr(thing, "__module__", ""), getattr(thing, "__qualname__", "")
    where = f"{module}:{name}"
    if not name or _found(module, name) is not thing:
        label = name or type(thing).__name__
        taken = [known for known in _HELD if known.startswith(f"{module}:{label}")]
        where = next((known for known in taken if _HELD[known] is thing), f"{module}:{label}#{len(taken) + 1}")
    _HELD[where] = thing
    return f"{KIND}:{where}"


def _can_answer(thing: Any) -> bool:
    return callable(thing) or hasattr(thing, "ainvoke")


def _found(module: str, name: str) -> Any:
    """Return the object of that name in an imported module; None if there is none."""
    thing: Any = sys.modules.get(module)
    for part in name.split("."):
        thing = getattr(thing, part, None)
    return thing


@provider(KIND, takes_schema=False)
class PythonSeat:
    """Answers requests with a function or a runnable.

    Args:
        source: The model as it was named; what stands after `python:` is the module, a colon and the name.

    Raises:
        BadInput: If there is nothing of that name that can answer.
    """

    def __init__(self, source: Source) -> None:
        module, colon, name = source.detail.partition(":")
        if not colon or not module or not name:
            raise BadInput(f"model {source.name!r}: write python:MODULE:NAME, as in python:my_agent:reply")
        self._name = source.name
        self._thing = _HELD.get(source.detail) or _imported(source.name, module, name)
        if not _can_answer(self._thing):
            what = type(self._thing).__name__
            raise BadInput(f"model {source.name!r} is a {what}, neither a function nor a runnable")

    @property
    def resolved(self) -> dict[str, Any]:
        """Its type, and the digest of its source code if that can be read; for the log."""
        about = {"is": type(self._thing).__qualname__}
        thing = self._thing if inspect.isroutine(self._thing) or inspect.isclass(self._thing) else type(self._thing)
        with contextlib.suppress(OSError, TypeError):
            about["source_sha256"] = hashlib.sha256(inspect.getsource(thing).encode()).hexdigest()
        return about

    async def reply(self, request: Request) -> Reply:
        """Ask it.

        Raises:
            Hopeless: If it fails, or returns nothing that is a text.
        """
        messages = [{"role": message.role, "content": message.content} for message in request.messages]
        with blaming("model", self._name, Hopeless):
            return self._read(await self._asked(messages))

    async def _asked(self, messages: list[dict[str, str]]) -> Any:
        thing = self._thing
        if hasattr(thing, "ainvoke"):
            of_langgraph = type(thing).__module__.partition(".")[0] == "langgraph"
            return await thing.ainvoke({"messages": messages} if of_langgraph else messages)
        if inspect.iscoroutinefunction(thing):
            return await thing(messages)
        said = await asyncio.to_thread(thing, messages)
        return await said if inspect.isawaitable(said) else said

    def _read(self, said: Any) -> Reply:
        if isinstance(said, Reply):
            return said
        if said is None:
            return Reply(text="", finish="empty", served_by=self._name)
        messages = said.get("messages") if isinstance(said, Mapping) else None
        last = messages[-1] if messages else said
        text = _text(last)
        if text is None:
            what = type(last).__name__
            raise Hopeless(f"{self._name} returned a {what}; it must return text, or a message with text")
        usage = _usage(messages or [last])
        return Reply(text=text, finish="stop" if text.strip() else "empty", usage=usage, served_by=self._name)


def _imported(model: str, module: str, name: str) -> Any:
    with _working_folder_first(), blaming("model", model, BadInput):
        thing: Any = importlib.import_module(module)
    for part in name.partition("#")[0].split("."):
        if not hasattr(thing, part):
            raise BadInput(
                f"model {model!r}: {module} has no {name}; a seat held by an object can't be asked elsewhere"
            )
        thing = getattr(thing, part)
    return thing


@contextlib.contextmanager
def _working_folder_first() -> Iterator[None]:
    """Let modules of the working folder be imported, as `python -m` does."""
    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(here)


def _text(said: Any) -> str | None:
    """Return the text of a string, a message, or a list of parts; None if it is none of these."""
    content = said.get("content") if isinstance(said, Mapping) else getattr(said, "content", said)
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part if isinstance(part, str) else str(part.get("text", "")) for part in content if part]
        return "".join(parts)
    return None


def _usage(messages: list[Any]) -> Usage:
    """Return the tokens that messages say they took."""
    counted = [used for message in messages if isinstance(used := getattr(message, "usage_metadata", None), Mapping)]
    return Usage(
        prompt=sum(int(one.get("input_tokens", 0)) for one in counted),
        completion=sum(int(one.get("output_tokens", 0)) for one in counted),
    )
