"""Puts what tells an observer around the parts of a connection; without an observer nothing is put around anything."""

from typing import TypeVar

from memlane.protocols.chat_model import ChatModel
from memlane.protocols.observer import Observer
from memlane.wrappers.metered import metered, metered_model

_Part = TypeVar("_Part")
_OWN = "own"


def observed(part: _Part, observer: Observer | None, role: str) -> _Part:
    """Return a store, ledger, embedder or re-ranker that tells `observer`, if there are both; see `metered`."""
    if observer is None or part is None:
        return part
    return metered(part, observer, role, _backend_of(part))


def observed_model(model: ChatModel | None, observer: Observer | None) -> ChatModel | None:
    """Return a model that tells `observer`, if there are both; it is labelled with its provider."""
    if observer is None or model is None:
        return model
    provider, _, name = model.identity.partition(":")
    return metered_model(model, observer, provider if name else _OWN)


def _backend_of(part: object) -> str:
    """Return what an adapter of ours is made on: the name of its module; one word for all others."""
    module = type(part).__module__
    return module.rpartition(".")[2] if module.startswith("memlane.adapters.") else _OWN
