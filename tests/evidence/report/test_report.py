"""The report: its numbers are those of the results, its sentences say no more than they do."""

import json
import re
import shutil
from html import unescape
from pathlib import Path

import pytest
import yaml
from closure import ROOT
from finished_run import MODELS, UNTRAINED, run_of, write_pairs
from pipeline import STAGES, paths
from scripts import run as run_stage

from pairdx.core.errors import PairdxError
from pairdx.core.schema import LABELS
from pairdx.evidence.report import conclusions, costs, failures, making, pairs, scores
from pairdx.evidence.report.blocks import (
    Cards,
    Charts,
    LeftOut,
    Links,
    Matrices,
    Matrix,
    Points,
    Table,
    Words,
    held,
    told,
)
from pairdx.evidence.report.page import code, render
from pairdx.evidence.report.pairs import Pairs
from pairdx.evidence.report.report import assemble

TRAINED = [name for name in MODELS if name != UNTRAINED]


@pytest.fixture(scope="module")
def run(finished):
    return run_of(finished)


@pytest.fixture(scope="module")
def html(run):
    return render(assemble(run))


def metric(run, name):
    return json.loads((run.records.metrics / f"{name}.json").read_text())


def of(run):
    return Pairs.read(run.data)


CHAPTERS = {
    "data": lambda run: pairs.chapter(run.records, of(run), run.seed),
    "models": lambda run: scores.chapter(run.records, MODELS, TRAINED),
    "errors": lambda run: failures.chapter(run.records, MODELS, run.others, run.cases, drawn=True),
    "costs": lambda run: costs.chapter(run.records, run.models, {}),
    "conclusions": lambda run: conclusions.chapter(
        run.records, of(run), MODELS, TRAINED, run.confidence
    ),
    "making": lambda run: making.chapter(run.records, run.data / "test.parquet"),
}


def blocks(run, anchor, title):
    """The blocks of the part of this title."""
    (found,) = [one for one in CHAPTERS[anchor](run).parts if one.title == title]
    return found.blocks


def table(run, anchor, title):
    """The rows of the part's only table, by their head."""
    (found,) = [block for block in blocks(run, anchor, title) if isinstance(block, Table)]
    return {row[0]: row[1:] for row in found.rows}


def text(run, anchor, title):
    """The sentences of a part."""
    found = blocks(run, anchor, title)
    said = [one.text for one in found if isinstance(one, Words)]
    return " ".join(said + [" ".join(one.sentences) for one in found if isinstance(one, Points)])


def test_every_chapter_and_part_is_there(html):
    titles = re.findall(r"<h2[^>]*>(.*?)</h2>", html)
    assert titles == [
        "The data", "The models", "Where they fail", "What they cost", "What may be concluded",
        "How it was made",
    ]  # fmt: skip
    assert len(re.findall("<h3", html)) == 31
    assert "Left out" in html  # no other sources
    assert html.count("Left out") == 1


def test_text_is_shown_and_not_run(html):
    assert "<script" not in html
    assert "<b>" not in html
    assert html.count("&lt;script&gt;") == 7  # a pair of each class, and the explained error
    assert "default-src &#39;none&#39;" in html


def test_code_is_set_and_escaped():
    assert code("run `a <b>` or <c>") == "run <code>a &lt;b&gt;</code> or &lt;c&gt;"


def test_the_scores_are_those_of_the_metrics(run):
    rows = table(run, "models", "Side by side")
    assert list(rows) == MODELS
    for name, cells in rows.items():
        one = metric(run, name)
        keys = ("accuracy", "macro_f1", "balanced_accuracy", "auroc")
        assert cells == (*(told(one, key) for key in keys), str(one["n"]))
    assert f"Untrained: {UNTRAINED}." in text(run, "models", "Side by side")


def test_the_matrices_are_those_of_the_predictions(run):
    (found,) = [
        one for one in blocks(run, "models", "What is taken for what") if isinstance(one, Matrices)
    ]
    assert [matrix.caption for matrix in found.matrices] == MODELS
    for matrix in found.matrices:
        one = metric(run, matrix.caption)
        right = sum(matrix.counts[k][k] for k in range(6))
        assert right / one["n"] == pytest.approx(one["accuracy"], abs=1e-6)
        support = [one["per_class"][label]["support"] for label in LABELS]
        assert [sum(row) for row in matrix.counts] == support
    errors = table(run, "errors", "The most frequent errors")
    assert errors["fusion"][0] == f"{round((1 - metric(run, 'fusion')['accuracy']) * 144)} of 144"


