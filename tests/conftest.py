"""What tests of several layers start from."""

import pytest
from releases import rows_of, write_release


@pytest.fixture
def release(tmp_path):
    """A MultiCaRe-shaped folder with three adults' images of each of the seven image types."""
    return write_release(tmp_path / "release", rows_of())
