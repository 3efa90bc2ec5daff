"""What the edge of the server tells those behind it, in the `state` of an ASGI scope."""

from collections.abc import MutableMapping
from typing import Any

from memlane.access.credential import Credential

Scope = MutableMapping[str, Any]
_CREDENTIAL = "memlane_credential"
_REQUEST_ID = "memlane_request_id"


def note_request(scope: Scope, request_id: str) -> None:
    """Say what logs call this request."""
    scope.setdefault("state", {})[_REQUEST_ID] = request_id


def note_credential(scope: Scope, credential: Credential) -> None:
    """Say who is calling."""
    scope.setdefault("state", {})[_CREDENTIAL] = credential


def credential_of(scope: Scope) -> Credential:
    """Return who is calling; a KeyError says that this was asked in front of the gate."""
    return scope["state"][_CREDENTIAL]


def caller_of(scope: Scope) -> str:
    """Return the public id of the credential that is calling; empty text for one that was not let in."""
    credential = scope.get("state", {}).get(_CREDENTIAL)
    return "" if credential is None else credential.id


def request_id_of(scope: Scope) -> str:
    """Return what logs call this request; empty text outside of a server."""
    return scope.get("state", {}).get(_REQUEST_ID, "")
