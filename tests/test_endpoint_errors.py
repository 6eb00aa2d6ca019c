"""What endpoints say when they don't answer: in whose words, how long to wait, and whether anybody need ask again."""

import asyncio
import contextlib
import shutil
import ssl
import subprocess
import time
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from endpoint import BEHAVIOURS, MODEL, completion, ok, refused
from test_endpoint import ASKED, endpoint

from chains.errors import Busy, Hopeless, NotThere
from chains.models.client import on_this_machine
from chains.models.dialect import Quirks
from chains.models.endpoint import Endpoint
from chains.models.endpoint_errors import read_failure, read_refusal
from chains.models.rate_limit import Pace, span
from chains.models.spec import ModelSpec


def error_of(status, message, headers=None, **more):
    refusal = read_refusal(status, {"error": {"message": message, **more}}, headers or {}, None)
    return refusal.error("'m' at http://x", None)


@pytest.mark.parametrize(
    "message",
    [
        "This model's maximum context length is 8192 tokens",
        "prompt is too long: 210000 tokens > 200000 maximum",
        "Input is too long for requested model.",
        "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
        "Please reduce the length of the messages or completion.",
        "The input token count (1100000) exceeds the maximum number of tokens allowed (1048576).",
        "Range of input length should be [1, 30720]",
        "the request exceeds the available context size. try increasing the context size",
        "Too many input tokens: 9000",
        "Your request's input exceeds the model's limit of 4096 tokens",
        "`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 6000 `inputs` tokens and 512 `max_new_tokens`",
        "Your request exceeded model token limit: 8192",
        "Invalid 'messages[1].content': string too long",
        "inputs must have less than 32768 tokens. Given: 40000",
    ],
)
@pytest.mark.parametrize("status", [400, 413, 422, 500])
def test_a_prompt_that_is_too_long_is_hopeless_in_all_wordings(status, message):
    error = error_of(status, message)
    assert isinstance(error, Hopeless)
    assert not error.of_endpoint
    assert "the prompt is too long" in str(error)


@pytest.mark.parametrize("place", [True, 7, {"a": 1}, [], None])
def test_an_error_whose_place_is_no_place_is_quoted_all_the_same(place):
    refusal = read_refusal(422, {"detail": [{"loc": place, "msg": "no such field"}]}, {}, None)
    assert (refusal.parameter, refusal.text) == (None, "no such field")


@pytest.mark.parametrize("status", [502, 503, 504])
def test_what_a_gateway_says_of_the_server_behind_it_is_not_about_the_prompt(status):
    assert isinstance(error_of(status, "upstream timeout: the request took too long"), Busy)


def test_a_limit_of_tokens_a_minute_that_one_request_exceeds_is_not_waited_for():
    error = error_of(429, "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 90000")
    assert isinstance(error, Hopeless)
    assert isinstance(error_of(429, "Rate limit reached for tokens per min: Limit 30000, Used 29000"), Busy)


@pytest.mark.parametrize(
    ("status", "message", "more"),
    [
        (402, "Insufficient Balance", {}),
        (402, "", {}),
        (400, "Your credit balance is too low to access the API.", {}),
        (403, "The account is in arrears", {}),
        (429, "You exceeded your current quota, please check your plan", {"code": "insufficient_quota"}),
        (429, "You exceeded your current quota, please check your plan and billing details.", {}),
        (403, "Your account's monthly spending limit has been reached", {}),
        (401, "You have run out of credits", {}),
        (403, "Key limit exceeded (total limit).", {}),
        (429, "Your project has exceeded its spending cap", {}),
        (400, "Access denied, please make sure your account is in good standing.", {"code": "Arrearage"}),
        (429, "You have no remaining quota. Upgrade your plan.", {}),
    ],
)
def test_no_credit_is_given_up_for_all_in_all_wordings(status, message, more):
    error = error_of(status, message, **more)
    assert isinstance(error, Hopeless)
    assert error.used_up
    assert "has no credit left" in str(error)


@pytest.mark.parametrize(
    ("message", "more"),
    [
        ("Rate limit exceeded: free-models-per-day", {}),
        ("Rate limit reached on requests per day (RPD): Limit 200, Used 200. Please try again in 7m12s.", {}),
        ("The 24h quota of this key is exhausted", {}),
        ("Quota exceeded.", {"details": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}),
    ],
)
def test_what_a_day_allows_is_given_up_for_all(message, more):
    error = error_of(429, message, **more)
    assert isinstance(error, Hopeless)
    assert error.used_up
    assert "a limit for a day or longer" in str(error)


