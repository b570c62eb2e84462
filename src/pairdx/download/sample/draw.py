"""From a motif, or a pair of classes that look alike, to its picture."""

from collections.abc import Callable

from PIL import Image

from pairdx.download.sample import (
    charts,
    endoscopy,
    ophthalmic,
    pathology,
    photographs,
    radiology,
    traces,
)
from pairdx.download.sample.canvas import Rng
from pairdx.download.sample.lookalikes import LOOKALIKES
from pairdx.download.sample.motifs import Pair

DRAWINGS: dict[str, Callable[[Rng], Image.Image]] = {
    "line_chart": charts.line_chart,
    "bar_chart": charts.bar_chart,
    "scatter_plot": charts.scatter_plot,
    "survival_curve": charts.survival_curve,
    "table": charts.table,
    "flow_chart": charts.flow_chart,
    "ekg_12_lead": traces.ekg_12_lead,
    "ekg_strip": traces.ekg_strip,
    "eeg": traces.eeg,
    "emg": traces.emg,
    "gi_endoscopy": endoscopy.gi_endoscopy,
    "airway_endoscopy": endoscopy.airway_endoscopy,
    "skin": photographs.skin,
    "oral": photographs.oral,
    "limb": photographs.limb,
    "surgical_field": photographs.surgical_field,
    "fundus": ophthalmic.fundus,
    "oct": ophthalmic.oct_scan,
    "chest_x_ray": radiology.chest_x_ray,
    "limb_x_ray": radiology.limb_x_ray,
    "ct_head": radiology.ct_head,
    "ct_body": radiology.ct_body,
    "mri_head": radiology.mri_head,
    "ultrasound": radiology.ultrasound,
    "h&e": pathology.haematoxylin_eosin,
    "immunostaining": pathology.immunostaining,
}


def draw(rng: Rng, motif: str, looks_like: Pair | None) -> Image.Image:
    """Draw a motif as itself, or as the look-alike of two classes."""
    return (LOOKALIKES[looks_like] if looks_like else DRAWINGS[motif])(rng)
