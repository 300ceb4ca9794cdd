import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

mpl.use("agg")

import matplotlib.pyplot as plt

from skmeta.plot import ComparisonDisplay


@pytest.fixture
def comparison():
    yield pd.DataFrame(
        {
            "accuracy": [0.7, 0.9, 0.8],
            "accuracy_std": [0.02, 0.01, 0.03],
            "split0_accuracy": [0.68, 0.89, 0.77],
            "split1_accuracy": [0.72, 0.91, 0.83],
        },
        index=["worst", "best", "middle"],
    )
    plt.close("all")


def test_best_is_on_top(comparison):
    display = ComparisonDisplay.from_comparison(comparison)
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels == ["worst", "middle", "best"]
    means, *folds = display.ax_.collections[1:]
    np.testing.assert_allclose(means.get_offsets()[:, 0], [0.7, 0.8, 0.9])
    np.testing.assert_allclose(folds[0].get_offsets()[:, 0], [0.68, 0.77, 0.89])
    assert [text.get_text() for text in display.ax_.texts][-1] == "0.900 ± 0.010"


def test_axes_can_be_given(comparison):
    _, ax = plt.subplots()
    display = ComparisonDisplay(comparison)
    assert display.plot(ax=ax) is display
    assert display.ax_ is ax
    assert display.figure_ is ax.figure


def test_no_label_runs_out_of_the_figure(comparison):
    comparison.index = ["a name of quite some length for an embedding", "b", "c"]
    figure = ComparisonDisplay.from_comparison(comparison).figure_
    figure.canvas.draw()
    box = figure.get_tightbbox()
    assert box.x0 >= 0
    assert box.x1 <= figure.get_size_inches()[0]
