"""The OpenAPI document says what there is, and the page that shows it loads nothing from elsewhere."""

import base64
import hashlib
import json
import re
from typing import Any

import httpx2
import jsonschema
import pytest

from memlane.server.v1.catalogue import OPERATIONS
from memlane.server.v1.describing import about, fields
from memlane.server.v1.explained import document_text

DOCUMENT: dict[str, Any] = json.loads(document_text())
DECLARED = [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods]


def test_every_operation_is_in_it_once() -> None:
    assert sorted(DECLARED) == sorted((operation.path, operation.method.lower()) for operation in OPERATIONS)
    names = [DOCUMENT["paths"][path][method]["operationId"] for path, method in DECLARED]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("path", "method"), DECLARED)
def test_an_operation_says_what_can_come(path: str, method: str) -> None:
    operation = DOCUMENT["paths"][path][method]
    assert {"401", "403", "422", "429", "500", "503"} <= operation["responses"].keys()
    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert [name for scheme in operation["security"] for name in scheme] == ["bearer", "key"]
    assert {one["name"] for one in operation["parameters"] if one["in"] == "path"} == set(
        re.findall(r"\{(\w+)\}", path)
    )
    assert all(parameter["description"] for parameter in operation["parameters"])


def test_all_references_lead_somewhere() -> None:
    for reference in re.findall(r'"\$ref": ?"#/([^"]+)"', json.dumps(DOCUMENT)):
        found = DOCUMENT
        for name in reference.split("/"):
            found = found[name]


def test_fields_are_described_by_the_docstrings_of_the_records() -> None:
    memory = DOCUMENT["components"]["schemas"]["Memory"]["properties"]
    assert memory["text"]["description"] == "What is remembered; of a message, its words."
    assert memory["created_at"]["format"] == "date-time"
    given = DOCUMENT["components"]["schemas"]["GivenContext"]["properties"]
    assert given["tokens"]["description"].startswith("What all of it comes to")
    assert given["ready"]["description"].startswith("OpenAI's `messages`")


async def test_answers_are_as_their_schemas_say(client: httpx2.AsyncClient) -> None:
    body = {"messages": [{"role": "user", "content": "My sister Ada breeds alpacas in Bergen.", "metadata": {"a": 1}}]}
    user = "/v1/users/{user}"
    added = await client.post("/v1/users/luke/sessions/s/messages", json=body)
    check(added, "post", f"{user}/sessions/{{session}}/messages")
    check(await client.post("/v1/users/luke/recall", json={"query": "Ada"}), "post", f"{user}/recall")
    check(await client.post("/v1/users/luke/episodes", json={"query": "Ada"}), "post", f"{user}/episodes")
    context = await client.post("/v1/users/luke/sessions/s/context", json={"query": "Ada"})
    check(context, "post", f"{user}/sessions/{{session}}/context")
    check(await client.get("/v1/users/luke/sessions"), "get", f"{user}/sessions")
    check(await client.post("/v1/users/luke/recall", json={}), "post", f"{user}/recall")


def check(answer: httpx2.Response, method: str, path: str) -> None:
    """Hold an answer against its schema."""
    given = DOCUMENT["paths"][path][method]["responses"][str(answer.status_code)]
    if "$ref" in given:
        given = DOCUMENT["components"]["responses"][given["$ref"].rpartition("/")[2]]
    schema = given["content"][answer.headers["content-type"]]["schema"]
    jsonschema.validate(answer.json(), schema | {"components": DOCUMENT["components"]})


async def test_the_document_is_served(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/openapi.json")
    assert (answer.headers["content-type"], answer.json()) == ("application/json", DOCUMENT)


async def test_the_page_loads_nothing_from_elsewhere(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/docs")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert re.findall(r"https?://|//[a-z]", answer.text) == []
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    for name in ("style", "script"):
        inside = re.search(f"<{name}>(.*)</{name}>", answer.text, re.DOTALL)
        assert inside is not None
        digest = base64.b64encode(hashlib.sha256(inside[1].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy


def test_docstrings_are_read_as_they_are_written() -> None:
    said = """Say one thing.

    And more
    of it.

    Attributes:
        one: The first,
            in two lines.
        two: The `second`: with a colon.

    Raises:
        ValueError: never.
    """
    assert about(said) == "Say one thing.\n\nAnd more of it."
    assert fields(said) == {"one": "The first, in two lines.", "two": "The `second`: with a colon."}
    assert (about(None), fields(None)) == ("", {})
