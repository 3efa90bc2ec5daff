"""The same program on this machine and on a server.

    python examples/remote.py                              remembers in a file of its own
    python examples/remote.py http://127.0.0.1:8765        asks a server; the key is in MEMLANE_KEY

Run it twice: the second run recalls what the first one was told.
"""

import os
import sys

import memlane

place = {"url": sys.argv[1], "api_key": os.environ.get("MEMLANE_KEY")} if len(sys.argv) > 1 else {}

with memlane.connect(**place) as memory:
    user = memory.user("example")
    for found in user.recall("Where does the boat lie?", limit=1):
        print("recalled:", found.memory.text)
    session = user.session("harbour")
    session.add("user", "Our boat lies at the third jetty.")
    print("sent to a model:", session.context("Where is the boat?").messages[-1].content)