def test_a_cell_weighs_its_share_of_the_row_against_it_if_wrong():
    matrix = Matrix("a", ("x", "y"), ((3, 1), (0, 0)))
    assert [matrix.weight(0, 0), matrix.weight(0, 1), matrix.weight(1, 1)] == [0.75, -0.25, 0]


def test_the_steps_go_from_all_that_was_found_to_the_pairs(run):
    rows = table(run, "data", "What each step leaves")
    totals = [int(cells[0].replace(",", "")) for cells in rows.values()]
    assert totals == sorted(totals, reverse=True)
    assert totals[0] == metric(run, "filter")["steps"]["all"]["total"]
    assert totals[-1] == metric(run, "headline/data")["pairs"]
    screened = rows["screened"]
    assert int(screened[0].replace(",", "")) == metric(run, "scrub")["pairs"]


def test_licences_are_counted_by_split(run):
    rows = table(run, "data", "Licences")
    assert rows["CC BY"] == ("4", "4", "4", "12", "33%")
    assert list(rows) == ["CC BY", "CC BY-NC", "CC0"]


def test_a_pair_of_each_class_is_drawn_by_the_seed(run):
    def ids(seed):
        _, found = blocks(run_of(run.data.parents[1], seed=seed), "data", "A pair of each class")
        assert isinstance(found, Cards)
        assert [card.tags for card in found.cards] == [("synthetic", label) for label in LABELS]
        return [card.id for card in found.cards]

    assert ids(17) == ids(17)
    assert {tuple(ids(seed)) for seed in range(4)} != {tuple(ids(17))}


def test_drawn_pairs_say_so_and_others_are_handled_with_care(html, project):
    assert "<h1>PairDx report on a synthetic sample</h1>" in html
    assert "they say nothing about medicine" in html
    assert "Handle with care" not in html
    shutil.rmtree(project / "data" / "pairdx")
    write_pairs(project / "data" / "pairdx", source="MultiCaRe")
    real = render(assemble(run_of(project)))
    assert "<h1>PairDx report</h1>" in real
    assert "Handle with care" in real
    assert "synthetic" not in real.split("params.yaml</summary>")[0].lower()
    assert "agreement with it, not truth" in real
    assert "agreement with it, not truth" not in html


def test_costs_are_those_that_were_timed(run, html, finished):
    found = costs.chapter(run.records, run.models, {})
    assert [part.title for part in found.parts] == ["Size and training", "A prediction"]
    rows = dict(re.findall(r'<th scope="row">(\w+)</th><td>(0\.\d{4})</td>', html))
    for name, timed in metric(run, "timing/cpu")["models"].items():
        assert rows[name] == f"{timed['seconds_per_pair_median']:.4f}"
    assert costs.size(finished / "models" / "fusion") == sum(
        path.stat().st_size for path in (finished / "models" / "fusion").iterdir()
    )


MISSING = {
    "metrics/scrub.json": ("data", "What screening masked and dropped"),
    "metrics/retrieval": ("models", "Retrieval"),
    "plots/history": ("models", "Training"),
    "plots/reliability.csv": ("models", "Calibration"),
    "plots/fusion/confusion.csv": ("models", "What is taken for what"),
    "metrics/disagreements.json": ("errors", "Where two models disagree"),
    "metrics/explain.json": ("errors", "How far the explanations hold"),
    "metrics/robustness.json": ("errors", "Noise, blur and typing errors"),
    "data/explain/cases.json": ("errors", "Errors, explained"),
    "metrics/timing/cpu.json": ("costs", "A prediction"),
    "metrics/leakage.json": ("conclusions", "Does sharing articles flatter?"),
    "metrics/shortcut.json": ("conclusions", "What do the models read?"),
    "metrics/subgroups.json": ("conclusions", "For whom are they worse?"),
    "metrics/label_audit.json": ("conclusions", "Are the labels right?"),
}


@pytest.mark.parametrize(("file", "where"), MISSING.items())
def test_what_is_not_there_is_left_out_in_one_line(project, file, where):
    anchor, title = where
    path = project / file
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    left_out = {
        part.title: part.blocks
        for part in CHAPTERS[anchor](run_of(project)).parts
        if any(isinstance(block, LeftOut) for block in part.blocks)
    }
    assert left_out.pop(title) == (LeftOut(file),)
    assert set(left_out) <= {"Pairs of other sources", "What each step leaves"}


