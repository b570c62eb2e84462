"""PairDx: medical image + caption pairs from MultiCaRe, and the models compared on them."""

import os
import sys

# How often a thread of OpenMP looks for work before it sleeps: read when torch is loaded, so it is
# set before. GNU's default, billions on an idle machine, keeps a core from whoever else needs it:
# beside two busy processes training was up to 30 times as slow (docs/costs.md). No result changes.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")

# OpenVINO, and NNCF, tell Google Analytics that they were imported and what they convert, unless
# this package, which does it for them, cannot be imported.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
