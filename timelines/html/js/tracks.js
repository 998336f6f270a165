"use strict";
/* What is drawn where: tracks from top to bottom, spans packed into rows that never overlap. */

const Tracks = (() => {
  const ROW = 18, LABELS = 3, DENSITY = 14, GAP = 6, UNLABELLED = 13;
  const MOST_ROWS = { request: 6, item: 6, response: 4 };
  const GROUPS = [
    { lane: "", parts: [["findings"], ["records", 3]] },
    { lane: "client", parts: [["spans", "speech", "user speaks"], ["records", 0], ["density", 0]] },
    { lane: "wire", parts: [["spans", "request", "in flight"]] },
    { lane: "server", parts: [["records", 1], ["density", 1], ["spans", "response", "responses"], ["spans", "item", "items being made"]] },
    { lane: "local", parts: [["records", 2], ["density", 2], ["spans", "push", "pushes"], ["spans", "tool", "tools"], ["spans", "playback", "playback"]] },
  ];
  const TITLES = { 0: "client \u2192 server", 1: "server \u2192 client", 2: "application", 3: "connection" };

  /* Where a span's drawing ends. Some providers never say that an item is done: that says nothing of the item. */
  function untilOf(span) {
    if (span.until !== null) return span.until;
    return span.kind === "item" ? span.t : Data.last;
  }

  /* Rows of spans, each ascending and apart; what finds no room goes into the last row, counted. */
  function packed(kind) {
    const most = MOST_ROWS[kind] || 3;
    const rows = [];
    const found = Data.spans.filter((span) => span.kind === kind).sort((a, b) => a.t - b.t);
    for (const span of found) {
      const until = untilOf(span);
      let row = rows.find((each) => each.until <= span.t);
      if (!row && rows.length < most) rows.push((row = { spans: [], starts: [], until: 0, crowded: 0 }));
      if (!row) {
        row = rows[rows.length - 1];
        row.crowded++;
      }
      row.spans.push(span);
      row.starts.push(span.t);
      row.until = Math.max(row.until, until);
    }
    return rows;
  }

  function recordsOf(dir) {
    const found = [];
    for (let i = 0; i < Data.records.size; i++) if (Data.records.dir[i] === dir) found.push(i);
    return Uint32Array.from(found);
  }

  function densityOf(dir) {
    const times = [], rows = [];
    for (let i = 0; i < Data.deltas.size; i++) {
      if (Data.deltas.dir[i] !== dir) continue;
      times.push(Data.deltas.t[i]);
      rows.push(i);
    }
    return { times, rows };
  }

  function track(lane, [kind, of, title]) {
    switch (kind) {
      case "findings":
        return Data.findings.length ? { kind, lane, title: "findings", height: 34 } : null;
      case "records": {
        const records = recordsOf(of);
        const rows = of === 3 ? 1 : LABELS;
        const times = Float64Array.from(records, (record) => Data.records.t[record]);
        const marked = [...records.keys()].filter((place) => Data.marks.has(Data.records.line[records[place]]));
        return records.length ? { kind, lane, dir: of, records, times, marked, rows, title: TITLES[of], height: rows * ROW + (of === 3 ? 0 : UNLABELLED) } : null;
      }
      case "density": {
        const density = densityOf(of);
        const name = of === 0 ? "audio appended" : "deltas";
        return density.rows.length ? { kind, lane, dir: of, title: name, height: DENSITY, ...density } : null;
      }
      default: {
        const rows = packed(of);
        return rows.length ? { kind, lane, of, rows, title, height: rows.length * ROW } : null;
      }
    }
  }

  const all = GROUPS.map((group) => group.parts.map((part) => track(group.lane, part)).filter(Boolean)).filter((g) => g.length);

  /* The tracks of the lanes that are shown, with their places. */
  function laidOut(hidden) {
    const shown = [];
    let top = 4;
    for (const group of all) {
      if (hidden.has(group[0].lane)) continue;
      for (const each of group) {
        shown.push(Object.assign(each, { top }));
        top += each.height + 2;
      }
      top += GAP;
    }
    return { tracks: shown, height: top };
  }

  return { ROW, laidOut, untilOf };
})();
