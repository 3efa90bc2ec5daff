"""Unmodified clients remember through the proxy, and nothing that they send again is stored again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from proxy_server import ProxyServer, key
from proxy_talkers import TALKERS, Talker

from memlane.testing.model_server import Answer, Asked, ModelServer
from memlane.wiring.settings import ProxySettings

TURNS = 10
FACT = "I am vegetarian and I land in Oslo on Friday."
QUESTION = "What should a vegetarian eat in Oslo?"


@pytest.fixture
def provider() -> Iterator[ModelServer]:
    with ModelServer() as server:
        server.script.responder = _answer
        yield server


def _answer(asked: Asked) -> Answer:
    last = asked.question.rpartition("</remembered>\n\n")[2]
    return Answer(text=f"Noted, as number {len(asked.messages)}: {last}")


@pytest.fixture
def proxy(provider: ModelServer, tmp_path: Path) -> Iterator[ProxyServer]:
    settings = ProxySettings(openai_url=provider.base_url, anthropic_url=provider.address)
    keys = {"ours": key("ours", tenant="ours"), "theirs": key("theirs", tenant="theirs")}
    with ProxyServer(settings, f"sqlite:///{tmp_path / 'm.db'}", keys) as server:
        yield server


def headers(session: str, tenant: str = "ours") -> dict[str, str]:
    return {"X-Memlane-Key": tenant, "X-Memlane-User": "luke", "X-Memlane-Session": session}


@pytest.mark.parametrize("talker", TALKERS, ids=lambda talker: talker.__name__)
def test_it_remembers_across_sessions_and_stores_nothing_twice(
    talker: Talker, proxy: ProxyServer, provider: ModelServer
) -> None:
    expected: list[tuple[str, object]] = []
    with talker(proxy, headers("one")) as say:
        for number in range(TURNS):
            text = FACT if number == 0 else f"Turn {number}: yes."
            expected += [("user", text), ("assistant", say(text))]
    assert proxy.said("luke", "one", tenant="ours") == expected
    assert expected[1][1] == f"Noted, as number 1: {FACT}"

    with talker(proxy, headers("two")) as say:
        say(QUESTION)
    assert FACT in provider.asked[-1].question
    assert provider.asked[-1].question.endswith(QUESTION)
    with talker(proxy, headers("two", "theirs")) as say:
        say(QUESTION)
    assert provider.asked[-1].question == QUESTION
    assert proxy.said("luke", "one", tenant="theirs") == []


@pytest.mark.parametrize("talker", TALKERS[:9:2], ids=lambda talker: talker.__name__)
def test_a_conversation_that_nothing_names_has_a_session_of_its_own(talker: Talker, proxy: ProxyServer) -> None:
    unnamed = {name: value for name, value in headers("").items() if name != "X-Memlane-Session"}
    for first in ("We talk about beans.", "We talk about snails."):
        with talker(proxy, unnamed) as say:
            for text in (first, "And then?", "And then?"):
                say(text)
    sessions = proxy.run(lambda memory: memory.user("luke", tenant="ours").sessions())
    assert [one.messages for one in sessions] == [6, 6]


def test_tokens_are_counted_for_session_and_key(proxy: ProxyServer) -> None:
    with TALKERS[0](proxy, headers("one")) as say:
        say("One two three.")
    message = proxy.messages("luke", "one", tenant="ours")[-1]
    assert message.turn is not None
    assert message.turn.usage is not None
    assert proxy.meter.tokens == message.turn.usage.input_tokens + message.turn.usage.output_tokens > 0
