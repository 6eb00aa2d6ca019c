"""The models of one run: opened by name at most once each, described for the log, closed together.

async with Models(experiment.models, budget=Budget(2_000)) as models:
    request = Request(
        model=models.source("smollm2").label,
        messages=messages,
        settings={**models.settings("smollm2", lines=6), "seed": seed},
    )
    reply = await models.provider("smollm2").reply(request)
run["models"] = models.describe()
"""

import time
from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from chains.errors import MazedomError
from chains.models.budget import Budget
from chains.models.channel.channel import Channel, parse_channel
from chains.models.kinds import OWN, PROVIDERS
from chains.models.metered import Metered
from chains.models.model_files import fingerprint, model_file
from chains.models.probe import schema_honoured, seed_honoured
from chains.models.provider import Message, Provider, Reply, Request
from chains.models.rate_limit import Pace, Paced, Sleep
from chains.models.retries import Counted, Guarded, Patient
from chains.models.secrets import without_userinfo
from chains.models.spec import ModelSpec, Source, resolve
from chains.models.user_provider import UserProvider
from chains.registry import blaming

if TYPE_CHECKING:
    from chains.models.endpoint import Endpoint

CHECK = "Say in one short sentence that you are ready."


class Opened(Provider, Protocol):
    """A provider that holds something open."""

    @property
    def resolved(self) -> dict[str, Any]:
        """What was found out about it, to be logged."""
        ...

    async def listed(self) -> list[str]:
        """Return the names of the models that it has."""
        ...

    async def aclose(self) -> None:
        """Close what it holds open."""
        ...


