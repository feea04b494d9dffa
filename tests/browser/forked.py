"""A server process forked from one that has everything imported, so that a start costs little."""

import argparse
import multiprocessing
import os
from collections.abc import Mapping
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from server import cli
from server.clock import Clock

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload([__name__])


def forked(
    environ: Mapping[str, str], log: Path, clock: Clock, *, sample: bool
) -> ForkServerProcess:
    """`serve`, started; what it says goes to the end of `log`."""
    given = (dict(environ), log, clock, sample)
    process = _forks.Process(target=serve, args=given, daemon=True)
    process.start()
    return process


def serve(environ: dict[str, str], log: Path, clock: Clock, sample: bool) -> None:
    os.environ.update(environ)
    with log.open("ab") as file:
        for said in (1, 2):
            os.dup2(file.fileno(), said)
    cli.serve(argparse.Namespace(sample=sample), clock)
