"""What the sample draws and writes about: motifs, and the pairs of classes that look or read alike.

Class and sub-type names, regions and views are MultiCaRe's own.
"""

from typing import NamedTuple

Pair = tuple[str, str]  # two labels in alphabetical order


class Motif(NamedTuple):
    """A kind of picture with the labels that MultiCaRe would give it."""

    label: str
    subtype: str
    weight: float  # within its label
    region: str = ""
    region_granular: str = ""
    view: str = ""


MOTIFS = {
    "line_chart": Motif("chart", "chart", 0.2),
    "bar_chart": Motif("chart", "chart", 0.2),
    "scatter_plot": Motif("chart", "chart", 0.15),
    "survival_curve": Motif("chart", "chart", 0.15),
    "table": Motif("chart", "chart", 0.15),
    "flow_chart": Motif("chart", "chart", 0.15),
    "ekg_12_lead": Motif("electrography", "ekg", 0.4),
    "ekg_strip": Motif("electrography", "ekg", 0.25),
    "eeg": Motif("electrography", "eeg", 0.2),
    "emg": Motif("electrography", "emg", 0.15),
    "gi_endoscopy": Motif("endoscopy", "gi_endoscopy", 0.65),
    "airway_endoscopy": Motif("endoscopy", "airway_endoscopy", 0.35),
    "skin": Motif("medical_photograph", "skin_photograph", 0.35),
    "oral": Motif("medical_photograph", "oral_photograph", 0.2),
    "limb": Motif("medical_photograph", "other_medical_photograph", 0.25),
    "surgical_field": Motif("medical_photograph", "other_medical_photograph", 0.2),
    "fundus": Motif("ophthalmic_imaging", "fundus_photograph", 0.55),
    "oct": Motif("ophthalmic_imaging", "oct", 0.45),
    "chest_x_ray": Motif("radiology", "x_ray", 0.15, "thorax", "lung", "frontal"),
    "limb_x_ray": Motif("radiology", "x_ray", 0.13, "lower_limb", "leg", "frontal"),
    "ct_head": Motif("radiology", "ct", 0.12, "head", "brain", "axial"),
    "ct_body": Motif("radiology", "ct", 0.25, "abdomen", "", "axial"),
    "mri_head": Motif("radiology", "mri", 0.2, "head", "brain", "axial"),
    "ultrasound": Motif("radiology", "ultrasound", 0.15, "abdomen", "", "ultrasound_view"),
    "h&e": Motif("pathology", "h&e", 0.6),
    "immunostaining": Motif("pathology", "immunostaining", 0.4),
}

# MultiCaRe's order of the classes, but not its extremes, so that small classes can be learned.
SHARES = {
    "radiology": 0.25,
    "medical_photograph": 0.19,
    "pathology": 0.08,
    "chart": 0.12,
    "ophthalmic_imaging": 0.12,
    "endoscopy": 0.12,
    "electrography": 0.12,
}

LOOKS_LIKE: tuple[Pair, ...] = (
    ("chart", "electrography"),
    ("chart", "ophthalmic_imaging"),
    ("electrography", "radiology"),
    ("endoscopy", "medical_photograph"),
    ("endoscopy", "ophthalmic_imaging"),
    ("medical_photograph", "radiology"),
    ("ophthalmic_imaging", "radiology"),
)
READS_LIKE: tuple[Pair, ...] = (
    ("chart", "electrography"),
    ("chart", "radiology"),
    ("electrography", "radiology"),
    ("endoscopy", "medical_photograph"),
    ("endoscopy", "radiology"),
    ("medical_photograph", "ophthalmic_imaging"),
    ("ophthalmic_imaging", "radiology"),
)
