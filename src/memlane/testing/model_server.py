"""A pretended model on a loopback port, behind OpenAI's chat completions and Responses and Anthropic's Messages.

It speaks whole answers and streams, refuses what the real servers refuse, answers by a script or a function, and
misbehaves on demand. Every protocol asks the same model:

    with ModelServer(model="gpt-4o") as server:
        server.script.will("Hello!", Trouble(trouble=Misdeed.CUT, after=2))
        OpenAIModel(OpenAIServer(api_key=server.key, base_url=server.base_url), model="gpt-4o")

As a command it serves until it is stopped, for other processes to use; the first line it writes is its address:

    python -m memlane.testing.model_server --port 0 [--script FILE] [--model NAME] [--key KEY]
"""

import argparse
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from memlane.testing.loopback import LoopbackServer, SeenRequest, Wire
from memlane.testing.model_protocols.anthropic import AnthropicProtocol
from memlane.testing.model_protocols.chat import ChatProtocol, Quirk
from memlane.testing.model_protocols.responses import ResponsesProtocol
from memlane.testing.model_protocols.shape import Event, ModelProtocol, RefusedRequestError, data_event
from memlane.testing.model_script import Answer, Asked, Misdeed, Reply, Script, Trouble, read_script

__all__ = ["Answer", "Asked", "Misdeed", "ModelServer", "Quirk", "Reply", "Script", "SeenRequest", "Trouble"]

_DEPLOYMENT: Final = re.compile(r"/openai/deployments/([^/]+)/chat/completions")
_CHAT: Final = frozenset({"/v1/chat/completions", "/openai/v1/chat/completions"})
_RESPONSES: Final = frozenset({"/v1/responses", "/openai/v1/responses", "/openai/responses"})
_MESSAGES: Final = frozenset({"/v1/messages", "/v1/messages/count_tokens"})
_OVERLOADED: Final = 529
_STATUSES: Final = {Misdeed.RATE_LIMITED: 429, Misdeed.FAILING: 500, Misdeed.OVERLOADED: 503, Misdeed.FORBIDDEN: 403}


