"""`pairdx demo` as it runs: a server of its own, asked by a browser and by hand."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest
import requests
from demo_folder import EMBEDS, write_folder
from model_folders import READS
from releases import encode, picture
from small import drawn

from pairdx.demo.gate import MAX_UPLOAD
from pairdx.demo.serve import SWEEP

pytestmark = pytest.mark.slow
START = "from pairdx.cli import main; main()"
HOSTILE = "<img src=x onerror='window.bad=1'> ${window.bad=1} {{value}} <b>bold</b> chart"
API = "gradio_api"


class Demo:
    """A running demo."""

    def __init__(self, folder, temporary):
        self.folder, self.temporary = folder, temporary
        self.process = subprocess.Popen(
            [sys.executable, "-c", START, "demo", "--port", "0"],
            cwd=folder,
            env=os.environ | {"TMPDIR": str(temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        self.url = re.search(r"http://127\.0\.0\.1:\d+", line)[0]
        self.wait()

    def wait(self):
        for _ in range(600):
            try:
                return requests.get(self.url, timeout=60)
            except requests.ConnectionError:
                time.sleep(0.1)
        raise AssertionError(self.process.communicate())

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        _, told = self.process.communicate(timeout=60)
        return self.process.returncode, told

    def files(self):
        """Uploaded files that lie on the disk."""
        return {path for path in self.temporary.rglob("*") if path.is_file()}

    def post(self, path, **what):
        return requests.post(f"{self.url}/{API}/{path}", timeout=60, **what)

    def number_of(self, event):
        """The page's number of the first function that it calls at an event."""
        config = requests.get(f"{self.url}/config", timeout=60).json()
        return next(
            one["id"]
            for one in config["dependencies"]
            if any(name == event for _, name in one["targets"])
        )

    def upload_of(self, path):
        """Say, as the page does, that a file was uploaded."""
        file = {"path": str(path), "meta": {"_type": "gradio.FileData"}}
        body = {"data": [file], "fn_index": self.number_of("upload"), "session_hash": "tests"}
        return self.post("queue/join", json=body)


@pytest.fixture(scope="module")
def demo(tmp_path_factory, model_folders):
    top = tmp_path_factory.mktemp("demo")
    (top / "temporary").mkdir()
    write_folder(top, model_folders)
    started = Demo(top, top / "temporary")
    yield started
    status, told = started.stop()
    assert status == 0, told
    assert "Traceback" not in told
    assert list(started.temporary.iterdir()) == []


