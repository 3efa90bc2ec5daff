"""An import may come from anybody: what could not be kept is refused as a whole, and says its line."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

import memlane
from memlane import errors

HEAD = {"type": "memlane-export", "version": 1, "tenant": "t", "user": "u", "exported_at": "2026-01-01T00:00:00Z"}
SESSION = {"type": "session", "id": "s"}
MESSAGE = {"type": "message", "session": "s", "position": 1, "message": {"role": "user", "content": "a", "id": "1"}}
MEMORY = {"id": "m", "text": "likes tea", "kind": "fact", "created_at": "2026-01-01T00:00:00Z"}
MENTION = {"session_id": "s", "message_id": "1", "at": "2026-01-01T00:00:00Z"}
REVISION = {"version": 2, "at": "2026-01-01T00:00:00Z", "change": "pinned", "before": {"pinned": False}}


def shown(line: Any) -> str:
    return line if isinstance(line, str) else json.dumps(line, separators=(",", ":"))


def file(tmp_path: Path, *lines: Any, head: Any = HEAD, name: str = "x.jsonl") -> Path:
    path = tmp_path / name
    text = "".join(
        f"{line if isinstance(line, str) else json.dumps(line, separators=(',', ':'))}\n" for line in (head, *lines)
    )
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


@pytest.mark.parametrize(
    "line",
    [
        "{",
        {"type": "other"},
        SESSION | {"id": ""},
        SESSION | {"ttl_ms": -1},
        SESSION | {"ttl_ms": 10**30},
        SESSION | {"summary": {"text": "t", "upto": 1, "made_at": "2026-01-01T00:00:00"}},
        MESSAGE | {"session": "\0"},
        MESSAGE | {"expires_at": "2026-01-01T00:00:00"},
        MESSAGE | {"message": {"role": "king", "content": "a", "id": "1"}},
        MESSAGE | {"message": {"role": "user", "content": "a"}},
        MESSAGE | {"message": {"role": "user", "content": "a" * 2_000_000, "id": "1"}},
        {"type": "memory", "memory": MEMORY | {"id": ""}},
        {"type": "memory", "memory": MEMORY | {"kind": ""}},
        {"type": "memory", "memory": MEMORY | {"created_at": "2026-01-01T00:00:00"}},
        {"type": "memory", "memory": MEMORY | {"created_at": "0001-01-01T00:00:00+23:00"}},
        {"type": "memory", "memory": MEMORY | {"metadata": {"a": 10**30}}},
        {"type": "memory", "memory": MEMORY | {"uses": 10**30}},
        {"type": "memory", "memory": MEMORY | {"past": [REVISION | {"version": 10**9}]}},
        {"type": "memory", "memory": MEMORY | {"past": [REVISION | {"before": {"color": "red"}}]}},
        {"type": "memory", "memory": MEMORY | {"past": [REVISION | {"before": {"pinned": "red"}}]}},
        {"type": "memory", "memory": MEMORY | {"past": [REVISION | {"before": {"valid_to": "2026-01-01T00:00:00"}}]}},
        {
            "type": "memory",
            "memory": MEMORY | {"mentions": [{"session_id": "s", "message_id": "1", "at": "2026-01-01T00:00:00"}]},
        },
        {"type": "preferences", "preferences": {"a": 10**30}},
        {"type": "preferences", "preferences": {"a": 1}, "expires_at": "2026-01-01T00:00:00"},
    ],
)
async def test_a_line_that_cannot_be_kept_refuses_the_whole(line: Any, tmp_path: Path) -> None:
    async with await memlane.connect_async(f"sqlite:///{tmp_path}/m.db", embedder=None) as memory:
        luke = memory.user("luke")
        with pytest.raises(errors.UsageError):
            await luke.restore(file(tmp_path, SESSION, MESSAGE, {"type": "memory", "memory": MEMORY}, line))
        assert (await luke.sessions(), await luke.memories(), await luke.preferences()) == ([], [], {})


async def test_a_refusal_says_which_line(tmp_path: Path) -> None:
    async with await memlane.connect_async(f"sqlite:///{tmp_path}/m.db", embedder=None) as memory:
        for line in ("{", SESSION | {"id": ""}):
            with pytest.raises(errors.UsageError, match="line 3"):
                await memory.user("luke").restore(file(tmp_path, SESSION, line))


@pytest.mark.parametrize("name", ["x.jsonl", "x.jsonl.gz"])
async def test_a_file_is_read_by_the_page_and_tells_its_progress(name: str, tmp_path: Path) -> None:
    memories = [{"type": "memory", "memory": MEMORY | {"id": f"m{n}"}} for n in range(1_100)]
    messages = [
        MESSAGE | {"position": n, "message": {"role": "user", "content": "a", "id": f"{n}"}} for n in range(1, 9)
    ]
    seen: list[tuple[int, int]] = []
    async with await memlane.connect_async(f"sqlite:///{tmp_path}/m.db", embedder=None) as memory:
        luke = memory.user("luke")
        path = file(tmp_path, SESSION, *messages, *memories, name=name)
        assert await luke.restore(path, progress=lambda done, total: seen.append((done, total))) == 1_108
        assert len([one for one in await luke.memories() if one.kind == "fact"]) == 1_100
        assert len(await luke.session("s").messages()) == 8
    assert seen == sorted(seen)
    assert (seen[0], seen[-1], len(seen)) == ((9, 1_109), (1_109, 1_109), 7)


async def test_an_export_of_a_newer_version_or_a_broken_file_is_refused(tmp_path: Path) -> None:
    async with await memlane.connect_async(f"sqlite:///{tmp_path}/m.db", embedder=None) as memory:
        with pytest.raises(errors.UsageError, match="version"):
            await memory.user("luke").restore(file(tmp_path, head=HEAD | {"version": 2}))
        broken = file(tmp_path, SESSION, name="x.jsonl.gz")
        broken.write_bytes(broken.read_bytes()[:40])
        with pytest.raises(errors.UsageError, match="cannot read"):
            await memory.user("luke").restore(broken)
        with pytest.raises(errors.UsageError, match="cannot read"):
            await memory.user("luke").restore(tmp_path / "none.jsonl")
