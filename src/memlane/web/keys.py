"""Names of widgets."""

from hashlib import blake2b


def widget_key(name: str, *ids: str) -> str:
    """Return the name of a widget that belongs to these ids, of which nothing is legible in it.

    Streamlit puts such names into the page as classes.
    """
    digest = blake2b("\0".join(ids).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"{name}-{digest}"
