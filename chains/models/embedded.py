"""A model file served on this machine: the small embedded default, or one that the user brings.

llama.cpp serves the file in a child process, so that a native crash does not
end the run. The child is asked over loopback like every other endpoint. It
starts at the first request and ends with its parent.
"""

import asyncio
import json
import math
import os
import secrets
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec import structs

from chains.errors import Busy, Hopeless
from chains.models.endpoint import Endpoint
from chains.models.model_files import model_file
from chains.models.provider import CHARACTERS_A_TOKEN, Reply, Request
from chains.models.spec import ModelSpec, Source

LONGEST_CONTEXT = 8192
"""The context length of SmolLM2, in tokens."""
DEATHS = 2
"""How often the child may die; it is restarted once."""
_SERVE = Path(__file__).with_name("embedded_server.py")


@dataclass(frozen=True)
class Fit:
    """How the model is served."""

    slots: int
    """How many requests it answers at the same time."""
    context: int
    """Tokens per slot, prompt and reply together."""
    threads: int
    reproducible: bool
    """One request at a time and no caches, so that the same request gives the same text on this machine."""


def fit(source: Source, *, reproducible: bool = False, longest_prompt: int = 0) -> Fit:
    """Decide how to serve a model.

    Args:
        source: The model. Its `in_flight` is the number of slots; each slot gets at least its `context`.
        reproducible: See `Fit`.
        longest_prompt: Characters of the longest prompt that is expected.
    """
    spec = source.spec
    needed = longest_prompt / CHARACTERS_A_TOKEN + int(spec.params.get("max_tokens") or 0)
    context = max(spec.context or 0, 256 * math.ceil(needed / 256))
    return Fit(
        slots=1 if reproducible else spec.in_flight,
        context=context if source.detail else min(context, LONGEST_CONTEXT),
        threads=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        reproducible=reproducible,
    )


class Embedded:
    """A model file on this machine, as a provider.

    If the child dies it is started again once, and the requests that it was
    answering are asked again.

    Args:
        source: The model.
        fit: How it is served.
        sending: Called before every request that is sent; may raise to forbid it.
    """

    def __init__(self, source: Source, fit: Fit, sending: Callable[[], None]) -> None:
        self._source, self._fit, self._sending = source, fit, sending
        self._file = model_file(source)
        self._child: _Child | None = None
        self._endpoint: Endpoint | None = None
        self._deaths = 0
        self._closed = False
        self._starting = asyncio.Lock()

    @property
    def resolved(self) -> dict[str, Any]:
        """How the model is served, to be logged."""
        return {"served": vars(self._fit), "restarts": min(self._deaths, DEATHS - 1)}

    async def reply(self, request: Request) -> Reply:
        """Answer a request; the first one starts the child.

        Raises:
            Busy: The child did not answer in time.
            Hopeless: It can't serve the model, or died again after it was restarted.
        """
        endpoint, child = await self._serving()
        try:
            return await endpoint.reply(request)
        except Busy:
            if not await asyncio.to_thread(child.died):
                raise
        endpoint, _ = await self._serving()
        reply = await endpoint.reply(request)
        return structs.replace(reply, tries=reply.tries + 1)

    async def listed(self) -> list[str]:
        """Return the names under which the model is served: one."""
        endpoint, _ = await self._serving()
        await endpoint.listed()
        return [self._source.label]

    async def aclose(self) -> None:
        """Stop the child. What it was answering is lost, and nothing can be asked any more."""
        self._closed = True
        if self._endpoint is not None:
            await self._endpoint.aclose()
        if self._child is not None:
            self._child.kill()

    async def _serving(self) -> tuple[Endpoint, "_Child"]:
        """Return the endpoint and the child behind it, started if need be."""
        async with self._starting:
            if self._closed:
                raise Hopeless(f"model {self._source.label!r} was closed; open it anew")
            if self._child is not None and self._endpoint is not None:
                if self._child.running:
                    return self._endpoint, self._child
                self._deaths += 1
                await self._endpoint.aclose()
            if self._deaths >= DEATHS:
                words = self._child.words() if self._child is not None else "nothing"
                raise Hopeless(
                    f"the server of model {self._source.label!r} died {self._deaths} times (it said: {words}); "
                    "lower its in_flight or context, or name another model"
                )
            self._child = child = _Child(self._file, self._source.label, self._fit)
            address = await asyncio.to_thread(child.address)
            if not address:
                words = child.words(first_error=True)
                raise Hopeless(
                    f"the server of model {self._source.label!r} did not start (it said: {words}); "
                    "check the file, or lower its in_flight or context"
                )
            spec: ModelSpec = self._source.spec.model_copy(
                update={"base_url": f"{address}/v1", "model": self._source.label, "context": self._fit.context}
            )
            self._endpoint = Endpoint(self._source.label, spec, child.key, self._sending)
            return self._endpoint, child


class _Child:
    """The process that runs `embedded_server.py`; it is killed with this object, at exit at the latest."""

    def __init__(self, file: Path, name: str, fit: Fit) -> None:
        self.key = secrets.token_hex(16)
        self._file = file.resolve()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._process = subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, "-P", str(_SERVE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
        )
        self.kill = weakref.finalize(self, _end, self._process)
        self._order = {"file": str(self._file), "name": name, "key": self.key, **vars(fit)}

    def address(self) -> str:
        """Tell the child what to serve and return its address, empty if it died first; takes about a second."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("a child without pipes")
        try:
            stdin.write(json.dumps(self._order).encode() + b"\n")
            stdin.flush()
        except BrokenPipeError:
            return ""
        return stdout.readline().decode().strip()

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def died(self) -> bool:
        """Return whether the child is gone; a connection breaks a moment before its process is seen to end."""
        try:
            self._process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return False
        return True

    def words(self, *, first_error: bool = False) -> str:
        """Return the last line that the child wrote to stderr, or its first error: the cause if it did not start."""
        # The child shares this file descriptor's position, so read without moving it.
        said = os.pread(self._said.fileno(), os.fstat(self._said.fileno()).st_size, 0).decode(errors="replace")
        lines = [line.strip() for line in said.replace(str(self._file), self._file.name).splitlines() if line.strip()]
        errors = [line.split(" E ", 1)[1] for line in lines if " E " in line] if first_error else []
        return next(iter(errors or reversed(lines)), "nothing")[:200]


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
