"""The order of nodes: every value is made before it is used."""

from collections.abc import Iterator, Sequence

from .names import short_name
from .node import Node


def topological_order(nodes: Sequence[Node], known: set[str]) -> list[Node]:
    """The nodes, each behind those that it waits for; those in order already stay as they are.

    Takes time in proportion to the graph, and no recursion.
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
    """The number of the node that makes each value."""
    makers: dict[str, int] = {}
    for number, node in enumerate(nodes):
        for output in filter(None, node.outputs):
            if output in makers or output in known:
                raise node.fail(f'the value "{short_name(output)}" is made twice')
            makers[output] = number
    return makers


def _visit(
    start: int,
    nodes: Sequence[Node],
    makers: dict[str, int],
    done: set[int],
    result: list[Node],
) -> None:
    """Puts a node behind all that it waits for."""

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
            raise nodes[number].fail(f'its input "{short_name(name)}" waits for itself: a cycle')
        open_now.add(needed)
        path.append((needed, needs(needed)))


def _check_inputs(nodes: Sequence[Node], makers: dict[str, int], known: set[str]) -> None:
    for node in nodes:
        for name in filter(None, node.inputs):
            if name not in makers and name not in known:
                raise node.fail(f'its input "{short_name(name)}" is made by no node')
