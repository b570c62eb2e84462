"""A server on this machine that speaks what fetching weights needs: the hub's, and plain HTTP.

`/owner/repo/resolve/main/file` answers as the Hugging Face hub does (ETag, commit, size, ranges),
everything else is a plain file. Trouble can be asked for: cut connections and error codes.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "a" * 40
LARGE = 1_000  # bytes from which the hub knows a file by sha256, as Git LFS does


@dataclass
class Site:
    """What is served, what goes wrong, and what was asked for."""

    files: dict[str, bytes]
    url: str = ""
    cut_after: list[int] = field(default_factory=list)  # one GET each: bytes until it breaks off
    codes: list[int] = field(default_factory=list)  # one GET each: an error
    lies: set[str] = field(default_factory=set)  # paths served with one byte changed
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)

    def gets(self, end: str) -> list[str | None]:
        """The Range headers of the GET requests of a file."""
        return [span for method, path, span in self.asked if method == "GET" and path.endswith(end)]


def etag(content: bytes) -> str:
    if len(content) >= LARGE:
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Site

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer("HEAD")

    def do_GET(self):
        self.answer("GET")

    def answer(self, method):
        span = self.headers.get("Range")
        self.site.asked.append((method, self.path, span))
        content = self.site.files.get(self.path)
        start = int(span.removeprefix("bytes=").split("-")[0]) if span else 0
        if method == "GET" and self.site.codes:
            self.refuse(self.site.codes.pop(0))
        elif content is None:
            self.refuse(404)
        elif start >= len(content):
            self.refuse(416)
        else:
            self.describe(content, span, start)
            if method == "GET":
                self.send(content, start)

    def describe(self, content, span, start):
        size = len(content)
        headers = {
            "ETag": f'"{etag(content)}"',
            "X-Linked-Etag": f'"{etag(content)}"',
            "X-Linked-Size": size,
            "X-Repo-Commit": COMMIT,
            "Accept-Ranges": "bytes",
            "Content-Length": size - start,
        }
        if span:
            headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
        self.send_response(206 if span else 200)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()

    def send(self, content, start):
        if self.path in self.site.lies:
            content = content[:-1] + bytes([content[-1] ^ 1])
        if self.site.cut_after:
            self.wfile.write(content[start : start + self.site.cut_after.pop(0)])
            self.wfile.flush()
            self.close_connection = True
        else:
            self.wfile.write(content[start:])

    def refuse(self, code):
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.end_headers()


class Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        pass  # clients that give up are part of the tests


@contextmanager
def serve(files: dict[str, bytes]) -> Iterator[Site]:
    site = Site(files)
    server = Server(("127.0.0.1", 0), type("SiteHandler", (Handler,), {"site": site}))
    site.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
