"""Yjs: a CRDT document on its websocket server, kept in LevelDB.

One document, a map of maps. Its client is `yjs_client.mjs`, a process of its own that is told what
to do line by line. The protocol has no acknowledgement: work counts as pushed when the server has
answered a question that was asked after it.
"""

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.bench.bulk import IDLE_SYNCS
from tests.bench.crowd import DEVICES, OPERATIONS
from tests.bench.edits import RECORDS
from tests.bench.figures import Figure, spent
from tests.bench.process import STOP_S, Process, Watch
from tests.bench.records import make_customers
from tests.bench.replica import require
from tests.bench.rivals.install import npm_install
from tests.bench.stage import free_port

PACKAGES = {
    "yjs": "13.6.33",
    "@y/websocket-server": "0.1.1",
    "y-leveldb": "0.1.2",
    "y-protocols": "1.0.6",
    "ws": "6.2.3",
}
NAME = f"Yjs {PACKAGES['yjs']}"
SCRIPT = "yjs_client.mjs"


def install(folder: Path) -> None:
    npm_install(folder, PACKAGES)
    shutil.copy(Path(__file__).with_name(SCRIPT), folder)


def run(folder: Path, rows: int) -> list[Figure]:
    port = free_port()
    kept = folder / f"kept-{port}"
    command = ["node", "node_modules/@y/websocket-server/src/server.js"]
    env = {"HOST": "127.0.0.1", "PORT": str(port), "YPERSISTENCE": str(kept)}
    with (
        Process(command, lambda: answers(port), env, folder) as server,
        talking(folder, port, rows) as client,
    ):
        return measure(server, client, rows)


def answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


class Talk:
    """The client: a line of JSON each way."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def ask(self, does: str) -> dict[str, Any]:
        told, heard = self.process.stdin, self.process.stdout
        if told is None or heard is None:
            raise TypeError("the client has no pipes")
        told.write(does + "\n")
        told.flush()
        line = heard.readline()
        require(line != "", f"the client ended at {does}")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def talking(folder: Path, port: int, rows: int) -> Iterator[Talk]:
    sizes = {"crowd": DEVICES, "each": OPERATIONS, "merged": RECORDS, "idle": IDLE_SYNCS}
    records = folder / "records.json"
    records.write_text(json.dumps(make_customers(rows, "store")))
    wish = json.dumps({"port": port, "records": str(records), **sizes})
    process = subprocess.Popen(
        ["node", SCRIPT, wish],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Talk(process)
    finally:
        process.terminate()
        process.wait(timeout=STOP_S)


def measure(server: Process, client: Talk, rows: int) -> list[Figure]:
    pushing, pushed = timed(server, client, "push")
    pulling, pulled = timed(server, client, "pull")
    require(pulled["rows"] == rows, f"Yjs brought {pulled['rows']} of {rows} rows")
    idle, _ = timed(server, client, "idle")
    crowd, crowded = timed(server, client, "crowd")
    require(crowded["least"] == DEVICES * OPERATIONS, f"Yjs did not converge: {crowded}")
    merging, merged = timed(server, client, "merge")
    require(merged["both"] == RECORDS, f"Yjs merged {merged}")
    return [
        *spent("W1.push", pushing, operations=rows, bytes=pushed["bytes"]),
        *spent("W2.pull", pulling, rows=rows, bytes=pulled["bytes"]),
        *spent("W3.crowd", crowd, devices=DEVICES, bytes=crowded["bytes"]),
        Figure("W4.idle.cpu_ms", idle.cpu / IDLE_SYNCS * 1000, "ms"),
        Figure("W4.idle.wall_ms", idle.wall / IDLE_SYNCS * 1000, "ms"),
        *spent("W5.merge", merging, both=merged["both"]),
    ]


def timed(server: Process, client: Talk, work: str) -> tuple[Watch, dict[str, Any]]:
    client.ask(f"prepare {work}")
    with Watch(server) as watch:
        answer = client.ask(work)
    return watch, answer