def test_of_real_pairs_nobody_knows_what_was_planted(project):
    path = project / "metrics" / "scrub.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"planted": None}))
    sentences, *_ = blocks(run_of(project), "data", "What screening masked and dropped")
    assert "planted" not in repr(sentences)


def test_a_damaged_result_is_told(project):
    (project / "metrics" / "leakage.json").write_text("{")
    with pytest.raises(PairdxError, match=r"leakage\.json: not a result"):
        CHAPTERS["conclusions"](run_of(project))


def test_other_sources_are_those_of_the_params(project):
    """Of one that is no longer in them DVC leaves the metrics."""
    for name in MODELS:
        target = project / "metrics" / "external" / "clinic" / f"{name}.json"
        target.parent.mkdir(parents=True, exist_ok=True)
        drop = {"accuracy_drop": 0.25, "accuracy_drop_low": 0.1, "accuracy_drop_high": 0.4}
        target.write_text(json.dumps(metric(run_of(project), name) | drop | {"n": 12}))
    assert blocks(run_of(project), "errors", "Pairs of other sources") == (
        LeftOut("metrics/external"),
    )
    rows = table(run_of(project, others=["clinic"]), "errors", "Pairs of other sources")
    assert rows["fusion"][1:] == ("+0.250 [+0.100, +0.400]", "12")


def differ(value, low, high, p):
    return {
        "accuracy": value,
        "accuracy_low": low,
        "accuracy_high": high,
        "p_by_article_holm": p,
    }


def test_a_lead_is_that_of_the_first_whichever_way_it_was_taken():
    found = {"a_vs_b": differ(-0.2, -0.3, -0.1, 0.01)}
    forward, p = conclusions.lead(found, "a", "b")
    back, same = conclusions.lead(found, "b", "a")
    assert told(forward, "accuracy", "+") == "-0.200 [-0.300, -0.100]"
    assert told(back, "accuracy", "+") == "+0.200 [+0.100, +0.300]"
    assert p == same == 0.01
    none, _ = conclusions.lead({"a_vs_b": differ(0.0, None, None, 1.0)}, "b", "a")
    assert told(none, "accuracy", "+") == "+0.000 [none]"


def test_a_lead_holds_by_its_corrected_p(project):
    """Not by its interval, which is not corrected."""
    found = metric(run_of(project), "significance")
    for p, words in ((0.049, "holds against"), (0.051, "is not shown against")):
        for key, one in found.items():
            one["p_by_article_holm"] = p if key == "fusion_vs_pairdx_clip" else 0.5
        (project / "metrics" / "significance.json").write_text(json.dumps(found))
        said = text(run_of(project), "conclusions", "Which differences are real")
        (others,) = re.findall(rf"Its lead {words} (.*?\))\.", said)
        lead = told(found["fusion_vs_pairdx_clip"], "accuracy", "+")
        assert f"pairdx_clip ({lead})" in others
        assert f"two models {int(p < 0.05)} hold" in said


def test_an_untrained_model_leads_nothing(run):
    assert UNTRAINED not in text(run, "conclusions", "Which differences are real")


def test_an_effect_whose_interval_holds_zero_is_not_shown(project):
    found = metric(run_of(project), "leakage")
    probe = found["accuracy"]["tfidf"]
    for value, low, high, said in (
        (0.05, 0.02, 0.07, "Splitting by pair flatters the accuracy of tfidf by +0.050"),
        (0.05, -0.01, 0.11, "That it flatters tfidf is not shown: +0.050 [-0.010, +0.110]"),
        (-0.05, -0.07, -0.02, "Splitting by pair lowers the accuracy of tfidf by -0.050"),
        (0.0, None, None, "That it flatters tfidf is not shown: +0.000 [none]"),
    ):
        probe |= {"inflation": value, "inflation_low": low, "inflation_high": high}
        (project / "metrics" / "leakage.json").write_text(json.dumps(found))
        assert said in text(run_of(project), "conclusions", "Does sharing articles flatter?")


