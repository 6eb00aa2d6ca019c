"""Who reports to whom."""

import pytest

from chains.errors import BadInput
from chains.organisation.hierarchy import chain, deal, pyramid, tree
from chains.organisation.hierarchy_file import read_hierarchy


def written(tmp_path, text):
    path = tmp_path / "org.toml"
    path.write_text(text)
    return path


def test_a_chain_of_depth_one_is_a_worker_under_an_executive():
    small = chain(1)
    assert [(seat.name, seat.role) for seat in small.seats] == [("L0", "executive"), ("L1", "worker")]
    assert small.superior("L1") == "L0"
    assert small.depth == 1


def test_a_chain_has_a_hop_for_every_level_below_the_top():
    deep = chain(1000)
    assert len(deep.seats) == 1001
    assert deep.heights["L1000"] == 1
    assert deep.heights["L1"] == 1000
    assert deep.heights["L0"] == 1001
    assert [seat.role for seat in deep.seats].count("manager") == 999


def test_every_manager_of_a_uniform_tree_has_span_reports():
    wide = tree(3, 4)
    assert len(wide.workers) == 64
    assert {len(wide.reports_of(seat.name)) for seat in wide.seats if seat.role != "worker"} == {4}


def test_a_pyramid_shares_its_seats_out_evenly():
    made = pyramid([1, 2, 5])
    assert sorted(len(made.reports_of(boss)) for boss in ("L1.1", "L1.2")) == [2, 3]


def test_upward_lists_everybody_after_all_who_report_to_them():
    made = pyramid([1, 2, 5, 7])
    seen = set()
    for seat in made.upward():
        assert set(made.reports_of(seat.name)) <= seen
        seen.add(seat.name)


def test_a_path_up_ends_with_the_executive():
    made = tree(3, 2)
    assert made.path_up("L3.8") == ["L3.8", "L2.4", "L1.2", "L0"]


@pytest.mark.parametrize("seats", [[1], [2, 2], [1, 3, 2], [1, 0]])
def test_an_impossible_pyramid_is_an_error(seats):
    with pytest.raises(BadInput):
        pyramid(seats)


def test_a_tree_too_large_to_exist_is_an_error_before_it_is_made():
    with pytest.raises(BadInput, match="lower depth or span"):
        tree(60, 8)


def test_a_file_may_be_of_uneven_depth(tmp_path):
    path = written(tmp_path, '[reports_to]\nBen = "Ana"\nCy = "Ben"\nDee = "Ana"\n')
    made = read_hierarchy(path)
    assert {seat.name: (seat.level, seat.role) for seat in made.seats} == {
        "Ana": (0, "executive"),
        "Ben": (1, "manager"),
        "Dee": (1, "worker"),
        "Cy": (2, "worker"),
    }
    assert made.heights == {"Cy": 1, "Dee": 1, "Ben": 2, "Ana": 3}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[reports_to]\nAna = "Ben"\nBen = "Ana"\n', ["Ana reports to Ben reports to Ana", "cycle"]),
        (
            '[reports_to]\nAna = "Top"\nBen = "Cy"\nCy = "Ben"\n',
            ["Ben reports to Cy reports to Ben", "cut off from Top"],
        ),
        ('[reports_to]\nAna = ["Ben", "Cy"]\n', ["Ana has 2 bosses", "Ben, Cy"]),
        ('[reports_to]\nAna = "Ben"\nAna = "Cy"\n', ["two bosses"]),
        ('[reports_to]\nAna = "Ben"\nCy = "Dee"\n', ["Ben and Dee report to nobody"]),
        ("[reports_to]\nAna = 3\n", ["'Ana' reports to 3"]),
        ("[reports]\n", ["unknown key 'reports'", "did you mean reports_to?"]),
        ("", ["needs a table [reports_to]"]),
        ('[reports_to]\nAna = "Ana"\n', ["Ana reports to Ana (a cycle)"]),
    ],
)
def test_a_faulty_file_is_an_error_that_names_the_fault(tmp_path, text, words):
    with pytest.raises(BadInput) as error:
        read_hierarchy(written(tmp_path, text))
    for word in words:
        assert word in str(error.value)


def test_a_missing_file_is_an_error_that_says_what_to_write(tmp_path):
    with pytest.raises(BadInput, match="no hierarchy file"):
        read_hierarchy(tmp_path / "none.toml")


def test_facts_are_dealt_evenly_and_every_fact_once():
    facts = [f"F{n:02}" for n in range(13)]
    dealt = deal(facts, tree(2, 2), "world", 1)
    assert sorted(fact for held in dealt.values() for fact in held) == facts
    assert {len(held) for held in dealt.values()} == {3, 4}


def test_the_deal_depends_on_its_seed_path_alone():
    facts = [f"F{n:02}" for n in range(12)]
    assert deal(facts, tree(1, 3), "w", 1) == deal(facts, tree(1, 3), "w", 1)
    assert deal(facts, tree(1, 3), "w", 1) != deal(facts, tree(1, 3), "w", 2)
    assert deal(facts, chain(2), "w", 1)["L2"] == deal(facts, chain(9), "w", 1)["L9"]
