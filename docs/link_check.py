"""A Sphinx extension that warns of links to what is not there."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

from sphinx.util import logging

logger = logging.getLogger(__name__)
LOADED = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src")}


class _Page(HTMLParser):
    """What a page links to, what it loads, and the places in it that have a name."""

    def __init__(self, text):
        super().__init__()
        self.links, self.loaded, self.places = set(), set(), {""}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("id", "name"):
                self.places.add(value)
            elif (tag, name) in LOADED:
                self.loaded.add(value)
            elif (tag, name) == ("a", "href"):
                self.links.add(value)


def find_broken_links(folder):
    """Find what links in a folder of HTML files lead to nothing, or load from afar.

    Parameters
    ----------
    folder : path

    Returns
    -------
    broken : list of (page, link) tuples, sorted
    """
    folder = Path(folder).resolve()
    pages = {
        path: _Page(path.read_text("utf-8"))
        for path in folder.rglob("*.html")
        if "_static" not in path.relative_to(folder).parts
    }
    broken = []
    for path, page in pages.items():
        for link in page.links | page.loaded:
            address, place = urldefrag(link or "")
            if "://" in address or address.startswith(("mailto:", "data:", "//")):
                is_broken = link in page.loaded  # nothing comes from another machine
            else:
                address = unquote(address.partition("?")[0])
                target = (path.parent / address).resolve() if address else path
                is_broken = not target.exists() or (
                    target in pages and unquote(place) not in pages[target].places
                )
            if is_broken:
                broken.append((str(path.relative_to(folder)), link))
    return sorted(broken)


def _warn(app, exception):
    if exception is None and app.builder.format == "html":
        for page, link in find_broken_links(app.outdir):
            logger.warning("%s: the link %r leads nowhere", page, link)


def setup(app):
    """Check links when the pages have been written."""
    app.connect("build-finished", _warn)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
