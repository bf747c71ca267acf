"""Runs cases of all kinds, counts how they ended, and keeps what should not have happened.

Whatever the input, it is taken, or refused in one clear line. All else is a find: any other
exception or warning, a crash, ten seconds, two gigabytes. A case is known by its kind and number:
the same seed and corpus give the same bytes.
"""

import argparse
import contextlib
import multiprocessing
import random
import resource
import signal
import sys
import threading
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import TypeAlias

from .kind import ACCEPTED, REFUSED, Find, Kind, place_of
from .kinds import SHARES, kind_named

SECONDS, WAITING = 10, 60
"""Of processor time, and on the clock: other work on the machine is no find."""

MEMORY = 2 << 30

KEPT = 3
"""Finds of a kind that are kept."""

Result: TypeAlias = tuple[str, str | None]
"""How a case ended, and for a find its traceback."""


def generator(seed: int, kind: str, case: int) -> random.Random:
    """The random numbers of a case."""
    return random.Random(f"{seed}:{kind}:{case}")


def result_of(kind: Kind, rng: random.Random) -> Result:
    """Makes a case and gives it to what reads it."""
    try:
        return kind.check(kind.case(rng)), None
    except Find as find:
        return f"find: {str(find).splitlines()[0][:100]}", traceback.format_exc()
    except Exception as error:
        return f"find: {place_of(error)}", traceback.format_exc()


def work(sender: Connection, name: str, folder: str, seed: int, cases: range) -> None:
    """Runs cases in a process of their own, which a time or memory limit may end."""
    warnings.simplefilter("error")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    kind = kind_named(name)(Path(folder))
    for case in cases:
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.alarm(WAITING)
        sender.send(result_of(kind, generator(seed, name, case)))
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)


@dataclass
class Count:
    """How the cases of a kind ended."""

    endings: Counter[str] = field(default_factory=Counter[str])
    examples: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    seconds: float = 0.0

    def all(self, start: str) -> int:
        """The cases whose ending starts with a word."""
        return sum(count for ending, count in self.endings.items() if ending.startswith(start))


@dataclass
class Report:
    """Counts how cases ended, and keeps the first few finds of each kind."""

    seed: int
    folder: Path | None
    place: Path
    """For what kinds write."""
    counts: dict[str, Count]
    lock: threading.Lock = field(default_factory=threading.Lock)
    kinds: dict[str, Kind] = field(default_factory=dict[str, Kind])
    """Those with finds, to write them down."""

    def add(self, name: str, case: int, result: Result) -> None:
        ending, trace = result
        count = self.counts[name]
        with self.lock:
            count.endings[ending] += 1
            done = sum(each.endings.total() for each in self.counts.values())
            if done % 1000 == 0:
                print(f"\r{done:,} cases", end="", file=sys.stderr, flush=True)
            cases = count.examples.setdefault(ending, [])
            if ending in (REFUSED, ACCEPTED) or len(cases) == KEPT:
                return
            cases.append(case)
            if self.folder is not None and (trace is not None or len(cases) == 1):
                self._keep(self.folder, name, case, result)

    def _keep(self, folder: Path, name: str, case: int, result: Result) -> None:
        ending, trace = result
        what = "find" if trace is not None else "unclear"
        if name not in self.kinds:
            self.kinds[name] = kind_named(name)(Path(mkdtemp(dir=self.place)))
        kind = self.kinds[name]
        path = folder / f"{what}-{name}-{self.seed}-{case}{kind.suffix}"
        Path(f"{path}.txt").write_text(f"{ending}\n\n{trace or ''}")
        with contextlib.suppress(Exception):  # there is no case, then: that was the find
            path.write_bytes(kind.case(generator(self.seed, name, case)))

    @property
    def finds(self) -> int:
        return sum(count.all("find") for count in self.counts.values())

    def print(self) -> None:
        """The table, and below it all endings that are worth a look."""
        print(file=sys.stderr)
        rows = [[name, *cells(count)] for name, count in self.counts.items()]
        total = Count(seconds=sum(count.seconds for count in self.counts.values()))
        for count in self.counts.values():
            total.endings += count.endings
        print("| kind | executions | refused | accepted | finds | seconds |")
        print("|---|---:|---:|---:|---:|---:|")
        for row in [*rows, ["all", *cells(total)]]:
            print(f"| {' | '.join(row)} |")
        for name, count in self.counts.items():
            for ending, number in count.endings.most_common():
                if ending not in (REFUSED, ACCEPTED):
                    cases = ", ".join(map(str, count.examples.get(ending, [])))
                    print(f"{name}: {number} {ending} (case {cases})")


def cells(count: Count) -> list[str]:
    numbers = (count.endings.total(), *map(count.all, (REFUSED, ACCEPTED, "find")))
    return [f"{number:,}" for number in (*numbers, round(count.seconds))]


def supervise(name: str, seed: int, cases: range, report: Report) -> None:
    """Runs cases of a kind, in a new process after each that ended one."""
    context = multiprocessing.get_context("spawn")
    start = time.monotonic()
    while cases:
        receiver, sender = context.Pipe(duplex=False)
        with TemporaryDirectory(prefix="fuzz-") as folder:
            given = (sender, name, folder, seed, cases)
            process = context.Process(target=work, args=given, daemon=True)
            process.start()
            sender.close()
            try:
                while cases:
                    report.add(name, cases[0], receiver.recv())
                    cases = cases[1:]
            except EOFError:
                pass
            process.join()
        if cases:
            ending = f"find: the process ended with {process.exitcode}"
            report.add(name, cases[0], (ending, "no traceback"))
            cases = cases[1:]
    with report.lock:
        report.counts[name].seconds += time.monotonic() - start


def run(report: Report, numbers: Mapping[str, int], jobs: int) -> None:
    """Runs so many cases of each kind, some processes at a time."""
    with ThreadPoolExecutor(jobs) as pool:
        runs = [
            pool.submit(supervise, name, report.seed, range(job, number, jobs), report)
            for name, number in numbers.items()
            for job in range(jobs)
        ]
    for each in runs:
        each.result()


def numbers_of(names: Sequence[str], count: int) -> dict[str, int]:
    """How many cases of each kind: by their shares, all together so many."""
    whole = sum(SHARES[name] for name in names)
    numbers = {name: count * SHARES[name] // whole for name in names}
    numbers[names[0]] += count - sum(numbers.values())
    return numbers


def main() -> int:
    parser = argparse.ArgumentParser("fuzz", description="Gives hostile input to what reads it.")
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"of {', '.join(SHARES)}; all")
    parser.add_argument("--count", type=int, default=100_000, help="how many cases (100000)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time (2)")
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="where finds are kept")
    parser.add_argument("--show", type=int, metavar="CASE", help="print one case, of one kind")
    arguments = parser.parse_args()
    names: list[str] = arguments.kinds or list(SHARES)
    unknown = [name for name in names if name not in SHARES]
    if unknown or (arguments.show is not None and len(names) != 1):
        parser.error(f"the kinds are {', '.join(SHARES)}")
    if arguments.show is not None:
        with TemporaryDirectory() as folder:
            kind = kind_named(names[0])(Path(folder))
            rng = generator(arguments.seed, names[0], arguments.show)
            sys.stdout.buffer.write(kind.case(rng))
        return 0
    if arguments.save is not None:
        arguments.save.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="fuzz-") as place:
        counts = {name: Count() for name in names}
        report = Report(arguments.seed, arguments.save, Path(place), counts)
        run(report, numbers_of(names, arguments.count), arguments.jobs)
    report.print()
    return 1 if report.finds else 0
