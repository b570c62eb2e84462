import os
import re
import subprocess
import sys

import pytest

from pairdx.core.errors import PairdxError
from pairdx.pages import offline_plots

DVC = [sys.executable, "-m", "dvc"]
PIPELINE = """
stages:
  evaluate:
    cmd: "true"
    plots:
      - confusion.csv: {cache: false, template: confusion, x: actual, y: predicted}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A DVC project that has the page."""
    folder = tmp_path_factory.mktemp("project")
    environment = os.environ | {"DVC_NO_ANALYTICS": "1"}
    for command in (["git", "init", "-q"], [*DVC, "init", "-q"]):
        subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment)
    assert offline_plots.write(folder) == folder / ".dvc" / "plots" / "offline.html"
    return folder


def test_page_needs_no_network(project):
    page = project / ".dvc" / "plots" / "offline.html"
    text = page.read_text(encoding="utf-8")
    assert text.count("{plot_divs}") == 1
    assert text.count("</script") == 1  # nothing in the bundle ends its script early
    assert not re.search(r"<script[^>]*\ssrc=", text)
    assert "{scripts}" not in text
    assert "window.vegaEmbed" in text
    config = (project / ".dvc" / "config.local").read_text()
    assert config == "[plots]\n    html_template = plots/offline.html\n"


def test_dvc_draws_with_the_page(project, monkeypatch):
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    (project / "dvc.yaml").write_text(PIPELINE)
    (project / "confusion.csv").write_text("actual,predicted\nchart,chart\nchart,radiology\n")
    shown = subprocess.run([*DVC, "plots", "show"], cwd=project, capture_output=True, text=True)
    assert shown.returncode == 0, shown.stderr
    text = (project / "dvc_plots" / "index.html").read_text(encoding="utf-8")
    assert "window.vegaEmbed" in text
    assert len(re.findall(r"vegaEmbed\('#", text)) == 1
    assert not re.search(r"<script[^>]*\ssrc=", text)
    assert "cdn" not in text


def test_writing_twice_changes_nothing(project):
    page, config = (project / ".dvc" / name for name in ("plots/offline.html", "config.local"))
    first = page.read_bytes(), config.read_bytes()
    offline_plots.write(project)
    assert (page.read_bytes(), config.read_bytes()) == first


def test_outside_a_dvc_project(tmp_path):
    with pytest.raises(PairdxError, match=r"no \.dvc folder"):
        offline_plots.write(tmp_path)


def test_what_is_no_chart_is_not_on_the_page(project, browser, monkeypatch):
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    (project / "dvc.yaml").write_text(PIPELINE + "      - scores.json: {cache: false}\n")
    (project / "scores.json").write_text('{"accuracy": 0.5}')
    (project / "confusion.csv").write_text("actual,predicted\nchart,chart\nchart,radiology\n")
    subprocess.run([*DVC, "plots", "show"], cwd=project, check=True, capture_output=True)
    written = project / "dvc_plots" / "index.html"
    assert "#scores_json" in written.read_text(encoding="utf-8")
    page, wrong = browser.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(written.as_uri())
    page.wait_for_selector(".vega-embed")
    assert page.locator(".vega-embed").count() == 1
    assert page.locator("#scores_json").count() == 0
    assert not wrong
