"""`qnn eval`: the accuracy of a network on a test set, and its confusion matrix."""

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

from ...backends.engine import Engine, Runner
from ...backends.target import EngineSettings
from ...hardware.search.explore import WORKER_CHECK_SECONDS
from ...qdialect.data import Array
from ...qdialect.dialects import new_context
from ...qdialect.interpreter import check_inputs, entry_input_types, entry_of, input_labels
from ...qdialect.text import parse_module
from ...qdialect.types import check_tensor
from ..commands.eval import EvalOptions
from ..engines import check_engine, engine_for
from ..errors import UserError
from ..networks import load_network, write_module
from ..pools import PoolLost, pool_at
from ..saturation import InputSaturation
from ..tables import align_columns, three_digits
from .datasets import load_images, load_labels
from .pixels import Pixels

LOG = logging.getLogger(__name__)

BATCH_SIZE = 500
"""Images that are computed together, and are sent to a worker together."""

TOP_CLASSES = 5
"""Classes per image in the result, best first."""

MAX_TABLE_CLASSES = 20
"""The most classes of a confusion matrix that is printed; of more, the commonest errors are."""

MAX_LISTED_IMAGES = 20
"""The most images in a printed list."""


@dataclass(frozen=True)
class Task:
    """A network and the name of an engine, as they are sent to workers."""

    text: str
    engine: str


@dataclass(frozen=True)
class Evaluation:
    """The classes that a network ranks highest for each image of a test set."""

    ranks: Array
    """A row per image, best class first."""
    seconds: float
    engine: str
    saturated: float | None
    """The share of input elements that saturate; None if the network has no input quantizer."""

    @property
    def classes(self) -> Array:
        return self.ranks[:, 0]

    def correct(self, labels: Array, among: int = 1) -> int:
        """The number of images whose true class is among the best."""
        return int((self.ranks[:, :among] == labels[:, None]).any(1).sum())


def eval_command(options: EvalOptions) -> None:
    """Prints the accuracy and the confusion matrix, or JSON."""
    check_engine(options.engine)
    images, labels = load_images(options.images)
    if options.labels is not None:
        labels = load_labels(options.labels)
    if labels is None and options.compare is None:
        raise UserError("eval needs --labels or --compare")
    if labels is not None:
        labels = shifted_labels(labels, options.first_class)
    if labels is not None and len(labels) != len(images):
        where = options.labels or options.images
        raise UserError(
            f"{options.images} has {len(images)} images, but {where} has {len(labels)} labels: "
            "one per image is required"
        )
    pixels = Pixels(options.scale, options.offset, options.images)
    networks = [options.network, *([options.compare] if options.compare else [])]
    found = [
        evaluate(name, images, labels, pixels, options.engine, options.scheduler)
        for name in networks
    ]
    if options.json:
        print(json.dumps(evaluation_as_json(found, labels), indent=2))
    else:
        print(evaluation_table(found, labels, options.compare))


def shifted_labels(labels: Array, first: int) -> Array:
    """The labels in the numbering of a network that has other classes before class 0."""
    if not labels.size:
        return labels
    ends, range_ = (int(labels.min()) + first, int(labels.max()) + first), np.iinfo(np.int64)
    if not all(range_.min <= end <= range_.max for end in ends):
        raise UserError(f"--first-class {first}: the class numbers no longer fit in 64 bits")
    return labels - labels.min() + ends[0]


