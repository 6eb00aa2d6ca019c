"""One string names a model, everywhere; an experiment file can define further names or refine these.

    smollm2            the embedded default
    gguf:PATH          any other model file, served in the same way
    openai:NAME        the OpenAI API (or where OPENAI_BASE_URL points)
    ollama:NAME        a local Ollama
    URL#NAME           any OpenAI-compatible server: http://localhost:8000/v1#qwen3
    python:MODULE:NAME a function or a LangGraph agent of one's own; see `python_seat`
    channel:RATES      the synthetic lossy channel: channel:drop=0.1,flip=0.02; `channel` alone loses nothing
    KIND:DETAIL        a kind of model that a plugin adds, such as `echo` or `echo:loud`; see `kinds`

`[models.NAME]` in an experiment file either says where the model answers
(`base_url` and `model`), or refines one of the above (`model = "smollm2"`, or
NAME is itself one of the above).
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from chains.errors import BadInput, nearest
from chains.models.kinds import OWN, PROVIDERS, Traits, traits_of
from chains.models.provider import Usage, whole
from chains.models.secrets import SECRET_NAME, from_environment, names_a_variable, secrets_in, without_userinfo

EMBEDDED = "smollm2"
CHANNEL = "channel"
PREFIXES = ("gguf:", "openai:", "ollama:", "channel:")
LINES_HOLE = "{lines}"
"""A hole in the texts of a model's settings: the number of lines that a report may have."""

OURS = ("model", "messages", "stream", "n")
"""Parts of a request that only the program sets."""

OUR_HEADERS = frozenset(
    {"host", "content-type", "content-length", "content-encoding", "transfer-encoding", "connection", "accept-encoding"}
)
"""Headers that only the program sets."""
HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

BULLETS = 'root ::= line{2,{lines}}\nline ::= "- " [A-Z0-9] [^\\n"\\[\\]*#:]{8,200} "\\n"\n'
"""A grammar (GBNF) of plain bullets; without it a model of this size does not answer the question."""


Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]
"""Price of a million tokens; finite, because infinity times 0 tokens is not a number."""


