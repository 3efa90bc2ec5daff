"""The gate of tokens: what is let in, and every way to forge one."""

import base64
import hashlib
import hmac
import json
import logging
import sys
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memlane.access.claims import LEEWAY_S, ClaimNames
from memlane.access.credential import Credential
from memlane.access.issuer_keys import IssuerKeys
from memlane.access.tokens import TokenGate
from memlane.errors import MissingExtraError, StoreUnavailableError, UnauthenticatedError
from memlane.testing.identity_provider import PRIVATE_KEYS, public_key, public_keys
from memlane.testing.identity_provider import signed_token as token

ISSUER = "https://id.example.com/"
AUDIENCE = "memlane"
OTHER = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
SMALL = rsa.generate_private_key(public_exponent=65_537, key_size=1_024)  # noqa: S505 -- it is to be refused


def encoded(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Keys:
    """The keys of an issuer that is not asked over a network."""

    def __init__(self) -> None:
        self.given: Any = public_keys()
        self.asked = 0

    async def __call__(self) -> list[Any]:
        self.asked += 1
        if self.given is None:
            raise StoreUnavailableError("down")
        return self.given


@pytest.fixture
def source() -> Keys:
    return Keys()


@pytest.fixture
def gate(source: Keys, clock: Any) -> TokenGate:
    return make_gate(source, clock)


def make_gate(source: Keys, clock: Any, **names: Any) -> TokenGate:
    keys = IssuerKeys(source, monotonic=clock.monotonic)
    return TokenGate(keys, issuer=ISSUER, audience=AUDIENCE, names=ClaimNames(**names), clock=clock)


@pytest.fixture
def claims(clock: Any) -> dict[str, Any]:
    now = clock.ms // 1_000
    return {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "auth0|luke",
        "tenant": "acme",
        "scope": "openid read write",
        "iat": now,
        "nbf": now,
        "exp": now + 300,
    }


async def refusal_of(gate: TokenGate, secret: str | None) -> str:
    with pytest.raises(UnauthenticatedError) as refused:
        await gate.admit(secret)
    assert refused.value.__cause__ is None
    return str(refused.value)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "ES384", "EdDSA"])
async def test_a_token_of_the_issuer_lets_in(gate: TokenGate, claims: dict[str, Any], algorithm: str) -> None:
    found = await gate.admit(token(claims, algorithm))
    assert found == Credential(id=found.id, tenant="acme", user="auth0|luke", scopes=frozenset({"read", "write"}))
    assert "luke" not in found.id


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
async def test_a_key_that_names_no_algorithm_verifies_by_all_of_its_kind(
    gate: TokenGate, claims: dict[str, Any], source: Keys, algorithm: str
) -> None:
    source.given = [public_key(PRIVATE_KEYS["RS256"], "RS256", kid="k")]
    assert await gate.admit(token(claims, algorithm, key=PRIVATE_KEYS["RS256"], kid="k"))


async def test_a_key_that_names_its_algorithm_verifies_by_no_other(gate: TokenGate, claims: dict[str, Any]) -> None:
    await refusal_of(gate, token(claims, "PS256", key=PRIVATE_KEYS["RS256"], kid="RS256"))


async def test_the_same_subject_always_has_the_same_credential_and_no_other_has_it(
    gate: TokenGate, claims: dict[str, Any]
) -> None:
    ids = [(await gate.admit(token(claims | more))).id for more in ({}, {"jti": "x"}, {"sub": "auth0|leia"})]
    assert ids[0] == ids[1] != ids[2]


