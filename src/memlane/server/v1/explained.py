"""The addresses that explain `/v1`: its OpenAPI document, and a page made from it in the reader's browser.

The page is ours and whole: it loads nothing but the document, and its content security policy names the hashes of its
own style and script (www.w3.org/TR/CSP3), so that nothing else can run in it.
"""

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import Any, Final, cast

import msgspec
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

from memlane.server.v1.answers import Whole
from memlane.server.v1.catalogue import RESOURCES
from memlane.server.v1.document import make_document
from memlane.server.v1.operations import JSON

DOCUMENT_PATH: Final = "/openapi.json"
PAGE_PATH: Final = "/docs"


def explaining() -> list[HTTPRouteHandler]:
    """Return the handlers of `/openapi.json` and `/docs`."""
    document = Whole(200, document_text().encode(), [(b"content-type", JSON.encode())])
    return [_always(DOCUMENT_PATH, document), _always(PAGE_PATH, _page())]


@cache
def document_text() -> str:
    """Return the OpenAPI document as it is served and kept among the docs."""
    made: dict[str, Any] = make_document(RESOURCES)
    return msgspec.json.format(msgspec.json.encode(made), indent=1).decode() + "\n"


def _always(path: str, answer: Whole) -> HTTPRouteHandler:
    async def handle() -> ASGIApp:
        return cast("ASGIApp", answer)

    methods = [HttpMethod.GET, HttpMethod.HEAD]
    return HTTPRouteHandler(path, http_method=methods, status_code=200, include_in_schema=False)(handle)


def _page() -> Whole:
    style, script, html = (_asset(name) for name in ("page.css", "page.js", "page.html"))
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; connect-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
    text = html.replace("{style}", style).replace("{script}", script).replace("{document}", f".{DOCUMENT_PATH}")
    headers = [(b"content-type", b"text/html; charset=utf-8"), (b"content-security-policy", policy.encode())]
    return Whole(200, text.encode(), headers)


def _asset(name: str) -> str:
    return files("memlane.server.v1").joinpath("page", name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