class Prices(BaseModel):
    """What tokens cost, in any one currency per million tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: Price
    """Price of the prompt."""
    output: Price
    """Price of the reply. Reasoning is part of the reply and costs the same."""
    cached: Price | None = None
    """Price of the cached part of the prompt. None: the same as the rest of the prompt."""
    cache_write: Price | None = None
    """Price of the part of the prompt that was written to the cache. None: the same as the rest of the prompt."""

    def cost(self, usage: Usage) -> float:
        """Return what this usage costs, in the currency of the prices; never below 0, nor below what was charged."""
        usage = whole(usage)
        cached = self.input if self.cached is None else self.cached
        written = self.input if self.cache_write is None else self.cache_write
        fresh = usage.prompt - usage.cached - usage.written
        counted = fresh * self.input + usage.cached * cached + usage.written * written + usage.completion * self.output
        return max(counted / 1e6, usage.cost)

    def most(self, prompt: int, completion: int) -> float:
        """Return the most that a prompt and a reply of so many tokens can cost, whatever of the prompt is cached."""
        dearest = max(self.input, self.cached or 0, self.cache_write or 0)
        return (prompt * dearest + completion * self.output) / 1e6


class ModelSpec(BaseModel):
    """What is known about a model: `[models.NAME]` of an experiment file, or a built-in name written out.

    It holds no secret: a key is named by the environment variable that holds it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    model: str | None = None
    """With `base_url`: what the server calls it. Without: the built-in name that this one refines."""
    base_url: str | None = None
    """Where it answers, such as http://localhost:8000/v1; without user, password or query. A list: see `also_at`."""
    also_at: tuple[str, ...] = ()
    """Further servers of the same model, where `base_url` is a list: each request goes to the least busy one."""
    key_env: str | None = None
    """Name of the environment variable that holds the key. None: the server asks for none."""
    params: Mapping[str, Any] = Field(default_factory=dict)
    """Request parameters: temperature, max_tokens, reasoning_effort, ..."""
    extra_body: Mapping[str, Any] = Field(default_factory=dict)
    """Further request parameters that only this server knows, such as a grammar."""
    headers: Mapping[str, str] = Field(default_factory=dict)
    """Further HTTP headers that are sent with every request: for each the environment variable that holds its value."""
    query: Mapping[str, str] = Field(default_factory=dict)
    """The address's query, such as api-version: for each name, the environment variable that holds its value."""
    context: Annotated[int, Field(ge=256)] | None = None
    """Tokens that prompt and reply may have together; for an embedded model, of each slot."""
    prices: Prices | None = None
    """What its tokens cost. None: not known, and nothing is claimed about cost."""
    in_flight: Annotated[int, Field(ge=1, le=4096)] = 32
    """Requests at the same time, at each server; for an embedded model, its slots."""
    requests_per_minute: Annotated[float, Field(gt=0)] | None = None
    """Most requests a minute at each server, evenly spaced. None: no limit but the endpoint's own, as headers state."""
    tokens_per_minute: Annotated[float, Field(gt=0)] | None = None
    """Most tokens of prompts and replies a minute. None: as above."""
    seconds_per_call: Annotated[float, Field(gt=0)] | None = None
    """Seconds of a call at the usual number in flight, for estimates. None: as measured in earlier runs."""
    timeout: Annotated[float, Field(gt=0)] = 180
    """Seconds until a request without a whole reply counts as lost."""
    attempts: Annotated[int, Field(ge=1, le=100)] = 6
    """How often a request is sent while the service is busy, including the first time."""

    @model_validator(mode="before")
    @classmethod
    def _several_addresses(cls, content: Any) -> Any:
        """Take a list of addresses, or several with commas between them, for `base_url` and `also_at`."""
        urls = content.get("base_url") if isinstance(content, Mapping) else None
        several = [part.strip() for part in urls.split(",")] if isinstance(urls, str) and "," in urls else urls
        if not isinstance(several, list | tuple):
            return content
        if not several or not all(isinstance(url, str) for url in several):
            raise ValueError("base_url is an address, or a list of addresses of the same model")
        if "also_at" in content:
            raise ValueError("base_url lists all addresses; leave also_at out")
        return {**content, "base_url": several[0], "also_at": tuple(several[1:])}

    @field_validator("base_url")
    @classmethod
    def _clean(cls, url: str | None) -> str | None:
        return None if url is None else clean_url(url)

    @field_validator("also_at")
    @classmethod
    def _clean_all(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(clean_url, urls))

    @model_validator(mode="after")
    def _without_secrets(self) -> Self:
        for place in ("params", "extra_body"):
            for name, value in getattr(self, place).items():
                if SECRET_NAME.search(name) and isinstance(value, str):
                    raise ValueError(f"{place}.{name} looks like a secret; name the variable that holds it in key_env")
                if name in OURS:
                    raise ValueError(f"{place}.{name} is not yours to set; leave it out")
        self._check_variables()
        if self.key_env is not None and not names_a_variable(self.key_env):
            raise ValueError("key_env must be the name of the environment variable that holds the key, not the key")
        if len(set(self.urls)) < len(self.urls):
            raise ValueError("base_url names an address twice; raise in_flight to ask a server more at a time")
        if self.also_at and self.base_url is None:
            raise ValueError("also_at goes with base_url; give base_url a list of addresses")
        if self.base_url is not None and not self.model:
            raise ValueError("a model with a base_url needs model: what the server calls it")
        return self

    def _check_variables(self) -> None:
        for place in ("headers", "query"):
            for name, variable in getattr(self, place).items():
                if not names_a_variable(variable):
                    raise ValueError(
                        f"{place}.{name} must be the name of the environment variable that holds its value"
                    )
                if place == "headers" and (name.lower() in OUR_HEADERS or HEADER.fullmatch(name) is None):
                    raise ValueError(f"headers.{name} is not yours to set; leave it out")

    @property
    def urls(self) -> tuple[str, ...]:
        """All addresses; none of a model that has none."""
        return () if self.base_url is None else (self.base_url, *self.also_at)

    def each_server(self) -> list["ModelSpec"]:
        """Return the spec of each of its servers alone."""
        return [self.model_copy(update={"base_url": url, "also_at": ()}) for url in self.urls]

    @property
    def places(self) -> int:
        """Requests at the same time, at all servers together."""
        return self.in_flight * max(1, len(self.urls))

    def check_secrets(self, name: str) -> None:
        """Refuse secrets at any depth, which would be written into the run's files.

        This is not part of reading a spec, because runs from before this check must stay readable.

        Args:
            name: What the model is called.

        Raises:
            BadInput: Something looks like a secret.
        """
        for place in ("params", "extra_body"):
            if (found := next(secrets_in(getattr(self, place), place), None)) is not None:
                raise BadInput(
                    f"[models.{name}] {found} looks like a secret, which would stand in run.json and in the log; name "
                    "the variable that holds it in key_env, or under headers or query"
                )

    def refined(self, by: "ModelSpec") -> "ModelSpec":
        """Return this spec with what `by` sets put over it; params, extra_body, headers and query key by key."""
        update = {name: getattr(by, name) for name in by.model_fields_set - {"model"}}
        for place in ("params", "extra_body", "headers", "query"):
            update[place] = {**getattr(self, place), **getattr(by, place)}
        return self.model_copy(update=update)


