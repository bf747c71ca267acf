"""Names from a model as identifiers: safe in C++, in OpenCL, and as names of files."""

import re

LONGEST = 40
"""Characters that are kept of a name."""

WORDS = """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch channel char class compl
    const constant constexpr const_cast continue decltype default delete do double dynamic_cast else
    enum explicit export extern false float for frames friend global goto half hls if inline int
    kernel local long main mutable namespace new noexcept not not_eq nullptr operator or or_eq pipe
    private protected public qnn register reinterpret_cast restrict return short signed sizeof std
    static static_assert static_cast struct switch template this thread_local throw true try typedef
    typeid typename uint union unsigned using virtual void volatile wchar_t while xor xor_eq aux con
    nul prn
"""
RESERVED = frozenset(WORDS.split())
"""Words that mean something else to a compiler, to a file system, or in the code around them."""


def identifier(text: str, taken: set[str]) -> str:
    """An identifier that resembles a text, unlike all that are taken, and now taken itself.

    Nothing but ASCII letters, digits and single underscores remains; two names that differ only by
    case would share a file on some systems, so they count as the same.
    """
    cleaned = shortened(text, LONGEST)
    if not cleaned or cleaned[0].isdigit() or cleaned.lower() in RESERVED:
        cleaned = f"n_{cleaned}".rstrip("_")
    return unused(cleaned, taken)


def unused(name: str, taken: set[str]) -> str:
    """An identifier, or where it is taken, with a number behind it; now taken itself."""
    found, number = name, 1
    while found.lower() in taken:
        number += 1
        found = f"{name}_{number}"
    taken.add(found.lower())
    return found


def shortened(text: str, length: int) -> str:
    """The letters and digits of a text: those at its start and its end, where it is too long."""
    cleaned = re.sub("[^A-Za-z0-9]+", "_", text).strip("_")
    if len(cleaned) <= length:
        return cleaned
    half = length // 2
    return f"{cleaned[: half - 1].rstrip('_')}_{cleaned[-half:].lstrip('_')}"


def top_name(text: str) -> str:
    """The name of a design's top function, such as `lenet_top`.

    It is global, as is all that a compiler's headers define; none of that ends so.
    """
    return identifier(f"{shortened(text, 32)}_top", set())


def port_name(text: str, taken: set[str]) -> str:
    """The name of a port, such as `image_data`, which is no macro of any header (`NULL`)."""
    return identifier(f"{shortened(text, 32)}_data", taken)
