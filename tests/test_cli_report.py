import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

mpl.use("agg")

import matplotlib.pyplot as plt

from skmeta import PretrainedVectorizer, WordVectors
from skmeta.cli._disagreements import count_pairwise_wins, find_disagreements
from skmeta.cli._report import list_shown, make_report
from skmeta.cli._why import Why, fit_pipelines
from skmeta.evaluate import compare_vectorizers

LABELS = np.array(["a", "a", "b", "b", "b"], dtype=object)
PREDICTIONS = pd.DataFrame(
    {
        "one": ["a", "a", "b", "b", "a"],
        "two": ["b", "b", "b", "a", "b"],
        "three": ["a", "b", "b", "b", np.nan],
    }
).astype(object)
DOCUMENTS = [["x"] * 3, ["x"] * 2, ["x"], ["x"] * 5, ["x"]]


def test_better_ones_are_counted():
    counts = count_pairwise_wins(LABELS, PREDICTIONS)
    assert counts.loc["one", "two"] == 3
    assert counts.loc["two", "one"] == 1
    assert counts.loc["two", "three"] == 0  # the last document was not tested
    assert not counts.to_numpy().diagonal().any()


def test_telling_documents_come_first():
    found = find_disagreements(DOCUMENTS, LABELS, PREDICTIONS, "one", "two")
    assert list(found) == [1, 0, 3]  # right by one alone; then the shorter one
    assert list(find_disagreements(DOCUMENTS, LABELS, PREDICTIONS, "two", "one")) == [4]
    assert (
        list(find_disagreements(DOCUMENTS, LABELS, PREDICTIONS, "two", "three")) == []
    )


@pytest.fixture(scope="module")
def page():
    """Return a page whose names, labels and documents try to be HTML."""
    rng = np.random.default_rng(0)
    words = ["<b>good", "fine", "&nice", "<script>alert(1)</script>", "bad", "ugly"]
    labels = np.array(["<i>yes</i>", "no & no"] * 30, dtype=object)
    documents = [
        [*rng.choice(words[:3] if i % 2 else words[3:], 2), *rng.choice(words, 4)]
        for i in range(60)
    ]
    documents = [[str(token) for token in document] for document in documents]
    sources = {
        f"<u>{name}": WordVectors(words[:n], rng.standard_normal((n, 2)))
        for name, n in (("three", 3), ("all", 6))
    }
    vectorizers = {
        "TF-IDF": TfidfVectorizer(analyzer=list),
        **{name: PretrainedVectorizer(source) for name, source in sources.items()},
    }
    comparison, predictions = compare_vectorizers(
        vectorizers, documents, labels, cv=3, return_predictions=True
    )
    settings = {"data": "<data>.csv", "seed": 0}
    shown = list_shown(documents, labels, predictions, comparison)
    yield make_report(
        "A <title>",
        settings,
        comparison,
        "How & why.",
        documents,
        labels,
        predictions,
        sources,
        Why(fit_pipelines(vectorizers, documents, labels, np.array([*shown])), shown),
    )
    plt.close("all")


class Reader(HTMLParser):
    """Check that what is opened is closed, and collect what the page names."""

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.addresses, self.text = [], [], [], []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.addresses += [v for k, v in attributes if k in ("src", "href", "srcset")]
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_page_is_whole_and_names_nothing_outside(page):
    reader = Reader(page)
    assert reader.tags.count("img") == 3
    assert all(a.startswith("data:image/svg+xml;base64,") for a in reader.addresses)
    assert not {"script", "link", "iframe", "u", "i"} & set(reader.tags)
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_page_tells_table_settings_and_documents(page):
    text = "\n".join(Reader(page).text)
    for part in (
        "A <title>", "<data>.csv", "How & why.", "<u>three", "TF-IDF", "<i>yes</i>",
        "<script>alert(1)</script>", "right, where is wrong:", "no & no, not",
    ):  # fmt: skip
        assert part in text
    counts = re.findall(r"wrong: ([\d,]+) documents", text)
    assert len(counts) == 4  # the best against two others, both ways


def test_words_of_shown_documents_have_colours(page):
    reasons = re.findall(r'<blockquote class="why">(.*?)</blockquote>', page, re.S)
    assert reasons
    assert all("<mark" in reason or "<p" in reason for reason in reasons)
    assert "Blue words with a solid line" in page


