"""train_clinvla: adapters for a frozen CLIP -> models/clinvla."""

from pathlib import Path

from pairdx.core.outputs import new_folder
from pairdx.core.params import load_seed
from pairdx.core.stage import run
from pairdx.models.clinvla.clinvla import card
from pairdx.models.clinvla.params import ClinVlaParams
from pairdx.models.common.card import ModelCard
from pairdx.pairs.store import read_pairs
from pairdx.training.clinvla.clinvla import new_clinvla, train_clinvla
from pairdx.training.common.checkpoint import Checkpoint, fingerprint
from pairdx.training.common.processes import together
from pairdx.training.common.record import told, write_history, write_seconds


@together()
def main(
    *, pairs: Path, base: Path, out: Path, alignment: Path, history: Path, timing: Path
) -> str:
    """Align both towers of the model in `base` on captions, then learn the classes."""
    params, seed = ClinVlaParams.load(), load_seed()
    train, validation = pairs / "train.parquet", pairs / "validation.parquet"
    model = new_clinvla(base, params, seed)
    settings = {"seed": seed, **params.model_dump()}
    files = [train, validation, *sorted(base.iterdir())]
    checkpoint = Checkpoint("clinvla", fingerprint(settings, files))
    with write_seconds(timing):
        aligned, classified = train_clinvla(
            model, read_pairs(train), read_pairs(validation), params, seed, checkpoint
        )
    write_history(alignment, aligned)
    write_history(history, classified)
    with new_folder(out) as folder:
        description = f"{ModelCard.load(base).description}, frozen, with adapters"
        model.save(folder, card("clinvla", description, model, base, out))
    return f"aligned, then {told(classified)} -> {out}/"


if __name__ == "__main__":
    run(main)