def evaluate(
    name: str,
    images: Array,
    labels: Array | None,
    pixels: Pixels,
    engine: str,
    scheduler: str | None,
) -> Evaluation:
    """Runs a network on images, in this process or on a cluster."""
    module = load_network(name)
    entry = entry_of(module)
    if isinstance(entry, FuncOp):
        warn_of_feature_map(name, entry)
        if labels is not None:
            check_classes(name, entry, labels)
    types = entry_input_types(entry)
    if len(types) != 1 or types[0].get_shape()[:1] != (1,):
        raise UserError(
            f"{name} has the inputs {', '.join(map(str, types))}: eval needs a single input, "
            "with a batch size of 1"
        )
    if not len(images):
        raise UserError("the test set has no images")
    batches = [images[k : k + BATCH_SIZE] for k in range(0, len(images), BATCH_SIZE)]
    saturation = InputSaturation(module)
    (label,) = input_labels(entry)
    prepared = saturation.counted(pixels.prepared(part, types[0], label) for part in batches)
    check_inputs(entry, [pixels.prepared(images[:1], types[0], label)], [pixels.file])
    if scheduler is None:
        settings = EngineSettings(frames=len(images))
        work = local_work(engine_for(module, engine, settings=settings))
    else:
        work = cluster_work(module, engine, scheduler)
    start = time.perf_counter()
    ranks, engines = dict[int, Array](), set[str]()
    for number, (found, used) in work(prepared):
        ranks[number] = found
        engines.add(used)
        done = sum(map(len, ranks.values()))
        share = {"share": done / len(images)}
        LOG.debug("eval: %s of %s images", f"{done:,}", f"{len(images):,}", extra=share)
    seconds = time.perf_counter() - start
    used = " and ".join(sorted(engines))
    saturation.warn("--scale A/B and --offset X convert pixels, as in --scale 1/255")
    rows = np.concatenate([ranks[n] for n in range(len(batches))])
    return Evaluation(rows, seconds, used, saturation.share())


def warn_of_feature_map(name: str, entry: FuncOp) -> None:
    """Logs that the first result is no list of scores: more than one axis is larger than 1."""
    sizes = check_tensor(entry.function_type.outputs.data[0]).get_shape()[1:]
    if sum(size > 1 for size in sizes) > 1:
        LOG.warning(
            "warning: %s computes %s numbers for each image: eval takes each for the score of a "
            "class; qnn run writes the results of other networks",
            *(name, "x".join(map(str, sizes))),
        )


def check_classes(name: str, entry: FuncOp, labels: Array) -> None:
    """Raises unless all labels are classes that the network has scores for."""
    count = prod(check_tensor(entry.function_type.outputs.data[0]).get_shape()[1:])
    unknown = np.flatnonzero((labels < 0) | (labels >= count))
    if count > 1 and unknown.size:
        raise UserError(
            f"image {unknown[0]} has class {labels[unknown[0]]}, but {name} has the classes 0 to "
            f"{count - 1}: --first-class N sets the network's number for class 0"
        )


Ranked = tuple[Array, str]
"""The ranks of a batch, and the name of the engine that computed them."""

Work = Callable[[Iterable[Array]], Iterable[tuple[int, Ranked]]]
"""Ranks the images of batches; yields each result with the number of its batch, in any order."""


def local_work(engine: Engine) -> Work:
    return lambda parts: (
        (n, (ranked(engine.run, part), engine.name)) for n, part in enumerate(parts)
    )


def cluster_work(module: ModuleOp, engine: str, scheduler: str) -> Work:
    """Ranks on a cluster; if a worker is lost, another one computes its batch again."""
    file = BytesIO()
    write_module(module, file)
    task = Task(file.getvalue().decode(), engine)

    def work(parts: Iterable[Array]) -> Generator[tuple[int, Ranked]]:
        try:
            with pool_at(scheduler) as pool:
                shared = pool.share(task)
                running = {
                    pool.executor.submit(rank_remotely, shared, part): number
                    for number, part in enumerate(parts)
                }
                while running:
                    for future in wait(running, WORKER_CHECK_SECONDS, FIRST_COMPLETED).done:
                        yield running.pop(future), future.result()
                    pool.check()
        except PoolLost as error:
            raise UserError(str(error)) from None

    return work


def rank_remotely(task: Task, images: Array) -> Ranked:
    """Ranks a batch on a worker, which uses the reference engine if it has no compiler."""
    engine = engine_of(task)
    return ranked(engine.run, images), engine.name


@lru_cache(maxsize=4)
def engine_of(task: Task) -> Engine:
    return engine_for(parse_module(new_context(), task.text), task.engine)


def ranked(compute: Runner, images: Array) -> Array:
    """The classes with the highest scores, best first; of equal scores, the lower class is first.

    A network with one integer per image computes the class itself.
    """
    return ranks_of_scores(compute([images])[0])


