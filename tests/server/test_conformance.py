"""Our server keeps the laws when all that is known of it is its address."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from server.cli import prepare
from server.config import read_config
from tests.bench.stage import Server, free_port


@pytest.mark.slow
def test_the_conformance_kit_finds_nothing_broken(tmp_path: Path) -> None:
    config = read_config({"SHOPBELL_DATA": str(tmp_path), "SHOPBELL_PORT": str(free_port())})
    asyncio.run(prepare(config, sample=True))
    with Server(config):
        command = [sys.executable, "-m", "tests.conformance", config.origin]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    assert told.stdout.splitlines()[-1].endswith(" passed, 0 failed")