def test_a_reason_is_the_difference_of_two_scores():
    documents = [["good"], ["bad"], ["fine"], ["good", "bad"]] * 5
    for labels in (np.arange(20) % 4, np.arange(20) % 2):
        vectorizers = {"words": TfidfVectorizer(analyzer=list)}
        held_out = np.array([3])
        pipelines = fit_pipelines(vectorizers, documents, labels, held_out)
        why = Why(pipelines, {3: documents[3]})
        text = why("words", 3, 1, 0)
        one = re.findall(r'title="([^"]+)">(\w+)', str(text))
        [row] = pipelines["words"][:-1].transform([documents[3]]).toarray()
        coef = pipelines["words"][-1].coef_
        coef = coef[0] if len(coef) == 1 else coef[1] - coef[0]
        vocabulary = pipelines["words"][0].vocabulary_
        for value, word in one:
            expected = row[vocabulary[word]] * coef[vocabulary[word]]
            assert float(value) == pytest.approx(expected, abs=6e-4)
        assert why("words", 4, 1, 0) is None
        assert why("words", 3, 1, "unknown") is None
    assert fit_pipelines(vectorizers, documents, labels, np.arange(19)) == {}


def run_chromium(page, folder, *options):
    """Open a page; give what was dumped, what went wrong and what it asked for."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("needs the browser Chromium, which is not installed")
    path, log = folder / "page.html", folder / "log.json"
    path.write_text(page, "utf-8")
    done = subprocess.run(
        [
            chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}",
            "--enable-logging=stderr", "--virtual-time-budget=5000", *options,
            path.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    errors = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    events = json.loads(log.read_text())["events"]
    asked = {
        event["params"]["url"]
        for event in events
        # what the browser asks for itself has no origin
        if event.get("params", {}).get("initiator", "not an origin") != "not an origin"
    }
    return done.stdout, errors, asked


@pytest.mark.timeout(240)
def test_page_opens_in_a_browser_without_errors_or_requests(page, tmp_path):
    dumped, errors, asked = run_chromium(page, tmp_path, "--dump-dom")
    assert "A &lt;title&gt;" in dumped
    assert errors == []
    assert asked == set()


@pytest.mark.timeout(240)
def test_browser_would_notice_errors_and_requests(page, tmp_path):
    unguarded = re.sub("<meta http-equiv[^>]*>", "", page)
    planted = '<img src="http://example.invalid/x.png"><script>nothing()</script>'
    _, errors, asked = run_chromium(unguarded + planted, tmp_path, "--dump-dom")
    assert any("nothing is not defined" in error for error in errors)
    assert "http://example.invalid/x.png" in asked
    _, errors, asked = run_chromium(page + planted, tmp_path, "--dump-dom")
    assert any("Content Security Policy" in error for error in errors)
    assert asked == set()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("width", [400, 1400])
def test_page_fits_narrow_and_wide_windows(width, page, tmp_path):
    measure = """<script>
    addEventListener("load", () => { document.body.dataset.found = JSON.stringify([
      innerWidth, document.documentElement.scrollWidth,
      ...Array.from(document.images, i => Math.min(i.naturalWidth, i.width))])})
    </script>"""
    unguarded = re.sub("<meta http-equiv[^>]*>", "", page)
    measured = unguarded.replace("</body>", f"{measure}</body>")
    (tmp_path / "inner.html").write_text(measured, "utf-8")
    # Windows of a browser have a least width; frames do not.
    frame = f"""<iframe id="f" src="inner.html" width="{width}" height="900"
    style="border: 0"></iframe><script>
    addEventListener("load", () => {{ document.title =
      document.getElementById("f").contentDocument.body.dataset.found }})</script>"""
    option = "--allow-file-access-from-files"
    dumped, errors, _ = run_chromium(frame, tmp_path, "--dump-dom", option)
    assert errors == []
    inner, needed, *images = json.loads(re.search("<title>(.*?)</title>", dumped)[1])
    assert inner == width
    assert needed <= width  # nothing but tables and pictures scroll sideways
    assert len(images) == 3
    assert min(images) > 300


@pytest.mark.timeout(240)
def test_compare_writes_a_report(tmp_path):
    csv, report = tmp_path / "data.csv", tmp_path / "report.html"
    texts = [f"{'good fine' if i % 2 else 'bad poor'} word{i % 7}" for i in range(40)]
    frame = pd.DataFrame({"text": texts, "label": ["bad", "good"] * 20})
    frame.to_csv(csv, index=False)
    command = [sys.executable, "-m", "skmeta", "compare", csv, "--cv", "2"]
    command += ["--n-jobs", "1", "--report"]
    done = subprocess.run([*command, report], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Wrote" in done.stderr
    text = "\n".join(Reader(report.read_text("utf-8")).text)
    for part in ("data.csv", "meta text_pipeline", "2, stratified", "none given"):
        assert part in text
    done = subprocess.run([*command, "report.txt"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "--report report.txt is not the name of a page" in done.stderr
