"""Programs in processes of their own, with other hash seeds and numbers of threads."""

import os
import subprocess
import sys

WAYS = (
    {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"},
    {"PYTHONHASHSEED": "1", "OMP_NUM_THREADS": "2"},
)


def outputs_of(code, *arguments):
    """Return the distinct outputs of a program that runs each way, at the same time."""
    command = [sys.executable, "-W", "ignore", "-c", code, *map(str, arguments)]
    started = [
        subprocess.Popen(
            command,
            env={**os.environ, **way},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for way in WAYS
    ]
    outputs = set()
    for process in started:
        output, errors = process.communicate()
        assert process.returncode == 0, errors
        outputs.add(output)
    assert "" not in outputs
    return outputs