class Models:
    """Every model that a run names.

    A model is opened when it is first asked for; the packages for endpoints are
    imported then too, so a replay never loads them.

    Args:
        defined: `[models.NAME]` of the experiment.
        reproducible: Serve embedded models with one request in flight and no caches: the same text for the same
            request on this machine, at a fraction of the speed. Endpoints can't be held to it.
        budget: What may be used in all; None: without limits.
        longest_prompt: Characters of the longest prompt that the run expects; sizes an embedded model's slots.
        sleep: How to wait, for a test that has no time for it; None: as long as the budget lets the run go on.
        waiting: Called before each such wait with the trouble in a sentence, and the seconds.
        paced: Gives the pace of a server, where others keep it; None from it, or in its place: a pace of our own.
    """

    def __init__(
        self,
        defined: Mapping[str, ModelSpec] | None = None,
        *,
        reproducible: bool = False,
        budget: Budget | None = None,
        longest_prompt: int = 0,
        sleep: Sleep | None = None,
        waiting: Callable[[str, float], None] | None = None,
        paced: Callable[[ModelSpec], Pace | None] | None = None,
    ) -> None:
        self._defined = dict(defined or {})
        self._reproducible = reproducible
        self._longest_prompt = longest_prompt
        self.budget = budget or Budget()
        self._sleep: Sleep = sleep or self.budget.rest
        self._waiting = waiting
        self._kept_elsewhere = paced or (lambda _: None)
        self._paces: dict[tuple[str | None, str | None], Pace] = {}
        self._open: dict[str, Opened] = {}
        self._providers: dict[str, Provider] = {}

    async def __aenter__(self) -> Self:
        """Open nothing yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close everything that was opened."""
        await self.aclose()

    def source(self, name: str) -> Source:
        """Return what a model's name stands for.

        Raises:
            BadInput: It stands for nothing.
        """
        return resolve(name, self._defined)

    def settings(self, name: str, lines: int) -> dict[str, Any]:
        """Return the settings that a request to this model starts from, for a report on `lines` lines."""
        return self.source(name).settings(lines)

    def ready(self, name: str) -> Source:
        """Check, without opening it, that a model can be opened: its name, its key, its file.

        Raises:
            BadInput: It can't; the sentence says what is missing.
        """
        source = self.understood(name)
        source.key()
        source.sent_along()
        if source.traits.has_file:
            model_file(source)
        return source

    def understood(self, name: str) -> Source:
        """Check that a model's name is valid, whether or not its key or file is there.

        Raises:
            BadInput: If the name is unknown, a channel's rates are impossible, or a plugin refuses the detail.
        """
        source = self.source(name)
        if source.kind == "channel":
            parse_channel(source.detail)
        elif source.kind not in OWN:
            _of_plugin(source)
        return source

    def provider(self, name: str) -> Provider:
        """Return the provider of a model: the same one each time, with its limits around it.

        Raises:
            BadInput: The name, the key or the file is missing.
        """
        if name not in self._providers:
            source = self.ready(name)
            opened = self._open[name] = self._opened(source)
            self._providers[name] = self._limited(opened, source)
        return self._providers[name]

    def describe(self) -> dict[str, dict[str, Any]]:
        """Return what is known of each model that was opened, by name, for the run's log.

        `label`, `kind`, `spec` (no secret), `resolved` (what the
        endpoint was found to take; grows with the first requests) and, for an
        embedded model, `fingerprint`.
        """
        return {name: self._description(self.source(name)) for name in self._providers}

    async def check(self, name: str) -> dict[str, Any]:
        """Find out whether a model answers; never raises for a model that does not.

        Of a model on several servers all are asked what they list, and one of them for the reply.

        Returns:
            `model`, `ok`, `error` (a sentence, or None), and as far as it came: `kind`, `base_url`, `key_env`,
            `listed` (whether the endpoint lists the model), `seconds` and `tokens_per_second` of a one-line
            reply, `text`, `resolved`; for an endpoint also `key` (whether the variable holds one; None where none is
            asked for), and `seed` and `schema`: whether it honours them ("yes", "no", "refused", "can't tell").
        """
        found: dict[str, Any] = {"model": without_userinfo(name), "ok": False, "error": None}
        try:
            source = self.ready(name)
            found |= {"kind": source.kind, "base_url": source.spec.base_url, "key_env": source.spec.key_env}
            found["key"] = None if source.spec.key_env is None else bool(source.key())
            self.provider(name)
            opened = self._open[name]
            listed = await opened.listed()
            found["listed"] = source.spec.base_url is None or source.spec.model in listed
            request = Request(
                model=source.label,
                messages=(Message(role="user", content=CHECK),),
                settings={"max_tokens": 64} | self.settings(name, lines=1),
            )
            started = time.perf_counter()
            reply: Reply = await opened.reply(request)  # without retries: a person waits for the answer
        except MazedomError as error:
            return found | {"error": str(error)}
        seconds = time.perf_counter() - started
        if source.spec.base_url is not None:
            seed, schema = await seed_honoured(opened, source), await schema_honoured(opened, source)
            found["seed"] = "refused" if "seed" in opened.resolved.get("refuses", ()) else seed
            found["schema"] = "refused" if "response_format" in opened.resolved else schema
        return found | {
            "ok": True,
            "seconds": round(seconds, 3),
            "tokens_per_second": round(reply.usage.completion / seconds, 1),
            "text": reply.text[:200],
            "resolved": opened.resolved,
        }

    async def aclose(self) -> None:
        """Close every connection and stop every child."""
        for opened in self._open.values():
            await opened.aclose()
        self._open.clear()
        self._providers.clear()

    def _limited(self, opened: Provider, source: Source) -> Provider:
        if source.kind not in ("endpoint", "embedded"):  # these two count their own requests
            opened = Counted(opened, self.budget)
        if source.traits.in_process:  # it is never busy
            return Metered(opened, source.name, self.budget)
        # several servers have a pace each
        paced = opened if source.spec.also_at else self._paced(opened, source, source.spec)
        return Guarded(Patient(paced, source.spec.attempts, self._sleep, self._waiting))

    def _paced(self, opened: Provider, source: Source, spec: ModelSpec) -> Provider:
        """Return a server with its pace around it, and what counts its replies."""
        largest = self.budget.largest.get(source.label)
        metered = Metered(opened, source.name, self.budget, spec.prices, largest, spec.context)
        return Paced(metered, self._pace(source, spec), metered.tokens)

    def _pace(self, source: Source, spec: ModelSpec) -> Pace:
        """Return the pace of an endpoint's model, shared by all its names here."""
        place = (spec.base_url, spec.model) if spec.base_url is not None else (None, source.name)
        if place not in self._paces:
            self._paces[place] = self._kept_elsewhere(spec) or Pace(
                1 if self._reproducible and source.traits.has_file else spec.in_flight,
                requests_per_minute=spec.requests_per_minute,
                tokens_per_minute=spec.tokens_per_minute,
                rest=self._sleep,
            )
        return self._paces[place]

    def hope(self) -> None:
        """Let endpoints that were given up be asked again."""
        for provider in self._providers.values():
            if isinstance(provider, Guarded):
                provider.hope()

    def _opened(self, source: Source) -> Opened:
        match source.kind:
            case "endpoint":
                servers = [self._server(source, spec) for spec in source.spec.each_server()]
                if len(servers) == 1:
                    return servers[0]
                from chains.models.several_servers import Server, Servers  # noqa: PLC0415 - as below

                specs = source.spec.each_server()
                return Servers(
                    [
                        Server(str(spec.base_url), server, self._paced(server, source, spec), self._pace(source, spec))
                        for spec, server in zip(specs, servers, strict=True)
                    ]
                )
            case "embedded":
                from chains.models.embedded import Embedded, fit  # noqa: PLC0415 - as above

                how = fit(source, reproducible=self._reproducible, longest_prompt=self._longest_prompt)
                return Embedded(source, how, self.budget.spend)
            case "channel":
                return Channel(parse_channel(source.detail))
            case _:
                return _of_plugin(source)

    def _server(self, source: Source, spec: ModelSpec) -> "Endpoint":
        """Return one server of a model, without what stands around it."""
        from chains.models.endpoint import Endpoint  # noqa: PLC0415 - imports the openai package: 0.7 s

        lost = partial(self.budget.lost, prices=spec.prices, name=source.name)
        heard = self._pace(source, spec).heard
        return Endpoint(source.name, spec, source.key(), self.budget.spend, heard, lost, source.sent_along())

    def _description(self, source: Source) -> dict[str, Any]:
        about: dict[str, Any] = {
            "label": source.label,
            "kind": source.kind,
            "spec": source.spec.model_dump(mode="json", exclude_none=True),
            "resolved": self._open[source.name].resolved if source.name in self._open else {},
        }
        if source.traits.has_file:
            about["fingerprint"] = fingerprint(source)
        return about


def _of_plugin(source: Source) -> Opened:
    """Return the provider that a plugin makes of a source."""
    make = PROVIDERS.named(source.kind).make
    if make is None:
        raise ValueError(f"kind {source.kind!r} has no maker")
    with blaming("provider", source.kind):
        return UserProvider(source.kind, make(source))
