"""How long Python takes to start with Memlane imported, beside starting with nothing."""

import argparse
import subprocess
import sys
from collections.abc import Callable

from measure import interleaved, plain_calls
from report import Report, Table, Target, ms, run_script

_PROGRAMS = {
    "python, nothing imported": "pass",
    "`import memlane`": "import memlane",
    "… and its names (`memlane.connect`)": "import memlane; memlane.connect",
    "… and a connection to SQLite, opened and closed": "import memlane; "
    "memlane.connect('sqlite://', embedder='none').close()",
}
_IMPORT = "`import memlane`"


def measure(options: argparse.Namespace) -> Report:
    """Measure whole processes, in turns."""
    cases = {name: plain_calls(_starter(program)) for name, program in _PROGRAMS.items()}
    found = interleaved(cases, rounds=int(options.rounds), calls=1)
    nothing = next(iter(found.values()))
    rows = [[name, ms(timing.p50_ms), ms(timing.beyond_ms(nothing))] for name, timing in found.items()]
    return Report(
        title="Import time",
        about="Whole processes, from start to exit, with `-I`. `import memlane` loads nothing until a name is used, so "
        "the rows below it tell what the first use then costs.",
        tables=[Table("One process", ["", "p50 ms", "beyond bare python, ms"], rows)],
        targets=[Target("`import memlane`, the whole process", found[_IMPORT].p50_ms, 100, "ms")],
    )


def _starter(program: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, "-I", "-c", program], check=True, capture_output=True)


if __name__ == "__main__":
    run_script("Measure what importing Memlane costs.", ["rounds=25"], measure)
