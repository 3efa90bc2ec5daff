"""An unmodified OpenAI client that remembers: it talks to Memlane's proxy instead of the provider.

    pip install openai
    memlane serve --no-auth                     # in another terminal
    OPENAI_API_KEY=… python examples/proxy_openai.py

Each run is a conversation of its own; what was said in earlier ones is remembered.
"""

import os
import sys
import uuid

from openai import OpenAI

MEMLANE = os.environ.get("MEMLANE_URL", "http://localhost:8765")
MODEL = os.environ.get("MODEL", "gpt-5.4-mini")


def main() -> None:
    """Answer each line of standard input."""
    headers = {"X-Memlane-User": "you", "X-Memlane-Session": str(uuid.uuid4())}
    history: list[dict[str, str]] = []
    with OpenAI(base_url=f"{MEMLANE}/openai/v1", default_headers=headers) as client:
        for line in sys.stdin:
            history.append({"role": "user", "content": line.rstrip("\n")})
            reply = client.chat.completions.with_raw_response.create(model=MODEL, messages=history)
            recalled = reply.headers.get("X-Memlane-Recalled", "0").partition(";")[0]
            answer = reply.parse().choices[0].message.content or ""
            history.append({"role": "assistant", "content": answer})
            print(f"({recalled} remembered) {answer}", flush=True)


if __name__ == "__main__":
    main()
