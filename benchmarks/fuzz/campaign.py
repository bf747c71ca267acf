"""Runs cases of all kinds, counts their outcomes, and saves the finds.

Every input must be accepted, or refused with one clear line. Anything else is a find: another
exception, a warning, a crash, more than ten seconds or two gigabytes. A kind and a number identify
a case: the same seed and corpus give the same bytes.
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

MAX_CPU_SECONDS, MAX_WALL_SECONDS = 10, 60
"""Limits of CPU time and of wall-clock time; the second is larger, because other programs slow down
a case, too."""

MAX_MEMORY_BYTES = 2 << 30

MAX_SAVED_FINDS = 3
"""Finds of each outcome that are recorded."""

Result: TypeAlias = tuple[str, str | None]
"""The outcome of a case, and the traceback of a find."""


def generator(seed: int, kind: str, case: int) -> random.Random:
    """The random generator of a case."""
    return random.Random(f"{seed}:{kind}:{case}")


def result_of(kind: Kind, rng: random.Random) -> Result:
    """Generates a case and passes it to the code under test."""
    try:
        return kind.check(kind.case(rng)), None
    except Find as find:
        return f"find: {str(find).splitlines()[0][:100]}", traceback.format_exc()
    except Exception as error:
        return f"find: {place_of(error)}", traceback.format_exc()


def run_cases(sender: Connection, name: str, folder: str, seed: int, cases: range) -> None:
    """Runs cases in this process, which a time or memory limit may end."""
    warnings.simplefilter("error")
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    kind = kind_named(name)(Path(folder))
    for case in cases:
        signal.setitimer(signal.ITIMER_PROF, MAX_CPU_SECONDS)
        signal.alarm(MAX_WALL_SECONDS)
        sender.send(result_of(kind, generator(seed, name, case)))
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)


@dataclass
class Count:
    """The outcomes of the cases of one kind."""

    endings: Counter[str] = field(default_factory=Counter[str])
    examples: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    seconds: float = 0.0

    def all(self, start: str) -> int:
        """The number of cases whose outcome starts with a word."""
        return sum(count for ending, count in self.endings.items() if ending.startswith(start))


@dataclass
class Report:
    """Counts outcomes, and saves the first few finds of each kind."""

    seed: int
    folder: Path | None
    scratch: Path
    """A folder in which kinds may write."""
    counts: dict[str, Count]
    lock: threading.Lock = field(default_factory=threading.Lock)
    kinds: dict[str, Kind] = field(default_factory=dict[str, Kind])
    """The kinds that have finds, to generate these cases again."""

    def add(self, name: str, case: int, result: Result) -> None:
        ending, trace = result
        count = self.counts[name]
        with self.lock:
            count.endings[ending] += 1
            done = sum(each.endings.total() for each in self.counts.values())
            if done % 1000 == 0:
                print(f"\r{done:,} cases", end="", file=sys.stderr, flush=True)
            cases = count.examples.setdefault(ending, [])
            if ending in (REFUSED, ACCEPTED) or len(cases) == MAX_SAVED_FINDS:
                return
            cases.append(case)
            if self.folder is not None and (trace is not None or len(cases) == 1):
                self._keep(self.folder, name, case, result)

    def _keep(self, folder: Path, name: str, case: int, result: Result) -> None:
        ending, trace = result
        what = "find" if trace is not None else "unclear"
        if name not in self.kinds:
            self.kinds[name] = kind_named(name)(Path(mkdtemp(dir=self.scratch)))
        kind = self.kinds[name]
        path = folder / f"{what}-{name}-{self.seed}-{case}{kind.suffix}"
        Path(f"{path}.txt").write_text(f"{ending}\n\n{trace or ''}")
        with contextlib.suppress(Exception):  # generating the case was the find
            path.write_bytes(kind.case(generator(self.seed, name, case)))

    @property
    def finds(self) -> int:
        return sum(count.all("find") for count in self.counts.values())

    def print(self) -> None:
        """Prints the table, and below it all outcomes that need attention."""
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
    """Runs the cases of a kind; when a case ends the process, a new one continues after it."""
    context = multiprocessing.get_context("spawn")
    start = time.monotonic()
    while cases:
        receiver, sender = context.Pipe(duplex=False)
        with TemporaryDirectory(prefix="fuzz-") as folder:
            arguments = (sender, name, folder, seed, cases)
            process = context.Process(target=run_cases, args=arguments, daemon=True)
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
            ending = f"find: the process ended with exit status {process.exitcode}"
            report.add(name, cases[0], (ending, "no traceback"))
            cases = cases[1:]
    with report.lock:
        report.counts[name].seconds += time.monotonic() - start


def run(report: Report, numbers: Mapping[str, int], jobs: int) -> None:
    """Runs the given number of cases of each kind, in `jobs` processes at a time."""
    with ThreadPoolExecutor(jobs) as pool:
        runs = [
            pool.submit(supervise, name, report.seed, range(job, number, jobs), report)
            for name, number in numbers.items()
            for job in range(jobs)
        ]
    for each in runs:
        each.result()


def numbers_of(names: Sequence[str], count: int) -> dict[str, int]:
    """The number of cases of each kind: `count` in total, divided by `SHARES`."""
    whole = sum(SHARES[name] for name in names)
    numbers = {name: count * SHARES[name] // whole for name in names}
    numbers[names[0]] += count - sum(numbers.values())
    return numbers


def main() -> int:
    parser = argparse.ArgumentParser(
        "fuzz", description="Passes hostile input to the code that reads it."
    )
    parser.add_argument(
        "kinds",
        nargs="*",
        metavar="KIND",
        help=f"kinds of input, by default all: {', '.join(SHARES)}",
    )
    parser.add_argument("--count", type=int, default=100_000, help="the number of cases (100000)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2, help="the number of parallel processes (2)")
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="the folder for finds")
    parser.add_argument("--show", type=int, metavar="CASE", help="print this case of the only kind")
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
    with TemporaryDirectory(prefix="fuzz-") as scratch:
        counts = {name: Count() for name in names}
        report = Report(arguments.seed, arguments.save, Path(scratch), counts)
        run(report, numbers_of(names, arguments.count), arguments.jobs)
    report.print()
    return 1 if report.finds else 0
