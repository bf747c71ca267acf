"""Text in tables: columns, Markdown, and short names and numbers for their cells."""

from collections.abc import Iterable, Sequence

from ..qdialect.diagnostics import last_name, printable

MAX_NAME_LENGTH = 60
"""Characters of a layer's name in a table."""


def align_columns(lines: Sequence[Sequence[str]], left: int) -> str:
    """Rows of cells; the first `left` columns are left-aligned, the others right-aligned."""
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown, whose first row is the head; its columns line up in plain text, too."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def short_names(names: Iterable[str], length: int = MAX_NAME_LENGTH) -> dict[str, str]:
    """A short name for each layer of a table; short names differ where the full ones do.

    If a framework joined several names by `;`, the last one is that of the layer.
    """
    every = dict.fromkeys(names)
    long = [name for name in every if len(name) > length]
    last = [f"...{last_name(name)}" if ";" in name else name for name in long]
    start = _common_prefix_length(last)
    ends = [f"...{name[name.rfind('/', 0, start) + 1 :]}" for name in last]
    for parts in (last, ends, long):
        for cut in (_without_middle, _without_end):
            found = {name: printable(name) for name in every}
            shorter = zip(long, parts, strict=True)
            found |= {name: printable(cut(part, length)) for name, part in shorter}
            if len(set(found.values())) == len(every):
                return found
    return {name: printable(name) for name in every}


def _common_prefix_length(texts: Sequence[str]) -> int:
    """The number of characters that all texts begin with."""
    columns = enumerate(zip(*texts, strict=False))
    return next((n for n, letters in columns if len(set(letters)) > 1), 0)


def _without_middle(name: str, length: int) -> str:
    half = (length - 3) // 2
    return name if len(name) <= length else f"{name[:half]}...{name[-half:]}"


def _without_end(name: str, length: int) -> str:
    return name if len(name) <= length else f"{name[: length - 3]}..."


def with_unit_prefix(count: float) -> str:
    """A large count with a unit prefix, from thousands on: `12.3 M`."""
    for unit, size in (("T", 1e12), ("G", 1e9), ("M", 1e6)):
        if count >= size:
            return f"{count / size:,.3g} {unit}"
    return f"{count / 1e3:,.3g} k"


def three_digits(number: float) -> str:
    """A number of at least 0.0001 with three significant digits and no exponent: `1,510`."""
    return f"{float(f'{number:.3g}'):,.12g}"
