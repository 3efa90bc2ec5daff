"""A conversation as a file."""

import json
from datetime import UTC, datetime
from pathlib import Path

import memlane
from memlane.types.message import Message
from memlane.web.views.export import as_json, as_markdown, file_name

_NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _message(content: str, **fields: object) -> Message:
    return Message(**{"role": "user", "id": "m", "created_at": _NOON, **fields, "content": content})  # type: ignore[arg-type]


def test_what_is_exported_is_imported_as_it_was(tmp_path: Path) -> None:
    with memlane.connect(f"sqlite:///{tmp_path / 'm.db'}", embedder="hashing") as memory:
        session = memory.user("mara").session("träff")
        session.chat("Hei på deg \u202e <b>")
        session.add_many([{"role": "tool", "content": "21", "tool_call_id": "c", "odd": {"x": [1]}}])
        said = session.messages()
        path = tmp_path / "talk.json"
        path.write_text(as_json("träff", said, _NOON), encoding="utf-8")
        assert memory.user("tom").restore(path) == len(said)
        assert memory.user("tom").restore(path) == 0
        assert memory.user("tom").session("träff").messages() == said


def test_an_empty_conversation_is_exported_too() -> None:
    assert json.loads(as_json("s", [], _NOON)) == {
        "id": "s",
        "sessions": [{"id": "s", "at": "2026-03-01T12:00:00+00:00", "messages": []}],
    }


def test_nothing_that_was_said_is_markup_in_markdown() -> None:
    hostile = "![p](http://evil.example/x.png)\n````\n# no heading\n<script>alert(1)</script>"
    text = as_markdown("A *trip*", [_message(hostile, name="<b>")], instructions="Be brief.", zone=UTC)
    head, said = text.split("## \\<b\\>, 2026-03-01 12:00\n\n")
    assert head == "# A \\*trip\\*\n\n## Instructions\n\n```text\nBe brief.\n```\n\n"
    assert said == f"`````text\n{hostile}\n`````\n"


def test_calls_and_results_are_named_in_markdown() -> None:
    call = _message("", role="assistant", tool_calls=[{"function": {"name": "weather", "arguments": "{}"}}])
    result = _message("cold", role="tool")
    picture = Message(role="user", content=[{"type": "image_url"}], id="p", created_at=_NOON)
    text = as_markdown("t", [call, result, picture], zone=UTC)
    assert "Calls weather:\n\n```text\n{}\n```" in text
    assert "Result:\n\n```text\ncold\n```" in text
    assert "(image)" in text


def test_the_name_of_a_file_is_one_that_every_system_takes() -> None:
    assert file_name("../Où? A/B: trip", "json") == "o-a-b-trip.json"
    assert file_name("日本", "md") == "conversation.md"
    assert len(file_name("x" * 300, "md")) <= 43
