"""Pieces of SVG: escaped, without scripts and without references to anything outside.

Text arrives printable, so that no character is left that XML forbids; what XML would read as markup is escaped here.
"""

from html import escape
from typing import Final

from rtlog.timelines.telling import Segments, printable

STYLE: Final = """
text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#1f2328;white-space:pre}
.page{fill:#fff}.head{font-weight:bold;font-size:13px}.time,.dim{fill:#656d76}.bold,.name{font-weight:bold}
.private,.quote{unicode-bidi:isolate}.private{font-style:italic}.note{font-size:11px;fill:#656d76}
.life{stroke:#8c959f;stroke-width:1.2}.gap{stroke:#8c959f;stroke-width:1.2;stroke-dasharray:1 4}
.client{fill:#1a7f37}.server{fill:#0969da}.local{fill:#8250df}
.error{fill:#cf222e;font-weight:bold}.warning{fill:#9a6700;font-weight:bold}.info{fill:#0969da;font-weight:bold}
.wire-client{stroke:#1a7f37}.wire-server{stroke:#0969da}.wire-output{stroke:#8250df;stroke-dasharray:5 3}
.arrow{fill:none;stroke-width:1.4}.refused{stroke:#cf222e}
.bar{stroke-width:1}.bar-speech{fill:#aceebb;stroke:#1a7f37}.bar-response{fill:#b6e3ff;stroke:#0969da}
.bar-item{fill:#ddf4ff;stroke:#54aeff}.bar-push,.bar-tool,.bar-playback{fill:#e9d8ff;stroke:#8250df}
.mark-error{fill:#ffebe9}.mark-warning{fill:#fff8c5}.mark-info{fill:#ddf4ff}
.edge-error{fill:#cf222e}.edge-warning{fill:#bf8700}.edge-info{fill:#0969da}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}.page{fill:#0d1117}.time,.dim,.note{fill:#8d96a0}
.client{fill:#3fb950}.server{fill:#58a6ff}.local{fill:#bc8cff}.error{fill:#ff7b72}.warning{fill:#e3b341}.info{fill:#58a6ff}
.wire-client{stroke:#3fb950}.wire-server{stroke:#58a6ff}.wire-output{stroke:#bc8cff}.refused{stroke:#ff7b72}
.bar-speech{fill:#0f5323}.bar-response{fill:#0c2d6b}.bar-item{fill:#051d4d}.bar-push,.bar-tool,.bar-playback{fill:#3c1e70}
.mark-error{fill:#3c1618}.mark-warning{fill:#341a00}.mark-info{fill:#051d4d}
}
"""

HEAD: Final = (
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0.5L8 4L0 7.5z" fill="context-stroke"/></marker></defs>'
)


def told(text: str) -> str:
    """Give *text* as XML holds it."""
    return escape(printable(text))


def text(x: float, y: float, segments: Segments, name: str = "") -> str:
    """Write *segments* at *x*, each in the class of its role."""
    spans = "".join(
        f'<tspan class="{segment.role}">{told(segment.text)}</tspan>' if segment.role else told(segment.text)
        for segment in segments
    )
    return f'<text x="{x:g}" y="{y:g}"{_class(name)}>{spans}</text>'


def line(points: tuple[float, float, float, float], name: str, *, head: bool = False) -> str:
    """Draw a line from x, y to x, y; with a *head* it is an arrow."""
    x, y, to_x, to_y = points
    end = ' marker-end="url(#head)"' if head else ""
    return f'<line x1="{x:g}" y1="{y:g}" x2="{to_x:g}" y2="{to_y:g}"{_class(name)}{end}/>'


def path(d: str, name: str, *, head: bool = False) -> str:
    """Draw a path; with a *head* it is an arrow."""
    end = ' marker-end="url(#head)"' if head else ""
    return f'<path d="{d}"{_class(name)}{end}/>'


def box(x: float, y: float, width: float, height: float, name: str, title: str = "") -> str:
    """Draw a box; *title* is what a pointer over it is told."""
    shape = f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"{_class(name)}'
    return f"{shape}><title>{told(title)}</title></rect>" if title else f"{shape}/>"


def dot(x: float, y: float, name: str) -> str:
    """Draw a dot."""
    return f'<circle cx="{x:g}" cy="{y:g}" r="3.5"{_class(name)}/>'


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def document(width: float, height: float, title: str, parts: list[str]) -> list[str]:
    """Give the lines of a whole file."""
    size = f'width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
    return [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size}>',
        f"<title>{told(title)}</title>",
        f"<style>{STYLE}</style>",
        HEAD,
        f'<rect class="page" width="{width:g}" height="{height:g}"/>',
        *parts,
        "</svg>",
    ]
