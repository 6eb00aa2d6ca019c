"""The probe of a model: what an endpoint really does, without a secret being shown."""

import itertools

from endpoint import BEHAVIOURS, completion, web

KEY = "sk-test-zyxwvutsrqponmlkjihg"
JSON = '{"answer": "yes", "reason": "it boils"}'


def probed(mazedom, serve, monkeypatch, behaviour):
    monkeypatch.setitem(BEHAVIOURS, "patient", behaviour)
    ran = mazedom("models", f"{serve('patient').url}#echo", "--json")
    assert ran.status == 0, ran.err
    (found,) = ran.document["models"]
    return found


def obedient(key):
    """Answer with what hangs on `key` of the request, or with JSON where a schema asks for it."""

    async def behaviour(request, body):
        asked = (body.get("response_format") or {}).get("type") == "json_schema"
        usage = {"prompt_tokens": 9, "completion_tokens": 9}
        return web.json_response(completion(JSON if asked else f"A town: {key(body)}.", usage=usage))

    return behaviour


def test_an_endpoint_that_honours_seed_and_schema_is_said_to(mazedom, serve, monkeypatch):
    found = probed(mazedom, serve, monkeypatch, obedient(lambda body: body.get("seed")))
    assert (found["ok"], found["listed"], found["key"], found["seed"], found["schema"]) == (
        True,
        True,
        None,
        "yes",
        "yes",
    )


def test_one_that_ignores_the_seed_is_told_from_one_that_always_says_the_same(mazedom, serve, monkeypatch):
    number = itertools.count()
    assert probed(mazedom, serve, monkeypatch, obedient(lambda _: next(number)))["seed"] == "no"
    assert probed(mazedom, serve, monkeypatch, obedient(lambda _: "Ulm"))["seed"] == "can't tell"


def test_one_that_refuses_them_is_said_to(mazedom, serve, monkeypatch):
    assert probed(mazedom, serve, monkeypatch, BEHAVIOURS["modern"])["seed"] == "refused"
    assert probed(mazedom, serve, monkeypatch, BEHAVIOURS["no_schema"])["schema"] == "refused"


def test_one_that_takes_a_schema_and_does_not_keep_to_it_is_said_not_to(mazedom, serve, monkeypatch):
    assert probed(mazedom, serve, monkeypatch, BEHAVIOURS["ok"])["schema"] == "no"


def test_no_key_is_shown(mazedom, serve, monkeypatch, experiment):
    monkeypatch.setenv("TEST_KEY", KEY)
    path = experiment(serve("echoes_key"), spec='key_env = "TEST_KEY"')
    ran = mazedom("models", "--experiment", path)
    assert ran.status == 1
    assert "a key is set" in ran.out
    assert KEY not in ran.out + ran.err
