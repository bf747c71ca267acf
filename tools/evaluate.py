"""`qnn eval`: a network on a test set, image by image."""

import argparse
import json
import logging
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from math import prod
from typing import Any

import numpy as np
from xdsl.dialects.builtin import ModuleOp
from xdsl.dialects.func import FuncOp

from ..frontends.summary import align_columns
from ..hardware.search.explore import MAX_FAILED_TARGETS
from ..qdialect.data import Array
from ..qdialect.dialects import new_context
from ..qdialect.interpreter import check_inputs, entry_input_types, entry_of
from ..qdialect.text import parse_module
from ..qdialect.types import check_tensor
from .datasets import load_images, load_labels
from .engines import Engine, Runner, check_engine, engine_for
from .files import UserError
from .networks import load_network, write_module
from .pixels import Pixels
from .pools import PoolLost, pool_at

LOG = logging.getLogger(__name__)

AT_ONCE = 500
"""Images of one piece of work."""

TOP = 5
SHOWN = 20
"""Classes of a table that is printed, and images of a list."""


@dataclass(frozen=True)
class Task:
    """A network and an engine, as workers get them."""

    text: str
    engine: str


@dataclass(frozen=True)
class Result:
    """What a network makes of images: the classes it ranks highest, best first."""

    ranks: Array
    seconds: float
    engine: str

    @property
    def classes(self) -> Array:
        return self.ranks[:, 0]

    def correct(self, labels: Array, among: int = 1) -> int:
        """How many images have their class among the first."""
        return int((self.ranks[:, :among] == labels[:, None]).any(1).sum())


def eval_command(arguments: argparse.Namespace) -> None:
    """`qnn eval`: counts, or JSON."""
    check_engine(arguments.engine)
    images, labels = load_images(arguments.images)
    if arguments.labels is not None:
        labels = load_labels(arguments.labels)
    if labels is None and arguments.compare is None:
        raise UserError("--labels or --compare says what the network's classes are held against")
    if labels is not None:
        labels = shifted(labels, arguments.first_class)
    if labels is not None and len(labels) != len(images):
        where = arguments.labels or arguments.images
        raise UserError(
            f"{arguments.images} has {len(images)} images, and {where} {len(labels)} classes"
        )
    pixels = Pixels(arguments.scale, arguments.offset)
    networks = [arguments.network, *([arguments.compare] if arguments.compare else [])]
    found = [
        evaluate(name, images, labels, pixels, arguments.engine, arguments.scheduler)
        for name in networks
    ]
    told = as_json(found, labels)
    print(json.dumps(told, indent=2) if arguments.json else table(found, labels, arguments.compare))


def shifted(labels: Array, first: int) -> Array:
    """Classes as a network counts them that has one before the first."""
    if not labels.size:
        return labels
    ends, range_ = (int(labels.min()) + first, int(labels.max()) + first), np.iinfo(np.int64)
    if not all(range_.min <= end <= range_.max for end in ends):
        raise UserError(f"--first-class {first}: classes are then beyond 64 bits")
    return labels - labels.min() + ends[0]


def evaluate(
    name: str,
    images: Array,
    labels: Array | None,
    pixels: Pixels,
    engine: str,
    scheduler: str | None,
) -> Result:
    """The classes that a network gives images, here or on a cluster."""
    module = load_network(name)
    entry = entry_of(module)
    if labels is not None and isinstance(entry, FuncOp):
        check_classes(name, entry, labels)
    types = entry_input_types(entry)
    if len(types) != 1 or types[0].get_shape()[:1] != (1,):
        raise UserError(f"{name} takes {', '.join(map(str, types))}: not one image at a time")
    if not len(images):
        raise UserError("there are no images")
    parts = [images[k : k + AT_ONCE] for k in range(0, len(images), AT_ONCE)]
    prepared = (pixels.prepared(part, types[0]) for part in parts)
    check_inputs(entry, [pixels.prepared(images[:1], types[0])])
    if scheduler is None:
        where = here(engine_for(module, engine))
    else:
        where = there(module, engine, scheduler)
    start = time.perf_counter()
    ranks, engines = dict[int, Array](), set[str]()
    for number, (found, used) in where(prepared):
        ranks[number] = found
        engines.add(used)
        done = sum(map(len, ranks.values()))
        share = {"share": done / len(images)}
        LOG.debug("eval: %s of %s images", f"{done:,}", f"{len(images):,}", extra=share)
    seconds = time.perf_counter() - start
    used = " and ".join(sorted(engines))
    return Result(np.concatenate([ranks[n] for n in range(len(parts))]), seconds, used)


def check_classes(name: str, entry: FuncOp, labels: Array) -> None:
    """Images are of classes that a network has scores for."""
    count = prod(check_tensor(entry.function_type.outputs.data[0]).get_shape()[1:])
    odd = np.flatnonzero((labels < 0) | (labels >= count))
    if count > 1 and odd.size:
        raise UserError(
            f"image {odd[0]} is of class {labels[odd[0]]}, and {name} has {count}, from 0 on: "
            "--first-class N is for a network that has others before the first"
        )


Ranked = tuple[Array, str]
"""The ranks of a piece of work, and the engine that computed them."""