@dataclass
class ModelServer(LoopbackServer):
    """Serves on a loopback port while used as a context manager.

    Attributes:
        model: The only model, and for Azure the only deployment, that exists; None: any name will do.
        script: What it answers.
        quirks: What its chat completions do differently from OpenAI's.
        is_anthropic: Whether Messages are as strict as Anthropic's own; else sampling parameters are taken, and
            schemas refused.
        checks: Raises `RefusedRequestError` for what it does not like, after all else was found in order.
        asked: What arrived and was understood so far, whatever the protocol.
        hung_up: How many clients hung up while they were kept waiting.
    """

    model: str | None = None
    script: Script = field(default_factory=Script)
    quirks: frozenset[Quirk] = frozenset()
    is_anthropic: bool = True
    checks: Callable[[Asked], object] | None = None
    asked: list[Asked] = field(default_factory=list[Asked])
    hung_up: int = 0

    def answer(self, request: SeenRequest, wire: Wire) -> None:
        """Answer a request."""
        path = request.path.partition("?")[0]
        protocol = self._protocol(path)
        if protocol is None:
            wire.send_json(404, {"error": {"message": f"Invalid URL (POST {path})", "type": "invalid_request_error"}})
            return
        try:
            asked = self._understood(protocol, request)
        except RefusedRequestError as refused:
            wire.send_json(refused.status, protocol.error(refused))
            return
        if isinstance(protocol, AnthropicProtocol) and path.endswith("/count_tokens"):
            wire.send_json(200, protocol.count(asked))
            return
        self.asked.append(asked)
        reply = self.script.reply(asked)
        if isinstance(reply, Answer):
            self._say(protocol, asked, reply, wire)
        else:
            self._misbehave(protocol, asked, reply, wire)

    def _protocol(self, path: str) -> ModelProtocol | None:
        if path in _CHAT or _DEPLOYMENT.fullmatch(path):
            return ChatProtocol(self.quirks)
        if path in _RESPONSES:
            return ResponsesProtocol()
        if path in _MESSAGES:
            return AnthropicProtocol(takes_sampling=not self.is_anthropic, takes_schemas=self.is_anthropic)
        return None

    def _understood(self, protocol: ModelProtocol, request: SeenRequest) -> Asked:
        if not self.is_allowed(request):
            # The real ones repeat most of the key, too.
            message = f"Incorrect API key provided: {self.key}"
            raise RefusedRequestError(message, status=401, code="invalid_api_key")
        deployment = _DEPLOYMENT.fullmatch(request.path.partition("?")[0])
        name = deployment[1] if deployment else request.body.get("model")
        if self.model is not None and name != self.model:
            message = f"The model '{name}' does not exist"
            raise RefusedRequestError(message, status=404, code="model_not_found")
        asked = protocol.asked(request)
        if self.checks is not None:
            self.checks(asked)
        return asked

    def _say(self, protocol: ModelProtocol, asked: Asked, answer: Answer, wire: Wire) -> None:
        if not asked.streams:
            if not self._is_left_waiting(answer.pause_s, wire):
                wire.send_json(200, protocol.whole(asked, answer))
            return
        with wire.events():
            for event in protocol.events(asked, answer):
                if event.is_piece and self._is_left_waiting(answer.pause_s, wire):
                    return
                wire.send_event(event.data)

    def _is_left_waiting(self, pause_s: float, wire: Wire) -> bool:
        """Wait, and say whether the client hung up meanwhile."""
        time.sleep(pause_s)
        left = pause_s > 0 and wire.is_hung_up()
        self.hung_up += left
        return left

    def _misbehave(self, protocol: ModelProtocol, asked: Asked, trouble: Trouble, wire: Wire) -> None:
        if trouble.trouble in _STATUSES:
            status = _STATUSES[trouble.trouble]
            if isinstance(protocol, AnthropicProtocol) and trouble.trouble is Misdeed.OVERLOADED:
                status = _OVERLOADED
            wait = {"Retry_After": trouble.retry_after} if trouble.retry_after else {}
            wire.send_json(status, protocol.error(_passing(trouble.trouble, asked, status)), **wait)
        elif asked.streams and (trouble.after or trouble.trouble is Misdeed.ERROR_IN_STREAM):
            self._spoil_stream(protocol, asked, trouble, wire)
        else:
            self._spoil_whole(protocol, asked, trouble, wire)

    def _spoil_whole(self, protocol: ModelProtocol, asked: Asked, trouble: Trouble, wire: Wire) -> None:
        match trouble.trouble:
            case Misdeed.SLOW:
                self.hung_up += wire.stall()
            case Misdeed.CUT | Misdeed.UNFINISHED:
                wire.send(200, b'{"id": "', Content_Length="100000")
                wire.cut()
            case Misdeed.OTHER_JSON:
                wire.send_json(200, {"choices": "none", "output": "none", "content": 7})
            case Misdeed.ERROR_IN_STREAM:
                refused = _passing(trouble.trouble, asked, 500)
                wire.send_json(refused.status, protocol.error(refused))
            case _:
                wire.send(200, b"<html>welcome to the proxy</html>")

    def _spoil_stream(self, protocol: ModelProtocol, asked: Asked, trouble: Trouble, wire: Wire) -> None:
        with wire.events():
            for event in _head(protocol.events(asked, Answer(text=trouble.text)), trouble.after):
                wire.send_event(event.data)
            match trouble.trouble:
                case Misdeed.SLOW:
                    self.hung_up += wire.stall()
                case Misdeed.CUT:
                    wire.cut()
                case Misdeed.OTHER_JSON:
                    wire.send_event(protocol.other_event())
                case Misdeed.ERROR_IN_STREAM:
                    wire.send_event(protocol.error_event(_passing(trouble.trouble, asked, 500)))
                case Misdeed.UNFINISHED:
                    pass  # the stream ends in good order, and too soon
                case _:
                    wire.send_event(data_event({}, "content_block_delta").replace(b"{}", b'{"type": "cont'))


def _passing(trouble: Misdeed, asked: Asked, status: int) -> RefusedRequestError:
    """Return an error that repeats what was asked, as real ones do."""
    codes = {Misdeed.RATE_LIMITED: "rate_limit_exceeded", Misdeed.FORBIDDEN: "unsupported_country"}
    message = f"{trouble.value}: {asked.question[:40]}"
    return RefusedRequestError(message, status=status, code=codes.get(trouble, "server_error"))


def _head(events: Iterator[Event], pieces: int) -> Iterator[Event]:
    """Return the events up to and including a number of pieces of text."""
    for event in events:
        if event.is_piece and pieces == 0:
            return
        pieces -= event.is_piece
        yield event


def main(arguments: list[str] | None = None) -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="memlane.testing.model_server", description="A pretended model.")
    parser.add_argument("--port", type=int, default=0, help="0 for a free one")
    parser.add_argument("--script", type=Path, help="a .json list of answers, or a .py file with reply(asked)")
    parser.add_argument("--model", help="the only model there is; any name will do without")
    parser.add_argument("--key", help="the only key that is taken; none is needed without")
    options: Any = parser.parse_args(arguments)
    script = read_script(options.script) if options.script else Script()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ModelServer(key=options.key, port=options.port, model=options.model, script=script) as server:
        sys.stdout.write(f"{server.address}\n")
        sys.stdout.flush()
        try:
            signal.pause()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
