"""What a page of ours lets a browser do: show what is inside it, and run our own script at most.

Captions, and words read in images, are anybody's text. Jinja escapes all of it; should a mistake
let some through, this policy still keeps it from running or from loading anything.
"""

import base64
import hashlib


def content_policy(style: str, script: str | None = None) -> str:
    """Return the content security policy of a page with this style and, if any, this script."""
    policy = "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'"
    policy += f"; style-src '{_digest(style)}'"
    return policy if script is None else f"{policy}; script-src '{_digest(script)}'"


def _digest(source: str) -> str:
    digest = hashlib.sha256(source.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
