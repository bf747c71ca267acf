"""Damages valid MLIR at random, and looks for texts that the reader does not take with grace.

    python benchmarks/fuzz_text.py --count 100000 --jobs 2 --save finds/

Whatever the text, reading and verifying it ends with a module or with a TextError of three lines.
A module prints, and what it prints reads back as a module that prints the same. All else is a find:
any other exception or warning, a crash, ten seconds, two gigabytes. A case is known by its number:
the same seed and corpus give the same text.
"""

import argparse
import multiprocessing
import random
import re
import resource
import signal
import sys
import threading
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import StringIO
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeAlias

from qnn.qdialect.dialects import OURS, new_context
from qnn.qdialect.text import TextError, parse_module, verify
from xdsl.dialects.builtin import ModuleOp
from xdsl.ir import Operation
from xdsl.printer import Printer
from xdsl.utils.exceptions import DiagnosticException

HERE = Path(__file__).resolve().parent
FOLDERS = (HERE, HERE.parent / "test" / "lit" / "dialects", HERE.parent / "examples")
SECONDS = 10
MEMORY = 2 << 30

NAME = "case.mlir"
MESSAGE = re.compile(rf"{NAME}:\d+:\d+: \S[^\n]*\n[^\n]*\n *\^")
ELSEWHERE = re.compile(r"[^\n]*:\d+:\d+: \S[^\n]*")
"""A message about an op that names another place as its own, with `loc`."""

TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|[\w.$]+|->|\s+|.')
FORMS = ("pretty", "generic", "with places")

NUMBERS = (
    *(str(sign << width) for width in (0, 1, 2, 5, 8, 32, 63, 64, 128) for sign in (1, -1)),
    *("0", "3", "0x0", "0x7F800000", "0x7FC00001", "0x" + "F" * 5000, "9" * 5000, "1e5", "1.", "?"),
    *("1.0", "-0.0", "1.0e-45", "3.5e+38", "1.0e+999", "0." + "3" * 500, "true", "²", "٣"),
)

WORDS = (
    *(HERE / "fuzz_words.txt").read_text().splitlines(),
    *("(" * 40, "[" * 400, "tuple<" * 300, "{a=" * 300, '"test.op"() ({' * 200),
)
"""What is rarely or never right."""

CHARACTERS = (*map(chr, range(128)), *"é²½٣ａ\ufeff\u2028\U0001f600")

Damage: TypeAlias = Callable[[random.Random, str, str], str]
"""Makes a worse text of a text, and of another one to take from."""


def _span(rng: random.Random, text: str) -> tuple[int, int]:
    start = rng.randrange(len(text) + 1)
    return start, min(len(text), start + int(rng.expovariate(0.1)) + 1)


def flip(rng: random.Random, text: str, other: str) -> str:
    """Another character."""
    place = rng.randrange(len(text) + 1)
    return text[:place] + rng.choice(CHARACTERS) + text[place + 1 :]


def delete(rng: random.Random, text: str, other: str) -> str:
    """A piece is missing."""
    start, end = _span(rng, text)
    return text[:start] + text[end:]


def repeat(rng: random.Random, text: str, other: str) -> str:
    """A piece comes several times."""
    start, end = _span(rng, text)
    return text[:start] + text[start:end] * rng.choice((2, 2, 3, 100)) + text[end:]


def transplant(rng: random.Random, text: str, other: str) -> str:
    """A piece of another text."""
    (start, end), (left, right) = _span(rng, text), _span(rng, other)
    return text[:start] + other[left:right] + text[end:]


def splice(rng: random.Random, text: str, other: str) -> str:
    """The beginning of one text, and the end of another."""
    return text[: rng.randrange(len(text) + 1)] + other[rng.randrange(len(other) + 1) :]


def swap_tokens(rng: random.Random, text: str, other: str) -> str:
    """Two tokens in each other's place."""
    tokens: list[str] = TOKEN.findall(text)
    if tokens:
        first, second = rng.randrange(len(tokens)), rng.randrange(len(tokens))
        tokens[first], tokens[second] = tokens[second], tokens[first]
    return "".join(tokens)


def exchange_token(rng: random.Random, text: str, other: str) -> str:
    """A token gives way to one of another text, or to a word that is rare."""
    tokens: list[str] = TOKEN.findall(text)
    if tokens:
        words = TOKEN.findall(other) if rng.random() < 0.5 else WORDS
        tokens[rng.randrange(len(tokens))] = rng.choice(words or WORDS)
    return "".join(tokens)


