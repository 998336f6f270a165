"use strict";
/* The shapes of the drawing. Each kind has its own: nothing is told by colour alone. */

const Shapes = (() => {
  const FONT = "11px system-ui, sans-serif", BOLD = "600 11px system-ui, sans-serif";
  const widths = new Map(); // text -> px: measuring is what costs most

  function textWidth(ctx, text) {
    let width = widths.get(text);
    if (width === undefined) {
      if (widths.size > 20_000) widths.clear();
      widths.set(text, (width = ctx.measureText(text).width));
    }
    return width;
  }

  /* Text that keeps within `room`; nothing where not even a few letters fit. */
  function text(ctx, words, x, y, room = Infinity) {
    if (room < 14) return;
    let shown = words;
    if (textWidth(ctx, shown) > room) {
      const letters = Math.floor((shown.length * (room - 8)) / textWidth(ctx, shown));
      if (letters < 2) return;
      shown = `${shown.slice(0, letters)}\u2026`;
    }
    ctx.fillText(shown, x, y);
  }

  function polygon(ctx, points) {
    ctx.beginPath();
    points.forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
    ctx.closePath();
  }

  /* A record: down to the server, up to the client, a dot in the application, a square of the socket. */
  const GLYPHS = [
    (ctx, x, y) => polygon(ctx, [[x - 4, y - 4], [x + 4, y - 4], [x, y + 4]]),
    (ctx, x, y) => polygon(ctx, [[x - 4, y + 4], [x + 4, y + 4], [x, y - 4]]),
    (ctx, x, y) => { ctx.beginPath(); ctx.arc(x, y, 4, 0, 7); },
    (ctx, x, y) => { ctx.beginPath(); ctx.rect(x - 3.5, y - 3.5, 7, 7); },
  ];

  function glyph(ctx, dir, x, y, colour) {
    GLYPHS[dir](ctx, x, y);
    ctx.fillStyle = colour;
    ctx.fill();
  }

  /* A finding: a triangle, a diamond or a circle, each with its sign. */
  function finding(ctx, severity, x, y, colour, background) {
    const r = 8;
    if (severity === "error") polygon(ctx, [[x, y - r], [x + r, y + r * 0.8], [x - r, y + r * 0.8]]);
    else if (severity === "warning") polygon(ctx, [[x, y - r], [x + r, y], [x, y + r], [x - r, y]]);
    else { ctx.beginPath(); ctx.arc(x, y, r - 1, 0, 7); }
    ctx.fillStyle = colour;
    ctx.fill();
    ctx.fillStyle = background;
    ctx.font = BOLD;
    ctx.textAlign = "center";
    ctx.fillText(severity === "info" ? "i" : "!", x, y + (severity === "error" ? 2 : 0));
    ctx.textAlign = "left";
    ctx.font = FONT;
  }

  function arrowHead(ctx, x, y, angle) {
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(x - 7 * Math.cos(angle - 0.4), y - 7 * Math.sin(angle - 0.4));
    ctx.lineTo(x - 7 * Math.cos(angle + 0.4), y - 7 * Math.sin(angle + 0.4));
    ctx.closePath();
    ctx.fill();
  }

  function hatch(ctx, x, y, width, height, colour) {
    if (width < 4) return;
    ctx.save();
    ctx.beginPath();
    ctx.rect(x, y, width, height);
    ctx.clip();
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1;
    ctx.beginPath();
    for (let at = x - height; at < x + width; at += 7) {
      ctx.moveTo(at, y + height);
      ctx.lineTo(at + height, y);
    }
    ctx.stroke();
    ctx.restore();
  }

  function badge(ctx, words, x, y, colour, background) {
    ctx.font = BOLD;
    const width = Math.max(15, textWidth(ctx, words) + 8);
    ctx.fillStyle = colour;
    ctx.beginPath();
    ctx.roundRect(x - width / 2, y - 7.5, width, 15, 7);
    ctx.fill();
    ctx.fillStyle = background;
    ctx.textAlign = "center";
    ctx.fillText(words, x, y + 0.5);
    ctx.textAlign = "left";
    ctx.font = FONT;
  }

  return { FONT, BOLD, text, textWidth, glyph, finding, arrowHead, hatch, badge };
})();
