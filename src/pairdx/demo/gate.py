"""What the demo's server lets through: its own page's requests, from its own page, of bounded size.

Gradio serves far more than the page needs: an API with documentation, a proxy, files. Here is the
list of what the page asks for; all else is refused before Gradio sees it. A page of another site,
also one whose name was made to lead here, is told by its Origin or Host.
"""

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
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on and forbid its answer to reach beyond this server."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = refuse(scope["method"], scope["path"], Headers(scope=scope), self.hosts)
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


def _known(path: str) -> bool:
    calls = tuple(f"{API}/{call}" for call in CALLS)
    return path in PAGES or path in calls or path.startswith(FOLDERS)
