import pytest

from chains.errors import BadInput
from chains.remedies.parsing import REMEDIES, remedies_of
from chains.remedies.records import Audit, Skip, Verbatim
from chains.settings import split


def test_none_is_no_remedy():
    assert remedies_of("none") == ()


def test_remedies_are_read_in_the_order_in_which_they_work():
    """Audited first, then attached: an auditor reads the report, not what a rule has attached to it."""
    written = remedies_of("skip:n=2+verbatim:placebo=true+audit:rate=0.25,then=send_back")
    assert written == (Audit(rate=0.25, then="send_back"), Verbatim(placebo=True), Skip(n=2))


@pytest.mark.parametrize("name", REMEDIES)
def test_every_remedy_has_a_placebo_and_says_what_it_does(name):
    (remedy,) = remedies_of(f"{name}:placebo=true")
    assert remedy.placebo
    assert remedy.about


def test_the_command_line_keeps_a_remedys_parameters_together():
    _, parts = split("remedy=none,audit:rate=0.5,then=flag,skip:n=2,by=random+verbatim:severity=5,memory")
    assert parts == ["none", "audit:rate=0.5,then=flag", "skip:n=2,by=random+verbatim:severity=5", "memory"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("audits", "did you mean audit"),
        ("audit:rat=1", "did you mean rate"),
        ("audit:rate=two", "rate=two is no use"),
        ("audit:rate=0", "rate=0 is no use"),
        ("audit:rate", "rate has no value"),
        ("audit:rate=0.5,rate=0.2", "rate is given twice"),
        ("audit+skip+audit", "has audit twice"),
        ("none+audit", "none stands alone"),
        ("audit+", "no remedy is called ''"),
        ("skip:by=anyhow", "should be 'random', 'targeted'"),
        ("skip:by=broadcast,n=2", "leave n out"),
    ],
)
def test_what_no_remedy_takes_is_said_in_one_sentence(text, sentence):
    with pytest.raises(BadInput, match=sentence.replace("?", r"\?")) as refused:
        remedies_of(text)
    assert "\n" not in str(refused.value)
