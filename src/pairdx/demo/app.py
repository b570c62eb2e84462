"""The demo's application: Gradio's page behind the gate. Imported once the environment is set."""

import socket
from pathlib import Path

import gradio
import uvicorn
from fastapi import FastAPI

from pairdx.demo.gate import MAX_UPLOAD, Gate
from pairdx.demo.page import build
from pairdx.demo.shown import HERE, Shown

SESSIONS = 16  # pictures held in memory, one a tab; the oldest goes first
PATIENCE = 2  # seconds for open requests, once the demo is stopped
FONTS = ("system-ui", "sans-serif")
THEME = gradio.themes.Default(
    primary_hue="blue",
    neutral_hue="slate",
    font=[gradio.themes.Font(name) for name in FONTS],
    font_mono=[gradio.themes.Font(name) for name in ("ui-monospace", "monospace")],
)


def run(shown: Shown, taken: socket.socket, hosts: frozenset[str], uploads: Path) -> None:
    """Serve the page on a socket until a signal ends it.

    Args:
        shown: what the page can be asked for.
        taken: the socket.
        hosts: names by which the server may be addressed; empty: any.
        uploads: the folder in which Gradio keeps what is uploaded.

    Raises:
        KeyboardInterrupt: it did.
    """
    page = build(shown)
    page.state_session_capacity = SESSIONS
    app = gradio.mount_gradio_app(
        FastAPI(docs_url=None, redoc_url=None, openapi_url=None),
        page,
        path="/",
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        show_error=False,
        max_file_size=MAX_UPLOAD,
        ssr_mode=False,
        mcp_server=False,
        enable_monitoring=False,
        pwa=False,
        theme=THEME,
        css_paths=[HERE / "look.css"],
    )
    config = uvicorn.Config(
        Gate(app, hosts, uploads),
        log_level="critical",
        server_header=False,
        timeout_graceful_shutdown=PATIENCE,
    )
    uvicorn.Server(config).run(sockets=[taken])
