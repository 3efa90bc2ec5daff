"""The exact counter of OpenAI's encodings, by the `tiktoken` package; never downloads anything."""

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from memlane.errors import MissingExtraError, SettingError

if TYPE_CHECKING:
    from tiktoken import Encoding

ExactEncoding: TypeAlias = Literal["o200k_base", "cl100k_base"]

# The name under which the package keeps the data of an encoding, and the SHA-256 of that file.
_DATA: Final[dict[str, tuple[str, str]]] = {
    "o200k_base": (
        "fb374d419588a4632f3f557e76b4b70aebbca790",
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    ),
    "cl100k_base": (
        "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    ),
}
_LONGEST_PART: Final = 100_000
# Preferably up to a space that has a word on either side: every pattern begins a new piece there.
_PART: Final = re.compile(rf"(?s:.{{1,{_LONGEST_PART}}})(?:(?<=\S)(?= \S)|$)|(?s:.{{1,{_LONGEST_PART}}})")
_SNAPSHOT: Final = r"(?:-(?:\d{4}-\d{2}-\d{2}|\d{4}|preview|latest))*"
_MODELS: Final[dict[ExactEncoding, re.Pattern[str]]] = {
    "o200k_base": re.compile(
        r"(?:(?:chat)?gpt-4o(?:-mini)?|gpt-4\.[15](?:-mini|-nano)?|gpt-5(?:\.\d)?(?:-mini|-nano|-pro|-chat|-codex)?"
        rf"|o1(?:-mini|-pro)?|o3(?:-mini|-pro)?|o4-mini){_SNAPSHOT}"
    ),
    "cl100k_base": re.compile(
        r"(?:gpt-4(?:-turbo|-32k)?|gpt-3\.?5-turbo(?:-16k|-instruct)?"
        rf"|text-embedding-3-(?:small|large)|text-embedding-ada-002){_SNAPSHOT}"
    ),
}


def encoding_for(model: str) -> ExactEncoding | None:
    """Return the encoding of a model of OpenAI's by its name, or None when it is not known for sure."""
    for encoding, pattern in _MODELS.items():
        if pattern.fullmatch(model):
            return encoding
    return None


class TiktokenCounter:
    """Counts tokens exactly; what looks like a special token in a text is counted as the text it is.

    Promises: those of `TokenCounter`. Of a text beyond 100,000 characters that has not one space between words the
    count may be off by a token each 100,000 characters.
    """

    def __init__(self, encoding: "str | Encoding" = "o200k_base") -> None:
        """Load an encoding from the data in TIKTOKEN_CACHE_DIR, which takes up to a second.

        Args:
            encoding: `o200k_base`, `cl100k_base`, or an encoding already made with the package.

        Raises:
            MissingExtraError: `tiktoken` is not installed.
            SettingError: the encoding is not known, or its data is not there; says how to provide it.
        """
        self._encoding = _load(encoding) if isinstance(encoding, str) else encoding

    @property
    def name(self) -> str:
        """`tiktoken:` and the encoding."""
        return f"tiktoken:{self._encoding.name}"

    @property
    def exact(self) -> bool:
        """Always True."""
        return True

    def count(self, text: str) -> int:
        """Return the number of tokens of `text`."""
        return sum(len(self._encoding.encode_ordinary(part)) for part in _parts(text))


def _parts(text: str) -> list[str]:
    """Cut a long text where no token ends up on both sides: the package overflows its stack on a mebibyte of spaces."""
    if len(text) <= _LONGEST_PART:
        return [text]
    return _PART.findall(text)


def _load(encoding: str) -> "Encoding":
    if encoding not in _DATA:
        raise SettingError(f"the encoding must be one of {', '.join(_DATA)}, not {encoding!r}")
    try:
        import tiktoken  # noqa: PLC0415 - loaded on use
    except ImportError as exc:
        raise MissingExtraError("counting tokens exactly", "pip install 'memlane[tiktoken]'") from exc
    _check_data(encoding)
    return tiktoken.get_encoding(encoding)


def _check_data(encoding: str) -> None:
    """Refuse unless the package will find its data, because it would download what it does not find.

    Raises:
        SettingError: the data is missing or damaged.
    """
    name, sha256 = _DATA[encoding]
    path = _cache_dir() / name
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as exc:
        raise SettingError(_how_to_provide(encoding, path, "is not there")) from exc
    if found != sha256:
        raise SettingError(_how_to_provide(encoding, path, "is damaged"))


def _cache_dir() -> Path:
    """Return where the package looks: the first of two variables that is set, else beside temporary files.

    Raises:
        SettingError: the variable is set to nothing, which makes the package download each time.
    """
    for variable in ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"):
        if (directory := os.environ.get(variable)) is not None:
            if not directory:
                raise SettingError(f"{variable} is empty; set it to the directory with tiktoken's data")
            return Path(directory)
    return Path(tempfile.gettempdir()) / "data-gym-cache"


def _how_to_provide(encoding: str, path: Path, what: str) -> str:
    return (
        f"the data of {encoding} {what}: {path}. Set TIKTOKEN_CACHE_DIR to a directory with that file, made on a "
        f"machine with internet by: TIKTOKEN_CACHE_DIR=<directory> python -c "
        f"\"import tiktoken; tiktoken.get_encoding('{encoding}')\"; or use the estimate"
    )
