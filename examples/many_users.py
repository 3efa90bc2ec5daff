"""One asyncio process serves many users at once; none of them meets another.

python examples/many_users.py [store URL]
"""

import asyncio
import sys

import memlane

USERS = {"ada": "My cat is called Turing.", "ines": "My cat is called Basil.", "luke": "I have no cat, I have a boat."}


async def visit(memory: memlane.AsyncMemlane, name: str, said: str) -> str:
    """Say something in one session and ask about it in another."""
    user = memory.user(name, tenant="example")
    await user.session("first").add("user", said)
    found = await user.recall("What is the cat called?", limit=1)
    return f"{name}: {found[0].memory.text}"


async def main(url: str | None) -> None:
    """Visit as every user at the same time, then forget them all."""
    async with memlane.connect_async(url) as memory:
        for line in await asyncio.gather(*(visit(memory, name, said) for name, said in USERS.items())):
            print(line)
        for name in USERS:
            await memory.user(name, tenant="example").erase()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else None))
