"""What the stages that touch every row cost at 1, 10 and 100 times the sample's rows.

    python benchmarks/cost_curves.py --scratch /tmp/curves
    python benchmarks/cost_curves.py --scratch /tmp/curves --stage compare --stage calibrate

Each stage's own script runs on synthetic tables with the params of `profiles/paper.yaml`:

- curation on releases of 2,400, 24,000 and 240,000 tiny images (synthetic_release.py), words and
  faces not looked for: what is left is what grows with the rows alone;
- evidence on 700, 7,000 and 70,000 pairs, with the predictions of all eight models; `leakage` on
  that many balanced pairs, `robustness` on a tenth and `retrieve` (which compares every two) on
  700, 2,200 and 7,000.

Printed are CPU seconds and the peak of the largest process, and by what power of the rows both
grow from the second size to the third: 1 is linear, less where a stage's start still counts.
"""

import math
import shutil
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import typer
import yaml
from stage_costs import Once, run_once
from synthetic_release import IMAGES, tiny_picture, write_release

from pairdx.core.decode import decode, perceptual_hash, pixel_hash
from pairdx.core.schema import (
    BALANCED,
    CORRUPTED,
    EMBEDDINGS,
    LABELS,
    PAIRS,
    PREDICTIONS,
    SCRUBBED,
    UNCHANGED,
    write_table,
)
from pairdx.evidence.robustness.image_corruptions import CORRUPTIONS, SEVERITIES

TOP = Path(__file__).parents[1]
SEED = 17
WIDTH = 512  # of CLIP's embeddings
PAIRS_AN_ARTICLE = 2.3
RIGHT = 0.9  # share of the answers
CURATION = {
    "filter": "--raw raw --out cohort --metrics m.json --plot p.csv",
    "scan": "--raw raw --cohort cohort --out facts",
    "scrub": "--raw raw --cohort cohort --scan facts --decisions none.csv --out scrubbed "
    "--screened screened --metrics m.json --headline h.json",
    "review": "--raw raw --cohort cohort --scan facts --screened screened --out review",
    "split": "--raw raw --scrubbed scrubbed --balanced balanced --out pairdx --export export "
    "--metrics m.json --headline h.json",
}
EVIDENCE = {
    "evaluate": "--predictions predictions/fusion.parquet --metrics m.json --confusion c.csv",
    "compare": "--predictions predictions --headline h.json --scores s.json --chart c.csv "
    "--significance g.json --differences-chart d.csv --table t.md",
    "calibrate": "--test predictions --validation predictions --metrics metrics "
    "--reliability r.csv --risk-coverage k.csv --sets s.csv",
    "subgroups": "--predictions predictions --test test.parquet --metrics m.json --plot p.csv",
    "disagreements": "--predictions predictions/pairdx_clip.parquet "
    "--predictions predictions/fusion.parquet --pairs test.parquet --metrics m.json "
    "--gallery g.html",
    "leakage": "--scrubbed scrubbed --balanced balanced --metrics m.json --plot p.csv",
    "robustness": "--predictions corrupted --metrics m.json --plot p.csv",
    "retrieve": "--embeddings embeddings --metrics retrieval --headline h.json",
}
SIZES = {
    **dict.fromkeys(CURATION, (2_400, 24_000, 240_000)),
    **dict.fromkeys(EVIDENCE, (700, 7_000, 70_000)),
    "robustness": (70, 700, 7_000),
    "retrieve": (700, 2_200, 7_000),
}


