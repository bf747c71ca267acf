"""Names from a model: in messages, on ops, and for values of the program."""

import hashlib
import re

MAX_QUOTED_NAME_LENGTH = 80
MAX_LAYER_NAME_LENGTH = 1000


def short_name(name: str) -> str:
    """A name as a message shows it: short, and on one line."""
    text = "".join(c if c.isprintable() else "?" for c in name)
    return (
        text if len(text) <= MAX_QUOTED_NAME_LENGTH else f"{text[: MAX_QUOTED_NAME_LENGTH - 3]}..."
    )


def escaped_layer_name(name: str) -> str:
    """A name in printable ASCII; a very long one is cut, and told apart by a checksum."""
    text = name.encode("unicode_escape").decode("ascii")
    if len(text) <= MAX_LAYER_NAME_LENGTH:
        return text
    checksum = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{text[:MAX_LAYER_NAME_LENGTH]}~{checksum}"


def value_hint(name: str) -> str:
    """A name as a hint for a value of the program."""
    cleaned = re.sub(r"[^A-Za-z0-9_]", "_", name[:60]).rstrip("_0123456789")
    return cleaned if re.match(r"[A-Za-z_]", cleaned) else f"v{cleaned}"
