"use strict";
/* Findings in the drawing: markers on their own track, causes and consequences, numbered evidence. */

const Marking = (() => {
  const { records } = Data;

  const NEAR = 15; // px within which findings share a marker

  function findings(painting, track) {
    const { ctx, colours } = painting, places = new Map();
    for (const cluster of clusters(painting)) {
      for (const finding of cluster.findings) places.set(finding.number, [cluster.x, track.top + 11]);
      if (cluster.x > -50 && cluster.x < painting.width + 50) marker(painting, cluster, track);
    }
    ctx.strokeStyle = ctx.fillStyle = colours.dim;
    for (const finding of Data.findings) consequence(painting, places, finding, track);
  }

  /* Findings that stand too close to be told apart, each group at the place of its first. */
  function clusters(painting) {
    const found = [], inOrder = Data.findings.filter((finding) => finding.placed).sort((a, b) => a.t - b.t);
    for (const finding of inOrder) {
      const x = painting.x(finding.t), last = found[found.length - 1];
      if (last && x - last.x < NEAR) last.findings.push(finding);
      else found.push({ x, findings: [finding], room: Infinity });
      if (last && last !== found[found.length - 1]) last.room = x - last.x - 26;
    }
    return found;
  }

  function named(group) {
    const rules = new Map();
    for (const { rule } of group) rules.set(rule, (rules.get(rule) || 0) + 1);
    return [...rules].map(([rule, count]) => (count > 1 ? `${rule} \u00d7${count}` : rule)).join(", ");
  }

  function marker(painting, { x, findings: group, room }, track) {
    const { ctx, colours } = painting, y = track.top + 11, words = named(group);
    const severity = gravest(group), chosen = group.some((finding) => finding.number === painting.chosen);
    ctx.globalAlpha = painting.chosen >= 0 && !chosen ? 0.55 : 1;
    Shapes.finding(ctx, severity, x, y, colours[severity], colours.bg);
    ctx.font = chosen ? Shapes.BOLD : Shapes.FONT;
    ctx.fillStyle = colours.text;
    Shapes.text(ctx, words, x + 12, y, room);
    ctx.font = Shapes.FONT;
    ctx.globalAlpha = 1;
    painting.hit(x - 10, track.top, 24 + Math.min(room, Shapes.textWidth(ctx, words)), 22, { findings: group.map((finding) => finding.number) });
  }

  function consequence(painting, places, finding, track) {
    const { ctx } = painting, from = places.get(finding.caused_by), to = places.get(finding.number);
    if (!from || !to || Math.abs(from[0] - to[0]) < 20) return;
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

  function gravest(group) {
    return ["error", "warning", "info"].find((severity) => group.some((finding) => finding.severity === severity));
  }

  /* A record that proves something has a ring; the one at which a finding stands has a double ring. */
  function ring(painting, record, x, y) {
    const { ctx, colours } = painting, marks = Data.marks.get(records.line[record]);
    ctx.strokeStyle = colours[gravest(marks.map((mark) => mark.finding))];
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
    if (length) ctx.fillRect(x + 9, y - 8, length + 6, 16);
    else ctx.fillRect(x - 7, y - 7, 14, 14);
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
    path.filter(Boolean).forEach(([x, y], i, all) => (i ? leg(ctx, all[i - 1], [x, y]) : ctx.moveTo(x, y)));
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.lineWidth = 1;
    path.forEach((place, i) => {
      if (place) Shapes.badge(ctx, String(i + 1), place[0] - 20, place[1], colour, colours.bg);
    });
  }

  /* A line to the next evidence; along a row it sags, so that the label there can be read. */
  function leg(ctx, [x0, y0], [x, y]) {
    const sag = Math.abs(y - y0) < Tracks.ROW && Math.abs(x - x0) > 40 ? 30 : 0;
    ctx.quadraticCurveTo((x0 + x) / 2, (y0 + y) / 2 + sag, x, y);
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
