"""A page for ``dvc plots show`` that draws without a network.

DVC's own page loads Vega from a CDN and stays blank without one. Its ``plots.html_template``
setting names another page; this one holds the Vega libraries themselves, which vl-convert-python
brings along. The page (1 MB) is generated, not committed, and only the local DVC configuration
points to it: DVC stops at a setting whose file is missing.
"""

import subprocess
import sys
from pathlib import Path

from vl_convert import javascript_bundle

from pairdx.core.errors import PairdxError
from pairdx.core.outputs import write_text

PAGE = Path("plots") / "offline.html"  # DVC reads html_template relative to .dvc
VEGA_LITE = "5.21"  # the last release of the schema, v5, in which DVC's templates are written

# DVC draws an empty chart of every plot without axes: what is no chart is taken off the page.
GLOBALS = """
window.vega = vega;
window.vegaLite = vegaLite;
window.vegaEmbed = (place, spec) => Object.keys(spec).length
  ? vegaEmbed(place, spec) : document.querySelector(place).remove();
"""

# The bundle is wrapped because its own one-letter globals must not meet those of DVC's plots.
# {refresh_tag} and {plot_divs} are DVC's places; its {scripts}, the CDN's, is left out.
HTML = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
{refresh_tag}
<title>DVC Plot</title>
<style>table { border-spacing: 15px; }</style>
<script>
(() => {
BUNDLE
})();
</script>
</head>
<body>
{plot_divs}
</body>
</html>
"""


def write(project: Path) -> Path:
    """Write the page below ``project/.dvc`` and point the local DVC configuration to it.

    Returns:
        The page's path.

    Raises:
        PairdxError: ``project`` is no DVC project, or DVC refuses the setting.
    """
    if not (project / ".dvc").is_dir():
        raise PairdxError(f"{project}: no .dvc folder; name the top of a DVC project")
    page = project / ".dvc" / PAGE
    write_text(page, HTML.replace("BUNDLE", javascript_bundle(GLOBALS, VEGA_LITE)))
    setting = ["config", "--local", "plots.html_template", PAGE.as_posix()]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "dvc", *setting], cwd=project, capture_output=True, text=True
    )
    if done.returncode:
        raise PairdxError(f"dvc {' '.join(setting)}: {done.stderr.strip()}; is DVC installed?")
    return page