@dataclass(frozen=True)
class Source:
    """A model's name, resolved: what kind of source it is, and everything that is known about it."""

    name: str
    """As the user wrote it."""
    label: str
    """The model's name without its address; it stands in requests, and so in their digests."""
    kind: str
    """endpoint, embedded, channel, or a kind that a plugin registers; `traits` says what it can do."""
    spec: ModelSpec
    detail: str = ""
    """The rest of the name: a gguf file's path (none for the built-in file), a channel's rates, a plugin's detail."""

    @cached_property
    def traits(self) -> Traits:
        """What it can do and costs."""
        return traits_of(self.kind)

    def settings(self, lines: int) -> dict[str, Any]:
        """Return the model's own request settings for a report on `lines` lines.

        A request's settings start from them; settings of the experiment replace
        them.

        Args:
            lines: How many lines the seat was given to report on.
        """
        return fill_lines(self._own, lines) if self.by_lines else dict(self._own)

    @cached_property
    def by_lines(self) -> bool:
        """Whether the settings depend on how many lines the seat was given."""
        return any(LINES_HOLE in str(value) for value in self._own.values())

    @cached_property
    def _own(self) -> Mapping[str, Any]:
        return {**self.spec.params, **self.spec.extra_body}

    def key(self) -> str | None:
        """Return the key from the environment, None where none is asked for.

        Raises:
            BadInput: The variable is not set.
        """
        if self.spec.key_env is None:
            return None
        key = os.environ.get(self.spec.key_env, "").strip()
        if not key:
            raise BadInput(f"{self.spec.key_env} is not set; put the key for {self.name!r} into that variable")
        return key

    def sent_along(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return the headers and the query of every request, from the environment.

        Raises:
            BadInput: A variable is not set.
        """
        return from_environment(self.spec.headers, "header"), from_environment(self.spec.query, "query parameter")


def fill_lines(settings: Mapping[str, Any], lines: int) -> dict[str, Any]:
    """Return the settings with every `{lines}` in their texts replaced by the number of lines, at least 2."""
    count = str(max(2, lines))

    def filled(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace(LINES_HOLE, count)
        if isinstance(value, Mapping):
            return {name: filled(inner) for name, inner in value.items()}
        return [filled(inner) for inner in value] if isinstance(value, list | tuple) else value

    return {name: filled(value) for name, value in settings.items()}


def clean_url(url: str) -> str:
    """Return an endpoint's address without a slash at its end.

    Raises:
        ValueError: It is no http(s) address, or carries a user, a password or a query.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"not an http address: {parts.scheme}://{parts.hostname or ''}")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ValueError(
            f"the address of {parts.hostname} carries a user, a password, a query or a fragment; "
            "put its key into a variable and name that in key_env"
        )
    return url.rstrip("/")