def exchange_alike(rng: random.Random, text: str, other: str) -> str:
    """A number, a string, a name, a type or a word gives way to another, once or everywhere."""
    kind = rng.choice((r"\d+", r'"[^"\n]*"', r"[%@]\w+", r"!?[\w.]*\w<[^<>\n]*>", r"\b[a-z_.]+\b"))
    matches, others = list(re.finditer(kind, text)), re.findall(kind, text + other)
    if not matches:
        return text
    match, word = rng.choice(matches), rng.choice(others)
    if rng.random() < 0.5:
        return text.replace(match[0], word)
    return text[: match.start()] + word + text[match.end() :]


def annotate(rng: random.Random, text: str, other: str) -> str:
    """An op has an attribute more."""
    places = [match.start() for match in re.finditer(r" : [(t!]", text)]
    if not places:
        return text
    place = rng.choice(places)
    types = re.findall(r"\w+<[^<>\n]*>|!?[\w.]+", other) or WORDS
    value = rng.choice((rng.choice(WORDS), f"{rng.choice(NUMBERS)} : {rng.choice(types)}"))
    return f"{text[:place]} {{note = {value}}}{text[place:]}"


def insert_word(rng: random.Random, text: str, other: str) -> str:
    """A rare word between two tokens."""
    places = [match.start() for match in TOKEN.finditer(text)] or [0]
    place = rng.choice(places)
    return f"{text[:place]} {rng.choice(WORDS)} {text[place:]}"


def blow_up(rng: random.Random, text: str, other: str) -> str:
    """A number at the edge of something."""
    numbers = list(re.finditer(r"\d+(?:\.\d+(?:e[+-]?\d+)?)?", text))
    if not numbers:
        return text
    match = rng.choice(numbers)
    return text[: match.start()] + rng.choice(NUMBERS) + text[match.end() :]


def shuffle_lines(rng: random.Random, text: str, other: str) -> str:
    """A line is gone, or stands elsewhere, or twice."""
    lines = text.splitlines(keepends=True)
    if lines:
        line = lines[rng.randrange(len(lines))]
        if rng.random() < 0.6:
            lines.remove(line)
        if rng.random() < 0.6:
            lines.insert(rng.randrange(len(lines) + 1), line)
    return "".join(lines)


DAMAGES: tuple[Damage, ...] = (
    flip,
    delete,
    repeat,
    transplant,
    splice,
    swap_tokens,
    exchange_alike,
    exchange_alike,
    exchange_alike,
    annotate,
    annotate,
    exchange_token,
    insert_word,
    insert_word,
    blow_up,
    blow_up,
    shuffle_lines,
)


def damaged(seed: int, case: int, texts: Sequence[str]) -> str:
    """The text of a case: one of the corpus, with one or several damages."""
    rng = random.Random(f"{seed}:{case}")
    text = rng.choice(texts)
    for _ in range(rng.choice((1, 1, 1, 1, 2, 2, 3, 5))):
        text = rng.choice(DAMAGES)(rng, text, rng.choice(texts))
    return text


def corpus(folders: Sequence[Path] = FOLDERS) -> list[str]:
    """What is valid in the files: as it stands, in generic form, and cut into its functions."""
    texts: list[str] = []
    for path in sorted(path for folder in folders for path in folder.rglob("*.mlir")):
        for part in path.read_text().split("// -----"):
            try:
                texts += [part, *_forms(read(part))]
            except TextError:
                continue
    return texts


def _forms(module: ModuleOp) -> Iterator[str]:
    yield printed(module, "generic")
    ops = [printed(op) for op in module.ops]
    data = [text for text in ops if text.startswith("qnn.data")]
    for text in ops:
        named = [line for line in data if line is not text and line.split(" ")[1] in text]
        yield "\n".join([text, *named, ""])


def missing_ops(texts: Sequence[str]) -> list[str]:
    """The ops of our dialects that no text of the corpus holds."""
    names = (op.name for load in OURS.values() for op in load().operations)
    return [name for name in names if not any(name in text for text in texts)]


class Find(Exception):
    """Something that no text should lead to, though it is no exception by itself."""


def read(text: str) -> ModuleOp:
    module = parse_module(new_context(), text, NAME)
    verify(module, text)
    return module


def printed(op: Operation, form: str = "pretty") -> str:
    stream = StringIO()
    generic, places = form == "generic", form == "with places"
    Printer(stream, print_generic_format=generic, print_debuginfo=places).print_op(op)
    return stream.getvalue()


def check(text: str) -> str:
    """Raises unless a text is taken with grace; tells how it ended."""
    try:
        module = read(text)
    except TextError as error:
        return check_error(error, text)
    for form in FORMS:
        first = printed(module, form)
        try:
            second = printed(read(first), form)
        except TextError as error:
            if isinstance(error.__cause__, RecursionError):
                continue  # the module around it makes a text one level deeper, and too deep
            raise Find(f"what is printed is refused: {error}\n\n{first}") from error
        if first != second:
            raise Find(f"what is printed prints differently:\n{first}\n{second}")
    return "module"


