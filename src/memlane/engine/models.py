"""The chat models of one connection: its own, and those that single turns ask for by name."""

from collections.abc import Callable, Sequence

from memlane.engine.counting import RememberingCounter
from memlane.errors import SettingError
from memlane.protocols.chat_model import ChatModel
from memlane.protocols.counter import TokenCounter
from memlane.types.state import ModelNames


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
        name: str | None = None,
        offered: Sequence[str] = (),
        counter_of: Callable[[str], TokenCounter] | None = None,
    ) -> None:
        """Use `model` unless a turn says otherwise.

        Args:
            model: The connection's own; None for none.
            open_model: Makes one of a name.
            owned: Whether `model` is closed with the connection.
            observed: Puts around each model what tells how it is called.
            name: What `model` was called; None for its identity.
            offered: Names of models offered for choice beside it; each is opened when it is first asked.
            counter_of: Makes the counter that suits another model by its identity; None where one counts for all.
        """
        self._observed = observed
        self.default = None if model is None else observed(_checked(model))
        self._open = open_model
        self._opened: dict[str, ChatModel | None] = {}
        self._owned = owned
        self._name = name or (None if self.default is None else self.default.identity)
        self._offered = tuple(offered)
        self._counter_of = counter_of
        self._counters: dict[str, RememberingCounter] = {}

    @property
    def names(self) -> ModelNames:
        """Which models are taken by name."""
        default = None if self.default is None else self._name
        offered = [name for name in (default, *self._offered) if name is not None]
        return ModelNames(default=default, offered=list(dict.fromkeys(offered)))

    def counter(self, model: ChatModel, usual: RememberingCounter) -> RememberingCounter:
        """Return what counts the tokens of a model: `usual`, unless it is another than the connection's own."""
        if model is self.default or self._counter_of is None:
            return usual
        if model.identity not in self._counters:
            self._counters[model.identity] = RememberingCounter(self._counter_of(model.identity))
        return self._counters[model.identity]

    def chosen(self, model: ChatModel | str | None) -> ChatModel | None:
        """Return the model that is meant; None when there is none.

        Raises:
            SettingError: the name is not understood, or it is no model.
            MissingExtraError: its package is not installed.
        """
        if model is None or (self.default is not None and model == self._name):
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
