import json

import pytest
from small import drawn
from typer.testing import CliRunner

from pairdx.cli import app
from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS
from pairdx.prediction.abstain import Rule, read_rule


def write(path, content):
    path.write_text(json.dumps(content))
    return path


@pytest.fixture
def rules(tmp_path):
    coverage = {"80": {"threshold": 0.999}, "95": {"threshold": 0.1}}
    least = {"thresholds": dict.fromkeys(LABELS, 0.0) | {"chart": 0.9}}
    sets = {"level": 0.9, "marginal": least}
    content = {"model": "tfidf", "temperature": 0.5, "coverage": coverage, "sets": sets}
    return write(tmp_path / "rules.json", content)


def test_a_rule_is_read(rules):
    assert read_rule(rules, "80", "tfidf") == Rule(0.5, 0.999, 0.9, (0.9, 0, 0, 0, 0, 0))


@pytest.mark.parametrize("content", [{}, [], {"temperature": "warm", "coverage": {}}])
def test_another_file_is_refused(tmp_path, content):
    with pytest.raises(PairdxError, match="model, temperature, coverage and sets are needed"):
        read_rule(write(tmp_path / "x.json", content), "80", "tfidf")
    with pytest.raises(PairdxError, match="no such file"):
        read_rule(tmp_path / "y.json", "80", "tfidf")


def test_another_coverage_is_refused(rules):
    with pytest.raises(
        PairdxError, match=r"--coverage 90 \(if not given, 90\): not in .*; allowed are 80, 95"
    ):
        read_rule(rules, "90", "tfidf")


def test_the_rule_of_another_model_is_refused(rules):
    with pytest.raises(PairdxError, match=r"rules\.json: the calibration of tfidf, not of fusion"):
        read_rule(rules, "80", "fusion")


def test_predict_scales_and_abstains(rules, model_folders, tmp_path):
    pairs = drawn(1)
    (tmp_path / "a.webp").write_bytes(pairs.images[0])
    words = ["predict", str(tmp_path / "a.webp"), "--model", str(model_folders / "tfidf")]
    caption = ["--caption", pairs.captions[0]]

    def lines(*more):
        done = CliRunner().invoke(app, [*words, *caption, *more])
        assert done.exit_code == 0, done.output
        return done.output.splitlines()

    alone = CliRunner().invoke(app, [*words, *caption, "--coverage", "80"])
    assert "--coverage needs --calibration" in str(alone.exception)
    silent = CliRunner().invoke(app, words)
    assert "reads captions, and" in silent.stderr
    assert "a.webp has none; --caption" in silent.stderr

    plain = lines()
    doubtful = lines("--calibration", str(rules), "--coverage", "80")
    answer = lines("--calibration", str(rules), "--coverage", "95")
    assert len(plain) == 6
    assert doubtful[0].startswith("not sure enough: 0.")
    assert doubtful[0].endswith(", below 0.999; ask a person")
    assert doubtful[1:] == answer
    of = answer.pop(0)
    assert of.startswith("set that holds 90 % of pairs like the validation's: ")
    named = set(of.partition(": ")[2].split(", "))
    assert named >= set(LABELS) - {"chart"}  # all reach 0; a chart has to be sure, or the best
    sure = next(float(line.split()[0]) for line in answer if line.endswith(" chart"))
    assert ("chart" in named) == (sure >= 0.9 or answer[0].endswith(" chart"))
    # At a temperature of 1/2 probabilities go with their squares.
    told = [[float(line.split()[0]) for line in rows] for rows in (plain, answer)]
    squares = [one**2 for one in told[0]]
    assert told[1] == pytest.approx([one / sum(squares) for one in squares], abs=0.003)
