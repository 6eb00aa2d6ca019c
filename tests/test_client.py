"""The client of an endpoint: what it sends, and how much of an answer it reads."""

import asyncio

import httpx2
import openai
import pytest

from chains.errors import Busy, Hopeless
from chains.models.client import LARGEST_ERROR, client_of
from chains.models.endpoint import Endpoint
from chains.models.provider import Message, Request
from chains.models.spec import ModelSpec


def test_a_request_that_is_built_from_the_last_is_the_one_that_the_client_would_build():
    spec = ModelSpec(base_url="http://localhost:1/v1", model="m")
    ours = client_of(spec, "secret")._client
    plain = openai.DefaultAioHttpClient(trust_env=False)
    how = {"headers": [("Accept", "application/json"), ("Authorization", "Bearer secret")], "timeout": 3.0}
    for content, more in (
        (b"{}", {}),
        (b'{"a": 1}', {}),
        (b"", {}),
        (b"[]", {"timeout": 9.0}),
        (b"[1]", {"timeout": 9.0}),
    ):
        built, wanted = (
            client.build_request("POST", "http://localhost:1/v1/chat/completions", content=content, **how | more)
            for client in (ours, plain)
        )
        assert built.url == wanted.url
        assert built.headers == wanted.headers
        assert built.content == wanted.content
        assert built.extensions == wanted.extensions
    ours.cookies.set("place", "7")  # as a load balancer may
    built = ours.build_request("POST", "http://localhost:1/v1/chat/completions", content=b"{}", **how)
    assert built.headers["cookie"] == "place=7"


class Endless(httpx2.AsyncByteStream):
    """A body without an end."""

    sent = 0

    async def __aiter__(self):
        while True:
            self.sent += 65_536
            yield b"x" * 65_536


@pytest.mark.parametrize("status", [400, 500])
def test_an_error_is_read_no_further_than_a_sentence_needs(status):
    body = Endless()
    answers = httpx2.MockTransport(lambda _: httpx2.Response(status, headers={"retry-after": "7"}, stream=body))

    async def asked():
        endpoint = Endpoint("m", ModelSpec(base_url="http://localhost:1/v1", model="m", timeout=5))
        endpoint._client._client._transport = answers
        endpoint._client._client._mounts = {}
        try:
            return await endpoint.reply(
                Request(model="m", messages=(Message(role="user", content="Hello."),), settings={})
            )
        finally:
            await endpoint.aclose()

    with pytest.raises(Busy if status == 500 else Hopeless) as failed:
        asyncio.run(asked())
    assert body.sent <= LARGEST_ERROR + 65_536
    assert len(str(failed.value)) < 2_000
