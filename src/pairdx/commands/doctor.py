"""`pairdx doctor`: can this params file run here?"""

import logging
import sys
from pathlib import Path

import typer

from pairdx.doctor.examine import examine
from pairdx.doctor.findings import as_text


def examine_and_tell(path: Path) -> None:
    """Print the table; leave with 1 where something is missing."""
    logging.disable(logging.WARNING)  # open_clip tells of every model without weights
    try:
        findings = list(examine(path))
    finally:
        logging.disable(logging.NOTSET)
    typer.echo(as_text(findings))
    missing = [finding.what for finding in findings if finding.state == "missing"]
    if missing:
        typer.echo(f"\n{path} cannot run here: {', '.join(missing)}")
        sys.exit(1)
    typer.echo(f"\n{path} can run here")