def main(
    scratch: Annotated[Path, typer.Option(help="A folder for 2 GB, emptied again.")],
    stage: Annotated[list[str] | None, typer.Option(help="Those to measure; all.")] = None,
) -> None:
    """Measure stage by stage, and print a row each."""
    print("| Stage | Rows | CPU seconds | grows by | Peak memory | grows by |")
    print("|---|---|---|---:|---|---:|")
    chosen = stage or list(SIZES)
    last = [name for name in chosen if name in CURATION][-1:]
    found: dict[str, list[Once]] = {name: [] for name in chosen}
    for place in range(3):
        for name in chosen:
            folder = scratch / f"{'curation' if name in CURATION else name}{place}"
            if not folder.is_dir():
                # In another process: a child's peak begins with what its parent holds.
                arguments = (name, folder, SIZES[name][place])
                writer = get_context("spawn").Process(target=prepare, args=arguments)
                writer.start()
                writer.join()
            options = (CURATION | EVIDENCE)[name].split()
            found[name].append(run_once([str(TOP / "stages" / f"{name}.py"), *options], folder))
            if name not in CURATION or name in last:
                shutil.rmtree(folder)
            typer.echo(found[name][-1].said.strip(), err=True)
    for name, costs in found.items():
        print(row(name, costs))


def row(name: str, costs: list[Once]) -> str:
    """One stage's line."""
    rows = " / ".join(f"{size:,}" for size in SIZES[name])
    cpu, peak = [cost.cpu for cost in costs], [cost.peak / 1e9 for cost in costs]
    seconds, memory = (" / ".join(f"{x:.{n}f}" for x in xs) for n, xs in ((1, cpu), (2, peak)))
    return (
        f"| `{name}` | {rows} | {seconds} | {power(SIZES[name], cpu):.2f} "
        f"| {memory} GB | {power(SIZES[name], peak):.2f} |"
    )


def power(sizes: tuple[int, ...], values: list[float]) -> float:
    """By what power of the size a value grows from the second to the third."""
    return math.log(values[2] / values[1]) / math.log(sizes[2] / sizes[1])


def prepare(name: str, folder: Path, rows: int) -> None:
    """Write the params and the tables that a stage reads."""
    folder.mkdir(parents=True)
    content = yaml.safe_load((TOP / "profiles" / "paper.yaml").read_text(encoding="utf-8"))
    content["scan"] |= {"words": "off", "faces": "off"}
    if name in CURATION:
        content["balance"]["total"] = round(22_665 * rows / IMAGES)
        write_release(folder / "raw", rows / IMAGES, SEED, "tiny")
        (folder / "none.csv").write_text("id,decision,reader,note\n", encoding="utf-8")
    else:
        TABLES.get(name, write_predictions)(folder, rows, content["compared"])
    (folder / "params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")


def origins(rng: np.random.Generator, rows: int) -> dict[str, Any]:
    """Ids, articles, figures and labels of so many pairs."""
    articles = rng.integers(0, max(2, round(rows / PAIRS_AN_ARTICLE)), rows)
    named = [f"PMC{article:08d}" for article in articles]
    return {
        "id": [f"{article}_01_{number:07d}" for number, article in enumerate(named)],
        "article_id": named,
        "case_id": [f"{article}_01" for article in named],
        "figure_id": [f"{article}_f{number % 3}" for number, article in enumerate(named)],
        "label": rng.choice(LABELS, rows).tolist(),
        "caption": [caption(rng) for _ in range(rows)],
    }


def caption(rng: np.random.Generator) -> str:
    """About twenty words of two thousand."""
    return " ".join(f"word{number}" for number in rng.zipf(1.5, rng.integers(5, 40)) % 2_000)


def answers(rng: np.random.Generator, labels: list[str]) -> dict[str, Any]:
    """Probabilities of which `RIGHT` give the label the most."""
    actual = np.array([LABELS.index(label) for label in labels])
    told = np.where(
        rng.random(len(actual)) < RIGHT, actual, rng.integers(0, len(LABELS), len(actual))
    )
    sure = rng.dirichlet(np.ones(len(LABELS)), len(actual)) + 2 * np.eye(len(LABELS))[told]
    shares = sure / sure.sum(axis=1, keepdims=True)
    best = shares.argmax(axis=1)
    columns = {f"p_{label}": shares[:, k] for k, label in enumerate(LABELS)}
    return {"predicted": [LABELS[k] for k in best], **columns}


