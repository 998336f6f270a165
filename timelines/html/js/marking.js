"use strict";
/* Findings in the drawing: markers on their own track, causes and consequences, numbered evidence. */

const Marking = (() => {
  const { records } = Data;

  function findings(painting, track) {
    const { ctx, colours } = painting, y = track.top + 11;
    const places = new Map();
    let free = -Infinity;
    for (const finding of Data.findings) {
      if (!finding.placed) continue;
      const x = painting.x(finding.t);
      const near = x < free - 14 || x < -50 || x > painting.width + 50;
      places.set(finding.number, [x, y]);
      if (near && finding.number !== painting.chosen) continue;
      marker(painting, finding, x, y);
      const width = Shapes.textWidth(ctx, finding.rule);
      painting.hit(x - 10, track.top, 24 + width, 22, { finding: finding.number });
      free = x + 30 + width;
    }
    ctx.strokeStyle = ctx.fillStyle = colours.dim;
    for (const finding of Data.findings) consequence(painting, places, finding, track);
  }

  function marker(painting, finding, x, y) {
    const { ctx, colours } = painting, chosen = finding.number === painting.chosen;
    ctx.globalAlpha = painting.chosen >= 0 && !chosen ? 0.55 : 1;
    Shapes.finding(ctx, finding.severity, x, y, colours[finding.severity], colours.bg);
    ctx.font = chosen ? Shapes.BOLD : Shapes.FONT;
    ctx.fillStyle = colours.text;
    ctx.fillText(finding.rule, x + 12, y);
    ctx.font = Shapes.FONT;
    ctx.globalAlpha = 1;
  }

  function consequence(painting, places, finding, track) {
    const { ctx } = painting, from = places.get(finding.caused_by), to = places.get(finding.number);
    if (!from || !to || Math.abs(from[0] - to[0]) < 6) return;
    if (Math.max(from[0], to[0]) < 0 || Math.min(from[0], to[0]) > painting.width) return;
    const low = track.top + track.height - 2, y = from[1] + 9;
    ctx.globalAlpha = 0.8;
    ctx.beginPath();
    ctx.moveTo(from[0], y);
    ctx.bezierCurveTo(from[0], low + 6, to[0], low + 6, to[0], y + 2);
    ctx.stroke();
    Shapes.arrowHead(ctx, to[0], y, -Math.PI / 2);
    ctx.globalAlpha = 1;
  }

  function gravest(marks) {
    return ["error", "warning", "info"].find((severity) => marks.some((mark) => mark.finding.severity === severity));
  }

  /* A record that proves something has a ring; the one at which a finding stands has a double ring. */
  function ring(painting, record, x, y) {
    const { ctx, colours } = painting, marks = Data.marks.get(records.line[record]);
    ctx.strokeStyle = colours[gravest(marks)];
    ctx.lineWidth = 1.5;
    ctx.beginPath();
    ctx.arc(x, y, 7, 0, 7);
    ctx.stroke();
    if (marks.some((mark) => mark.act)) {
      ctx.beginPath();
      ctx.arc(x, y, 9.5, 0, 7);
      ctx.stroke();
    }
    ctx.lineWidth = 1;
  }

  function found({ ctx, colours }, x, y, length) {
    ctx.fillStyle = colours.mark;
    ctx.globalAlpha = 0.45;
    ctx.fillRect(x + 5, y - 8, Math.max(length, 6) + 4, 16);
    ctx.globalAlpha = 1;
  }

  /* The evidence of the chosen finding: a dashed line from record to record, each with its number. */
  function evidence(painting) {
    const finding = Data.findings[painting.chosen];
    if (!finding) return;
    const { ctx, colours } = painting, colour = colours[finding.severity];
    const path = finding.evidence.map((each) => painting.places.get(each.record));
    ctx.strokeStyle = colour;
    ctx.setLineDash([4, 4]);
    ctx.lineWidth = 1.5;
    ctx.beginPath();
    path.filter(Boolean).forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.lineWidth = 1;
    path.forEach((place, i) => {
      if (place) Shapes.badge(ctx, String(i + 1), place[0] - 1, place[1] - 13, colour, colours.bg);
    });
  }

  function chosenRecord(painting, height) {
    if (painting.record < 0) return;
    const { ctx, colours } = painting, x = Math.round(painting.x(records.t[painting.record]));
    ctx.fillStyle = colours.focus;
    ctx.globalAlpha = 0.5;
    ctx.fillRect(x, 0, 1, height);
    ctx.globalAlpha = 1;
    const place = painting.places.get(painting.record);
    if (!place) return;
    ctx.strokeStyle = colours.focus;
    ctx.lineWidth = 2;
    ctx.strokeRect(place[0] - 8, place[1] - 8, 16, 16);
    ctx.lineWidth = 1;
  }

  return { findings, ring, found, evidence, chosenRecord };
})();
