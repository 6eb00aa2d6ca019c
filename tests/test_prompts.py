"""Prompts are files that people write; what is wrong with one is said in a sentence."""

import jinja2
import pytest

from chains.errors import BadInput
from chains.organisation.prompts import (
    HOLES,
    MUST_HAVE,
    ROLES,
    configuration,
    configurations,
    parse_prompt,
    prompts_folder,
    read_prompt,
    variants,
)
from chains.organisation.template import filled


@pytest.mark.parametrize("role", ROLES)
def test_every_shipped_prompt_fills_from_its_role_s_holes(role):
    for variant in variants(role):
        prompt = read_prompt(role, variant)
        said = prompt.fill(dict.fromkeys(HOLES[role], "Some words"))
        assert "{{" not in said[-1].content
        assert prompt.about


@pytest.mark.parametrize("role", ROLES)
def test_shipped_templates_hold_holes_only(role):
    """A branch in a template would hide a condition from the comparison."""
    for variant in variants(role):
        assert "{%" not in read_prompt(role, variant).body


def test_incentives_never_name_the_distortion():
    """Else the experiment only measures obedience."""
    for variant in variants("manager"):
        text = read_prompt("manager", variant).body.lower()
        for word in (
            "hide",
            "bad news",
            "good news",
            "positive",
            "optimis",
            "downplay",
            "omit",
            "lie ",
            "impress",
            "please",
        ):
            assert word not in text


def test_shipped_configurations_name_variants_that_exist():
    assert {"plain", "honest", "five_words", "ratings", "career", "just_culture"} <= set(configurations())
    for name in configurations():
        for role, variant in configuration(name).items():
            assert read_prompt(role, variant).role == role


def test_incentive_configurations_differ_from_plain_in_the_managers_alone():
    for name in ("honest", "five_words", "ratings", "career", "just_culture"):
        assert configuration(name)["worker"] == "plain"
        assert configuration(name)["executive"] == "plain"


def test_an_unknown_variant_is_answered_with_the_nearest():
    with pytest.raises(BadInput, match="no prompt manager/honst; did you mean honest"):
        read_prompt("manager", "honst")


def test_an_unknown_configuration_is_answered_with_the_nearest():
    with pytest.raises(BadInput, match="did you mean career"):
        configuration("carer")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no front matter", "must begin with TOML front matter"),
        ("+++\nabout = \n+++\nbody", "front matter is not TOML"),
        ('+++\nabot = "x"\n+++\nbody', "unknown key 'abot'; did you mean about"),
        ('+++\nabout = "x"\n+++\n{{ raports }}', "unknown hole 'raports'; did you mean reports"),
        ('+++\nabout = "x"\n+++\n{{ reports', "line 1 of the body"),
        ('+++\nabout = "x"\n+++\n \n', "no body"),
        ("+++\nabout = 3\n+++\nbody", "about must be text"),
    ],
)
def test_a_faulty_prompt_is_an_error_that_names_the_fault(text, words):
    with pytest.raises(BadInput) as error:
        parse_prompt(text, "manager", "mine", "mine.md")
    assert words in str(error.value)
    assert "mine.md" in str(error.value)


@pytest.mark.parametrize(("role", "hole"), MUST_HAVE.items())
def test_a_prompt_whose_seat_would_hear_nothing_is_refused_unless_it_says_that_it_means_it(role, hole):
    with pytest.raises(BadInput, match=rf"mine\.md has no hole {{{{ {hole} }}}}"):
        parse_prompt('+++\nabout = "x"\n+++\nWrite a brief.', role, "mine", "mine.md")
    parse_prompt(f'+++\nwithout = "{hole}"\n+++\nWrite a brief.', role, "mine", "mine.md")


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("prompt.manager=/nope/x.md", "there is no file /nope/x.md"),
        (
            "prompt.manager=breif.md",
            "there is no file breif.md, which is to be the prompt of manager; did you mean",
        ),
        ("prompt.manager=brief", "no prompt manager/brief; did you mean the file brief.md?"),
        ("prompt=brief.md", "as in prompt.manager=brief.md"),
        ("prompt=brief", "as in prompt.manager=brief.md"),
    ],
)
def test_a_wrong_name_of_a_prompt_file_is_answered_with_the_right_one(setting, says, mazedom, tmp_path):
    (tmp_path / "brief.md").write_text('+++\nabout = "x"\n+++\n{{ reports }}')
    ran = mazedom("run", "--json", "--set", "model=channel", "--set", setting)
    assert (ran.status, says in ran.document["error"]) == (2, True), ran.document


def test_unfilled_holes_are_listed_together():
    prompt = parse_prompt('+++\nabout = "x"\n+++\n{{ reports }} {{ superior }}', "manager", "mine", "mine.md")
    with pytest.raises(BadInput, match="manager/mine has unfilled holes: reports, superior"):
        prompt.fill({})


def test_a_report_is_text_to_a_template():
    """Braces in what a seat wrote are not filled again."""
    prompt = parse_prompt('+++\nabout = "x"\n+++\n{{ reports }}', "manager", "mine", "mine.md")
    assert prompt.fill({"reports": "{{ superior }} {% raw %}"})[0].content == "{{ superior }} {% raw %}"


def test_a_system_text_becomes_a_system_message():
    prompt = parse_prompt(
        '+++\nabout = "x"\nsystem = "You are {{ title }}."\n+++\n{{ reports }}', "manager", "m", "m.md"
    )
    filled = prompt.fill({"title": "a manager", "reports": "r"})
    assert [(message.role, message.content) for message in filled] == [("system", "You are a manager."), ("user", "r")]


SHIPPED = sorted(prompts_folder().glob("*/*.md"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_ships_is_filled_exactly_as_jinja_fills_it(path):
    """Plain holes are filled without Jinja's own machinery, for speed; not a character may differ."""
    prompt = read_prompt(path.parent.name, path.stem)
    values = {name: f'<{name}>\n{{{{ {name} }}}} & "x"\n' for name in prompt.holes} | {"span": 3, "words": 60}
    for text in filter(None, (prompt.system, prompt.body)):
        assert filled(text, values) == jinja2.Template(text, undefined=jinja2.StrictUndefined).render(values)
