"""A real HTTP server that speaks the OpenAI chat-completions protocol and answers by script, also wrongly."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Text:
    text: str


@dataclass(frozen=True)
class Tools:
    """Tool calls; their arguments arrive in pieces of a few characters."""

    calls: list[tuple[str, dict[str, Any]]]
    text: str = ""
    broken_arguments: bool = False


@dataclass(frozen=True)
class Status:
    code: int
    message: str = "no"


@dataclass(frozen=True)
class Garbage:
    """Status 200 and nothing that is JSON."""


@dataclass(frozen=True)
class Cut:
    """The connection breaks off in the middle of the stream."""

    text: str


@dataclass(frozen=True)
class Never:
    """Nothing at all comes back until the server is closed."""


@dataclass(frozen=True)
class Empty:
    """A proper answer without any content."""


Answer = Text | Tools | Status | Garbage | Cut | Never | Empty


@dataclass
class OpenAIServer:
    """Answers in the order of ``script``; afterwards with "Done."."""

    script: list[Answer] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def __enter__(self) -> "OpenAIServer":
        self.closing = threading.Event()
        outer = self

        class Handler(_Handler):
            server_script = outer

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    def next_answer(self) -> Answer:
        return self.script.pop(0) if self.script else Text("Done.")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_script: OpenAIServer

    def log_message(self, *_: Any) -> None:
        return

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server_script.requests.append(json.loads(body) | {"path": self.path})
        self.server_script.keys.append(self.headers.get("Authorization", ""))
        match self.server_script.next_answer():
            case Status(code=code, message=message):
                self._whole(code, json.dumps({"error": {"message": message, "type": "error", "code": None}}))
            case Garbage():
                self._whole(200, "<html>proxy login</html>", "text/html")
            case Never():
                self.server_script.closing.wait(60)
                self.close_connection = True
            case Cut(text=text):
                self._start()
                self._event({"content": text})
                self.close_connection = True
                self.wfile.flush()
                self.connection.close()
            case Empty():
                self._stream([{"role": "assistant", "content": ""}], "stop")
            case Text(text=text):
                pieces = [text[i : i + 7] for i in range(0, len(text), 7)]
                self._stream([{"role": "assistant", "content": ""}, *({"content": p} for p in pieces)], "stop")
            case Tools() as tools:
                self._stream(list(_tool_deltas(tools)), "tool_calls")

    def _whole(self, code: int, text: str, kind: str = "application/json") -> None:
        data = text.encode()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _start(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _stream(self, deltas: list[dict[str, Any]], finish: str) -> None:
        self._start()
        for delta in deltas:
            self._event(delta)
        self._event({}, finish)
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _event(self, delta: dict[str, Any], finish: str | None = None) -> None:
        chunk = {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "test-model",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }
        self._chunk(f"data: {json.dumps(chunk)}\n\n".encode())

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


def _tool_deltas(tools: Tools) -> Iterator[dict[str, Any]]:
    yield {"role": "assistant", "content": tools.text or None}
    for index, (name, args) in enumerate(tools.calls):
        call = {"index": index, "id": f"call_{index}_{name}", "type": "function"}
        yield {"tool_calls": [call | {"function": {"name": name, "arguments": ""}}]}
        text = "call it with a=1" if tools.broken_arguments else json.dumps(args)
        for at in range(0, len(text), 5):
            yield {"tool_calls": [{"index": index, "function": {"arguments": text[at : at + 5]}}]}
