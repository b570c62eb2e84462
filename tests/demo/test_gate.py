"""What the demo's server lets through."""

import json

import pytest
from starlette.datastructures import Headers

from pairdx.demo.gate import API, MAX_REQUEST, MAX_UPLOAD, names_uploads_only, refuse

HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
HERE = {"host": "127.0.0.1:7860"}
OURS = HERE | {"origin": "http://127.0.0.1:7860", "content-length": "10"}


def status(method, path, headers, hosts=HOSTS):
    found = refuse(method, path, Headers(headers), hosts)
    return found and found[0]


@pytest.mark.parametrize(
    "path", ["/", "/config", "/assets/index.js", f"{API}/queue/data", f"{API}/heartbeat/abc"]
)
def test_the_page_gets_what_it_asks_for(path):
    assert status("GET", path, HERE) is None


@pytest.mark.parametrize("path", [f"{API}/upload", f"{API}/queue/join"])
def test_the_page_may_send(path):
    assert status("POST", path, OURS) is None


@pytest.mark.parametrize(
    "path",
    [
        f"{API}/file=/etc/passwd",
        f"{API}/file/etc/passwd",
        f"{API}/proxy=https://example.invalid/",
        f"{API}/info",
        f"{API}/openapi.json",
        f"{API}/call/classify",
        f"{API}/run/predict",
        f"{API}/runs",
        f"{API}/vibe-edit",
        "/docs",
        "/openapi.json",
        "/monitoring",
        "//etc/passwd",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_else_is_served(method, path):
    assert status(method, path, OURS) == 403


@pytest.mark.parametrize("origin", ["http://evil.invalid", "null", "http://127.0.0.1:8000", ""])
def test_another_sites_page_is_refused(origin):
    assert status("POST", f"{API}/upload", OURS | {"origin": origin}) == 403
    assert status("GET", "/config", HERE | {"origin": origin}) == 403


def test_a_link_of_another_site_may_open_the_page_and_nothing_behind_it():
    cross = HERE | {"sec-fetch-site": "cross-site"}
    assert status("GET", "/", cross) is None
    assert status("GET", f"{API}/queue/data", cross) == 403


@pytest.mark.parametrize(
    "host", ["evil.invalid", "evil.invalid:7860", "", "127.0.0.1.evil.invalid"]
)
def test_a_name_made_to_lead_here_is_refused(host):
    assert status("GET", "/", {"host": host}) == 421
    assert status("GET", "/", {"host": host}, frozenset()) is None  # on a network: any name


@pytest.mark.parametrize("host", ["localhost:7860", "[::1]:7860"])
def test_this_machines_names_are_known(host):
    assert status("GET", "/", {"host": host}) is None


@pytest.mark.parametrize(
    ("path", "length", "told"),
    [
        (f"{API}/upload", MAX_UPLOAD, None),
        (f"{API}/upload", 2 * MAX_UPLOAD, 413),
        (f"{API}/queue/join", MAX_REQUEST, None),
        (f"{API}/queue/join", MAX_REQUEST + 1, 413),
        (f"{API}/queue/join", "-1", 411),
        (f"{API}/queue/join", None, 411),
    ],
)
def test_requests_are_bounded(path, length, told):
    headers = {name: value for name, value in OURS.items() if name != "content-length"}
    if length is not None:
        headers["content-length"] = str(length)
    assert status("POST", path, headers) == told


def test_other_methods_are_refused():
    assert status("DELETE", "/", OURS) == 405


@pytest.mark.parametrize(
    ("named", "passes"),
    [
        ("{here}/abc/a.png", True),
        ("{here}/../a.png", False),
        ("{here}/link/passwd", False),
        ("/etc/passwd", False),
        ("a.png", False),
        ("http://127.0.0.1/a.png", False),
        ("a\0b", False),
        (7, False),
    ],
)
def test_files_of_a_request_are_uploads(tmp_path, named, passes):
    (tmp_path / "link").symlink_to("/etc")
    named = named.format(here=tmp_path) if isinstance(named, str) else named
    for data in ([{"path": named}], ["x", [{"value": {"path": named, "meta": {}}}]]):
        body = json.dumps({"data": data}).encode()
        assert names_uploads_only(body, tmp_path) is passes


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_json_names_none(tmp_path, body):
    assert not names_uploads_only(body, tmp_path)


def test_a_request_without_files_passes(tmp_path):
    assert names_uploads_only(b'{"data": [null, "A chart.", 3], "fn_index": 1}', tmp_path)
