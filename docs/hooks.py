"""MkDocs' hook: the repository's files that pages link to become pages of the site.

So the site stands alone, without a network: no link leads to a place that a copy of it lacks.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from posixpath import dirname, join, normpath, relpath

import mmdr
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
# Code is found by its page's name; a search would drown in the rest of it.
CODE = "---\nsearch:\n  exclude: true\n---\n# `{path}`\n\n`````{language}\n{text}\n`````\n"


def place(path: str) -> str:
    """Return where a file of the repository stands in the site."""
    if path == "README.md":
        return "index.md"
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    return f"files/{path}" if path.endswith(".md") else f"files/{path}.md"


def read(path: str) -> str:
    """Return what a file of the repository holds."""
    return (ROOT / path).read_text(encoding="utf-8")


def aim(path: str, link: str) -> str:
    """Return the file of the repository that a link in another file names."""
    return normpath(join(dirname(path), link))


def linked(path: str) -> Iterable[str]:
    """Return the files of the repository that one of its Markdown files links to."""
    return (aim(path, link) for link in LINK.findall(read(path)))


def reachable(pages: list[str]) -> list[str]:
    """Return these files and all that they link to, by way of others, too."""
    found = list(pages)
    for path in found:  # which grows
        if path.endswith(".md"):
            found += [target for target in dict.fromkeys(linked(path)) if target not in found]
    return found


def relinked(markdown: str, path: str) -> str:
    """Lead the links of a Markdown file to where the files stand in the site."""
    here = dirname(place(path)) or "."

    def moved(link: re.Match[str]) -> str:
        return f"]({relpath(place(aim(path, link[1])), here)}"

    return LINK.sub(moved, markdown)


def page_of(path: str) -> str:
    """Return a file as Markdown, of a folder what is in it."""
    if path.endswith(".md"):
        return relinked(read(path), path)
    if (ROOT / path).is_dir():
        names = sorted(file.name for file in (ROOT / path).glob("[!_.]*"))
        return "\n".join([f"# {path}\n", *(f"- `{name}`" for name in names)])
    return CODE.format(path=path, language=Path(path).suffix[1:], text=read(path))


def diagram(source: str, *_: object, **__: object) -> str:
    """Draw a diagram here: in the browser it would fetch what draws it from elsewhere."""
    return f'<div class="diagram">{mmdr.render(source).svg()}</div>'


def on_config(config: MkDocsConfig) -> None:
    """Draw the blocks of code that are diagrams."""
    fence = {"name": "mermaid", "class": "diagram", "format": diagram}
    config.mdx_configs["pymdownx.superfences"] = {"custom_fences": [fence]}


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Add README as the first page, and every file that a page links to."""
    pages = [f"docs/{file.src_uri}" for file in files.documentation_pages()]
    for path in reachable(["README.md", *pages]):
        if files.get_file_from_path(place(path)) is None:
            files.append(File.generated(config, place(path), content=page_of(path)))


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Lead the links of a page in docs/ to where the files stand in the site."""
    if page.file.generated_by:
        return markdown
    return relinked(markdown, f"docs/{page.file.src_uri}")
