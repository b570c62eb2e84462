"""All sections of params.yaml together: for checking a whole file before anything runs.

Stages load their own section only and never import this module: a new section must not make
every stage out of date.
"""

from pathlib import Path

from pairdx.params.audit_labels import AuditLabelsParams
from pairdx.params.balance import BalanceParams
from pairdx.params.base import PARAMS, Section, load_seed, read, validate
from pairdx.params.baselines import BaselinesParams
from pairdx.params.benchmark_cpu import BenchmarkCpuParams
from pairdx.params.biomedclip_zero_shot import BiomedClipZeroShotParams
from pairdx.params.calibrate import CalibrateParams
from pairdx.params.check_labels import CheckLabelsParams
from pairdx.params.clinvla import ClinVlaParams
from pairdx.params.clip_zero_shot import ClipZeroShotParams
from pairdx.params.corrupt import CorruptParams
from pairdx.params.disagreements import DisagreementsParams
from pairdx.params.download import DownloadParams
from pairdx.params.evaluate import EvaluateParams
from pairdx.params.explain import ExplainParams
from pairdx.params.external import ExternalParams
from pairdx.params.filter import FilterParams
from pairdx.params.fusion import FusionParams
from pairdx.params.label_sheet import LabelSheetParams
from pairdx.params.leakage import LeakageParams
from pairdx.params.pairdx_clip import PairDxClipParams
from pairdx.params.pretrain_clip import PretrainClipParams
from pairdx.params.retrieve import RetrieveParams
from pairdx.params.review import ReviewParams
from pairdx.params.robustness import RobustnessParams
from pairdx.params.scan import ScanParams
from pairdx.params.scrub import ScrubParams
from pairdx.params.seeds import load_seeds
from pairdx.params.shortcut import ShortcutParams
from pairdx.params.significance import SignificanceParams
from pairdx.params.split import SplitParams
from pairdx.params.subgroups import SubgroupsParams
from pairdx.params.tfidf import TfidfParams
from pairdx.params.weights import WeightsParams
from pairdx.params.word_vectors import WordVectorsParams

SECTIONS: tuple[type[Section], ...] = (
    DownloadParams,
    FilterParams,
    ScanParams,
    ScrubParams,
    ReviewParams,
    BalanceParams,
    SplitParams,
    LeakageParams,
    WordVectorsParams,
    FusionParams,
    BaselinesParams,
    TfidfParams,
    ClipZeroShotParams,
    BiomedClipZeroShotParams,
    PairDxClipParams,
    PretrainClipParams,
    ClinVlaParams,
    EvaluateParams,
    SignificanceParams,
    CalibrateParams,
    DisagreementsParams,
    RetrieveParams,
    ShortcutParams,
    CorruptParams,
    RobustnessParams,
    ExternalParams,
    BenchmarkCpuParams,
    SubgroupsParams,
    AuditLabelsParams,
    LabelSheetParams,
    CheckLabelsParams,
    WeightsParams,
    ExplainParams,
)


def check(path: Path = PARAMS) -> dict[str, Section]:
    """Read and check the seed, the seeds and every section of ``path``."""
    load_seed(path)
    load_seeds(path)
    content = read(path)
    return {model.section: validate(model, content.get(model.section), path) for model in SECTIONS}
