"""What one prediction costs by each runtime, from JPEG and caption to probabilities.

    python benchmarks/inference.py speed --models fusion,biomedclip --batches 1 --threads 1
    python benchmarks/inference.py accuracy models/fusion models/pairdx_clip
    python benchmarks/inference.py command models/fusion models/pairdx_clip

`speed` builds the architectures of profiles/paper.yaml at 224 pixels with random weights: `fusion`
(ResNet-18 and 300-d word vectors), `pairdx_clip` (ViT-B/32) and `biomedclip` (ViT-B/16; its text
tower has spoken before, as in every CLIP here). Each number of threads has a process that is bound
to as many cores; in it the runtimes take turns for ``ROUNDS`` rounds, so that a slow spell falls on
all. `x eager` is the median over the rounds of PyTorch's median by the runtime's in the same round.
Memory is the peak of a process that opens this one alone and classifies one batch.

`accuracy` exports trained folders, int8 calibrated on train, and scores them on the test pairs;
differences from torch are paired, their intervals resample articles.

`command` holds `pairdx predict` on a table of many small JPEGs, from its start to its last row,
against the loop of `speed` on the same images in memory, warm. Both are processes of their own and
take turns; seconds of CPU are those of all threads, and stand still while others use the machine.
"""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import numpy as np
import typer
from PIL import Image, ImageFilter

from pairdx.core.params import load_seed
from pairdx.core.schema import LABELS
from pairdx.models.exported.card import Precision, Target
from pairdx.models.exported.exported import Exported
from pairdx.models.exported.runtimes import OPENERS

ROUNDS, CALLS = 5, 10
SIDE, WORDS = 224, 20_000  # 400,000 words take 480 MB and no time: their vectors are looked up
Classify = Callable[[Sequence[bytes], Sequence[str]], Any]
EXPORTS: dict[str, tuple[Target, Precision]] = {
    "onnx fp32": ("onnx", "fp32"),
    "openvino fp32": ("openvino", "fp32"),
    "openvino bf16": ("openvino", "bf16"),
    "openvino int8": ("openvino", "int8"),
}
EAGER = "torch fp32"
RUNTIMES = (EAGER, "torch bf16", *EXPORTS)
app = typer.Typer(help=__doc__, rich_markup_mode=None, pretty_exceptions_enable=False)


def graph_of(name: str) -> Any:  # noqa: ANN401 -- torch is imported where it runs
    """An architecture with random weights."""
    import torch

    from pairdx.models.clip.clip import ClipClassifier, Comparison
    from pairdx.models.common.graph import Graph
    from pairdx.models.fusion import fusion
    from pairdx.models.fusion.params import FusionParams
    from pairdx.pairs.images import ImageInput
    from pairdx.pairs.text import Vocabulary, WordVectors

    torch.manual_seed(0)
    if name == "fusion":
        from settings import changed

        size = {"classifier.image_size": SIDE, "classifier.average_mirror": False}
        words = Vocabulary(tuple(f"word{number}" for number in range(WORDS)), 32)
        vectors = WordVectors(words, torch.randn(WORDS, 300))
        return fusion.build(changed(FusionParams, size), vectors, True, 0).graph()
    if name == "pairdx_clip":
        prompts = {label: [f"a photo of a {label}"] for label in LABELS}
        return ClipClassifier.untrained("ViT-B-32-quickgelu", prompts, 0).graph()
    import timm

    tower = timm.create_model("vit_base_patch16_224", num_classes=0)
    projected = torch.nn.Sequential(tower, torch.nn.Linear(768, 512, bias=False))
    fit = ImageInput(SIDE, resize="shortest")
    return Graph(Comparison(projected, fit, torch.randn(len(LABELS), 512)), fit)


def pairs(count: int) -> tuple[list[bytes], list[str]]:
    """Soft noise of 512 x 384 pixels as JPEG, as `scrub` leaves images, and captions."""
    random = np.random.default_rng(0)
    images = []
    for _ in range(count):
        noise = Image.fromarray(random.integers(0, 256, (384, 512, 3), np.uint8))
        buffer = io.BytesIO()
        noise.filter(ImageFilter.GaussianBlur(3)).save(buffer, "JPEG", quality=90)
        images.append(buffer.getvalue())
    return images, [" ".join(f"word{n}" for n in random.integers(0, WORDS, 24)) for _ in images]


