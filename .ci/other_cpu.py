"""Change fractions in metrics/ and plots/ as a run on another CPU would: no test may mind."""

import re
from pathlib import Path

FRACTION = re.compile(r"(?<![\w.])0\.\d{3,}")


def moved(match: re.Match[str]) -> str:
    """Another value between 0 and 1, a little off."""
    value = float(match.group())
    return f"{value - 0.0123 if value > 0.5 else value + 0.0123:.6f}"


changed = 0
for path in [*Path("metrics").rglob("*.json"), *Path("plots").rglob("*.csv")]:
    before = path.read_text(encoding="utf-8")
    after = FRACTION.sub(moved, before)
    changed += after != before
    path.write_text(after, encoding="utf-8")
assert changed  # noqa: S101 -- else the tests after it would show nothing
print(f"{changed} files of metrics/ and plots/ changed")  # noqa: T201
