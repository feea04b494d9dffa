"""Fetches a rival into a folder of its own, with the plain package tools."""

import json
import subprocess
import sys
from pathlib import Path

LIMIT_S = 300


class Missing(Exception):
    """It cannot be installed here; the reason is the tool's last line."""


def npm_install(folder: Path, packages: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {"private": True, "type": "module", "dependencies": packages}
    (folder / "package.json").write_text(json.dumps(wanted))
    call(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error"], folder)


def pip_install(folder: Path, packages: dict[str, str]) -> Path:
    """A virtual environment with these packages; returns its folder of programs."""
    folder.mkdir(parents=True, exist_ok=True)
    call([sys.executable, "-m", "venv", "env"], folder)
    programs = folder / "env" / "bin"
    pinned = [f"{name}=={version}" for name, version in packages.items()]
    call([str(programs / "pip"), "install", "-q", "--disable-pip-version-check", *pinned], folder)
    return programs


def call(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing(str(error)) from error
    if done.returncode:
        raise Missing((done.stderr.strip().splitlines() or ["failed"])[-1])
