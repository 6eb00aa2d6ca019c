"""`score` and its statistics: hand-computed values, files as they come, and errors that name the line."""

import json
import math
import time

import numpy as np
import pytest
from scipy.stats import mannwhitneyu

from chains.stats.measurement_error.classifier_metrics import agreement, balanced_accuracy, roc_auc

ROWS = [
    {"id": "a", "source": "Acme lost 12 pumps.", "claim": "Acme lost 12 pumps.", "label": 1, "kind": "k", "group": "g"},
    {"id": "b", "source": "Acme lost 12 pumps.", "claim": "Acme lost 21 pumps.", "label": 0, "kind": "k", "group": "g"},
    {"id": "c", "source": "The seal held.", "claim": "The seal held.", "label": 1, "kind": "k", "group": "h"},
    {"id": "d", "source": "The seal held.", "claim": "Quenmar resigned.", "label": 0, "kind": "k", "group": "h"},
    {"id": "e", "source": "The seal held.", "claim": "The seal held."},
]


def written(folder, *rows):
    path = folder / "claims.jsonl"
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def test_roc_auc_counts_ties_half():
    found = roc_auc(np.array([0.1, 0.5, 0.5, 0.9]), np.array([0.0, 0.0, 1.0, 1.0]))
    assert found == pytest.approx((1 + 1 + 0.5 + 1) / 4)


def test_roc_auc_is_the_mann_whitney_statistic_over_the_pairs():
    random = np.random.default_rng(1)
    scores, labels = random.integers(0, 9, 80) / 9, random.integers(0, 2, 80).astype(float)
    ones, zeros = scores[labels == 1], scores[labels == 0]
    assert roc_auc(scores, labels) == pytest.approx(mannwhitneyu(ones, zeros).statistic / (len(ones) * len(zeros)))


def test_balanced_accuracy_weighs_both_labels_the_same():
    scores, labels = np.array([0.9, 0.2, 0.5, 0.1, 0.3, 0.7]), np.array([1.0, 1, 1, 0, 0, 0])
    assert balanced_accuracy(scores, labels) == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert balanced_accuracy(np.array([0.9, 0.9, 0.9, 0.9]), np.array([1.0, 1, 1, 0])) == pytest.approx(0.5)


def test_one_label_alone_has_no_figures():
    found = agreement([0.2, 0.8], [1, 1], ["a", "b"])
    assert all(math.isnan(value) for value in (found.balanced_accuracy, found.roc_auc, *found.roc_auc_interval))


def test_groups_are_drawn_whole():
    """Twenty copies of an item in one group are one witness: the interval is no narrower than without them."""
    random = np.random.default_rng(2)
    labels = [0, 1] * 20
    scores = [float(label * 0.5 + random.normal()) for label in labels]
    once = agreement(scores, labels, range(40))
    copied = agreement(scores * 20, labels * 20, list(range(40)) * 20)
    assert copied.groups == once.groups == 40
    assert copied.roc_auc_interval == pytest.approx(once.roc_auc_interval)
    low, high = once.roc_auc_interval
    assert low < once.roc_auc < high


def test_scores_are_written_and_agreement_is_printed(mazedom, tmp_path):
    ran = mazedom("score", written(tmp_path, *ROWS), "--json", "--out", tmp_path / "scores.jsonl")
    assert ran.status == 0
    assert ran.document["items"] == 5
    kind = ran.document["by_kind"]["k"]
    assert (kind["n"], kind["groups"], kind["balanced_accuracy"], kind["roc_auc"]) == (4, 2, 1.0, 1.0)
    scores = [json.loads(line) for line in (tmp_path / "scores.jsonl").read_text().splitlines()]
    assert [row["id"] for row in scores] == ["a", "b", "c", "d", "e"]
    assert [row["verdict"] for row in scores] == ["supported", "unsupported", "supported", "unsupported", "supported"]
    assert all(0 <= row["score"] <= 1 and row["reason"] for row in scores)


def test_without_labels_every_claim_is_shown_with_its_reason(mazedom, tmp_path):
    ran = mazedom("score", written(tmp_path, {"id": 7, "source": "The seal held.", "claim": "Quenmar resigned."}))
    assert ran.status == 0
    assert "unsupported" in ran.out
    assert "Quenmar" in ran.out


