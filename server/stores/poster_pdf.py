"""Posters as PDF, one on each page: vector codes, text that stays text, the font's subset inside.

For one's own printer the page is the trimmed sheet. For a press it is larger: colour goes on
`BLEED_MM` beyond the trim, marks in the corners say where to cut, and so do the page's boxes.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from fpdf import FPDF

from server.stores import qr
from server.stores.fonts import face_of, find_chinese_font
from server.stores.poster_layout import (
    BLEED_MM,
    FORMATS,
    GREEN,
    GREY,
    WHITE,
    Face,
    Format,
    Line,
    lay_out,
    say_size,
)
from server.stores.posters import Sheet

SLUG_MM = 10.0
MARK_MM = 5.0
POINTS_PER_MM = 72 / 25.4
# From a line's middle down to where its letters stand, as a share of their size.
_DESCENT = 0.35


class _Paper(FPDF):
    """A page with its origin at the corner of the trimmed sheet; `font`: None is Latin only."""

    def __init__(self, format: Format, for_press: bool) -> None:
        self.slug = SLUG_MM if for_press else 0.0
        self.bleed = BLEED_MM if for_press else 0.0
        size = (format.width + 2 * self.slug, format.height + 2 * self.slug)
        super().__init__(unit="mm", format=size)
        self.set_auto_page_break(False)
        self.chinese = find_chinese_font()
        self._take_font(self.chinese)

    def _take_font(self, font: Path | None) -> None:
        if font is None:
            return self.set_font("helvetica")
        self.add_font("sheet", fname=font, collection_font_number=face_of(font))
        return self.set_font("sheet")


@lru_cache(maxsize=64)
def draw_pdf(sheets: tuple[Sheet, ...], name: str, for_press: bool = False) -> bytes:
    """PDF bytes, the same sheets drawn once. Blocking, half a second: call it from a thread.

    `name`: a key of FORMATS.
    """
    format = FORMATS[name]
    paper = _Paper(format, for_press)
    paper.set_title(_title(sheets))
    paper.set_lang("zh-CN")
    for sheet in sheets:
        paper.add_page()
        _draw_sheet(paper, format, lay_out(sheet, format))
    return bytes(paper.output())


def _title(sheets: Sequence[Sheet]) -> str:
    return f"{sheets[0].organisation} {sheets[0].store} {' '.join(each.typed for each in sheets)}"


def _draw_sheet(paper: _Paper, format: Format, face: Face) -> None:
    """The lower face first; a tent's other one is the same, turned about the fold."""
    top = format.height - face.height
    _draw_face(paper, face, top)
    if format.sides == 2:
        middle = paper.slug + format.width / 2, paper.slug + format.height / 2
        with paper.rotation(180, *middle):
            _draw_face(paper, face, top)
        _mark_fold(paper, format)
    if format.says_reach:
        _write(paper, face, say_size(format, face), paper.slug)
    if paper.slug:
        _mark_corners(paper, format)
        _name_boxes(paper)


def _draw_face(paper: _Paper, face: Face, top: float) -> None:
    down, bleed = paper.slug + top, paper.bleed
    above = 0.0 if top else bleed
    paper.set_fill_color(GREEN)
    paper.rect(
        paper.slug - bleed, down - above, face.width + 2 * bleed, face.band + above, style="F"
    )
    _draw_code(paper, face, down)
    _draw_hole(paper, face, down)
    for line in face.lines:
        _write(paper, face, line, down)


def _draw_code(paper: _Paper, face: Face, down: float) -> None:
    """One path of all dark modules: drawn apart, they would show hairs between them."""
    matrix = qr.build(face.link).matrix
    module = face.code_side / (len(matrix) + 2 * qr.QUIET_ZONE)
    left, top = paper.slug + face.code_left, down + face.code_top
    with paper.new_path() as path:
        path.style.fill_color = "#000000"
        path.style.stroke_color = None
        for y, row in enumerate(matrix, qr.QUIET_ZONE):
            for x, length in qr.find_runs(bytes(row)):
                across = left + (x + qr.QUIET_ZONE) * module
                path.rectangle(across, top + y * module, length * module, module)


def _draw_hole(paper: _Paper, face: Face, down: float) -> None:
    if face.hole is None:
        return
    x, y, width, height = face.hole
    paper.set_fill_color(WHITE)
    paper.set_draw_color(GREY)
    paper.set_line_width(0.1)
    paper.rect(
        paper.slug + x,
        down + y,
        width,
        height,
        style="DF",
        round_corners=True,
        corner_radius=height / 2,
    )


def _write(paper: _Paper, face: Face, line: Line, down: float) -> None:
    text = line.text if paper.chinese else line.latin
    if not text:
        return
    paper.set_font(size=line.size * POINTS_PER_MM)
    wide = paper.get_string_width(text) / face.text_width
    size = line.size / max(wide, 1)
    paper.set_font(size=size * POINTS_PER_MM)
    paper.set_text_color(line.ink)
    left = paper.slug + (face.width - paper.get_string_width(text)) / 2
    paper.text(left, down + line.y + size * _DESCENT, text)


def _mark_fold(paper: _Paper, format: Format) -> None:
    """Short strokes at both edges, over the colour: they show on the desk, hardly on the table."""
    y = paper.slug + format.height / 2
    paper.set_draw_color(WHITE)
    paper.set_line_width(0.2)
    for x in (paper.slug, paper.slug + format.width - MARK_MM):
        paper.line(x, y, x + MARK_MM, y)


def _mark_corners(paper: _Paper, format: Format) -> None:
    """Outside of the bleed, so that no mark is left on a sheet that was cut a little off."""
    paper.set_draw_color("#000000")
    paper.set_line_width(0.1)
    reach = paper.slug - paper.bleed - MARK_MM
    for x, away in ((paper.slug, 0.0), (paper.slug + format.width, 1.0)):
        for start in (reach, paper.slug + format.height + paper.bleed):
            paper.line(x, start, x, start + MARK_MM)
        outer = reach + away * (format.width + 2 * paper.bleed + MARK_MM)
        for y in (paper.slug, paper.slug + format.height):
            paper.line(outer, y, outer + MARK_MM, y)


def _name_boxes(paper: _Paper) -> None:
    """TrimBox and BleedBox, by which a press lays sheets out without looking at the marks. fpdf2
    has no word for them: it writes whatever a page has, under its name."""
    boxes = {"trim_box": paper.slug, "bleed_box": paper.slug - paper.bleed}
    for name, inset in boxes.items():
        corners = (inset, inset, paper.w - inset, paper.h - inset)
        said = " ".join(f"{side * POINTS_PER_MM:.2f}" for side in corners)
        vars(paper.pages[paper.page])[name] = f"[{said}]"
