"""What is said in one conversation is at hand in the next; run it twice and it remembers the first run.

python examples/across_sessions.py
"""

from datetime import UTC, datetime

import memlane


def main() -> None:
    """Say something in one session and ask for it in another."""
    with memlane.connect() as memory:
        ines = memory.user("ines")
        earlier = ines.sessions()
        print(f"{len(earlier)} earlier sessions")

        started = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"
        morning = ines.session(f"morning {started}")
        morning.instruct("You are a gardener's assistant.")
        morning.add("user", "The runner beans go out in the middle of May, after the last frost.")
        morning.add("assistant", "Noted.")

        evening = ines.session(f"evening {started}")
        evening.add("user", "When do the beans go out?")
        context = evening.context(max_tokens=1_000)
        print(context.explain())
        for found in context.memories:
            print(f"remembered: {found.memory.text}")


if __name__ == "__main__":
    main()