def test_a_quota_that_is_back_in_seconds_is_waited_for():
    retry = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "6s"}]
    error = error_of(429, "You exceeded your current quota, please check your plan.", details=retry)
    assert isinstance(error, Busy)
    assert error.retry_after == 6


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ([{"error": {"message": "Please retry in 6.2s."}}], 6.2),
        ({"error": {"message": "Rate limit reached. Please try again in 7.5s. Visit the site."}}, 7.5),
        ({"error": {"message": "try again in 1m30s"}}, 90),
        ({"error": {"message": "Please wait 20 seconds and try again"}}, 20),
        ({"error": {"message": "retry after 500ms"}}, 0.5),
        ({"error": {"message": "x", "details": [{"retryDelay": {"seconds": 12}}]}}, 12),
        ({"error": {"message": "x", "retry_after": 3}}, 3),
        ({"error": {"message": "x", "metadata": {"headers": {"Retry-After": "4"}}}}, 4),
        ({"error": {"message": "Model is loading", "estimated_time": 20.5}}, 20.5),
        ({"error": "Model is loading", "estimated_time": 20.5}, 20.5),
        ({"message": "Too many requests", "retryAfterMs": 4000}, 4),
        ({"error": {"message": "The quota resets in 00:01:30"}}, 90),
        ({"error": {"message": "slow down"}}, None),
        ({"error": {"message": "slow down; see section 12:30:00"}}, None),
        ({"error": {"message": "3 retries in a row failed"}}, None),
    ],
)
def test_a_wait_that_is_told_in_the_body_alone_is_kept_to(body, seconds):
    error = read_refusal(429, body, {}, None).error("x", None)
    assert error.retry_after == seconds


def test_a_wait_until_a_moment_that_is_told_in_the_body_is_kept_to():
    moment = (datetime.now(UTC) + timedelta(seconds=40)).isoformat(timespec="seconds")
    error = read_refusal(429, {"error": {"message": f"Try again after {moment}."}}, {}, None).error("x", None)
    assert 38 <= error.retry_after <= 40


def test_a_wait_beside_an_error_of_status_200_is_kept_to():
    told = read_failure({"error": {"message": "slow down", "code": 429}}, None, {"retry-after": "4"})
    assert told.retry_after == 4


def test_a_moment_is_told_from_a_span():
    now = 1_743_292_800.0
    assert span("1743292802", now) == 2
    assert span("1743292802500", now) == 2.5
    assert span("2025-03-30T00:00:05Z", now) == 5
    assert span("2025-03-29T23:59:00Z", now) == 0
    assert [span(text, now) for text in ("2", "6m0s", "20ms", "250µs", "soon", "nan", "inf")] == [
        2, 360, 0.02, 0.00025, None, None, None,
    ]  # fmt: skip