def check_error(error: TextError, text: str) -> str:
    """A refusal is three lines; one that is an exception of Python's is told apart."""
    form = ELSEWHERE if "loc" in text and "\n" not in str(error) else MESSAGE
    if not form.fullmatch(str(error)):
        raise Find(f"the message is not three lines: {error}")
    cause = error.__cause__
    if isinstance(cause, MemoryError):
        raise Find("too much memory") from error
    if cause is None or isinstance(cause, DiagnosticException | RecursionError):
        return "refused"
    return f"refused by {place_of(cause)}"


def place_of(error: BaseException) -> str:
    """The kind of an exception and where it was raised."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno} {last.name}"


Result: TypeAlias = tuple[str, str | None]
"""How a case ended, and for a find its traceback."""


def result_of(text: str) -> Result:
    try:
        return check(text), None
    except Find as find:
        return f"find: {str(find).splitlines()[0][:100]}", traceback.format_exc()
    except Exception as error:
        return f"find: {place_of(error)}", traceback.format_exc()


def work(sender: Connection, seed: int, cases: range, texts: Sequence[str]) -> None:
    """Runs cases in a process of their own, which a time or memory limit may end."""
    warnings.simplefilter("error")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for case in cases:
        signal.alarm(SECONDS)
        sender.send(result_of(damaged(seed, case, texts)))
    signal.alarm(0)


@dataclass
class Report:
    """Counts how cases ended, and keeps the first few finds of each kind."""

    seed: int
    folder: Path | None
    endings: Counter[str] = field(default_factory=Counter[str])
    examples: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, case: int, result: Result, texts: Sequence[str]) -> None:
        ending, trace = result
        with self.lock:
            self.endings[ending] += 1
            done = self.endings.total()
            if done % 1000 == 0:
                print(f"\r{done} cases", end="", file=sys.stderr, flush=True)
            cases = self.examples.setdefault(ending, [])
            if ending in ("refused", "module") or len(cases) == 3:
                return
            cases.append(case)
            if self.folder is not None and (trace is not None or len(cases) == 1):
                kind = "find" if trace is not None else "unclear"
                path = self.folder / f"{kind}-{self.seed}-{case}.mlir"
                path.write_text(damaged(self.seed, case, texts), errors="surrogatepass")
                path.with_suffix(".txt").write_text(f"{ending}\n\n{trace or ''}")

    @property
    def finds(self) -> int:
        return sum(count for ending, count in self.endings.items() if ending.startswith("find"))

    def print(self) -> None:
        print(file=sys.stderr)
        for ending, count in sorted(self.endings.items(), key=lambda item: -item[1]):
            cases = ", ".join(map(str, self.examples.get(ending, [])))
            print(f"{count:8}  {ending}" + (f"  (case {cases})" if cases else ""))
        print(f"{self.endings.total()} cases, {self.finds} finds")


def supervise(seed: int, cases: range, texts: Sequence[str], report: Report) -> None:
    """Runs all cases, in a new process after each that ended one."""
    context = multiprocessing.get_context("spawn")
    while cases:
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=work, args=(sender, seed, cases, texts), daemon=True)
        process.start()
        sender.close()
        try:
            while cases:
                report.add(cases[0], receiver.recv(), texts)
                cases = cases[1:]
        except EOFError:
            pass
        process.join()
        if cases:
            ending = f"find: the process ended with {process.exitcode}"
            report.add(cases[0], (ending, "no traceback"), texts)
            cases = cases[1:]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=100_000, help="how many cases (100000)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time (2)")
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="where finds are kept")
    parser.add_argument("--show", type=int, metavar="CASE", help="print the text of one case")
    arguments = parser.parse_args()
    texts = corpus()
    if arguments.show is not None:
        print(damaged(arguments.seed, arguments.show, texts))
        return 0
    if arguments.save is not None:
        arguments.save.mkdir(parents=True, exist_ok=True)
    missing = missing_ops(texts)
    if missing:
        print(f"no example of: {', '.join(missing)}", file=sys.stderr)
    report = Report(arguments.seed, arguments.save)
    with ThreadPoolExecutor(arguments.jobs) as pool:
        shares = [range(job, arguments.count, arguments.jobs) for job in range(arguments.jobs)]
        runs = [pool.submit(supervise, arguments.seed, share, texts, report) for share in shares]
    for run in runs:
        run.result()
    report.print()
    return 1 if report.finds else 0


if __name__ == "__main__":
    sys.exit(main())