def _forged(claims: dict[str, Any]) -> dict[str, str]:
    good = token(claims)
    head, body, signature = good.split(".")
    public = PRIVATE_KEYS["RS256"].public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    admin = encoded(claims | {"tenant": "umbrella"})
    return {
        "none": f"{encoded({'alg': 'none', 'kid': 'RS256'})}.{body}.",
        "None": f"{encoded({'alg': 'None', 'kid': 'RS256'})}.{body}.",
        "no algorithm": f"{encoded({'kid': 'RS256'})}.{body}.{signature}",
        "a list of algorithms": f"{encoded({'alg': ['RS256'], 'kid': 'RS256'})}.{body}.{signature}",
        "HS256 with the public key": _hs256(body, pem, "RS256"),
        "HS256 with the public key in DER": _hs256(body, der, "RS256"),
        "HS256 with nothing": _hs256(body, b"", "RS256"),
        "HS256 with the key's modulus": _hs256(body, public_key(PRIVATE_KEYS["RS256"], "RS256")["n"].encode(), "RS256"),
        "another key's signature": token(claims, key=OTHER),
        "another kind of key": token(claims, "ES256", kid="RS256"),
        "a key in the header": token(claims, key=OTHER, jwk=public_key(OTHER, "RS256")),
        "an address of keys in the header": token(claims, key=OTHER, jku="http://127.0.0.1:1/keys"),
        "a kid that is no text": f"{encoded({'alg': 'RS256', 'kid': 7})}.{body}.{signature}",
        "a kid that is a path": token(claims, key=OTHER, kid="../../RS256"),
        "unknown critical header": token(claims, crit=["exp2"], exp2=1),
        "other claims": f"{head}.{admin}.{signature}",
        "no signature": f"{head}.{body}.",
        "signature cut": good[:-4],
        "two parts": f"{head}.{body}",
        "four parts": f"{good}.{signature}",
        "five parts": f"{good}.{signature}.{signature}",
        "not base64": f"{head}.{body}.!!!",
        "not JSON": f"{encoded(b'{')}.{body}.{signature}",
        "a list": f"{encoded([])}.{body}.{signature}",
        "deep": f"{encoded(b'[' * 9_000)}.{body}.{signature}",
        "claims are a list": _signed(b"[]"),
        "claims are no JSON": _signed(b"\xff{"),
        "claims are deep": _signed(b'{"iss":' + b"[" * 9_000),
        "empty": "",
        "dots": "..",
        "spaces": f" {good}",
        "a line after it": f"{good}\n",
        "not ASCII": good + "é",
        "a lone surrogate": good + "\ud800",
        "NUL": good + "\0",
        "huge": good + "A" * 20_000,
        "huge and nothing but dots": "." * 1_000_000,
    }


def _hs256(body: str, key: bytes, kid: str) -> str:
    signed = f"{encoded({'alg': 'HS256', 'kid': kid, 'typ': 'JWT'})}.{body}"
    return f"{signed}.{encoded(hmac.new(key, signed.encode(), hashlib.sha256).digest())}"


def _signed(payload: bytes) -> str:
    return jwt.PyJWS().encode(payload, PRIVATE_KEYS["RS256"], "RS256", headers={"kid": "RS256"})


async def test_forged_and_malformed_tokens_are_refused_in_one_text(gate: TokenGate, claims: dict[str, Any]) -> None:
    assert await gate.admit(token(claims))
    texts = {name: await refusal_of(gate, forged) for name, forged in _forged(claims).items()}
    texts["nothing"] = await refusal_of(gate, None)
    assert len(set(texts.values())) == 1, texts


async def test_a_token_beyond_any_reason_is_refused_however_well_signed(
    gate: TokenGate, claims: dict[str, Any]
) -> None:
    assert await gate.admit(token(claims | {"groups": "x" * 8_000}))
    await refusal_of(gate, token(claims | {"groups": "x" * 16_384}))


async def test_a_symmetric_key_of_the_issuer_verifies_nothing(
    gate: TokenGate, claims: dict[str, Any], source: Keys
) -> None:
    secret = b"s" * 64
    key = {"kty": "oct", "kid": "o", "k": base64.urlsafe_b64encode(secret).decode().rstrip("=")}
    source.given = [key, key | {"alg": "HS256"}, *public_keys()]
    await refusal_of(gate, _hs256(encoded(claims), secret, "o"))


async def test_a_short_key_of_the_issuer_verifies_nothing(
    gate: TokenGate, claims: dict[str, Any], source: Keys
) -> None:
    source.given = [public_key(SMALL, "RS256", kid="small")]
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        forged = token(claims, key=SMALL, kid="small")
    await refusal_of(gate, forged)


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://id.example.com"},
        {"iss": "https://evil.example.com/"},
        {"iss": None},
        {"iss": [ISSUER]},
        {"aud": "another"},
        {"aud": []},
        {"aud": None},
        {"aud": {"memlane": 1}},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"tenant": None},
        {"tenant": ""},
        {"tenant": ["acme"]},
        {"tenant": "x" * 513},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"nbf": "now"},
        {"iat": None},
        {"jti": 5},
    ],
)
async def test_a_claim_that_is_missing_or_wrong_refuses(
    gate: TokenGate, claims: dict[str, Any], wrong: dict[str, Any]
) -> None:
    given = {name: value for name, value in (claims | wrong).items() if value is not None or name == "iat"}
    good = await refusal_of(gate, _signed(encode_claims(given)))
    assert "memlane" not in good


def encode_claims(claims: dict[str, Any]) -> bytes:
    return base64.urlsafe_b64decode(encoded(claims) + "==")


