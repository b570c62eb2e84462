"""What tests of several layers start from."""

import pytest
from browser import browser, page  # noqa: F401 (fixtures)
from releases import rows_of, write_release
from zenodo_server import Zenodo


@pytest.fixture
def release(tmp_path):
    """A MultiCaRe-shaped folder with three adults' images of each of the seven image types."""
    return write_release(tmp_path / "release", rows_of())


@pytest.fixture
def zenodo(monkeypatch):
    """A local Zenodo without records, asked without a proxy and without pauses."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("pairdx.download.transfer.FIRST_PAUSE", 0.0)
    with Zenodo() as server:
        yield server
