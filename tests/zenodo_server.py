"""A server that speaks as much of Zenodo as a download needs, with the faults of a real network.

As on Zenodo, the page's address of a file (`/records/N/files/name`) knows ranges and the API's own
link to its content does not; the number of all versions redirects to the newest.
"""

import hashlib
import json
import threading
import time
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

CONCEPT = 10079369


class Zenodo:
    """Serves folders as records; use it in a `with`."""

    def __init__(self):
        self.records = {}  # number: folder
        self.newest = None
        self.checksums = {}  # (number, name): what the record says where it lies
        self.faults = defaultdict(list)  # name: what happens to its next requests
        self.ranges = True
        self.delay = 0.0  # seconds before each file
        self.slow = None  # (bytes, seconds): every so many bytes a pause
        self.log = []  # (name, Range or None)
        self.sent = 0
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"zenodo": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.site = f"http://127.0.0.1:{self.server.server_port}"
        self.api = f"{self.site}/api"

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def asked(self, name):
        """The ranges of all requests for a file, None for the whole."""
        return [asked for file, asked in self.log if file == name]

    def describe(self, number):
        files = []
        for path in sorted(self.records[number].iterdir()):
            md5 = hashlib.md5(path.read_bytes()).hexdigest()
            checksum = self.checksums.get((number, path.name), f"md5:{md5}")
            link = f"{self.api}/records/{number}/files/{path.name}/content"
            entry = {"key": path.name, "size": path.stat().st_size, "checksum": checksum}
            files.append(entry | {"id": path.name, "links": {"self": link}})
        return {
            "id": number,
            "conceptrecid": str(CONCEPT),
            "metadata": {"title": "MultiCaRe", "version": "2.0"},
            "files": files,
        }


class _Handler(BaseHTTPRequestHandler):
    zenodo: Zenodo
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.close_connection = True
        parts = [unquote(part) for part in urlsplit(self.path).path.strip("/").split("/")]
        api = parts[0] == "api"
        parts = parts[1:] if api else parts
        number = int(parts[1])
        try:
            if number == CONCEPT:
                self.reply(302, b"", {"Location": f"/api/records/{self.zenodo.newest}"})
            elif number not in self.zenodo.records:
                self.reply(404, b'{"status": 404}')
            elif len(parts) == 2:
                self.record(number)
            else:
                self.file(self.zenodo.records[number] / parts[3], self.zenodo.ranges and not api)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def reply(self, status, body, headers=None):
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def record(self, number):
        self.zenodo.log.append(("record", None))
        if self.fault("record"):
            return
        self.reply(200, json.dumps(self.zenodo.describe(number)).encode())

    def file(self, path: Path, ranges):
        asked = self.headers.get("Range")
        with self.zenodo.lock:
            self.zenodo.log.append((path.name, asked))
            self.zenodo.at_once += 1
            self.zenodo.most_at_once = max(self.zenodo.most_at_once, self.zenodo.at_once)
        try:
            time.sleep(self.zenodo.delay)
            self.send_file(path, int(asked[6:-1]) if asked and ranges else 0)
        finally:
            with self.zenodo.lock:
                self.zenodo.at_once -= 1

    def send_file(self, path, start):
        data = path.read_bytes()
        fault = self.fault(path.name)
        if fault is True:
            return
        if start >= len(data) and start:
            self.reply(416, b"", {"Content-Range": f"bytes */{len(data)}"})
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(data) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        self.pour(data[start : fault[1] if fault and fault[0] == "cut" else None])

    def fault(self, name):
        """Play the next fault; True if nothing is left to be said."""
        faults = self.zenodo.faults[name]
        if not faults:
            return None
        kind, *more = faults.pop(0)
        if kind == "status":
            self.reply(more[0], b"later", more[1] if len(more) > 1 else {})
            return True
        if kind == "endless":
            self.send_response(more[0])
            if more[0] == 302:
                self.send_header("Location", self.path)
            self.end_headers()
            for _ in range(400):  # MB; the reader should have gone long before
                self.wfile.write(b" " * 2**20)
                self.zenodo.sent += 2**20
            return True
        if kind == "stall":
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            time.sleep(more[0])
            return True
        return (kind, *more)

    def pour(self, data):
        size, pause = self.zenodo.slow or (max(len(data), 1), 0)
        for at in range(0, len(data), size):
            self.wfile.write(data[at : at + size])
            self.zenodo.sent += len(data[at : at + size])
            time.sleep(pause)