async def test_times_are_judged_with_little_leeway(gate: TokenGate, claims: dict[str, Any], clock: Any) -> None:
    late = token(claims | {"nbf": claims["nbf"] + LEEWAY_S, "iat": claims["iat"] + LEEWAY_S})
    assert await gate.admit(late)
    await refusal_of(gate, token(claims | {"nbf": claims["nbf"] + LEEWAY_S + 1}))
    await refusal_of(gate, token(claims | {"iat": claims["iat"] + LEEWAY_S + 1}))
    clock.pass_s(300 + LEEWAY_S - 1)
    assert await gate.admit(token(claims))
    clock.pass_s(1)
    await refusal_of(gate, token(claims))


async def test_an_audience_among_several_is_enough(gate: TokenGate, claims: dict[str, Any]) -> None:
    assert await gate.admit(token(claims | {"aud": ["other", AUDIENCE]}))


async def test_why_a_token_was_refused_is_in_the_log_without_its_claims(
    gate: TokenGate, claims: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "memlane"):
        await refusal_of(gate, token(claims | {"exp": 1}))
        await refusal_of(gate, token(claims | {"aud": "planted"}))
        await refusal_of(gate, token(claims | {"tenant": "", "sub": "planted"}))
    assert "exp: expired" in caplog.text
    assert "InvalidAudienceError" in caplog.text
    assert "tenant: missing" in caplog.text
    assert "planted" not in caplog.text


@pytest.mark.parametrize(
    ("names", "more", "expected"),
    [
        ({"tenant": "org.id"}, {"org": {"id": "deep"}}, "deep"),
        ({"tenant": "https://example.com/tenant"}, {"https://example.com/tenant": "named"}, "named"),
        ({"tenant": "a.b"}, {"a.b": "named", "a": {"b": "deep"}}, "named"),
        ({"tenant": "a.b"}, {"a": "b"}, None),
        ({"tenant": "a.b.c"}, {"a": {"b": ["c"]}}, None),
    ],
)
async def test_a_tenant_may_be_named_by_a_path(
    clock: Any, claims: dict[str, Any], names: dict[str, str], more: dict[str, Any], expected: str | None
) -> None:
    gate = make_gate(Keys(), clock, **names)
    if expected is None:
        await refusal_of(gate, token(claims | more))
    else:
        assert (await gate.admit(token(claims | more))).tenant == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("read", {"read"}),
        ("  read\twrite  admin:x erase", {"read", "write", "erase"}),
        (["read", "admin", 7, None, {}], {"read", "admin"}),
        ("", set()),
        ([], set()),
        (None, set()),
        (7, set()),
        ({"read": True}, set()),
        ("readwrite READ", set()),
    ],
)
async def test_scopes_are_text_or_a_list_and_unknown_ones_are_nothing(
    gate: TokenGate, claims: dict[str, Any], given: object, expected: set[str]
) -> None:
    assert (await gate.admit(token(claims | {"scope": given}))).scopes == expected


async def test_tokens_of_whole_tenants_have_no_user_and_others_must_have_one(
    source: Keys, clock: Any, claims: dict[str, Any]
) -> None:
    assert (await make_gate(source, clock, user=None).admit(token(claims))).user is None
    by_mail = make_gate(source, clock, user="email")
    assert (await by_mail.admit(token(claims | {"email": "luke@example.com"}))).user == "luke@example.com"
    await refusal_of(by_mail, token(claims))


async def test_without_a_key_name_the_only_key_that_fits_is_taken(
    gate: TokenGate, claims: dict[str, Any], source: Keys, clock: Any
) -> None:
    nameless = jwt.encode(claims, PRIVATE_KEYS["RS256"], "RS256")
    assert await gate.admit(nameless)
    source.given = [*public_keys(), public_key(OTHER, "RS256", kid="other")]
    clock.pass_s(86_401)
    again = claims | {"exp": claims["exp"] + 86_401}
    await refusal_of(gate, jwt.encode(again, PRIVATE_KEYS["RS256"], "RS256"))
    assert await gate.admit(token(again))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_no_change_of_a_token_lets_in_or_fails_in_another_way(
    gate: TokenGate, claims: dict[str, Any], data: st.DataObject
) -> None:
    good = token(claims, "EdDSA")
    at = data.draw(st.integers(0, len(good) - 1))
    end = data.draw(st.integers(at, min(len(good), at + 8)))
    changed = good[:at] + data.draw(st.text(max_size=8)) + good[end:]
    if changed != good:
        await refusal_of(gate, changed)


async def test_without_its_package_it_says_what_to_install(
    gate: TokenGate, claims: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    good = token(claims)
    monkeypatch.setitem(sys.modules, "jwt", None)
    with pytest.raises(MissingExtraError, match=r"memlane\[server\]"):
        await gate.admit(good)
