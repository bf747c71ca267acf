"""Sorts nodes so that every value is computed before it is used."""

from collections.abc import Iterator, Sequence

from .names import short_name
from .node import Node


def topological_order(nodes: Sequence[Node], known: set[str]) -> list[Node]:
    """The nodes in a topological order; nodes that are in order already keep their order.

    Takes linear time, and uses a stack in place of recursion, so that deep graphs are safe.
    """
    makers = _producers(nodes, known)
    result: list[Node] = []
    done: set[int] = set()
    for start in range(len(nodes)):
        if start not in done:
            _visit(start, nodes, makers, done, result)
    _check_inputs(nodes, makers, known)
    return result


def _producers(nodes: Sequence[Node], known: set[str]) -> dict[str, int]:
    """The index of the node that computes each value."""
    makers: dict[str, int] = {}
    for number, node in enumerate(nodes):
        for output in filter(None, node.outputs):
            if output in makers or output in known:
                raise node.fail(f'the value "{short_name(output)}" is computed twice: rename one')
            makers[output] = number
    return makers


def _visit(
    start: int,
    nodes: Sequence[Node],
    makers: dict[str, int],
    done: set[int],
    result: list[Node],
) -> None:
    """Appends a node to the result, after all nodes that compute its inputs."""

    def needs(number: int) -> Iterator[tuple[int, str]]:
        return ((makers[name], name) for name in nodes[number].inputs if name in makers)

    path = [(start, needs(start))]
    open_now = {start}
    while path:
        number, rest = path[-1]
        step = next(((n, name) for n, name in rest if n not in done), None)
        if step is None:
            path.pop()
            open_now.discard(number)
            done.add(number)
            result.append(nodes[number])
            continue
        needed, name = step
        if needed in open_now:
            raise nodes[number].fail(
                f'its input "{short_name(name)}" depends on itself: remove the cycle'
            )
        open_now.add(needed)
        path.append((needed, needs(needed)))


def _check_inputs(nodes: Sequence[Node], makers: dict[str, int], known: set[str]) -> None:
    for node in nodes:
        for name in filter(None, node.inputs):
            if name not in makers and name not in known:
                raise node.fail(f'no node computes its input "{short_name(name)}"')
