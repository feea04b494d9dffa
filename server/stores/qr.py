"""QR codes as SVG paths: black on white, quiet zone included, no file and no script."""

import segno

QUIET_ZONE = 4


def build(text: str, error: str = "q") -> segno.QRCode:
    """A code that survives wear: Q restores a quarter of its modules."""
    return segno.make(text, error=error, boost_error=False, micro=False)


def to_path(code: segno.QRCode) -> tuple[str, int]:
    """The dark modules as one SVG path, and the side in modules with the quiet zone."""
    drawn: list[str] = []
    for y, line in enumerate(code.matrix, QUIET_ZONE):
        for x, length in find_runs(bytes(line)):
            drawn.append(f"M{x + QUIET_ZONE} {y}h{length}v1h-{length}z")
    return "".join(drawn), len(code.matrix) + 2 * QUIET_ZONE


def to_svg(text: str, label: str = "") -> str:
    """A whole SVG document without a size of its own, so that the page decides."""
    path, side = to_path(build(text, "m"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" '
        f'aria-label="{label}" shape-rendering="crispEdges"><path fill="#fff" '
        f'd="M0 0h{side}v{side}H0z"/><path fill="#000" d="{path}"/></svg>'
    )


def to_terminal(text: str) -> str:
    """Two modules in one character, for `make run`."""
    rows = [bytes(line) for line in build(text, "l").matrix_iter(border=2)]
    if len(rows) % 2:
        rows.append(bytes(len(rows[0])))
    blocks = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join("".join(blocks[pair] for pair in zip(*two, strict=True)) for two in pairs)


def find_runs(line: bytes) -> list[tuple[int, int]]:
    """Where dark modules begin in a row, and how many stand together."""
    found, x = [], 0
    while x < len(line):
        length = 1
        while x + length < len(line) and line[x + length] == line[x]:
            length += 1
        if line[x]:
            found.append((x, length))
        x += length
    return found
