"""How a page of ours is filled in, and what it lets a browser do: show what is inside it.

Captions, and words read in images, are anybody's text. Jinja escapes all of it; should a mistake
let some through, this policy still keeps it from running or from loading anything.
"""

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent


def templates(*folders: Path) -> Environment:
    """Templates of ``folders`` and of this one; all text is escaped, a missing name is an error."""
    loader = FileSystemLoader([*folders, HERE])
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)


def content_policy(style: str, script: str | None = None) -> str:
    """Return the content security policy of a page with this style and, if any, this script."""
    policy = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'"
    policy += f"; style-src '{_digest(style)}'"
    return policy if script is None else f"{policy}; script-src '{_digest(script)}'"


def _digest(source: str) -> str:
    digest = hashlib.sha256(source.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
