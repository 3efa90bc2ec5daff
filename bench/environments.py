"""Virtual environments of benchmarks that need other packages than Memlane's own, under `.services`.

Owns making them. An environment is made once for each state of its requirements.
"""

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from report import ROOT, SERVICES


def environment(name: str, steps: list[list[str]], *, states: list[Path]) -> Path:
    """Return the Python of an environment, made when it is not there or was made from something else.

    Args:
        name: Its folder under `.services`.
        steps: Arguments of `pip install`, one list a step, run in the repository.
        states: Files whose change calls for a new environment.

    Raises:
        subprocess.CalledProcessError: a step failed; the environment is made anew next time.
    """
    folder = SERVICES / name
    python = folder / "bin" / "python"
    stamp = folder / "complete"
    state = hashlib.sha256(repr(steps).encode() + b"".join(path.read_bytes() for path in states)).hexdigest()
    if stamp.is_file() and stamp.read_text() == state:
        return python
    print(f"Installing into .services/{name} ...", file=sys.stderr)
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    for step in steps:
        subprocess.run([*pip, *step], check=True, cwd=ROOT, stdout=sys.stderr)
    stamp.write_text(state)
    return python


def peers_python() -> Path:
    """Return the Python with the libraries that Memlane is measured against, and Memlane."""
    requirements = ROOT / "requirements" / "peers.txt"
    steps = [
        ["--require-hashes", "-r", str(requirements.relative_to(ROOT))],
        ["--no-deps", "--no-build-isolation", "--editable", "."],
    ]
    return environment("peers", steps, states=[requirements])


def torch_python() -> Path:
    """Return the Python with torch and sentence-transformers; about a gigabyte."""
    return environment("torch", [["torch==2.13.0", "sentence-transformers==6.2.0"]], states=[])


def alternative_python(name: str) -> Path:
    """Return the Python with what `requirements/alternatives/NAME.txt` lists, and Memlane where its needs are listed.

    Raises:
        subprocess.CalledProcessError: something could not be installed.
    """
    folder = ROOT / "requirements" / "alternatives"
    requirements = folder / f"{name}.txt"
    steps = [["--require-hashes", "-r", str(requirements.relative_to(ROOT))]]
    if "memlane.in" in (folder / f"{name}.in").read_text(encoding="utf-8"):
        steps.append(["--no-deps", "--no-build-isolation", "--editable", "."])
    return environment(f"alternative-{name}", steps, states=[requirements])