def test_a_reset_that_is_a_moment_holds_nobody_for_longer():
    async def hold():
        held = []

        async def rest(seconds):
            held.append(seconds)

        pace = Pace(4, rest=rest)
        pace.heard({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": str(int(time.time()) + 2)})
        async with pace.place(1):
            pass
        return held

    (seconds,) = asyncio.run(hold())
    assert 0.5 < seconds <= 2


def test_a_gateway_quotes_the_reason_of_the_provider_behind_it():
    error = error_of(429, "Provider returned error", metadata={"raw": "some/model is rate-limited upstream"})
    assert "Provider returned error: some/model is rate-limited upstream" in str(error)


@pytest.mark.parametrize(
    ("said", "dropped"),
    [
        ("invalid temperature: only 1 is allowed for this model", "temperature"),
        ("temperature must be 1 for this model", "temperature"),
        ("`temperature` and `top_p` cannot both be specified for this model", "top_p"),
        ("Invalid parameter: seed", "seed"),
        ("body contains invalid key: seed", "seed"),
    ],
)
def test_a_parameter_of_the_sampling_that_is_refused_in_other_words_is_learnt(said, dropped):
    body = {"messages": [], "temperature": 0.7, "top_p": 0.9, "seed": 7}
    assert Quirks().learnt(body, said, None).dropped == {dropped}


@pytest.mark.parametrize(
    "said", ["Invalid parameter: temperature must be between 0 and 2", "temperature: only values <= 1 are allowed"]
)
def test_a_value_out_of_range_stays_the_users_to_mend(said):
    assert Quirks().learnt({"messages": [], "temperature": 5}, said, None) is None


def counting(status, message, seen):
    async def behaviour(request, body):
        seen.append(body)
        return refused(status, message)

    return behaviour


def test_a_crowd_that_waits_behind_a_refusal_for_all_does_not_ask_one_by_one(monkeypatch):
    seen = []
    monkeypatch.setitem(BEHAVIOURS, "broke", counting(402, "Insufficient Balance", seen))

    async def ask():
        async with endpoint("broke") as (opened, _):
            return await asyncio.gather(*(opened.reply(ASKED) for _ in range(300)), return_exceptions=True)

    errors = asyncio.run(ask())
    assert len(seen) == 1
    assert {str(error) for error in errors} == {str(errors[0])}


def test_a_run_without_credit_asks_hardly_anybody(mazedom, serve, experiment, monkeypatch):
    seen = []
    monkeypatch.setitem(BEHAVIOURS, "broke", counting(402, "Insufficient Balance", seen))
    ran = mazedom("run", experiment(serve("broke"), seeds=range(1, 41)), "--json")
    assert ran.status == 1
    assert len(seen) <= 3
    (sentence,) = ran.document["errors"]
    assert "has no credit left (Insufficient Balance)" in sentence


def test_a_redirected_request_still_asks(monkeypatch):
    """Browsers make a GET of a POST that is sent elsewhere with 302; the answer to that would be one to nothing."""

    async def ask(status):
        asked = []

        async def elsewhere(request):
            asked.append((request.method, await request.json()))
            return web.json_response(completion("All is well."))

        async def moved(request):
            return web.Response(status=status, headers={"Location": "/other"})

        app = web.Application()
        app.add_routes([web.post("/v1/chat/completions", moved), web.route("*", "/other", elsewhere)])
        async with listening(app) as url:
            assert (await asked_of(f"{url}/v1")).text == "All is well."
        return asked

    for status in (301, 302, 303, 307, 308):
        ((method, body),) = asyncio.run(ask(status))
        assert (method, body["messages"][-1]["content"]) == ("POST", "All is well.")


@pytest.mark.parametrize("place", ["/v1/chat/completions", "file:///etc/hostname"])
def test_a_redirection_that_leads_nowhere_is_asked_once(place):
    async def ask():
        moved = 0

        async def behind(request):
            nonlocal moved
            moved += 1
            return web.Response(status=307, headers={"Location": place})

        app = web.Application()
        app.add_routes([web.post("/v1/chat/completions", behind)])
        async with listening(app) as url:
            with pytest.raises(Hopeless, match="redirects where nothing can follow"):
                await asked_of(f"{url}/v1")
        return moved

    assert asyncio.run(ask()) <= 21


@pytest.mark.parametrize(
    ("host", "here"),
    [
        *((host, True) for host in ("localhost", "a.localhost", "127.0.0.1", "127.0.0.2", "::1", "::ffff:127.0.0.1")),
        *((host, False) for host in ("10.0.0.1", "example.org", "localhost.example.org", "")),
    ],
)
def test_every_address_of_this_machine_is_known_and_no_other(host, here):
    assert on_this_machine(host) is here


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate that signs itself, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("certificate")
    made = [
        "-keyout",
        folder / "key.pem",
        "-out",
        folder / "cert.pem",
        "-days",
        "2",
        "-nodes",
        "-subj",
        "/CN=localhost",
    ]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", *made, "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


def test_a_certificate_that_is_not_trusted_is_named_and_can_be_trusted(certificate, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")

    async def chat(request):
        return await ok(request, await request.json())

    async def ask():
        app = web.Application()
        app.add_routes([web.post("/v1/chat/completions", chat)])
        async with listening(app, context) as url:
            with pytest.raises(NotThere, match=r"its certificate is not trusted \(self-signed certificate\)") as raised:
                await asyncio.wait_for(asked_of(f"{url}/v1"), 3)
            assert "SSL_CERT_FILE" in str(raised.value)
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
            return await asked_of(f"{url}/v1")

    assert asyncio.run(ask()).text == "All is well."


@contextlib.asynccontextmanager
async def listening(app, context=None):
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    try:
        yield f"http{'s' if context else ''}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def asked_of(url):
    opened = Endpoint(MODEL, ModelSpec(base_url=url, model=MODEL), None)
    try:
        return await opened.reply(ASKED)
    finally:
        await opened.aclose()


def test_a_refusal_where_no_key_was_sent_says_where_and_how_to_give_one():
    said = str(read_refusal(401, {"error": {"message": "no key"}}, {}, None).error("'m' at http://x/v1", None))
    assert "OPENAI_BASE_URL=URL OPENAI_API_KEY=KEY mazedom ... --set model=openai:NAME" in said
    assert 'key_env = "VARIABLE" under [models.NAME]' in said
