"""What the loopback model of `long_chat.py` says: recorded replies, and what background work asks for.

It only pretends: its facts are the words behind `I live in`, `I love` and the like, its summaries the first words of
messages.
"""

import json
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from memlane.testing.model_server import Answer, Asked

MODEL = "loopback"
_FACT = re.compile(r"\bI (live in|love|like|have|work) ([^.,!?;]{1,60})")
_ATTRIBUTES = {"live in": "home", "love": "likes", "like": "likes", "have": "owns", "work": "work"}


class Recorded:
    """Replies to what it knows with what was replied then."""

    def __init__(self, replies: Mapping[str, str]) -> None:
        """Know what was said and what was replied."""
        self._replies = replies

    def reply(self, asked: Asked) -> Answer:
        """Answer a turn, or what background work asks."""
        if asked.schema is not None:
            return Answer(text=json.dumps(_worked(asked)))
        return Answer(text=next((reply for said, reply in self._replies.items() if asked.question.endswith(said)), "?"))


def prefix_shares(asked: Sequence[Any]) -> float:
    """Return how much of the prompts, in characters of JSON, begins exactly as the prompt before each."""
    prompts = [json.dumps([one.system, *one.messages], ensure_ascii=False) for one in asked]
    same = sum(_same(before, after) for before, after in pairwise(prompts))
    return same / max(1, sum(map(len, prompts[1:])))


def _same(before: str, after: str) -> int:
    return next((at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), len(before))


def _worked(asked: Asked) -> dict[str, Any]:
    lines = [json.loads(line) for line in asked.question.splitlines() if line.startswith('{"number"')]
    wanted = set((asked.schema or {}).get("properties", {}))
    if "facts" in wanted:
        found = [(line["number"], _FACT.search(line["text"])) for line in lines if line["person"]]
        return {"facts": [_fact(number, match) for number, match in found if match]}
    summary = "; ".join(line["text"][:20] for line in lines)[:1_500]
    if "title" in wanted:
        return {"title": lines[0]["text"][:60], "summary": summary, "open_ends": []}
    return {"summary": summary}


def _fact(number: int, match: re.Match[str]) -> dict[str, Any]:
    return {
        "kind": "fact",
        "subject": "user",
        "attribute": _ATTRIBUTES[match[1]],
        "value": match[2],
        "text": f"{match[0]}.",
        "ends": False,
        "valid_from": None,
        "valid_to": None,
        "confidence": 0.9,
        "messages": [number],
    }