def ranks_of_scores(scores: Array) -> Array:
    rows = scores.reshape(len(scores), -1)
    if rows.shape[1] == 1 and rows.dtype.kind in "iu":
        return rows.astype(np.int64)
    if rows.dtype.kind in "iu":  # exact for 64 bits: no conversion to floats, no negation
        best = rows.shape[1] - 1 - np.argsort(rows[:, ::-1], axis=1, kind="stable")[:, ::-1]
    else:
        best = np.argsort(-rows.astype(np.float64), axis=1, kind="stable")
    return best[:, :TOP_CLASSES]


def confusion(classes: Array, labels: Array) -> list[tuple[int, int, int]]:
    """True class, predicted class and the number of such images."""
    pairs, counts = np.unique(np.stack([labels, classes], 1), axis=0, return_counts=True)
    return [(int(a), int(b), int(n)) for (a, b), n in zip(pairs, counts, strict=True)]


def evaluation_as_json(found: Sequence[Evaluation], labels: Array | None) -> dict[str, Any]:
    """The fields that scripts rely on."""
    first, *others = found
    images = len(first.ranks)
    fields: dict[str, Any] = {
        "images": images,
        "engine": first.engine,
        "seconds": first.seconds,
        "images_per_second": images / first.seconds,
    }
    if first.saturated is not None:
        fields["saturated"] = first.saturated
    if labels is not None:
        correct = first.correct(labels)
        fields |= {"correct": correct, "top1": correct / images}
        if first.ranks.shape[1] == TOP_CLASSES:
            fields["top5"] = first.correct(labels, TOP_CLASSES) / images
        fields["confusion"] = confusion(first.classes, labels)
    for other in others:
        fields["differ"] = differing_images(first, other)
        if labels is not None:
            fields["compared_correct"] = other.correct(labels)
    return fields


def differing_images(a: Evaluation, b: Evaluation) -> list[int]:
    """The images that two networks classify differently."""
    return np.flatnonzero(a.classes != b.classes).tolist()


def evaluation_table(found: Sequence[Evaluation], labels: Array | None, other: str | None) -> str:
    """The evaluation as text."""
    first = found[0]
    images = len(first.ranks)
    seconds = first.seconds
    lines = [
        f"{images:,} images in {three_digits(seconds)} s: "
        f"{three_digits(1e3 * seconds / images)} ms per image, "
        f"{three_digits(images / seconds)} images/s, engine {first.engine}"
    ]
    if labels is not None:
        correct = first.correct(labels)
        lines.append(f"{correct:,} correct: top-1 {correct / images:.2%}")
        if first.ranks.shape[1] == TOP_CLASSES:
            lines[-1] += f", top-5 {first.correct(labels, TOP_CLASSES) / images:.2%}"
        lines += ["", confusion_table(confusion(first.classes, labels))]
    if other is not None:
        differ = differing_images(first, found[1])
        more = ", ..." if len(differ) > MAX_LISTED_IMAGES else ""
        listed = f": {', '.join(map(str, differ[:MAX_LISTED_IMAGES]))}{more}" if differ else ""
        lines += ["", f"{len(differ):,} images classified differently by {other}{listed}"]
        if labels is not None:
            lines.append(f"{found[1].correct(labels):,} correct with {other}")
    return "\n".join(lines)


def confusion_table(counts: Sequence[tuple[int, int, int]]) -> str:
    """A row per true class, a column per predicted one; with many classes, the commonest errors."""
    classes = 1 + max(max(a, b) for a, b, _ in counts)
    if classes > MAX_TABLE_CLASSES:
        wrong = sorted((pair for pair in counts if pair[0] != pair[1]), key=lambda pair: -pair[2])
        rows = [[str(a), str(b), str(n)] for a, b, n in wrong[:MAX_TABLE_CLASSES]]
        return align_columns([["class", "predicted", "images"], *rows], 0)
    cells = {(a, b): n for a, b, n in counts}
    rows = [[str(a), *(str(cells.get((a, b), "")) for b in range(classes))] for a in range(classes)]
    return align_columns([["class", *map(str, range(classes))], *rows], 0)