@pytest.fixture
def tab(browser, demo):
    """The page; a request that leaves this machine, or an error in the page, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(120_000)  # milliseconds; a machine may have more to do
    opened = context.new_page()
    wrong = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))

    def asked(request):
        if not request.url.startswith((f"{demo.url}/", "data:", f"blob:{demo.url}/")):
            wrong.append(request.url)

    opened.on("request", asked)
    opened.goto(demo.url)
    opened.wait_for_selector("#classify")
    yield opened
    context.close()
    assert wrong == [], wrong


def upload(tab, data, name="a.png"):
    tab.set_input_files("#file input", {"name": name, "mimeType": "image/png", "buffer": data})


def cards(tab, where):
    tab.wait_for_selector(f"{where} .pd-card")
    return tab.locator(f"{where} .pd-card")


def classify(tab):
    tab.click("#classify")
    return {card.locator("h3").inner_text(): card for card in cards(tab, "#answers").all()}


def wide(tab):
    return tab.evaluate("document.documentElement.scrollWidth")


def test_a_picture_and_its_caption_are_classified_by_every_model(tab):
    upload(tab, drawn(1).images[0])
    tab.wait_for_selector("#preview img")
    assert "In use: 32 \N{MULTIPLICATION SIGN} 32 pixels" in tab.inner_text("#preview")
    tab.fill("#caption textarea", "A chart of patient 1.")
    found = classify(tab)
    assert sorted(found) == sorted(READS)
    for name, card in found.items():
        assert card.locator(".pd-bars dd").count() == 6
        numbers = map(float, card.locator(".pd-number").all_inner_texts())
        assert sum(numbers) == pytest.approx(1, abs=0.04)
        assert bool(card.locator("img").count()) == ("image" in READS[name])
        assert bool(card.locator("mark").count()) == ("caption" in READS[name])
        assert re.search(r"Predicted in [\d.]+ ms\.", card.inner_text())
        assert ("Not calibrated" in card.inner_text()) == (name != "fusion")
        assert ("this is chance" in card.inner_text()) == (name == "clip_zero_shot")
    assert "90 % set: " in found["fusion"].inner_text()
    assert "abstains" in found["fusion"].inner_text()


def test_the_page_says_what_it_is(tab):
    told = tab.inner_text("body")
    assert "For research only; no output of it is a diagnosis." in told
    assert "drawn by the project" in told
    assert "unscreened" in told


def test_an_example_is_taken_with_its_caption(tab):
    assert tab.locator(".pd-examples button").count() == 6
    tab.locator(".pd-examples button", has_text="radiology").click()
    tab.wait_for_selector("#preview img")
    assert tab.input_value("#caption textarea") == "A radiology of patient 5."
    assert len(classify(tab)) == len(READS)


def test_answers_about_another_picture_go_with_it(tab):
    tab.locator(".pd-examples button").first.click()
    tab.wait_for_selector("#preview img")
    classify(tab)
    upload(tab, drawn(2).images[1])
    tab.wait_for_selector("#answers >> text=then every model answers here")
    assert tab.locator("#answers .pd-card").count() == 0


def test_a_hostile_caption_is_shown_and_does_nothing(tab):
    tab.fill("#caption textarea", HOSTILE)
    found = classify(tab)
    assert HOSTILE in found["tfidf"].inner_text()
    assert tab.locator("#answers b, #answers img[src=x]").count() == 0
    assert "it reads pictures: choose one" in found["fusion"].inner_text()
    assert tab.evaluate("window.bad") is None


def test_training_pairs_are_found_by_text_and_by_picture(tab):
    tab.get_by_role("tab", name="Similar pairs").click()
    tab.fill("#caption textarea", "an endoscopy")
    tab.click("#by-text")
    assert cards(tab, "#pairs").count() == 8
    assert "Nearest of 30 training images to the words" in tab.inner_text("#pairs")
    upload(tab, drawn(30).images[7])
    tab.wait_for_selector("#preview img")
    tab.click("#by-picture")
    tab.wait_for_selector("#pairs >> text=to the picture")
    first = cards(tab, "#pairs").first.inner_text()
    for part in ("1.00", "electrography", "A electrography of patient 7.", "CC 7", "pair_007"):
        assert part in first


def test_the_atlas_shows_the_pair_of_the_point_that_is_clicked(tab):
    tab.get_by_role("tab", name="Atlas").click()
    tab.wait_for_selector(".pd-atlas")
    assert tab.locator(".pd-atlas path").count() == 12
    assert f"as {EMBEDS} embeds them" in " ".join(tab.inner_text("#atlas").split())
    tab.locator(".pd-atlas path[data-row='4']").click(force=True)
    card = cards(tab, "#pair").first
    chosen = tab.get_attribute(".pd-atlas .chosen", "data-row")
    assert f"pair_{int(chosen):03}" in card.inner_text()


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n<b>broken</b>", encode(picture(1))[:200]])
def test_a_corrupt_file_is_told_in_one_line_and_the_next_one_is_taken(tab, data):
    upload(tab, data)
    problem = tab.wait_for_selector("#preview [role=alert]").inner_text()
    assert problem.startswith("Not an image that can be read: ")
    assert "\n" not in problem
    tab.click("#classify")
    told = tab.wait_for_selector("#answers [role=alert]").inner_text()
    assert told == "Choose a picture, write a caption, or both."
    upload(tab, drawn(1).images[0])
    tab.wait_for_selector("#preview img")


def test_too_large_a_file_is_refused_and_not_kept(tab, demo):
    upload(tab, b"\x89PNG\r\n\x1a\n" + bytes(MAX_UPLOAD))
    tab.wait_for_selector("text=exceed the maximum allowed size of 20.0 Mb")
    assert all(path.stat().st_size < MAX_UPLOAD for path in demo.files())
    assert "No picture in use" in tab.inner_text("#preview")


def test_a_file_of_another_type_is_refused(tab):
    upload(tab, b"%!PS-Adobe-3.0 EPSF-3.0", "a.eps")
    tab.wait_for_selector("text=Invalid file type")


def test_nothing_is_wider_than_a_phone(tab):
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.locator(".pd-examples button").first.click()
    tab.wait_for_selector("#preview img")
    assert wide(tab) <= 390
    classify(tab)
    assert wide(tab) <= 390
    tab.get_by_role("tab", name="Similar pairs").click()
    tab.click("#by-picture")
    cards(tab, "#pairs")
    assert wide(tab) <= 390
    tab.get_by_role("tab", name="Atlas").click()
    tab.wait_for_selector(".pd-atlas")
    assert wide(tab) <= 390


def test_what_was_uploaded_leaves_the_disk_soon(tab, demo):
    upload(tab, drawn(2).images[1])
    tab.wait_for_selector("#preview img")
    for _ in range(4 * sum(SWEEP)):
        if not demo.files():
            break
        time.sleep(0.5)
    assert demo.files() == set()
    assert len(classify(tab)) == len(READS)  # it is in memory


@pytest.mark.parametrize(
    "path",
    [
        f"{API}/file=/etc/passwd",
        f"{API}/file=%2Fetc%2Fpasswd",
        f"{API}/file=../../../../../../etc/passwd",
        f"{API}/proxy=https://huggingface.invalid/",
        f"{API}/info",
        f"{API}/openapi.json",
        f"{API}/runs",
        "docs",
        "redoc",
        "openapi.json",
        "monitoring",
        "static/../../../etc/passwd",
        "assets/..%2f..%2f..%2f..%2fetc%2fpasswd",
    ],
)
def test_only_the_page_is_served(demo, path):
    with requests.Session() as session:
        asked = requests.Request("GET", f"{demo.url}/{path}").prepare()
        asked.url = f"{demo.url}/{path}"  # as it stands
        answer = session.send(asked, timeout=60)
    assert answer.status_code in (403, 404)
    assert "root:" not in answer.text


def test_the_page_may_load_nothing_from_elsewhere_and_stand_in_no_frame(demo):
    headers = requests.get(demo.url, timeout=60).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'")
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.invalid"}, {"Origin": "null"}])
def test_another_sites_page_can_neither_upload_nor_ask(demo, headers):
    body = {"files": ("a.png", b"x")}
    before = demo.files()
    assert demo.post("upload", files=body, headers=headers).status_code == 403
    assert demo.files() <= before
    asked = {"data": [None, "x"], "fn_index": 0, "session_hash": "evil"}
    assert demo.post("queue/join", json=asked, headers=headers).status_code == 403
    answer = requests.get(f"{demo.url}/config", headers=headers, timeout=60)
    assert answer.status_code == 403


def test_a_name_that_was_made_to_lead_here_is_refused(demo):
    answer = requests.get(demo.url, headers={"Host": "evil.invalid"}, timeout=60)
    assert answer.status_code == 421


def test_what_was_not_uploaded_is_neither_read_nor_fetched(demo):
    before = demo.files()
    for place in ("/etc/passwd", demo.folder / "models/fusion/model.json", f"{demo.url}/config"):
        refused = demo.upload_of(place)
        assert (refused.status_code, refused.text) == (403, "a file that was not uploaded here")
    assert demo.files() <= before
    sent = demo.post("upload", files={"files": ("a.png", drawn(1).images[0])})
    (place,) = sent.json()
    assert demo.upload_of(place).status_code == 200


def test_large_requests_are_refused(demo):
    assert demo.post("upload", files={"files": ("a.png", bytes(2 * MAX_UPLOAD))}).status_code == 413
    asked = {"data": ["x" * 2**18], "fn_index": 0, "session_hash": "tests"}
    assert demo.post("queue/join", json=asked).status_code == 413


def test_a_full_queue_says_so(demo):
    config = requests.get(f"{demo.url}/config", timeout=60).json()
    number = next(one["id"] for one in config["dependencies"] if len(one["inputs"]) == 2)
    body = {"data": [None, "A chart."], "fn_index": number, "session_hash": "many"}
    answers = [demo.post("queue/join", json=body).status_code for _ in range(60)]
    assert set(answers) <= {200, 503}
    assert 503 in answers


def test_control_c_ends_it_and_leaves_nothing(tmp_path, model_folders):
    (tmp_path / "temporary").mkdir()
    write_folder(tmp_path, model_folders)
    started = Demo(tmp_path, tmp_path / "temporary")
    assert started.post("upload", files={"files": ("a.png", b"x")}).status_code == 200
    assert started.files()
    status, told = started.stop(signal.SIGINT)
    assert (status, told.count("\n")) == (0, 1)
    assert list(started.temporary.iterdir()) == []
