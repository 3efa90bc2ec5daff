"""An unmodified Anthropic client that remembers: it talks to Memlane's proxy instead of the provider.

    pip install anthropic
    memlane serve --no-auth                     # in another terminal
    ANTHROPIC_API_KEY=… python examples/proxy_anthropic.py

Each run is a conversation of its own; what was said in earlier ones is remembered.
"""

import os
import sys
import uuid

from anthropic import Anthropic

MEMLANE = os.environ.get("MEMLANE_URL", "http://localhost:8765")
MODEL = os.environ.get("MODEL", "claude-sonnet-5")


def main() -> None:
    """Answer each line of standard input, as the words come."""
    headers = {"X-Memlane-User": "you", "X-Memlane-Session": str(uuid.uuid4())}
    history: list[dict[str, str]] = []
    with Anthropic(base_url=f"{MEMLANE}/anthropic", default_headers=headers) as client:
        for line in sys.stdin:
            history.append({"role": "user", "content": line.rstrip("\n")})
            with client.messages.stream(model=MODEL, max_tokens=1_000, messages=history) as stream:
                for piece in stream.text_stream:
                    print(piece, end="", flush=True)
                print()
                history.append({"role": "assistant", "content": stream.get_final_text()})


if __name__ == "__main__":
    main()
