"""Numbers of 16 bits with the exponents of float32, as models are published in."""

import json
import struct

import numpy as np
from numpy.testing import assert_array_equal

from skmeta import load_vectors


def test_bfloat16_in_safetensors_is_read_exactly(tmp_path):
    rng = np.random.default_rng(0)
    vectors = (
        rng.standard_normal((5, 3)) * 10.0 ** rng.integers(-30, 30, (5, 3))
    ).astype(np.float32)
    halves = (vectors.view("<u4") >> 16).astype("<u2")  # cut off, not rounded
    header = {"embeddings": {"dtype": "BF16", "shape": [5, 3], "data_offsets": [0, 30]}}
    text = json.dumps(header).encode()
    path = tmp_path / "w.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text + halves.tobytes())
    (tmp_path / "w.txt").write_text("a\nb\nc\nd\ne\n")
    loaded = load_vectors(path)
    assert loaded.vectors.dtype == np.float32
    expected = (halves.astype("<u4") << 16).view(np.float32)
    assert_array_equal(loaded.vectors, expected)
    np.testing.assert_allclose(loaded.vectors, vectors, rtol=2**-7)
