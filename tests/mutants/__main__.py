"""`python -m tests.mutants [word…]`: each mutant in turn, or those whose file or text has a word.

Works on a copy of the tree in a temporary folder. Exits with 1 if a mutant survives or fits no
longer: its old text must be there exactly once.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from importlib.util import cache_from_source
from pathlib import Path
from queue import Empty, SimpleQueue

from tests.mutants.cases import MUTANTS, Mutant
from tests.mutants.evidence import EVIDENCE
from tests.mutants.joining import JOINING
from tests.mutants.phone import PHONE

ROOT = Path(__file__).parent.parent.parent
COPIED = ("sync", "server", "tests", "pwa", "pyproject.toml", "Makefile", "README.md", "docs")
WORKERS = 2
LONGEST_S = 300
QUICKLY = "not postgresql and not browser and not slow and not soak"
KILLED, NOTHING_RAN = 1, 5


class Failure(Exception):
    """What keeps this from being a test at all."""


def main(words: Sequence[str]) -> int:
    known = [*MUTANTS, *JOINING, *EVIDENCE, *PHONE]
    chosen = [m for m in known if not words or any(w in m.file + m.old + m.new for w in words)]
    find_misfits(chosen)
    queue: SimpleQueue[Mutant] = SimpleQueue()
    for mutant in chosen:
        queue.put(mutant)
    survivors: list[Mutant] = []
    with tempfile.TemporaryDirectory(prefix="mutants") as folder:
        threads = [
            threading.Thread(target=work_off, args=(queue, Path(folder) / str(nth), survivors))
            for nth in range(WORKERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for mutant in survivors:
        print(f"survived: {mutant.file}\n  - {mutant.old}\n  + {mutant.new}")
    print(f"{len(chosen)} mutants, {len(survivors)} survived")
    return 1 if survivors or not queue.empty() else 0


def find_misfits(mutants: Sequence[Mutant]) -> None:
    for mutant in mutants:
        found = (ROOT / mutant.file).read_text().count(mutant.old)
        if found != 1:
            raise Failure(f"{mutant.file} has this {found} times, not once: {mutant.old}")


def work_off(queue: SimpleQueue[Mutant], copy: Path, survivors: list[Mutant]) -> None:
    copy_tree(copy)
    while True:
        try:
            mutant = queue.get_nowait()
        except Empty:
            return
        survives = is_survivor(mutant, copy)
        print("survived" if survives else "killed", mutant.file, mutant.new.strip(), flush=True)
        if survives:
            survivors.append(mutant)


def copy_tree(copy: Path) -> None:
    copy.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "node_modules", "dist")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=ignored)
        else:
            shutil.copy(source, copy / name)
    (copy / "pwa" / "node_modules").symlink_to(ROOT / "pwa" / "node_modules")


def is_survivor(mutant: Mutant, copy: Path) -> bool:
    path = copy / mutant.file
    whole = path.read_text()
    path.write_text(whole.replace(mutant.old, mutant.new))
    # Compiled files are told apart by second and size only, which two mutants may share.
    Path(cache_from_source(str(path))).unlink(missing_ok=True)
    try:
        is_phone = mutant.file.startswith("pwa/")
        return phone_passes(mutant.tests, copy) if is_phone else passes(mutant.tests, copy)
    finally:
        path.write_text(whole)


def phone_passes(tests: Sequence[str], copy: Path) -> bool:
    command = ["node", "node_modules/vitest/vitest.mjs", "run", "--bail", "1", *tests]
    return ended_well(command, copy / "pwa", dict(os.environ), ran=b"Test Files")


def passes(tests: Sequence[str], copy: Path) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    command += ["-m", QUICKLY]
    if all(test.startswith("tests/sync") for test in tests):
        # These need nothing of the server, whose import takes longer than they do.
        command += ["--confcutdir", "tests/sync", "-o", "markers=soak: long"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return ended_well([*command, *tests], copy, environment)


def ended_well(
    command: Sequence[str], folder: Path, environment: dict[str, str], ran: bytes = b""
) -> bool:
    """Whether all tests passed. What never ends, a mutant has spoilt. `ran`: is printed where tests
    ran at all, by a runner whose exit code does not say so."""
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, timeout=LONGEST_S
        )
    except subprocess.TimeoutExpired:
        return False
    if done.returncode not in (0, KILLED, 2) or ran not in done.stdout:
        raise Failure(done.stdout.decode() + done.stderr.decode())
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
