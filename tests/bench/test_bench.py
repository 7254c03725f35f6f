import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).parent / "run.py"


@pytest.mark.parametrize("name", ["start", "waiting", "submission", "callbacks", "batch", "shelf"])
def test_every_benchmark_runs_and_prints_a_table(name):
    done = subprocess.run(
        [sys.executable, RUN, name, "--quick"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "| median (quartiles) |" in done.stdout
    assert " times " in done.stdout
