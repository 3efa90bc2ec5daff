"""Run every benchmark that this machine can run and write bench/results.md; `make bench` calls it.

Each part is a script of its own, run in a process of its own, one after the other. Sections that are not measured
here (retrieval, which needs data) stay as they are.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from environments import torch_python
from report import RESULTS, ROOT, Report, enter, machine, targets_in, versions

_PARTS = (
    "redis_speed",
    "peers",
    "blocking",
    "sqlite_speed",
    "recall_speed",
    "ingest_pause",
    "embedder",
    "import_time",
    "usage_cost",
    "prefix",
    "facts",
    "long_chat",
    "long_chat --no-model",
)
_WITHOUT_ROUNDS = ("prefix", "facts", "long_chat")
_TIME_LIMIT_S = 600
_ABOUT = (
    "Written by the scripts in `bench`; bench/README.md says how to read it. Each section was measured on the day that "
    "it names; what stands here is of the last `make bench` (`bench/run.py`)."
)
_NO_TORCH = (
    "Not compared with sentence-transformers in this run: `make bench` leaves torch (a gigabyte) out; "
    "`python bench/run.py --with-torch` installs it into `.services/torch` and compares."
)


def main() -> int:
    """Run the parts, write the results, and return 1 when a part could not run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(_PARTS), help="parts, separated by commas")
    parser.add_argument("--with-torch", action="store_true", help="compare the embedder with sentence-transformers")
    parser.add_argument("--rounds", help="rounds of each part; fewer are quicker and less certain")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the file to write")
    options = parser.parse_args()
    facts = machine()
    failed: list[str] = []
    for part in options.only.split(","):
        report = _run(part, options)
        if report is None:
            failed.append(part)
        else:
            enter(options.results, [report])
    enter(options.results, [], head=_head(facts, options.results, failed))
    print(f"\n{options.results.resolve()}" + (f"; could not run: {', '.join(failed)}" if failed else ""))
    return 1 if failed else 0


def _run(part: str, options: argparse.Namespace) -> Report | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        script, *arguments = part.split()
        command = [sys.executable, str(ROOT / "bench" / f"{script}.py"), *arguments, "--json", str(path)]
        command += ["--rounds", options.rounds] if options.rounds and script not in _WITHOUT_ROUNDS else []
        remark = ""
        if part == "embedder":
            python, remark = _torch(with_torch=options.with_torch)
            command += ["--torch-python", python] if python else []
        try:
            subprocess.run(command, check=True, cwd=ROOT, timeout=_TIME_LIMIT_S)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as exc:
            print(f"{part}: {exc}", file=sys.stderr)
            return None
        report = msgspec.json.decode(path.read_bytes(), type=Report)
        report.remarks += [remark] if remark else []
        return report


def _torch(*, with_torch: bool) -> tuple[str, str]:
    """Return the Python with torch, or nothing and the reason."""
    if not with_torch:
        return "", _NO_TORCH
    try:
        return str(torch_python()), ""
    except subprocess.CalledProcessError:
        return "", "Not compared with sentence-transformers: torch could not be installed on this machine."


def _head(facts: dict[str, str], results: Path, failed: list[str]) -> str:
    targets = targets_in(results)
    missed = [what for what, met in targets.items() if not met]
    lines = [
        "# Results",
        _ABOUT,
        "\n".join(f"- {name}: {value}" for name, value in {**_run_facts(), **facts}.items()),
        f"{len(targets) - len(missed)} of the {len(targets)} targets of all sections met.",
    ]
    if missed:
        lines.append("Missed:\n\n" + "\n".join(f"- {what}" for what in missed))
    if failed:
        lines.append("Could not run here: " + ", ".join(failed) + ".")
    if float(facts["load average at the start"]) > (os.cpu_count() or 1) / 2:
        lines.append(
            "The machine was busy with other work during this run: milliseconds are inflated, and so is what wakes "
            "threads or the disk; quotients within a table suffer less."
        )
    return "\n\n".join(lines)


def _run_facts() -> dict[str, str]:
    words = ["python", "bench/run.py", *sys.argv[1:]]
    return {"date": f"{datetime.now(UTC):%Y-%m-%d}", "command": f"`{' '.join(words)}`", **versions("memlane")}


if __name__ == "__main__":
    sys.exit(main())
