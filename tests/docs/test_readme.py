"""The README is true: its programs run, its commands print what it says, its names exist."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from readme_blocks import README, ROOT, RUNNER, SECONDS, SERVER, Block, blocks, commands, matches

import memlane
from memlane.adapters._drivers import redis as redis_driver
from memlane.cli.exit_codes import MEANINGS
from memlane.testing.services import redis_server
from memlane.wiring.backends import open_backend


def without_server(language: str) -> list[Block]:
    """Return the blocks that need no server; the others are those of test_server_tour.py."""
    return [block for block in blocks(language) if SERVER not in block.text]


def test_the_programs_run_in_order(
    home: dict[str, str], models: dict[str, str], redis_url: str, tmp_path: Path
) -> None:
    programs = [
        (block.text.replace("redis://localhost:6379", redis_url), block.line) for block in without_server("python")
    ]
    assert len(programs) > 5
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUNNER],
        input=json.dumps(programs),
        env=home | models,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = [line for text, _ in programs for line in re.findall(r"^ *print\(.*\) +# (.+)$", text, re.MULTILINE)]
    assert said
    assert set(said) <= set(done.stdout.splitlines())


def test_the_ten_lines_are_about_ten() -> None:
    lines = [line for line in blocks("python")[0].text.splitlines() if line.strip()]
    assert len(lines) <= 12


@pytest.mark.slow
@pytest.mark.parametrize("language", ["console"])
def test_the_commands_print_what_it_says(home: dict[str, str], tmp_path: Path, language: str) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    tour = [command for block in without_server(language) for command in commands(block)]
    assert len(tour) > 10
    for command in tour:
        done = subprocess.run(
            ["/bin/sh", "-c", command.text],
            env=home | {"MEMLANE_EMBEDDER__NAME": "hashing"},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{command.text}\n{done.stdout}"
        assert matches(command.output, done.stdout), (
            f"{command.text}\n{done.stdout}\n-- but should be\n{command.output}"
        )


def test_the_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"\bmake ([a-z-]+)", README.read_text("utf-8")))
    assert {"run", "test", "help"} <= targets
    assert targets <= set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))


def test_the_links_lead_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README.read_text("utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_extras_exist() -> None:
    declared = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"])
    named = {
        extra
        for extras in re.findall(r"(?:memlane|\.)\[([\w,]+)\]", README.read_text("utf-8"))
        for extra in extras.split(",")
    }
    assert {"local", "cli", "redis"} <= named <= declared


def store_urls() -> list[str]:
    text = "\n".join(block.text for block in blocks("text"))
    return re.findall(r"^(?:redis|sqlite)\S*://\S+$", text, re.MULTILINE)


@pytest.mark.parametrize("url", store_urls())
async def test_the_store_urls_are_understood(url: str) -> None:
    backend = open_backend(url)
    await backend.aclose()


def test_there_are_store_urls() -> None:
    assert len(store_urls()) >= 4


def acl_rules() -> tuple[str, str]:
    """Return the rules of the README's Redis user, and those that a Cluster needs besides."""
    text = README.read_text("utf-8")
    (line,) = re.findall(r"^ACL SETUSER app on >password (.*)$", text, re.MULTILINE)
    (more,) = re.findall(r"on a Cluster also `([^`]+)`", text)
    return line, more


def test_the_rights_of_the_redis_user_are_those_that_the_driver_states() -> None:
    assert acl_rules()[0] == f"~ml1:* resetchannels {redis_driver.ACL_RIGHTS}"


def test_the_rights_of_the_redis_user_suffice() -> None:
    with redis_server() as server:
        server.ask("ACL", "SETUSER", "app", "on", ">password", *acl_rules()[0].split())
        url = server.url.replace("redis://", "redis://app:password@")
        with memlane.connect(url, embedder="hashing") as memory:
            luke = memory.user("luke")
            chat = luke.session("trip")
            chat.instruct("Be brief.")
            chat.add("user", "I land in Oslo on Friday.")
            chat.expire(60, last=1)
            chat.expire(3_600)
            memory_id = luke.remember("Prefers window seats", kind="preference").id
            assert len(luke.recall("Oslo")) == 2
            luke.set_preferences({"diet": "vegetarian"})
            assert luke.preferences() == {"diet": "vegetarian"}
            assert [session.id for session in luke.sessions()] == ["trip"]
            assert chat.context("Oslo").messages
            assert set(memory.ping()) == {"sessions", "memories"}
            luke.forget(memory_id)
            chat.delete()
            memory.sweep()
            luke.erase()
        left = [key.decode() for key in server.ask("KEYS", "*")]
        assert {key.partition("}")[0] for key in left} == {"ml1:{records:erasures"}  # a digest of who was erased
        assert all(0 < server.ask("PTTL", key) <= 3_600_000 for key in left)


def test_the_exit_codes_are_those_of_the_command() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", README.read_text("utf-8"), re.MULTILINE)
    assert rows == [(str(code.value), meaning) for code, meaning in MEANINGS.items()]


@pytest.mark.parametrize(
    ("expected", "printed", "alike"),
    [
        ("a … c\n", "a b c\n", True),
        ("…\nlast\n", "one\ntwo\nlast\n", True),
        ("…\n", "", True),
        ("a\n", "b\n", False),
        ("a\n", "a\nb\n", False),
    ],
)
def test_the_comparison_of_console_blocks_can_fail(expected: str, printed: str, alike: bool) -> None:  # noqa: FBT001 -- a case of the table
    assert matches(expected, printed) is alike


def test_blocks_know_where_they_begin() -> None:
    lines = README.read_text("utf-8").splitlines()
    block: Block = blocks("python")[0]
    assert lines[block.line - 1] == block.text.splitlines()[0]