def write_predictions(folder: Path, rows: int, models: list[str]) -> None:
    """The test pairs, and every model's predictions of them."""
    rng = np.random.default_rng(SEED)
    pairs = origins(rng, rows)
    for model in models:
        told = {**{name: pairs[name] for name in ("id", "article_id", "label")}}
        table = pa.table(told | answers(rng, pairs["label"]))
        write_table(table, folder / "predictions" / f"{model}.parquet", PREDICTIONS)
    columns = pairs | described(rng, rows) | {"split": ["test"] * rows}
    columns |= {"image": [{"bytes": tiny_picture(SEED, "", 0), "path": "x.webp"}] * rows}
    write_table(pa.table(columns), folder / "test.parquet", PAIRS)


def described(rng: np.random.Generator, rows: int) -> dict[str, Any]:
    """What is known of so many patients and images."""
    return {
        "width": [32] * rows,
        "height": [32] * rows,
        "subtype": rng.choice(["ct", "mri", "x_ray", "ekg", ""], rows).tolist(),
        "age": rng.integers(18, 95, rows).astype(float),
        "sex": rng.choice(["male", "female"], rows).tolist(),
        "license": rng.choice(["CC BY", "CC BY-NC"], rows).tolist(),
        "source": ["synthetic"] * rows,
    }


def hashed(number: int) -> dict[str, Any]:
    """An image of its own, and its hashes."""
    data = tiny_picture(SEED, "", number)
    image = decode(data)
    return {
        "image": {"bytes": data, "path": "x.webp"},
        "pixel_sha256": pixel_hash(image),
        "perceptual_hash": perceptual_hash(image, 16),
    }


def write_balanced(folder: Path, rows: int, _models: list[str]) -> None:
    """The pairs that are left by stage `split`."""
    rng = np.random.default_rng(SEED)
    pairs = origins(rng, rows)
    write_table(pa.table(pairs), folder / "balanced", BALANCED)
    images = pa.Table.from_pylist([hashed(number) for number in range(rows)])
    columns = pairs | described(rng, rows)
    columns |= {name: images[name] for name in images.column_names}
    write_table(pa.table(columns), folder / "scrubbed", SCRUBBED)


def write_embeddings(folder: Path, rows: int, _models: list[str]) -> None:
    """One table a model that embeds: images near their captions."""
    rng = np.random.default_rng(SEED)
    pairs = origins(rng, rows)
    content = yaml.safe_load((TOP / "profiles" / "paper.yaml").read_text(encoding="utf-8"))
    for model in content["retrieve"]["models"]:
        images = rng.normal(size=(rows, WIDTH))
        texts = images + 2 * rng.normal(size=(rows, WIDTH))
        vectors = {
            name: list((one / np.linalg.norm(one, axis=1, keepdims=True)).astype(np.float32))
            for name, one in (("image", images), ("text", texts))
        }
        path = folder / "embeddings" / f"{model}.parquet"
        write_table(pa.table(pairs | vectors), path, EMBEDDINGS)


def write_corrupted(folder: Path, rows: int, models: list[str]) -> None:
    """Every model's answers to every corruption at every severity."""
    rng = np.random.default_rng(SEED)
    pairs = origins(rng, rows)
    versions = [(UNCHANGED, 0), *((kind, n) for kind in CORRUPTIONS for n in SEVERITIES)]
    parts = []
    for model in models:
        for kind, severity in versions:
            told = {name: pairs[name] for name in ("id", "article_id", "label")}
            fixed = {"model": model, "corruption": kind, "severity": severity}
            columns = told | {"predicted": answers(rng, pairs["label"])["predicted"]}
            columns |= {name: [value] * rows for name, value in fixed.items()}
            parts.append(pa.table(columns).select(CORRUPTED.names).cast(CORRUPTED))
    write_table(pa.concat_tables(parts), folder / "corrupted", CORRUPTED)


TABLES: dict[str, Callable[[Path, int, list[str]], None]] = {
    "leakage": write_balanced,
    "retrieve": write_embeddings,
    "robustness": write_corrupted,
}


if __name__ == "__main__":
    typer.run(main)
