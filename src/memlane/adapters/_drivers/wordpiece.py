"""WordPiece tokenisation by the `tokenizers` package, from a file and never from the network."""

from pathlib import Path
from typing import Final

from memlane.errors import EmbedderUnavailableError, MissingExtraError

_HEAD_CHARACTERS: Final = 8_192


class WordPieceTokenizer:
    """Turns text into at most `max_tokens` token numbers; may be used by several threads at once.

    Raises:
        MissingExtraError: `tokenizers` is not installed.
        EmbedderUnavailableError: the file cannot be read.
    """

    def __init__(self, path: Path, *, max_tokens: int) -> None:
        try:
            from tokenizers import Tokenizer  # noqa: PLC0415 - loaded on use
        except ImportError as exc:
            raise MissingExtraError("the local embedder", "pip install 'memlane[local]'") from exc
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as exc:  # the package raises bare Exception
            raise EmbedderUnavailableError(f"the local tokenizer cannot be read: {path}") from exc
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)  # pyright: ignore[reportUnknownMemberType] - its **kwargs are untyped
        self._max_tokens = max_tokens

    def encode(self, text: str) -> list[int]:
        """Return the numbers of the first tokens of any text, special ones included; at least two.

        Of a long text the head alone is tried first: a mebibyte takes seconds, and its first tokens milliseconds.
        """
        numbers = self._encode(text[:_HEAD_CHARACTERS])
        if len(numbers) == self._max_tokens or len(text) <= _HEAD_CHARACTERS:
            return numbers
        return self._encode(text)

    def _encode(self, text: str) -> list[int]:
        # A lone surrogate cannot be tokenised; it becomes a question mark.
        return self._tokenizer.encode(text.encode(errors="replace").decode()).ids
