"""Identifiers from the names in a model: valid in the languages of all backends, and safe as file
names."""

import re

MAX_NAME_LENGTH = 40
"""Characters of a model's name that an identifier keeps."""

RESERVED_WORDS = """
    alignas alignof and and_eq asm auto bitand bitor bool break case catch channel char class compl
    const constant constexpr const_cast continue decltype default delete do double dynamic_cast else
    enum explicit export extern false float for frames friend global goto half hls if inline int
    kernel local long main mutable namespace new noexcept not not_eq nullptr operator or or_eq pipe
    private protected public qnn register reinterpret_cast restrict return short signed sizeof std
    static static_assert static_cast struct switch template this thread_local throw true try typedef
    typeid typename uint union unsigned using virtual void volatile wchar_t while xor xor_eq aux con
    nul prn
"""
RESERVED = frozenset(RESERVED_WORDS.split())
"""Words with a meaning to a compiler, to a file system, or in the emitted code; a backend for
another language adds its keywords."""


def unique_identifier(text: str, used_names: set[str]) -> str:
    """An identifier that resembles a text and is not among the used names, to which it is added.

    It has only ASCII letters, digits and single underscores. Two names that differ only in case
    would share a file on some systems, so they count as equal.
    """
    cleaned = abbreviated(text, MAX_NAME_LENGTH)
    if not cleaned or cleaned[0].isdigit() or cleaned.lower() in RESERVED:
        cleaned = f"n_{cleaned}".rstrip("_")
    return unused_name(cleaned, used_names)


def unused_name(name: str, used_names: set[str]) -> str:
    """The name, with a number appended if it is used already; it is added to the used names."""
    found, number = name, 1
    while found.lower() in used_names:
        number += 1
        found = f"{name}_{number}"
    used_names.add(found.lower())
    return found


def abbreviated(text: str, length: int) -> str:
    """The letters and digits of a text; a long text keeps its start and its end."""
    cleaned = re.sub("[^A-Za-z0-9]+", "_", text).strip("_")
    if len(cleaned) <= length:
        return cleaned
    half = length // 2
    return f"{cleaned[: half - 1].rstrip('_')}_{cleaned[-half:].lstrip('_')}"


def top_name(text: str) -> str:
    """The name of a design's top function, such as `lenet_top`.

    It shares the global namespace with the names in the compiler's headers, none of which ends
    in `_top`.
    """
    return unique_identifier(f"{abbreviated(text, 32)}_top", set())


def port_name(text: str, used_names: set[str]) -> str:
    """The name of a port, such as `image_data`; the suffix keeps it from being a macro (`NULL`)."""
    return unique_identifier(f"{abbreviated(text, 32)}_data", used_names)