Work = Callable[[Iterable[Array]], Iterable[tuple[int, Ranked]]]
"""What becomes of pieces of work, each with its number, in any order."""


def here(engine: Engine) -> Work:
    return lambda parts: (
        (n, (ranked(engine.run, part), engine.name)) for n, part in enumerate(parts)
    )


def there(module: ModuleOp, engine: str, scheduler: str) -> Work:
    """On a cluster: a piece that is lost with its worker is done again, and counts once."""
    file = BytesIO()
    write_module(module, file)
    task = Task(file.getvalue().decode(), engine)

    def work(parts: Iterable[Array]) -> Generator[tuple[int, Ranked]]:
        try:
            with pool_at(scheduler) as pool:
                shared = pool.carried(task)
                running = {
                    pool.executor.submit(rank_remotely, shared, part): number
                    for number, part in enumerate(parts)
                }
                while running:
                    for future in wait(running, MAX_FAILED_TARGETS, FIRST_COMPLETED).done:
                        yield running.pop(future), future.result()
                    pool.check()
        except PoolLost as error:
            raise UserError(str(error)) from None

    return work


def rank_remotely(task: Task, images: Array) -> Ranked:
    """What a worker does; one without a compiler has another engine than was asked for."""
    engine = engine_of(task)
    return ranked(engine.run, images), engine.name


@lru_cache(maxsize=4)
def engine_of(task: Task) -> Engine:
    return engine_for(parse_module(new_context(), task.text), task.engine)


def ranked(compute: Runner, images: Array) -> Array:
    """The classes with the highest scores, best first, the first of equals before others.

    What has one whole number for each image is a class already.
    """
    scores = compute([images])[0]
    rows = scores.reshape(len(images), -1)
    if rows.shape[1] == 1 and rows.dtype.kind in "iu":
        return rows.astype(np.int64)
    if rows.dtype.kind in "iu":  # which doubles can't tell apart, and none of which is negated
        best = rows.shape[1] - 1 - np.argsort(rows[:, ::-1], axis=1, kind="stable")[:, ::-1]
    else:
        best = np.argsort(-rows.astype(np.float64), axis=1, kind="stable")
    return best[:, :TOP]


def confusion(classes: Array, labels: Array) -> list[tuple[int, int, int]]:
    """Which class is taken for which, and how often."""
    pairs, counts = np.unique(np.stack([labels, classes], 1), axis=0, return_counts=True)
    return [(int(a), int(b), int(n)) for (a, b), n in zip(pairs, counts, strict=True)]


def as_json(found: Sequence[Result], labels: Array | None) -> dict[str, Any]:
    """The fields that scripts rely on."""
    first, *others = found
    images = len(first.ranks)
    told: dict[str, Any] = {
        "images": images,
        "engine": first.engine,
        "seconds": first.seconds,
        "images_per_second": images / first.seconds,
    }
    if labels is not None:
        correct = first.correct(labels)
        told |= {"correct": correct, "top1": correct / images}
        if first.ranks.shape[1] == TOP:
            told["top5"] = first.correct(labels, TOP) / images
        told["confusion"] = confusion(first.classes, labels)
    for other in others:
        told["differ"] = differing(first, other)
        if labels is not None:
            told["compared_correct"] = other.correct(labels)
    return told


def differing(a: Result, b: Result) -> list[int]:
    """The images to which two networks give different classes."""
    return np.flatnonzero(a.classes != b.classes).tolist()


def table(found: Sequence[Result], labels: Array | None, other: str | None) -> str:
    """The same for people."""
    first = found[0]
    images = len(first.ranks)
    seconds = first.seconds
    lines = [
        f"{images:,} images in {seconds:.3g} s: {1e3 * seconds / images:.3g} ms an image, "
        f"{images / seconds:,.0f} images/s, {first.engine}"
    ]
    if labels is not None:
        correct = first.correct(labels)
        lines.append(f"{correct:,} right: top-1 {correct / images:.2%}")
        if first.ranks.shape[1] == TOP:
            lines[-1] += f", top-5 {first.correct(labels, TOP) / images:.2%}"
        lines += ["", confusion_table(confusion(first.classes, labels))]
    if other is not None:
        differ = differing(first, found[1])
        listed = ", ".join(map(str, differ[:SHOWN])) + (", ..." if len(differ) > SHOWN else "")
        lines += ["", f"{len(differ):,} images differ from {other}" + f": {listed}" * bool(differ)]
        if labels is not None:
            lines.append(f"{found[1].correct(labels):,} right there")
    return "\n".join(lines)


def confusion_table(counts: Sequence[tuple[int, int, int]]) -> str:
    """Rows are what images show, columns what they are taken for; or the most frequent mistakes."""
    classes = 1 + max(max(a, b) for a, b, _ in counts)
    if classes > SHOWN:
        wrong = sorted((pair for pair in counts if pair[0] != pair[1]), key=lambda pair: -pair[2])
        rows = [[str(a), str(b), str(n)] for a, b, n in wrong[:SHOWN]]
        return align_columns([["class", "taken for", "images"], *rows], 0)
    cells = {(a, b): n for a, b, n in counts}
    rows = [[str(a), *(str(cells.get((a, b), "")) for b in range(classes))] for a in range(classes)]
    return align_columns([["class", *map(str, range(classes))], *rows], 0)
