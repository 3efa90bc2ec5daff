"""A valid request for every address of the server: what walks over all of them sends these.

Addresses of `/v1` come from the OpenAPI document that the server serves. One that this module has no request for is an
error, so that whoever adds an address adds its request here and it is walked from then on.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from memlane.access.credential import Scope
from memlane.server.v1.users import NDJSON

PUBLIC = ("/health/live", "/health/ready", "/openapi.json", "/docs")
"""What needs no credential, and says the same to everybody."""


@dataclass(frozen=True)
class Target:
    """Whom and what a request is about."""

    user: str
    session: str
    memory: str


@dataclass(frozen=True)
class Request:
    """A request as it is sent, without a credential.

    Attributes:
        route: What it is a request for, e.g. `POST /v1/users/{user}/recall` or `mcp recall`.
        scopes: All that it needs.
        is_of_user: Whether it is about one user; otherwise it is about the whole tenant or the caller.
        is_of_tenant: Whether it is about all users of a tenant.
        content: The body; JSON unless the headers say otherwise.
    """

    route: str
    method: str
    path: str
    scopes: frozenset[Scope]
    is_of_user: bool = True
    is_of_tenant: bool = False
    query: dict[str, str] = field(default_factory=dict[str, str])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    content: bytes | None = None


def sent(body: Any, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """Return content and headers of a body of JSON."""
    return {"content": json.dumps(body).encode(), "headers": {"content-type": "application/json"} | (headers or {})}


_MESSAGE = {"role": "user", "content": "I play the oboe.", "id": "known-1", "created_at": "2026-01-02T03:04:05Z"}
_CONVERSATION = {
    "id": "c1",
    "sessions": [{"id": "old", "at": "2026-01-02T03:04:05Z", "messages": [{"role": "user", "content": "Hello."}]}],
}
_CONTEXT = {
    **dict.fromkeys(("messages", "memories", "parts", "left_out"), ()),
    **dict.fromkeys(("instructions", "summary", "max_tokens")),
    **dict.fromkeys(("system", "remembered", "counter"), ""),
    **dict.fromkeys(("tokens", "stable_tokens"), 0),
    "exact": False,
}
_NOTHING: dict[str, Any] = {}
SENT: dict[str, dict[str, Any]] = {
    "add_messages": sent({"messages": [_MESSAGE]}),
    "browse_memories": sent({"kinds": ["fact"], "containing": "oboe"}),
    "chat": sent({"text": "Which instrument?", "id": "known-2"}),
    "close_session": _NOTHING,
    "correct": sent({"text": "Plays the clarinet."}),
    "count_tokens": sent({"context": _CONTEXT}),
    "delete_session": {"query": {"memories": "true"}},
    "erase_user": _NOTHING,
    "export_user": _NOTHING,
    "find_episodes": sent({"query": "instrument"}),
    "forget": _NOTHING,
    "get_context": sent({"query": "instrument"}),
    "get_growth": _NOTHING,
    "get_health": _NOTHING,
    "get_history": _NOTHING,
    "get_instructions": _NOTHING,
    "get_memory": _NOTHING,
    "get_preferences": _NOTHING,
    "get_profile": _NOTHING,
    "get_session": _NOTHING,
    "get_session_stats": _NOTHING,
    "get_stats": _NOTHING,
    "get_summary": _NOTHING,
    "get_user_stats": _NOTHING,
    "import_user": {"content": json.dumps(_CONVERSATION).encode(), "headers": {"content-type": NDJSON}},
    "index_user": _NOTHING,
    "list_facts": _NOTHING,
    "list_keys": _NOTHING,
    "list_memories": _NOTHING,
    "list_models": _NOTHING,
    "list_messages": {"query": {"last": "5"}},
    "list_sessions": _NOTHING,
    "list_unanswered": _NOTHING,
    "list_users": _NOTHING,
    "list_work": _NOTHING,
    "merge_preferences": sent({"reed": 3}),
    "pin": sent({"pinned": True}),
    "prune": {**sent({"policy": {"older_than": "P3650D"}, "dry_run": False}), "scopes": ("write", "erase")},
    "rebuild_summary": _NOTHING,
    "recall": sent({"query": "instrument"}),
    "record_usage": sent({"input_tokens": 3, "output_tokens": 4}),
    "remember": sent({"text": "Plays the oboe.", "id": "known-3"}),
    "replace_preferences": sent({"instrument": "oboe"}),
    "retry_work": _NOTHING,
    "revert": sent({"version": 1}),
    "run_work": sent({"until_idle": True}),
    "set_expiry": sent({"ttl_seconds": 3_600_000}),
    "set_instructions": sent({"instructions": "Speak of music."}),
    "sweep": _NOTHING,
    "whoami": _NOTHING,
}
"""What is sent to each operation of the OpenAPI document, by its id."""

_TOOLS: dict[str, tuple[Scope, dict[str, Any]]] = {
    "remember": ("write", {"text": "Plays the oboe."}),
    "recall": ("read", {"query": "instrument"}),
    "list_memories": ("read", {}),
    "forget": ("erase", {"memory_id": "{memory}"}),
    "add_messages": ("write", {"session": "{session}", "messages": [{"role": "user", "content": "Hello."}]}),
    "get_context": ("read", {"session": "{session}", "query": "instrument"}),
    "get_profile": ("read", {}),
    "list_sessions": ("read", {}),
    "search_episodes": ("read", {"query": "instrument"}),
    "create_entities": ("write", {"entities": [{"name": "Ada", "entityType": "person", "observations": ["Sings"]}]}),
    "create_relations": ("write", {"relations": [{"from": "Ada", "to": "Ada", "relationType": "knows"}]}),
    "add_observations": ("write", {"observations": [{"entityName": "Ada", "contents": ["Plays the oboe"]}]}),
    "delete_entities": ("erase", {"entityNames": ["Ada"]}),
    "delete_observations": ("erase", {"deletions": [{"entityName": "Ada", "observations": ["Sings"]}]}),
    "delete_relations": ("erase", {"relations": [{"from": "Ada", "to": "Ada", "relationType": "knows"}]}),
    "read_graph": ("read", {}),
    "search_nodes": ("read", {"query": "instrument"}),
    "open_nodes": ("read", {"names": ["Ada"]}),
}
TOOLS = tuple(_TOOLS)
"""The tools of MCP that are known here, in an order in which each can be called."""
PROXIED = {
    "/openai/v1/chat/completions": {"model": "m", "messages": [{"role": "user", "content": "Which instrument?"}]},
    "/openai/v1/responses": {"model": "m", "input": "Which instrument?"},
    "/anthropic/v1/messages": {
        "model": "m",
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "Which instrument?"}],
    },
}
"""What is sent through the memory proxy, by path."""


def of_document(document: dict[str, Any], target: Target) -> list[Request]:
    """Return a request for each operation of an OpenAPI document, what removes something last.

    Raises:
        KeyError: an operation is not known here.
    """
    operations = [(path, method) for path, methods in document["paths"].items() for method in methods]
    operations.sort(key=lambda one: (one[1] == "delete", -len(one[0]) if one[1] == "delete" else 0))
    return [_of_operation(document["paths"][path][method], path, method.upper(), target) for path, method in operations]


def _of_operation(operation: dict[str, Any], path: str, method: str, target: Target) -> Request:
    sent = dict(SENT[operation["operationId"]])
    ids = {name: quote(value, safe="") for name, value in vars(target).items()}
    roles: list[Scope] = next(iter(operation["security"][0].values()))
    scopes = frozenset(sent.pop("scopes", roles))
    is_of_user = "{user}" in path
    return Request(
        f"{method} {path}",
        method,
        path.format(**ids),
        scopes,
        is_of_user,
        is_of_tenant=not is_of_user and "admin" in scopes,
        **sent,
    )


def beside_the_document(target: Target) -> list[Request]:
    """Return a request for everything else that needs a credential: the proxy, each tool of MCP, the metrics."""
    whose = {
        "x-memlane-user": target.user,
        "x-memlane-session": target.session,
        "anthropic-version": "2023-06-01",
    }
    both: frozenset[Scope] = frozenset({"read", "write"})
    proxied = [Request(f"POST {path}", "POST", path, both, **sent(body, whose)) for path, body in PROXIED.items()]
    counted = PROXIED["/anthropic/v1/messages"]
    passed = Request(
        "POST /anthropic/…",
        "POST",
        "/anthropic/v1/messages/count_tokens",
        both,
        is_of_user=False,
        **sent(counted, whose),
    )
    metrics = Request("GET /metrics", "GET", "/metrics", frozenset({"admin"}), is_of_user=False, is_of_tenant=True)
    return [*proxied, passed, *(_tool(name, target) for name in TOOLS), metrics]


def _tool(name: str, target: Target) -> Request:
    scope, arguments = _TOOLS[name]
    ids = vars(target)
    filled = {key: value.format(**ids) if isinstance(value, str) else value for key, value in arguments.items()}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": filled}}
    headers = {
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2025-06-18",
        "x-memlane-user": target.user,
    }
    return Request(f"mcp {name}", "POST", "/mcp", frozenset({scope}), query={"tools": "all"}, **sent(call, headers))
