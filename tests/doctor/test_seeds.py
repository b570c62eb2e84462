import numpy as np
import pytest

from pairdx.commands.seeds import spread, spread_markdown
from pairdx.core.errors import PairdxError
from pairdx.doctor.sections import load_seeds


def runs(*values):
    return {10 + run: {"fusion": {"acc": value, "f1": 0.5}} for run, value in enumerate(values)}


def test_mean_and_spread_are_those_of_a_sample():
    values = (0.5, 0.75, 0.875)
    [found] = spread(runs(*values)).values()
    assert found["accuracy"]["mean"] == pytest.approx(np.mean(values), abs=1e-6)
    assert found["accuracy"]["sd"] == pytest.approx(np.std(values, ddof=1), abs=1e-6)
    assert (found["accuracy"]["min"], found["accuracy"]["max"]) == (0.5, 0.875)
    assert found["accuracy"]["by_seed"] == {"10": 0.5, "11": 0.75, "12": 0.875}
    assert found["macro_f1"]["sd"] == 0


def test_one_seed_has_no_spread():
    found = spread(runs(0.5))
    assert found["fusion"]["accuracy"]["sd"] is None
    told = "| fusion | 0.500 (0.500 to 0.500) | 0.500 (0.500 to 0.500) |"
    assert spread_markdown(found, 1).splitlines()[2] == told


def test_a_model_that_a_run_lacks_is_left_out():
    several = runs(0.5, 0.7)
    several[10]["clinvla"] = several[10]["fusion"]
    assert list(spread(several)) == ["fusion"]


def test_the_table():
    told = "| fusion | 0.625 +- 0.177 (0.500 to 0.750) | 0.500 +- 0.000 (0.500 to 0.500) |"
    assert spread_markdown(spread(runs(0.5, 0.75)), 2).splitlines()[2] == told


@pytest.mark.parametrize("seeds", ["[]", "[17]", "[0, 2147483647]"])
def test_seeds_are_read(tmp_path, seeds):
    (tmp_path / "p.yaml").write_text(f"seeds: {seeds}\n")
    assert str(list(load_seeds(tmp_path / "p.yaml"))) == seeds


@pytest.mark.parametrize("seeds", ["17", "[1, 1]", "[-1]", "[true]", "[1.5]", "['a']", ""])
def test_what_is_no_list_of_seeds_is_refused(tmp_path, seeds):
    (tmp_path / "p.yaml").write_text(f"seeds: {seeds}\n")
    with pytest.raises(PairdxError, match="a list of different whole numbers") as error:
        load_seeds(tmp_path / "p.yaml")
    assert "\n" not in str(error.value)
