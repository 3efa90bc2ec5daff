"""What a benchmark found, as data and as Markdown: tables, targets and remarks.

Owns the form of results. It must not measure anything.
"""

import argparse
import os
import platform
import re
import sqlite3
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import msgspec

_PLACES = ("--data", "--cache", "--out", "--json", "--results", "--picture", "--store", "--sets")
_BUSY = " The machine was busy with other work: milliseconds are inflated, most of all where several threads wait."
_TARGETS = "| target | wanted | measured | met |"
_SECTION = re.compile(r"^(?=## )", re.MULTILINE)
ROOT = Path(__file__).resolve().parent.parent
SERVICES = ROOT / ".services"
RESULTS = ROOT / "bench" / "results.md"


class Table(msgspec.Struct):
    """Rows of text under a title."""

    title: str
    header: list[str]
    rows: list[list[str]]


class Target(msgspec.Struct):
    """What was wanted and what came out; `remark` says why when it is missed."""

    what: str
    measured: float
    limit: float
    unit: str = ""
    at_least: bool = False
    remark: str = ""

    @property
    def is_met(self) -> bool:
        """Whether the measured value keeps the limit."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


class Report(msgspec.Struct):
    """One benchmark's outcome."""

    title: str
    about: str
    tables: list[Table] = []
    targets: list[Target] = []
    remarks: list[str] = []
    versions: dict[str, str] = {}
    seconds: float = 0.0

    def show(self) -> None:
        """Print it as Markdown."""
        print(markdown(self))


def run_script(description: str, arguments: list[str], measure: Callable[[argparse.Namespace], Report]) -> None:
    """Run a benchmark as a command: parse `--json PATH`, print its report, and write it there too.

    Args:
        description: What `--help` says.
        arguments: Further options, each `name=default`; a default of `flag` makes a switch.
        measure: Measures.
    """
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="also write the report to this file, as JSON")
    for argument in arguments:
        name, _, default = argument.partition("=")
        if default == "flag":
            parser.add_argument(f"--{name}", action="store_true")
        else:
            parser.add_argument(f"--{name}", default=default, help=f"default: {default or 'none'}")
    options = parser.parse_args()
    start = time.monotonic()
    report = measure(options)
    report.seconds = time.monotonic() - start
    report.show()
    if options.json:
        options.json.write_bytes(msgspec.json.encode(report))


def markdown(report: Report) -> str:
    """Return a report as a section of Markdown."""
    parts = [f"## {report.title}", report.about]
    parts += [_table(table) for table in report.tables]
    if report.targets:
        parts.append(_targets(report.targets))
    missed = [f"- *{target.what}*: {target.remark}" for target in report.targets if not target.is_met and target.remark]
    parts += ["\n".join([*(f"- {remark}" for remark in report.remarks), *missed])] if report.remarks or missed else []
    if report.versions:
        parts.append("Versions: " + ", ".join(f"{name} {version}" for name, version in report.versions.items()) + ".")
    parts.append(f"Measured on {datetime.now(UTC):%Y-%m-%d}, in {report.seconds:.0f} s.")
    return "\n\n".join(parts) + "\n"


def enter(path: Path, reports: list[Report], *, head: str | None = None) -> None:
    """Put reports into a file of results, each in the place of an earlier one of the same title, else at the end.

    Args:
        path: The file; made when it is not there.
        reports: The reports.
        head: What stands before the first of them, in the place of what stood there.
    """
    found = path.read_text(encoding="utf-8") if path.is_file() else "# Results\n"
    old_head, *old = _SECTION.split(found)
    sections = {section.splitlines()[0]: section.rstrip() for section in old}
    sections.update({f"## {report.title}": markdown(report).rstrip() for report in reports})
    text = [(head or old_head).rstrip(), *sections.values()]
    path.write_text("\n\n".join(text) + "\n", encoding="utf-8")


def targets_in(path: Path) -> dict[str, bool]:
    """Return, of all sections of a file of results, each target and whether it was met."""
    found: dict[str, bool] = {}
    for section in _SECTION.split(path.read_text(encoding="utf-8") if path.is_file() else ""):
        _, _, rows = section.partition(f"{_TARGETS}\n")
        for row in rows.splitlines()[1:]:
            if not row.startswith("|"):
                break
            what, *_, met = (cell.strip() for cell in row.strip("|").split("|"))
            found[what] = met == "yes"
    return found


def ms(value: float) -> str:
    """Return milliseconds as text of three significant digits or so."""
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 100 else f"{value:.0f}"


def versions(*packages: str) -> dict[str, str]:
    """Return the installed versions of packages, `absent` where there is none."""
    found: dict[str, str] = {}
    for package in packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "absent"
    return found


def machine() -> dict[str, str]:
    """Return facts about this machine that bear on speed; none that name it."""
    cpu = _first("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()
    kilobytes = _first("/proc/meminfo", "MemTotal").removesuffix("kB").strip()
    return {
        "cores": str(os.cpu_count()),
        "CPU": cpu,
        "memory": f"{int(kilobytes) / 2**20:.0f} GiB" if kilobytes else "unknown",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "SQLite": sqlite3.sqlite_version,
        "load average at the start": f"{os.getloadavg()[0]:.1f}",
    }


def circumstances(command: str) -> str:
    """Return the command, with its arguments but without names of places, and the machine."""
    shown: list[str] = []
    for word in sys.argv[1:]:
        shown.append("…" if shown and shown[-1] in _PLACES else word)
    facts = machine()
    busy = float(facts["load average at the start"]) > (os.cpu_count() or 1) / 2
    about = ", ".join(f"{what} {value}" for what, value in facts.items())
    return f"`{' '.join([command, *shown])}`; {about}." + (_BUSY if busy else "")


def _first(path: str, name: str) -> str:
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def _table(table: Table) -> str:
    lines = [f"| {' | '.join(table.header)} |", "|---" + "|---:" * (len(table.header) - 1) + "|"]
    return f"**{table.title}**\n\n" + "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in table.rows)])


def _targets(targets: list[Target]) -> str:
    lines = [_TARGETS, "|---|---:|---:|---|"]
    for target in targets:
        sign, unit = ("≥" if target.at_least else "≤"), f" {target.unit}" if target.unit else ""
        met = "yes" if target.is_met else "**no**"
        lines.append(f"| {target.what} | {sign} {target.limit:g}{unit} | {target.measured:.3g}{unit} | {met} |")
    return "\n".join(lines)
