"""Names and words are drawn as they are, whatever they mean to matplotlib."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

mpl.use("agg")

import matplotlib.pyplot as plt

from skmeta.plot import (
    AgreementDisplay,
    CombinerComparisonDisplay,
    ComparisonDisplay,
    CoverageDisplay,
    SenseMapDisplay,
    WordMapDisplay,
)

NAMES = [r"$\frac{$.txt", "_$x^2$", r"$\alpha$ & \$5"]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def sources_of(words):
    rng = np.random.default_rng(0)
    return {
        name: dict(zip(words, rng.standard_normal((len(words), 3)))) for name in NAMES
    }


def draw_agreement():
    return AgreementDisplay.from_sources(sources_of(["a", "b", "c"]), n_neighbors=1)


def draw_combiner_comparison():
    results = {
        "mean_test_$core$": [0.1, 0.2, 0.3],
        "std_test_$core$": [0.0, 0.0, 0.0],
        "params": [{"combiner": name} for name in NAMES],
    }
    return CombinerComparisonDisplay.from_results(results, score="$core$")


def draw_comparison():
    frame = pd.DataFrame(
        {"accuracy": [0.5] * 3, "accuracy_std": [0.1] * 3, "split0_accuracy": [0.5] * 3}
    )
    return ComparisonDisplay.from_comparison(frame.set_axis(NAMES))


def draw_coverage():
    return CoverageDisplay.from_sources(sources_of(["a", "b"]), [["a", "b", "c"]])


def draw_sense_map():
    vectors = np.random.default_rng(0).standard_normal((6, 4))
    return SenseMapDisplay.from_vectors(vectors, NAMES * 2)


def draw_word_map():
    return WordMapDisplay.from_words(sources_of(NAMES), NAMES)


DRAWN = [draw_agreement, draw_combiner_comparison, draw_comparison, draw_coverage]
DRAWN += [draw_sense_map, draw_word_map]


@pytest.mark.parametrize("draw", DRAWN)
def test_text_of_users_is_no_markup(draw):
    figure = draw().figure_
    figure.canvas.draw()  # ValueError where "$\frac{$" is read as mathematics
    texts = [text for text in figure.findobj(plt.Text) if "$" in text.get_text()]
    assert not any(text.get_parse_math() or text.get_usetex() for text in texts)
    shown = "\n".join(text.get_text() for text in texts)
    assert all(name in shown for name in NAMES)
