"""The demo's server: where it listens, what it keeps while it runs, how it ends."""

import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import typer

from pairdx.core.errors import PairdxError

MISSING = "pairdx demo needs Gradio; pip install 'pairdx[demo]'"
SWEEP = (5, 20)  # every so many seconds, uploads that are older leave the disk
OPEN = (
    "anyone who reaches this machine can use the demo: no password, no encryption; no picture of a "
    "patient belongs there"
)


@dataclass(frozen=True)
class Address:
    """Where to listen; port 0 is any that is free."""

    host: str = "127.0.0.1"
    port: int = 7860
    share_on_network: bool = False

    @property
    def loopback(self) -> bool:
        """Whether this machine alone can reach it."""
        try:
            return self.host == "localhost" or ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def names(self) -> frozenset[str]:
        """By what hosts a browser may ask for it; none: by any."""
        return frozenset({"localhost", "127.0.0.1", "::1", self.host} if self.loopback else ())

    def bind(self) -> socket.socket:
        """Take the port.

        Raises:
            PairdxError: others could reach it and nobody asked for that, or it is not to be had.
        """
        if not self.loopback and not self.share_on_network:
            raise PairdxError(
                f"--host {self.host}: others can reach it; add --share-on-network if they shall, "
                "or leave out --host"
            )
        try:
            family, *_, place = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)[0]
            return _bound(family, place)
        except OSError as error:
            raise PairdxError(
                f"--host {self.host} --port {self.port}: cannot listen there ({error.strerror}); "
                "name another"
            ) from None


@dataclass(frozen=True)
class Sources:
    """What the demo shows: folders as the pipeline writes them."""

    models: Path
    calibration: Path
    data: Path
    embeddings: Path


def serve(sources: Sources, address: Address) -> None:
    """Serve the demo until it is stopped (^C or SIGTERM).

    Raises:
        PairdxError: Gradio is missing, there is no model, or the port is not to be had.
    """
    if find_spec("gradio") is None:
        raise PairdxError(MISSING)
    from pairdx.demo.answers import find_models

    shelves = find_models(sources.models, sources.calibration)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was uploaded goes, as at ^C
    with address.bind() as taken, _uploads() as folder:
        from pairdx.demo.app import run
        from pairdx.demo.shown import Shown

        if not address.loopback:
            typer.echo(f"warning: {OPEN}", err=True)
        host, port = taken.getsockname()[:2]
        named = f"[{host}]" if ":" in host else host
        typer.echo(f"demo of {len(shelves)} models: http://{named}:{port} (^C ends it)")
        try:
            run(Shown(sources, shelves), taken, address.names, folder)
        except KeyboardInterrupt:
            typer.echo(f"demo: stopped; {folder} is removed", err=True)


def _bound(family: socket.AddressFamily, place: tuple[Any, ...]) -> socket.socket:
    taken = socket.socket(family)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(place)
    except OSError:
        taken.close()
        raise
    return taken


@contextmanager
def _uploads() -> Iterator[Path]:
    """Yield the one folder in which anything that is uploaded lies, and remove it at the end."""
    before = os.environ.copy()
    with tempfile.TemporaryDirectory(prefix="pairdx-demo-") as folder:
        Path(folder).chmod(0o700)
        tempfile.tempdir = folder
        os.environ.update(
            GRADIO_TEMP_DIR=folder,
            GRADIO_ANALYTICS_ENABLED="False",
            HF_HUB_DISABLE_TELEMETRY="1",
            HF_HUB_OFFLINE="1",
        )
        try:
            yield Path(folder)
        finally:
            tempfile.tempdir = None
            os.environ.clear()
            os.environ.update(before)
