"""Names of a model, made fit for messages, for layer names and for SSA value names."""

import hashlib
import re

MAX_QUOTED_NAME_LENGTH = 80
MAX_LAYER_NAME_LENGTH = 1000


def short_name(name: str) -> str:
    """A name for messages: printable and cut to `MAX_QUOTED_NAME_LENGTH` characters."""
    text = "".join(c if c.isprintable() else "?" for c in name)
    return (
        text if len(text) <= MAX_QUOTED_NAME_LENGTH else f"{text[: MAX_QUOTED_NAME_LENGTH - 3]}..."
    )


def escaped_layer_name(name: str) -> str:
    """A name in printable ASCII; a very long one is cut, with a checksum that keeps it unique."""
    text = name.encode("unicode_escape").decode("ascii")
    if len(text) <= MAX_LAYER_NAME_LENGTH:
        return text
    checksum = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{text[:MAX_LAYER_NAME_LENGTH]}~{checksum}"


def value_hint(name: str) -> str:
    """A name reduced to letters, digits and underscores, as a name hint of an SSA value."""
    cleaned = re.sub(r"[^A-Za-z0-9_]", "_", name[:60]).rstrip("_0123456789")
    return cleaned if re.match(r"[A-Za-z_]", cleaned) else f"v{cleaned}"
