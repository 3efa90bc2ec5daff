"""A chat with a model that remembers: Memlane keeps and recalls, the OpenAI SDK talks.

    pip install openai
    OPENAI_API_KEY=… python examples/chat_with_openai.py

Any server that speaks the same protocol will do: name it in OPENAI_BASE_URL.
"""

import os
import sys
from datetime import UTC, datetime

from openai import OpenAI

import memlane

MODEL = os.environ.get("MODEL", "gpt-5.4-mini")


def main() -> None:
    """Answer each line of standard input."""
    client = OpenAI()
    with memlane.connect() as memory:
        chat = memory.user("you").session(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}")
        chat.instruct("You are a brief assistant.")
        for line in sys.stdin:
            chat.add("user", line.rstrip("\n"))
            context = chat.context(max_tokens=4_000)
            reply = client.chat.completions.create(model=MODEL, messages=context.as_openai())
            answer = reply.choices[0].message.content or ""
            chat.add("assistant", answer)
            print(answer, flush=True)


if __name__ == "__main__":
    main()
