"""A sample of benchmarks/fuzz: every input is accepted, or refused with one clear line."""

import random
from pathlib import Path

import pytest
from support.benchmarks import benchmark

campaign = benchmark("fuzz.campaign")
kinds = benchmark("fuzz.kinds")

SEED = 1
CASES = {"text": 200, "onnx": 50, "pt2": 30, "passes": 30, "builds": 50}
DEFAULT_CASES = 60
"""Cases of each kind; a slow run has five times as many."""


@pytest.mark.parametrize("times", [1, pytest.param(5, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", kinds.SHARES)
def test_a_sample(name: str, times: int, tmp_path: Path) -> None:
    kind = kinds.kind_named(name)(tmp_path)
    endings: set[str] = set()
    for number in range(times * CASES.get(name, DEFAULT_CASES)):
        ending, trace = campaign.result_of(kind, campaign.generator(SEED, name, number))
        assert trace is None, f"case {number}: {ending}\n{trace}"
        endings.add(ending)
    assert endings >= {"accepted", "refused"}


class Bad(benchmark("fuzz.kind").Kind):
    """Cases with every outcome."""

    suffix = ".txt"

    def case(self, rng: random.Random) -> bytes:
        return rng.choice((b"accepted", b"refused", b"leak"))

    def check(self, case: bytes) -> str:
        if case == b"leak":
            raise KeyError("leaked")
        return case.decode()


def test_finds_are_counted_and_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign, "kind_named", lambda _: Bad)
    finds, count, bad = tmp_path / "finds", campaign.Count(), Bad(tmp_path)
    finds.mkdir()
    report = campaign.Report(SEED, finds, tmp_path, {"bad": count})
    for number in range(100):
        result = campaign.result_of(bad, campaign.generator(SEED, "bad", number))
        report.add("bad", number, result)
    assert all(20 < count.all(start) < 50 for start in ("accepted", "refused", "find: KeyError"))
    assert report.finds == count.all("find")
    saved = sorted(
        path for path in finds.iterdir() if path.suffix == ".txt" and path.stem[-4:] != ".txt"
    )
    assert len(saved) == campaign.MAX_SAVED_FINDS and all(
        path.read_text() == "leak" for path in saved
    )


def test_each_kind_of_input_has_many_cases() -> None:
    numbers = campaign.numbers_of(list(kinds.SHARES), 1_000_000)
    assert sum(numbers.values()) == 1_000_000 and min(numbers.values()) >= 20_000