def export_all(name: str, folder: Path) -> dict[str, Any]:
    """Write every export of an architecture; say how large it is, and what it computes."""
    import torch
    from clinvla import operations

    from pairdx.prediction.export.convert import example, write_network

    graph = graph_of(name)
    exported = Exported(lambda _: np.zeros(0, np.float32), graph.image, graph.vocabulary)
    calibration = [exported.inputs([i], [c]) for i, c in zip(*pairs(8), strict=True)]
    for runtime, (to, precision) in EXPORTS.items():
        (folder / runtime).mkdir()
        write_network(graph, folder / runtime, to, precision, calibration)
    network, one = graph.network.eval(), {name: rows[:1] for name, rows in example(graph).items()}
    with torch.no_grad():
        gflop = operations(lambda: network(**one))
    weights = [*graph.network.parameters(), *graph.network.buffers()]
    sizes = {runtime: _bytes(folder / runtime) for runtime in EXPORTS}
    eager = sum(weight.nbytes for weight in weights)
    return {
        "parameters": sum(weight.numel() for weight in weights),
        "gflop": gflop,
        "bytes": {EAGER: eager, "torch bf16": eager, **sizes},
    }


def opened(name: str, runtime: str, folder: Path) -> Classify:
    """A function from encoded pairs to logits."""
    if runtime in EXPORTS:
        to, precision = EXPORTS[runtime]
        file = "network.onnx" if to == "onnx" else "network.xml"
        network = OPENERS[to](folder / runtime / file, precision)
        fit, vocabulary = _inputs(name)
        return Exported(network, fit, vocabulary).predict
    return eager(graph_of(name), runtime)


def eager(graph: Any, runtime: str = EAGER) -> Classify:  # noqa: ANN401
    """The same by PyTorch."""
    import torch

    network = graph.network.eval()
    exported = Exported(lambda _: np.zeros(0, np.float32), graph.image, graph.vocabulary)

    @torch.inference_mode()
    def classify(images: Sequence[bytes], captions: Sequence[str]) -> Any:  # noqa: ANN401
        arrays = exported.inputs(images, captions)
        with torch.autocast("cpu", torch.bfloat16, enabled=runtime == "torch bf16"):
            logits = network(**{key: torch.from_numpy(rows) for key, rows in arrays.items()})
        return logits.double().softmax(-1).numpy()

    return classify


def _inputs(name: str) -> tuple[Any, Any]:
    """How pairs are decoded, without building the network."""
    from pairdx.pairs.images import ImageInput
    from pairdx.pairs.text import Vocabulary

    if name == "fusion":
        words = Vocabulary(tuple(f"word{number}" for number in range(WORDS)), 32)
        return ImageInput(SIDE), words
    return ImageInput(SIDE, resize="shortest"), None


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


