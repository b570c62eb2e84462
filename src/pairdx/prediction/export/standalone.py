"""The label of one picture: `python predict.py picture.jpg "Axial CT of the abdomen"`.

A folder of `pairdx export` is all that it needs, with NumPy, Pillow and ONNX Runtime or OpenVINO.
It shows how: pictures with an alpha channel, turned by EXIF or of 16 bits are handled with more
care by PairDx itself. Not a diagnosis.
"""

import json
import string
import sys
from pathlib import Path

import numpy as np
from PIL import Image

BICUBIC = Image.Resampling.BICUBIC
FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
HERE = Path(__file__).parent
SETTINGS = json.loads((HERE / "model.json").read_text(encoding="utf-8"))["settings"]
EDGES = string.punctuation + "“”‘’„«»…–—·•"  # noqa: RUF001


def square(path: str, size: int, resize: str) -> np.ndarray:
    """The picture as uint8, (1, 3, size, size)."""
    image = Image.open(path, formats=FORMATS).convert("RGB")
    if resize == "squash":
        image = image.resize((size, size), BICUBIC)
    elif resize == "shortest":  # the ends of the longer side are cut off
        width, height = (int(size * side / min(image.size)) for side in image.size)
        left, top = round((width - size) / 2), round((height - size) / 2)
        resized = image.resize((width, height), BICUBIC)
        image = resized.crop((left, top, left + size, top + size))
    else:  # "longest": black is put beside the shorter side
        width, height = (max(1, round(side * size / max(image.size))) for side in image.size)
        resized, image = (
            image.resize((width, height), BICUBIC),
            Image.new("RGB", (size, size)),
        )
        image.paste(resized, ((size - width) // 2, (size - height) // 2))
    return np.asarray(image).transpose(2, 0, 1)[None]


def ids(caption: str, tokens: dict) -> np.ndarray:
    """The caption as int64, (1, max_tokens)."""
    words = json.loads((HERE / tokens["vocabulary"]).read_text(encoding="utf-8"))["words"]
    number = {word: at for at, word in enumerate(words, start=tokens["first_word"])}
    read = [word.strip(EDGES) for word in caption.lower().split()]
    known = [number.get(word, tokens["unknown"]) for word in read if word]
    known = (known or [tokens["unknown"]])[: tokens["max_tokens"]]
    return np.array([known + [tokens["padding"]] * (tokens["max_tokens"] - len(known))])


def run(inputs: dict) -> np.ndarray:
    """The logits, (1, 6)."""
    network = HERE / SETTINGS["network"]
    if SETTINGS["backends"][0] == "onnx":
        import onnxruntime

        return onnxruntime.InferenceSession(network).run(None, inputs)[0]
    # It would tell Google Analytics of every import.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    hint = "bf16" if SETTINGS["precision"] == "bf16" else "f32"
    return openvino.Core().compile_model(network, "CPU", {"INFERENCE_PRECISION_HINT": hint})(
        inputs
    )[0]


if __name__ == "__main__":
    picture, caption = sys.argv[1], " ".join(sys.argv[2:])
    inputs = {}
    if images := SETTINGS["images"]:
        inputs["images"] = square(picture, images["size"], images["resize"])
    if SETTINGS["tokens"]:
        inputs["tokens"] = ids(caption, SETTINGS["tokens"])
    odds = np.exp(run(inputs)[0].astype(float))
    ranked = zip(odds / odds.sum(), SETTINGS["labels"], strict=True)
    for probability, label in sorted(ranked, reverse=True):
        sys.stdout.write(f"{probability:.6f}  {label}\n")
