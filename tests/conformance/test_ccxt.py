import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = Path(__file__).parents[2]


@pytest.fixture
def exchange_url() -> Iterator[str]:
    # At ten times the speed of the clock, so that liquidations need not be waited for.
    command = ["simulate", "--days", "1.2", "--speed", "10", "--until-stdin-ends"]
    process = subprocess.Popen(
        [sys.executable, "-m", "workstation", *command],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.stdin.close()  # which ends it, as the death of its parent would
        try:
            assert process.wait(timeout=10) == 0
        finally:
            process.kill()
            process.stdout.close()


@pytest.mark.parametrize(("script", "checks"), [("ccxt_script.py", 22), ("ccxt_trading_script.py", 7)])
def test_an_unmodified_ccxt_works_against_the_simulated_exchange(exchange_url, script, checks):
    result = subprocess.run(
        [sys.executable, str(HERE / script), exchange_url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.stdout, result.stderr
    report = json.loads(result.stdout.splitlines()[-1])
    assert report["failed"] == {}
    assert len(report["checked"]) >= checks
    assert result.returncode == 0
