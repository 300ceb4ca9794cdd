"""
Write a custom combiner
=======================

A combiner defines its number of output columns and how it combines a block of rows. It
inherits input validation, weights, missing rows, cloning and nested parameters. The
combiner of this example selects the value of largest magnitude among the views, in each
column.
"""

from sklearn.base import clone

from skmeta import MetaEmbeddings
from skmeta.combine import Combiner


class Largest(Combiner):
    """Select the value of largest magnitude in each column."""

    @property
    def n_features_out_(self):
        """The number of columns of the widest view."""
        return max(self.dimensions_)

    def _combine(self, blocks, present):
        widest = max(blocks, key=lambda block: block.shape[1]).copy()
        for block in blocks:
            part = widest[:, : block.shape[1]]
            larger = abs(block) > abs(part)
            part[larger] = block[larger]
        return widest


# %%
# It can be used like the combiners of the package.

taste = {"apple": [1.0, 0.0], "pear": [0.8, 0.6], "fish": [0.0, 1.0]}
looks = {"apple": [1.0, 0.0, 0.0], "pear": [0.6, 0.0, 0.8], "ball": [0.0, 1.0, 0.0]}
meta = MetaEmbeddings([taste, looks], combiner=Largest(), names=["taste", "looks"])
print(meta)
meta.word_vectors[["apple", "pear", "ball"]]

# %%
# Its parameters are those of ``__init__``, as in every scikit-learn estimator.

clone(Largest(weights=[2, 1])).get_params()
