"""What the demo's server lets through: its own page's requests, from its own page, of bounded size.

Gradio serves far more than the page needs: an API with documentation, a proxy, files. Here is the
list of what the page asks for; all else is refused before Gradio sees it. A page of another site,
also one whose name was made to lead here, is told by its Origin or Host.

A request may name files: only such as were uploaded here. Gradio would fetch an address, and,
mounted in an application, read any file of the machine.
"""

import json
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_UPLOAD = 20 * 2**20  # bytes of a picture
MAX_REQUEST = 2**17  # bytes of any other request
OVERHEAD = 2**14  # bytes that a form puts around a file
API = "/gradio_api"
PAGES = ("/", "/config", "/theme.css", "/favicon.ico", "/manifest.json", f"{API}/startup-events")
FOLDERS = ("/assets/", "/static/", "/svelte/", f"{API}/heartbeat/")
JOIN = f"{API}/queue/join"  # whose body, JSON, is a function of the page and what it is given
CALLS = ("upload", "queue/join", "queue/data", "cancel", "reset", "upload_progress", "theme.css")
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    # Gradio's page compiles its templates in the browser.
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'; font-src 'self' data:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Gate:
    """Stands before the application.

    Args:
        app: the application.
        hosts: names by which it may be addressed; empty: any.
        uploads: the folder of uploaded files.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str], uploads: Path) -> None:
        self.app = app
        self.hosts = hosts
        self.uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on and forbid its answer to reach beyond this server."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = refuse(scope["method"], scope["path"], Headers(scope=scope), self.hosts)
        if not refusal and scope["path"] == JOIN:
            body = await _read(receive)
            receive = _replay(body, receive)
            if not names_uploads_only(body, self.uploads):
                refusal = 403, "a file that was not uploaded here"
        if refusal:
            status, reason = refusal
            await PlainTextResponse(reason, status, HEADERS)(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self.app(scope, receive, send_guarded)


def refuse(
    method: str, path: str, headers: Headers, hosts: frozenset[str]
) -> tuple[int, str] | None:
    """Return the status and reason with which a request is refused; None: it may pass."""
    host, origin = headers.get("host", ""), headers.get("origin")
    if hosts and urlsplit(f"//{host}").hostname not in hosts:
        return 421, f"this server is not {host!r}"
    if origin is not None and urlsplit(origin).netloc != host:
        return 403, "asked by a page of another site"
    if headers.get("sec-fetch-site") == "cross-site" and path != "/":
        return 403, "asked by a page of another site"
    if not _known(path):
        return 403, "not served here"
    if method not in ("GET", "HEAD", "POST"):
        return 405, f"{method} is not served here"
    length = headers.get("content-length", "0" if method != "POST" else "")
    if not length.isdecimal():
        return 411, "the length of a request is needed"
    upload = path == f"{API}/upload"
    if int(length) > (MAX_UPLOAD + OVERHEAD if upload else MAX_REQUEST):
        return 413, f"too large; a picture may have {MAX_UPLOAD // 2**20} MB"
    return None


def names_uploads_only(body: bytes, uploads: Path) -> bool:
    """Whether every file that a request names lies in the folder ``uploads``."""
    try:
        left = [json.loads(body)]
        while left:
            one = left.pop()
            if isinstance(one, dict):
                if "path" in one and uploads.resolve() not in Path(one["path"]).resolve().parents:
                    return False
                left += one.values()
            elif isinstance(one, list):
                left += one
    except (ValueError, TypeError, OSError, RecursionError):  # it is no request of the page
        return False
    return True


async def _read(receive: Receive) -> bytes:
    """Read the whole body of a request, whose length has been looked at."""
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Hand a body out once more; what comes after it, as it comes."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return left.pop() if left else await receive()

    return again


def _known(path: str) -> bool:
    calls = tuple(f"{API}/{call}" for call in CALLS)
    return path in PAGES or path in calls or path.startswith(FOLDERS)
