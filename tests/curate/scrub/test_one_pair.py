"""One pair, screened by itself as among others."""

import pytest
from drawn import write
from PIL import Image
from releases import encode, picture
from small import section
from twins import scrub_twins

from pairdx.core.errors import PairdxError
from pairdx.curate.scan.params import ScanParams
from pairdx.curate.scrub.one_pair import screen_pair
from pairdx.curate.scrub.params import ScrubParams

SCANS, POLICY = section(ScanParams, workers=1, faces="off"), section(ScrubParams)
CAPTION = "Mr. Miller on 2019-03-04."


def test_as_scrub_writes_it(tmp_path):
    image = picture(3, (320, 320))
    write(image, (8, 8), "DOB 12/03/1956", 24)
    data = encode(image)
    written = scrub_twins({"a": data}, {"a": CAPTION}, SCANS, POLICY, tmp_path, ["chart"])
    (same, _), _, _, caption, _ = written["a"]["chart"]
    alone = screen_pair(data, CAPTION, SCANS, POLICY, tmp_path / "cache")
    assert alone == (same, caption, ("image: date", "caption: date", "caption: name"))
    assert same != data


def test_what_is_no_picture(tmp_path):
    with pytest.raises(PairdxError, match="not one of BMP"):
        screen_pair(b"nothing", "", SCANS, POLICY, tmp_path)
    with pytest.raises(PairdxError, match=r"shorter than 32 pixels \(scrub.min_side\)"):
        screen_pair(encode(Image.new("RGB", (9, 9))), "", SCANS, POLICY, tmp_path)