def resolve(name: str, defined: Mapping[str, ModelSpec] | None = None) -> Source:
    """Find out what a model's name stands for.

    Args:
        name: One of the forms in this module's docstring, or a defined name.
        defined: `[models.NAME]` of the experiment.

    Raises:
        BadInput: No such name, or its definition does not say what the model is.
    """
    defined = defined or {}
    definition = defined.get(name)
    if definition is None:
        return _built_in(name, defined)
    definition.check_secrets(name)
    if definition.base_url is not None:
        model = str(definition.model)
        return Source(name, model, "endpoint", definition)
    if definition.model is None and not _is_built_in(name):
        raise BadInput(f"[models.{name}] does not say what the model is; give base_url and model, or model alone")
    base = _built_in(definition.model or name, {})
    return Source(name, base.label, base.kind, base.spec.refined(definition), base.detail)


def _is_built_in(name: str) -> bool:
    named = name in (EMBEDDED, CHANNEL) or name.startswith((*PREFIXES, "http://", "https://"))
    return named or _is_added(name.partition(":")[0])


def _is_added(kind: str) -> bool:
    """Return whether a name is that of a kind which a plugin adds."""
    return kind not in OWN and kind in PROVIDERS


def _built_in(name: str, defined: Mapping[str, ModelSpec]) -> Source:
    if name in (EMBEDDED, CHANNEL):
        embedded = name == EMBEDDED
        return Source(name, name, "embedded" if embedded else "channel", EMBEDDED_SPEC if embedded else ModelSpec())
    if name.startswith(("http://", "https://")):
        return _addressed(name)
    prefix, colon, rest = name.partition(":")
    if (f"{prefix}{colon}" not in PREFIXES or not rest.strip()) and not _is_added(prefix):
        known = {EMBEDDED, CHANNEL, *defined, *(f"{known}NAME" for known in PREFIXES), *PROVIDERS.added(), "URL#NAME"}
        raise BadInput(f"no model is called {name!r}{nearest(name, known)}")
    match prefix:
        case "gguf":
            path = os.path.expanduser(rest)  # noqa: PTH111 - a name, not yet a file
            return Source(name, f"gguf:{os.path.basename(path)}", "embedded", FILE_SPEC, path)  # noqa: PTH119
        case "openai":
            return Source(name, name, "endpoint", ModelSpec(model=rest, base_url=_openai(), key_env="OPENAI_API_KEY"))
        case "ollama":
            return Source(name, name, "endpoint", ModelSpec(model=rest, base_url=OLLAMA, in_flight=4))
        case kind:
            return Source(name, name, kind, ModelSpec(), rest)


def _addressed(name: str) -> Source:
    url, _, model = name.partition("#")
    try:
        spec = ModelSpec(model=model, base_url=clean_url(url))
    except ValueError as error:
        reason = str(error) if model else "it lacks #NAME: write URL#NAME, with the name that the server gives it"
        raise BadInput(f"model {without_userinfo(url.split('?')[0])!r}: {reason}") from None
    return Source(name, model, "endpoint", spec)


def _openai() -> str:
    try:
        return clean_url(os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1")
    except ValueError as error:
        raise BadInput(f"OPENAI_BASE_URL: {error}") from None


OLLAMA = "http://localhost:11434/v1"
FILE_SPEC = ModelSpec(in_flight=4, context=2048, timeout=600, params={"max_tokens": 640})
"""A model file that the user brings: free text, the model's own sampling."""
EMBEDDED_SPEC = FILE_SPEC.model_copy(
    update={
        "params": {"temperature": 0.3, "max_tokens": 640},
        "extra_body": {
            "grammar": BULLETS,
            "dry_multiplier": 0.8,
            "dry_allowed_length": 8,
            "dry_penalty_last_n": 112,
            "dry_sequence_breakers": ["\n"],
        },
    }
)
"""SmolLM2-135M-Instruct: bullets, a low temperature, and a mild guard against loops (DRY) that looks back
over the last few lines alone. Over the whole prompt it would forbid the honest copy of any line longer than
it allows; without it, three messages in four say one line three times or more."""