def test_a_kind_with_one_label_has_null_figures(mazedom, tmp_path):
    found = mazedom("score", written(tmp_path, ROWS[0]), "--json").document["by_kind"]["k"]
    assert found["balanced_accuracy"] is None
    assert found["roc_auc"] is None
    assert found["roc_auc_interval"] is None


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{not json", "no JSON"),
        ("[1, 2]", "holds a list"),
        ("null", "holds null"),
        ('{"id": "x", "source": "s"}', "has no 'claim'"),
        ('{"id": "x", "source": "s", "claim": "c", "label": "yes"}', "label is 'yes'"),
        ('{"id": "x", "source": "s", "claim": "c", "label": 2}', "label is 2"),
        ('{"id": "x", "source": "s", "claim": "c", "label": "1"}', "label is '1'"),
        ('{"id": "x", "source": "s", "claim": 7}', "claim is 7"),
        ('{"id": ["x"], "source": "s", "claim": "c"}', "id is ['x']"),
        ('{"id": "x", "source": null, "claim": "c"}', "source is None"),
        ('{"id": "x", "source": "s", "claim": "  "}', "claim is '  '"),
    ],
)
def test_a_broken_line_is_named_with_its_file(mazedom, tmp_path, line, says):
    ran = mazedom("score", written(tmp_path, ROWS[0], line))
    assert ran.status == 2
    assert "claims.jsonl line 2: " in ran.err
    assert says in ran.err
    assert ran.err.count("\n") == 1


def test_a_file_as_windows_writes_it_is_read(mazedom, tmp_path):
    """A byte order mark, carriage returns, empty lines, an empty source, and no newline at the end."""
    path = tmp_path / "claims.jsonl"
    lines = [json.dumps(ROWS[0]), "", json.dumps({"id": "y", "source": "", "claim": "Zoë resigned."})]
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())
    ran = mazedom("score", path, "--json", "--out", tmp_path / "scores.jsonl")
    assert (ran.status, ran.document["items"]) == (0, 2)
    assert json.loads((tmp_path / "scores.jsonl").read_text().splitlines()[1])["verdict"] == "unsupported"


def test_bytes_that_are_no_text_are_one_sentence(mazedom, tmp_path):
    path = tmp_path / "claims.jsonl"
    path.write_bytes(json.dumps(ROWS[0]).encode() + b'\n{"id": "\xff\xfe"}\n')
    ran = mazedom("score", path)
    assert ran.status == 2
    assert "claims.jsonl line 2: " in ran.err
    assert ran.err.count("\n") == 1


def test_ids_given_twice_are_scored_and_named(mazedom, tmp_path):
    """Each line is an item of its own; who looks scores up by id should know."""
    ran = mazedom("score", written(tmp_path, ROWS[0], ROWS[1], ROWS[0]), "--json")
    assert ran.status == 0
    assert ran.document["items"] == 3
    assert "'a'" in ran.err
    assert "order of the file" in ran.err


def test_a_long_source_is_scored_in_seconds(mazedom, tmp_path):
    text = " ".join(f"Pump {at} lost {at + 3} bar in test {at % 7}." for at in range(5000))
    row = {"id": 1, "source": text, "claim": "Pump 4999 lost 5002 bar.", "label": 1}
    started = time.process_time()
    assert mazedom("score", written(tmp_path, row), "--json").status == 0
    assert time.process_time() - started < 10


@pytest.mark.parametrize(("name", "says"), [("absent.jsonl", "no file"), ("empty.jsonl", "no item"), (".", "can't be")])
def test_a_file_without_items_is_one_sentence(mazedom, tmp_path, name, says):
    (tmp_path / "empty.jsonl").write_text("\n")
    ran = mazedom("score", tmp_path / name)
    assert ran.status == 2
    assert says in ran.err


def test_scores_that_can_t_be_written_are_one_sentence(mazedom, tmp_path):
    ran = mazedom("score", written(tmp_path, ROWS[0]), "--out", tmp_path / "none" / "scores.jsonl")
    assert ran.status == 2
    assert "can't be written" in ran.err


def test_the_claims_are_not_written_over(mazedom, tmp_path):
    """Labels that people gave are not to be had again."""
    claims = written(tmp_path, ROWS[0])
    before = claims.read_bytes()
    ran = mazedom("score", claims, "--out", tmp_path / "." / claims.name)
    assert ran.status == 2
    assert "would be lost" in ran.err
    assert claims.read_bytes() == before
