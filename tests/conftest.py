"""What tests of several layers start from."""

import os
import runpy
import shutil
import tempfile
from pathlib import Path

# Whoever runs the tests may be behind a proxy, on a cluster that says it has no network, in a hook
# of Git or in a stage: no test reads that. Some libraries read these once, when they are imported.
ELSEWHERE = ("DVC_STAGE", "GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE")
for name in list(os.environ):
    if name.upper().endswith(("_PROXY", "_OFFLINE")) or name.startswith(("HF_", *ELSEWHERE)):
        del os.environ[name]

# Before anything can connect: here, and in every Python that a test starts.
GUARD = Path(__file__).with_name("no_network")
TRIED = Path(tempfile.mkdtemp(prefix="pairdx-network-")) / "tried.txt"
os.environ["PAIRDX_TRIED_NETWORK"] = str(TRIED)
inherited = os.environ.get("PYTHONPATH")
os.environ["PYTHONPATH"] = os.pathsep.join([str(GUARD), *([inherited] if inherited else [])])
runpy.run_path(str(GUARD / "sitecustomize.py"))

import pairdx  # noqa: E402, F401, I001 (before torch is loaded: it says how long threads wait)
import pytest  # noqa: E402
import torch  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402
from browser import browser, page  # noqa: E402, F401 (fixtures)
from clones import finished  # noqa: E402, F401 (a fixture)
from model_folders import architecture, model_folders  # noqa: E402, F401 (fixtures)
from releases import rows_of, write_release  # noqa: E402
from zenodo_server import Zenodo  # noqa: E402

from pairdx.download.sample.release import draw_release  # noqa: E402

# The same examples each time; with PAIRDX_HYPOTHESIS=thorough 5,000 of each, others every time.
UNTIMED = settings(
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("usual", UNTIMED, max_examples=200, derandomize=True)
settings.register_profile("thorough", UNTIMED, max_examples=5_000, print_blob=True)
settings.load_profile(os.environ.get("PAIRDX_HYPOTHESIS", "usual"))

torch.set_num_threads(1)  # networks of a few thousand weights: threads wait more than they work


@pytest.fixture(scope="session", autouse=True)
def _nobody_asks_the_network():
    yield
    tried = TRIED.read_text(encoding="utf-8") if TRIED.exists() else ""
    shutil.rmtree(TRIED.parent)
    assert not tried, f"tests, or what they started, tried the network:\n{tried}"


@pytest.fixture
def release(tmp_path):
    """A MultiCaRe-shaped folder with three adults' images of each of the seven image types."""
    return write_release(tmp_path / "release", rows_of())


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """A drawn sample of 600 images; nobody writes into it."""
    folder = tmp_path_factory.mktemp("sample") / "raw"
    draw_release(folder, images=600, seed=17)
    return folder


@pytest.fixture
def zenodo(monkeypatch):
    """A local Zenodo without records, asked without a proxy and without pauses."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("pairdx.download.transfer.FIRST_PAUSE", 0.0)
    with Zenodo() as server:
        yield server
