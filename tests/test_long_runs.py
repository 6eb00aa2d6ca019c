"""Long runs: what `law` holds of them grows by little a step, so that a million steps fit in a GiB."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "bench"))
from reading import made, ran

SHORT, LONG = 11_200, 61_600
MOST_BYTES = 600
"""Of peak memory a step: a million steps take as many MB, beside the 130 that the program and its libraries take."""


@pytest.mark.heavy
def test_law_takes_little_memory_a_step(tmp_path, monkeypatch):
    peaks, counts = [], []
    for steps in (SHORT, LONG):
        (tmp_path / str(steps)).mkdir()
        monkeypatch.chdir(tmp_path / str(steps))
        folder, logged, _ = made(steps)
        status, _, _, peak = ran("law", folder)
        assert status == 0
        peaks.append(peak)
        counts.append(logged)
    each = (peaks[1] - peaks[0]) * 2**20 / (counts[1] - counts[0])
    assert each < MOST_BYTES
