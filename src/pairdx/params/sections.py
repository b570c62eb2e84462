"""All sections of params.yaml together: for checking a whole file before anything runs.

Stages load their own section only and never import this module: a new section must not make
every stage out of date.
"""

from pathlib import Path

from pairdx.params.balance import BalanceParams
from pairdx.params.base import PARAMS, Section, load_seed
from pairdx.params.baselines import BaselinesParams
from pairdx.params.benchmark_cpu import BenchmarkCpuParams
from pairdx.params.biomedclip_zero_shot import BiomedClipZeroShotParams
from pairdx.params.clinvla import ClinVlaParams
from pairdx.params.clip_zero_shot import ClipZeroShotParams
from pairdx.params.download import DownloadParams
from pairdx.params.evaluate import EvaluateParams
from pairdx.params.explain import ExplainParams
from pairdx.params.filter import FilterParams
from pairdx.params.fusion import FusionParams
from pairdx.params.pairdx_clip import PairDxClipParams
from pairdx.params.pretrain_clip import PretrainClipParams
from pairdx.params.retrieve import RetrieveParams
from pairdx.params.review import ReviewParams
from pairdx.params.scan import ScanParams
from pairdx.params.scrub import ScrubParams
from pairdx.params.split import SplitParams
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
    RetrieveParams,
    BenchmarkCpuParams,
    WeightsParams,
    ExplainParams,
)


def check(path: Path = PARAMS) -> dict[str, Section]:
    """Read and check the seed and every section of ``path``."""
    load_seed(path)
    return {model.section: model.load(path) for model in SECTIONS}