def test_a_gap_holds_by_its_adjusted_interval(project):
    found = metric(run_of(project), "subgroups")
    gap = found["fusion"]["largest_gap"]["accuracy"]
    gap |= {"gap": 0.1, "low": 0.05, "high": 0.15, "adjusted_low": -0.01, "adjusted_high": 0.21}
    path, where = (
        project / "metrics" / "subgroups.json",
        ("conclusions", "For whom are they worse?"),
    )
    path.write_text(json.dumps(found))
    assert table(run_of(project), *where)["fusion"][-1] == "not shown"
    gap["adjusted_low"] = 0.01
    path.write_text(json.dumps(found))
    assert table(run_of(project), *where)["fusion"][-1] == "yes"
    assert "comparisons of each: fusion." in text(run_of(project), *where)


@pytest.mark.parametrize(
    ("low", "high", "holds"),
    [
        (0.1, 0.2, True),
        (-0.2, -0.1, True),
        (-0.1, 0.1, False),
        (0.0, 0.1, False),
        (None, None, False),
    ],
)
def test_what_holds(low, high, holds):
    assert held({"x": 0.0, "x_low": low, "x_high": high}, "x") is holds


def test_what_has_no_value_is_none():
    assert told({"x": None, "x_low": None, "x_high": None}, "x") == "none"
    assert told({}, "x") == "none"


def test_words_begin_below_each_other_and_numbers_end_so():
    rows = (("a", "0.1", "x"), ("b", "none", "y"))
    assert Table("", ("", "", ""), rows).wordy == (True, False, True)
    assert Table("", ("", ""), ()).wordy == (False, False)


def test_the_digest_is_the_one_in_the_lock(committed_results):
    """By which Git finds the commit."""
    lock = yaml.safe_load((ROOT / "dvc.lock").read_text(encoding="utf-8"))
    outs = {out["path"]: out["md5"] for out in lock["stages"]["compare"]["outs"]}
    path = "metrics/comparison.json"
    here = ROOT / path
    if not here.exists() or making.md5(here) != making.md5(committed_results / path):
        pytest.skip("the last run is not committed")
    assert making.md5(here) == outs[path]


def test_every_page_that_it_links_is_an_output_that_it_waits_for(run):
    stage = STAGES["report"]
    linked = {
        path
        for build in CHAPTERS.values()
        for part in build(run).parts
        for block in part.blocks
        if isinstance(block, Links)
        for _, path in block.links
    }
    assert len(linked) == 5
    before = {
        out
        for name, one in STAGES.items()
        if any(out in stage["deps"] or Path(out).parts[0] in stage["deps"]
               for kind in ("outs", "metrics", "plots") for out in paths(one.get(kind, [])))
        for out in paths(one.get("outs", []))
    }  # fmt: skip
    for path in linked:
        out = Path("report", path).as_posix().replace("report/../", "")
        assert {out, Path(out).parent.as_posix()} & before, path


def test_the_stage_writes_the_page_and_the_same_again(finished, tmp_path):
    folder = tmp_path / "project"
    shutil.copytree(finished, folder)
    shutil.copy(ROOT / "params.yaml", folder)
    words = "--pairs data/pairdx --models models --metrics metrics --plots plots"
    words += " --cases data/explain/cases.json --page report/{}.html"
    pages = []
    for name in ("first", "second"):
        (folder / "report").mkdir(exist_ok=True)
        done = run_stage(folder, "report", words.format(name))
        assert done.returncode == 0, done.stderr
        assert "8 models, 0 other sources" in done.stdout
        pages.append((folder / "report" / f"{name}.html").read_bytes())
    assert pages[0] == pages[1]
    params = (ROOT / "params.yaml").read_text(encoding="utf-8")
    assert params.splitlines()[0] in unescape(pages[0].decode())
    assert str(tmp_path) not in pages[0].decode()


def test_without_scores_there_is_no_report(project):
    (project / "metrics" / "fusion.json").unlink()
    with pytest.raises(PairdxError, match=r"metrics/fusion\.json: no such result; run `dvc repro`"):
        assemble(run_of(project))


def test_images_of_other_classes_are_one_colour(run):
    """MultiCaRe has more than a chart has colours."""
    charts, _ = blocks(run, "data", "What each step leaves")
    assert isinstance(charts, Charts)
    assert "others" in charts.charts[0].svg
    assert "pathology" not in charts.charts[0].svg
    assert "pathology" in str(blocks(run, "data", "What each step leaves")[1])
