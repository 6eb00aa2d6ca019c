"""A model on several servers: the least busy first, one pace each, and a server that fails is left alone."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from chains.models.spec import ModelSpec

NOWHERE = "http://127.0.0.1:9/v1"


def written(path, *urls, spec="", limits=""):
    """Write an experiment of thirty trials whose model is on these servers."""
    path.write_text(
        f'worlds = 30\n[fixed]\nmodel = "echo"\nprompt = "plain"\ndepth = 1\n[models.echo]\nbase_url = '
        f'{json.dumps([*urls])}\nmodel = "echo"\n{spec}\n[limits]\n{limits}\n'
    )
    return path


def test_the_least_busy_server_is_asked_first_and_each_has_a_pace_of_its_own(mazedom, serve, tmp_path):
    slow, fast = serve("copies", latency=0.3), serve("copies", latency=0.01)
    path = written(tmp_path / "two.toml", slow.url, fast.url, spec="in_flight = 4")
    found = mazedom("run", path, "--json").document
    assert (found["finished"], found["calls"], slow.calls + fast.calls) == (30, 60, 60)
    assert fast.calls > 2 * slow.calls > 0
    assert max(slow.most_in_flight, fast.most_in_flight) <= 4
    assert mazedom("replay", "last", "--verify", "--json").document["identical"]


def test_a_server_that_is_away_or_fails_draws_no_requests_and_no_trial_fails(mazedom, serve, tmp_path):
    whole, failing = serve("copies", latency=0.02), serve("server_error")
    path = written(tmp_path / "three.toml", NOWHERE, failing.url, whole.url, spec="in_flight = 4")
    found = mazedom("run", path, "--json").document
    assert (found["finished"], found["failed"], whole.calls) == (30, 0, 60)
    assert failing.calls < 12


def test_where_no_server_answers_no_run_is_kept(mazedom, tmp_path):
    path = written(tmp_path / "none.toml", NOWHERE, "http://127.0.0.1:10/v1")
    assert mazedom("run", path).status == 2
    assert not list(Path("runs").rglob("run.json"))


def test_a_limit_of_calls_holds_over_all_servers(mazedom, serve, tmp_path):
    servers = [serve("flaky"), serve("flaky"), serve("copies")]
    path = written(tmp_path / "some.toml", *(one.url for one in servers), limits="calls = 25")
    mazedom("run", path)
    assert sum(one.calls for one in servers) == 25


def test_addresses_are_a_list_or_a_text_with_commas_and_each_stands_once():
    a, b = "http://a/v1", "http://b/v1"
    for several in ([a, b], f"{a}, {b}/"):
        spec = ModelSpec(base_url=several, model="m", in_flight=8)
        assert (spec.urls, spec.places, spec.base_url) == ((a, b), 16, a)
        assert ModelSpec.model_validate(spec.model_dump(mode="json")) == spec
    assert ModelSpec(base_url=a, model="m").places == 32
    for wrong in ([], [a, 3], [a, a], [a, "ftp://b"]):
        with pytest.raises(ValidationError, match=r"address|once|twice"):
            ModelSpec(base_url=wrong, model="m")
