"""The chat models of one connection: its own, and those that single turns ask for by name."""

from collections.abc import Callable

from memlane.errors import SettingError
from memlane.protocols.chat_model import ChatModel


def _as_it_is(model: ChatModel) -> ChatModel:
    return model


class Models:
    """Opens models once and closes what it opened."""

    def __init__(
        self,
        model: ChatModel | None,
        open_model: Callable[[str], ChatModel | None] | None = None,
        *,
        owned: bool = False,
        observed: Callable[[ChatModel], ChatModel] = _as_it_is,
    ) -> None:
        """Use `model` unless a turn says otherwise.

        Args:
            model: The connection's own; None for none.
            open_model: Makes one of a name.
            owned: Whether `model` is closed with the connection.
            observed: Puts around each model what tells how it is called.
        """
        self._observed = observed
        self.default = None if model is None else observed(_checked(model))
        self._open = open_model
        self._opened: dict[str, ChatModel | None] = {}
        self._owned = owned

    def chosen(self, model: ChatModel | str | None) -> ChatModel | None:
        """Return the model that is meant; None when there is none.

        Raises:
            SettingError: the name is not understood, or it is no model.
            MissingExtraError: its package is not installed.
        """
        if model is None:
            return self.default
        if not isinstance(model, str):
            return self._observed(_checked(model))
        if model not in self._opened:
            if self._open is None:
                raise SettingError(f"no model can be opened by name here: {model!r}")
            opened = self._open(model)
            self._opened[model] = None if opened is None else self._observed(opened)
        return self._opened[model]

    async def aclose(self) -> None:
        """Close the models that were opened here."""
        mine = [model for model in self._opened.values() if model is not None]
        if self._owned and self.default is not None:
            mine.append(self.default)
        for model in mine:
            await model.aclose()


def _checked(model: ChatModel) -> ChatModel:
    calls = all(callable(getattr(model, name, None)) for name in ("complete", "stream", "aclose"))
    if calls and isinstance(getattr(model, "identity", None), str) and hasattr(model, "context_tokens"):
        return model
    raise SettingError(
        "a model must have identity, context_tokens, complete(prompt), stream(prompt) and aclose(), unlike "
        f"{type(model).__name__}"
    )
