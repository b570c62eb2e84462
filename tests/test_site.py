"""The site of docs/, built as `make docs` builds it and opened in a browser."""

import functools
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from closure import ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every link and anchor holds, or the build fails."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "excluded" not in done.stderr  # a link to what is left out is only told
    return folder


def pages(site: Path) -> dict[str, str]:
    return {
        path.relative_to(site).as_posix(): path.read_text(encoding="utf-8")
        for path in site.rglob("*.html")
    }


def test_it_loads_nothing_from_elsewhere(site: Path) -> None:
    """No fonts, no scripts, no styles: what a reader's browser would tell others."""
    loaded = re.compile(
        r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=\"?((?:https?:)?//[^\" ]+)"
    )
    for name, text in pages(site).items():
        assert loaded.findall(text) == [], name
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(\W?https?:|@import", style.read_text(encoding="utf-8")), style


@pytest.fixture
def address(site: Path) -> Iterator[str]:
    """A server of the site, on this machine."""
    handler = functools.partial(Silent, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing of requests."""


def test_it_is_read_and_searched_in_a_browser_that_asks_nobody_else(address, browser) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/architecture.html")
    assert page.locator("div.diagram svg").is_visible()
    page.get_by_placeholder("Search").press_sequentially("abstain")
    page.locator("a.md-search-result__link", has_text="abstain").first.wait_for()
    page.close()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def test_a_phone_shows_the_width_of_a_page(address, browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(f"{address}/index.html")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.close()


def test_files_that_pages_link_to_are_in_it(site: Path) -> None:
    code = (site / "files" / "stages" / "evaluate.py.html").read_text(encoding="utf-8")
    assert "def main" in re.sub(r"<[^>]+>", "", code)
    index = (site / "index.html").read_text(encoding="utf-8")
    assert 'href="files/params.yaml.html"' in index
    assert 'href="significance.html"' in index


def test_the_python_api_is_told_from_its_docstrings(site: Path) -> None:
    assert "medical image + caption pairs" in (site / "api.html").read_text(encoding="utf-8")
