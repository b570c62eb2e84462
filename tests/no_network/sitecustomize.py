"""No test, and no Python that a test starts, reaches beyond this machine; who tries is noted.

Python imports a module of this name at its start, from any folder of PYTHONPATH.
"""

import ipaddress
import os
import socket
import sys
from pathlib import Path

NOTES = "PAIRDX_TRIED_NETWORK"  # names the file in which attempts are noted


def _is_here(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(name).partition("%")[0])
        return address.is_loopback or address.is_unspecified  # of who listens
    except ValueError:
        return False


def _watch(event: str, arguments: tuple) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # else a path or a device
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if str(host).endswith(".invalid"):  # which no resolver knows (RFC 6761)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    if not _is_here(host):
        test = os.environ.get("PYTEST_CURRENT_TEST", "no test")
        with Path(os.environ[NOTES]).open("a", encoding="utf-8") as notes:
            notes.write(f"{event} to {host!r} by {test}: {' '.join(sys.argv)[:200]}\n")
        raise ConnectionRefusedError(f"tests have no network; {event} to {host!r}")


if NOTES in os.environ:
    sys.addaudithook(_watch)