@app.command(hidden=True)
def worker(name: str, folder: Path, threads: int, batch: int, runtimes: str) -> None:
    """Print the seconds of each call, by runtime and round, and the peak memory (JSON)."""
    names = runtimes.split(",")
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    if any(runtime.startswith("torch") for runtime in names):
        import torch

        torch.set_num_threads(threads)
    ready = {runtime: opened(name, runtime, folder) for runtime in names}
    given = pairs(batch)
    for classify in ready.values():
        classify(*given)
    wall: dict[str, list[list[float]]] = {runtime: [] for runtime in names}
    cpu: dict[str, list[float]] = {runtime: [] for runtime in names}
    for _ in range(ROUNDS if len(names) > 1 else 0):
        for runtime, classify in ready.items():
            times = [_time(classify, given) for _ in range(max(2, CALLS // batch))]
            wall[runtime].append([one for one, _ in times])
            cpu[runtime].append(median(one for _, one in times))
    typer.echo(json.dumps({"wall": wall, "cpu": cpu, "peak": _peak()}))


def _peak() -> int:
    """Bytes this process held at most; what getrusage says began with its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


def _time(classify: Classify, given: tuple[list[bytes], list[str]]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    classify(*given)
    return time.perf_counter() - wall, time.process_time() - cpu


def ask(name: str, folder: Path, threads: int, batch: int, runtimes: Sequence[str]) -> Any:  # noqa: ANN401
    """Let a process of its own measure."""
    words = [name, str(folder), str(threads), str(batch), ",".join(runtimes)]
    done = subprocess.run(
        [sys.executable, __file__, "worker", *words],
        env=os.environ | {"OMP_NUM_THREADS": str(threads)},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


@app.command()
def speed(
    models: Annotated[str, typer.Option(help="Of them.")] = "fusion,pairdx_clip,biomedclip",
    batches: Annotated[str, typer.Option(help="Pairs at once.")] = "1,32",
    threads: Annotated[str, typer.Option(help="And cores.")] = "1,2",
    runtimes: Annotated[str, typer.Option(help="With torch fp32.")] = ",".join(RUNTIMES),
    memory: Annotated[bool, typer.Option(help="Measure the peaks, a process each.")] = True,
) -> None:
    """Time, memory and size of each runtime, as a Markdown table."""
    asked = runtimes.split(",")
    typer.echo(
        "| Model | Threads | Batch | Runtime | p50 ms | p95 | max | CPU ms | x eager | x, CPU | "
        "Peak MB | Weights MB |\n|---|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    )
    for name in models.split(","):
        with TemporaryDirectory() as scratch:
            folder = Path(scratch)
            about = export_all(name, folder)
            for line in _lines(name, folder, about, asked, (threads, batches), memory):
                typer.echo(line)
        typer.echo(
            f"\n{name}: {about['parameters']:,} parameters, {about['gflop']:.2f} GFLOP a pair\n"
        )


def _lines(
    name: str,
    folder: Path,
    about: dict[str, Any],
    runtimes: Sequence[str],
    sizes: tuple[str, str],
    memory: bool,
) -> Iterator[str]:
    threads, batches = ([int(one) for one in size.split(",")] for size in sizes)
    for count in threads:
        for batch in batches:
            found = ask(name, folder, count, batch, runtimes)
            for runtime in runtimes:
                peak = ask(name, folder, count, batch, [runtime])["peak"] / 1e6 if memory else 0
                cells = [name, str(count), str(batch), runtime, *_numbers(found, runtime)]
                cells += [f"{peak:.0f}", f"{about['bytes'][runtime] / 1e6:.1f}"]
                yield f"| {' | '.join(cells)} |"


def _numbers(found: dict[str, Any], runtime: str) -> list[str]:
    """Milliseconds and ratios of one runtime."""
    every = 1e3 * np.concatenate(found["wall"][runtime])
    rounds = {key: [median(one) for one in found["wall"][key]] for key in (EAGER, runtime)}
    ratio = median(np.divide(rounds[EAGER], rounds[runtime]).tolist())
    by_cpu = median(np.divide(found["cpu"][EAGER], found["cpu"][runtime]).tolist())
    values = [np.median(every), np.quantile(every, 0.95), every.max()]
    cpu = 1e3 * median(found["cpu"][runtime])
    return [f"{value:.1f}" for value in (*values, cpu)] + [f"{ratio:.2f}", f"{by_cpu:.2f}"]


@app.command()
def accuracy(
    folders: Annotated[list[Path], typer.Argument(help="Trained models.")],
    data: Annotated[Path, typer.Option(help="Their splits.")] = Path("data/pairdx"),
    runtimes: Annotated[str, typer.Option(help="Of these.")] = "openvino bf16,openvino int8",
) -> None:
    """Accuracy and macro-F1 on the test pairs, and how far from torch, with 95 % intervals."""
    from pairdx.pairs.store import read_pairs
    from pairdx.prediction.export.export import export_model
    from pairdx.prediction.predict import load_model

    test = read_pairs(data / "test.parquet")
    typer.echo(
        "| Model | Runtime | Accuracy | less torch's, points | Macro-F1 | less torch's, points | "
        "Equal labels |\n|---|---|---:|---|---:|---|---:|"
    )
    for folder in folders:
        eager = load_model(folder).predict(test.images, test.captions).argmax(1)
        typer.echo(_scores(folder.name, EAGER, test, eager, eager))
        for runtime in runtimes.split(","):
            with TemporaryDirectory() as scratch:
                place = Path(scratch) / "out"
                export_model(folder, place, *EXPORTS[runtime], data, load_seed())
                found = load_model(place).predict(test.images, test.captions).argmax(1)
            typer.echo(_scores(folder.name, runtime, test, eager, found))


@app.command()
def command(
    folders: Annotated[list[Path], typer.Argument(help="Models, exported ones too.")],
    images: Annotated[int, typer.Option(help="JPEGs, drawn from the pairs.")] = 10_000,
    batch: Annotated[int, typer.Option(help="Pairs at once.")] = 32,
    rounds: Annotated[int, typer.Option(help="Of which the medians are told.")] = 3,
    data: Annotated[Path, typer.Option(help="The pairs.")] = Path("data/pairdx"),
) -> None:
    """Images a second of `pairdx predict` and of the loop, and the command's peak memory."""
    typer.echo(
        "| Model | Images/s, loop | command | Images per CPU s, loop | command | Of the loop's | "
        "without the start | Peak MB |\n|---|---:|---:|---:|---:|---:|---:|---:|"
    )
    with TemporaryDirectory() as scratch:
        table = write_jpegs(Path(scratch), images, data)
        first = table.with_name("first.jsonl")
        first.write_text("\n".join(table.read_text(encoding="utf-8").split("\n")[:batch]))
        for folder in folders:
            asked = [str(folder), str(table), str(batch)]
            turns = [(_run("loop", *asked), _run("predict", *asked)) for _ in range(rounds)]
            wall, cpu = (
                [images / median(turn[who][key] for turn in turns) for who in (0, 1)]
                for key in (0, 1)
            )
            start = _run("predict", str(folder), str(first), str(batch))[1]
            after = (images - batch) / (images / cpu[1] - start)
            shares = [f"{rate / cpu[0]:.2f}" for rate in (cpu[1], after)]
            cells = [f"{one:.0f}" for one in (*wall, *cpu)]
            cells += [*shares, f"{max(turn[1][2] for turn in turns):.0f}"]
            typer.echo(f"| {' | '.join([str(folder), *cells])} |")


def write_jpegs(folder: Path, count: int, data: Path) -> Path:
    """Write so many JPEGs below a folder, and a table of them with captions."""
    from pairdx.core.decode import decode
    from pairdx.pairs.store import read_pairs

    pairs = read_pairs(data / "train.parquet")
    jpegs = []
    for image in pairs.images:
        buffer = io.BytesIO()
        decode(image).save(buffer, "JPEG", quality=90)
        jpegs.append(buffer.getvalue())
    rows = []
    for number in range(count):
        name, pair = f"{number:06}.jpg", number % len(pairs)
        (folder / name).write_bytes(jpegs[pair])
        rows.append(json.dumps({"image": name, "caption": pairs.captions[pair]}))
    table = folder / "pairs.jsonl"
    table.write_text("\n".join(rows), encoding="utf-8")
    return table


def _run(who: str, model: str, table: str, batch: str) -> tuple[float, float, float]:
    """Seconds, seconds of CPU and peak memory in MB of a process."""
    if who == "loop":
        words = [sys.executable, __file__, "loop", model, table, batch]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        return tuple(json.loads(done.stdout))
    code = "import sys; sys.argv[0] = 'pairdx'; from pairdx.cli import main; main()"
    words = [sys.executable, "-c", code, "predict", table, "--model", model, "--batch", batch]
    start = time.perf_counter()
    process = subprocess.Popen([*words, "--out", f"{table}.csv"], stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, f"{words}: {status}"
    wall = time.perf_counter() - start
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


@app.command(hidden=True)
def loop(model: Path, table: Path, batch: int) -> None:
    """Print the seconds, and of CPU, that a table of images takes from memory (JSON)."""
    from pairdx.prediction.predict import load_model

    predictor = load_model(model)
    graph = predictor.graph()
    classify = eager(graph) if graph else predictor.predict
    with table.open(encoding="utf-8") as lines:
        rows = list(map(json.loads, lines))
    images = [(table.parent / row["image"]).read_bytes() for row in rows]
    captions = [row["caption"] for row in rows]
    classify(images[:batch], captions[:batch])
    wall, cpu = time.perf_counter(), time.process_time()
    for at in range(0, len(images), batch):
        classify(images[at : at + batch], captions[at : at + batch])
    took = time.perf_counter() - wall, time.process_time() - cpu, 0.0
    typer.echo(json.dumps(took))


def _scores(name: str, runtime: str, test: Any, eager: Any, found: Any) -> str:  # noqa: ANN401
    """A row: what is found, and how far it is from torch in the same resamples."""
    from pairdx.statistics.intervals.bootstrap import DIFFERENCE, article_weights, interval
    from pairdx.statistics.scores.classification import accuracy as share
    from pairdx.statistics.scores.classification import confusion, macro_f1

    articles = np.unique(test.articles, return_inverse=True)[1]
    actual = np.array([LABELS.index(label) for label in test.labels])
    drawn = article_weights(articles, 2000, np.random.default_rng(load_seed()))
    weights = np.concatenate([np.ones((1, len(actual))), *drawn])
    cells = []
    for score in (share, macro_f1):
        mine, theirs = (score(confusion(weights, actual, one)) for one in (found, eager))
        apart = mine - theirs
        low, high = interval(apart[0], apart[1:], 0.95, articles, DIFFERENCE)
        said = "{:+.1f} [{:+.1f}, {:+.1f}]".format(*(100 * one for one in (apart[0], low, high)))
        cells += [f"{mine[0]:.3f}", said if apart.any() else "0"]
    return f"| {' | '.join([name, runtime, *cells, f'{(found == eager).mean():.3f}'])} |"


if __name__ == "__main__":
    app()
