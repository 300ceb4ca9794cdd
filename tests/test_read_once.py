import pickle
from pathlib import Path

import joblib
import pytest

from skmeta.evaluate._read_once import sent_once


class Counted(list):
    """A list that counts how often it is pickled."""

    n_pickled = 0

    def __reduce__(self):
        type(self).n_pickled += 1
        return list, (list(self),)


def length_and_identity(sent):
    return len(sent.value), id(sent.value)


@pytest.fixture(autouse=True)
def count_from_zero():
    Counted.n_pickled = 0


def test_processes_read_the_value_once():
    with sent_once(Counted("abc")) as sent:
        found = joblib.Parallel(n_jobs=2)(
            joblib.delayed(length_and_identity)(sent) for _ in range(6)
        )
    assert {length for length, _ in found} == {3}
    assert len({identity for _, identity in found}) <= 2
    assert Counted.n_pickled == 1


def test_each_value_is_read_and_its_file_removed():
    for letters in ("abc", "de"):
        with sent_once(list(letters)) as sent:
            pickled = pickle.dumps(sent)
            assert pickle.loads(pickled).value == list(letters)
            [path] = sent.__reduce__()[1]
            assert Path(path).exists()
        assert not Path(path).parent.exists()


@pytest.mark.parametrize("backend", ["sequential", "threading"])
def test_without_processes_there_is_no_file(backend):
    value = Counted("abc")
    with joblib.parallel_config(backend), sent_once(value) as sent:
        found = joblib.Parallel(n_jobs=2)(
            joblib.delayed(length_and_identity)(sent) for _ in range(2)
        )
    assert found == [(3, id(value))] * 2
    assert Counted.n_pickled == 0


def test_values_of_other_backends_travel_with_the_task():
    with joblib.parallel_config("multiprocessing"), sent_once(Counted("abc")) as sent:
        pickled = pickle.dumps(sent)
    assert pickle.loads(pickled).value == list("abc")
    assert Counted.n_pickled == 1
