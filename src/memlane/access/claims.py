"""What the claims of a verified token allow: pure, from claims to a credential."""

import math
from typing import Any, Final, cast

import msgspec

from memlane.access.credential import SCOPES, Credential, Scope
from memlane.errors import UsageError
from memlane.types.ids import check_id, derived_id

LEEWAY_S: Final = 30
"""By how many seconds the clock of an identity provider may differ."""


class ClaimError(Exception):
    """A claim is missing or does not do; the text names the claim, never its value."""


class ClaimNames(msgspec.Struct, frozen=True, kw_only=True):
    """Which claims say what: the name of a claim, or a path with dots through nested ones.

    Attributes:
        tenant: Names the tenant.
        user: Names the only user; None for tokens of whole tenants.
        scope: Lists scopes, as text with spaces between or as a list; others than `read`, `write`, `erase` and `admin`
            are ignored.
    """

    tenant: str = "tenant"
    user: str | None = "sub"
    scope: str = "scope"


def check_times(claims: dict[str, Any], now_s: float) -> None:
    """Let pass a token of now (RFC 7519, section 4.1).

    Raises:
        ClaimError: expired, without expiry, not yet valid, or issued in the future.
    """
    if now_s >= _moment(claims, "exp") + LEEWAY_S:
        raise ClaimError("exp: expired")
    for name in ("nbf", "iat"):
        if name in claims and now_s < _moment(claims, name) - LEEWAY_S:
            raise ClaimError(f"{name}: not yet valid")


def credential_of_claims(claims: dict[str, Any], names: ClaimNames) -> Credential:
    """Return what a token allows. Its id is made from issuer and subject, and names neither.

    Raises:
        ClaimError: no subject, tenant or user, or one that is no valid id.
    """
    user = None if names.user is None else _id(claims, names.user)
    return Credential(
        id=derived_id("t", _id(claims, "iss"), _id(claims, "sub")),
        tenant=_id(claims, names.tenant),
        user=user,
        scopes=_scopes(_claim(claims, names.scope)),
    )


def _scopes(given: object) -> frozenset[Scope]:
    words = given.split() if isinstance(given, str) else given
    listed = cast("list[object]", words) if isinstance(words, list) else []
    return frozenset(scope for scope in SCOPES if scope in listed)


def _claim(claims: dict[str, Any], name: str) -> object:
    """Return a claim by its name, which may itself hold dots, else by its path; None when there is none."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for step in name.split("."):
        found = cast("dict[str, Any]", found).get(step) if isinstance(found, dict) else None
    return found


def _id(claims: dict[str, Any], name: str) -> str:
    try:
        return check_id(_claim(claims, name), "it")
    except UsageError as exc:
        raise ClaimError(f"{name}: missing or not a valid id") from exc


def _moment(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ClaimError(f"{name}: missing or not a number")
    return value
