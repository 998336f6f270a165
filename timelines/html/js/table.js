"use strict";
/* The records as a table, of which only the rows in sight exist; deltas and idle time are rows of their own. */

const Table = (() => {
  const { make, wire, byId } = Dom;
  const { records, deltas } = Data;
  const ROW = 22, SPARE = 6, IDLE = 1_000_000;
  const CALM = 150; // ms without a movement
  const MOST = 30_000_000; // px: browsers draw nothing of taller elements
  const body = byId("rows"), pane = byId("table-pane"), sized = byId("rows-height");
  const DIRECTION = ["client \u2192", "\u2190 server", "\u25cf local", ""];
  const LANE = ["client", "server", "local", ""];
  let rows = [], placeOf = new Map(), asked = false, builds = 0, painted = "";

  /* {record} | {deltas: [first, until]} | {idle} in the order of the recording. */
  function build() {
    builds++;
    rows = [];
    placeOf = new Map();
    let delta = 0, previous = Data.first;
    const folds = !Filter.isFiltering();
    const idle = (t) => {
      if (Data.timed && folds && t - previous >= IDLE) rows.push({ idle: t - previous, t: previous });
      previous = t;
    };
    const fold = (until) => {
      const from = delta;
      while (delta < deltas.size && deltas.line[delta] < until) {
        if (delta > from && deltas.t[delta] - deltas.t[delta - 1] >= IDLE) break;
        delta++;
      }
      if (delta === from) return false;
      if (folds) {
        idle(deltas.t[from]);
        rows.push({ deltas: [from, delta] });
        previous = deltas.t[delta - 1];
      }
      return true;
    };
    for (let record = 0; record < records.size; record++) {
      while (fold(records.line[record])) { /* one row for each run without a pause */ }
      if (!Filter.shows(record)) continue;
      idle(records.t[record]);
      placeOf.set(record, rows.length);
      rows.push({ record });
    }
    while (fold(Infinity)) { /* the deltas behind the last record */ }
    sized.style.height = `${Math.min(rows.length * ROW, MOST)}px`;
    byId("count").textContent = told();
    pane.setAttribute("aria-rowcount", rows.length + 1);
    ask();
  }

  function told() {
    const shown = placeOf.size.toLocaleString("en"), all = records.size.toLocaleString("en");
    const found = Filter.matches ? `, ${Filter.matches.size.toLocaleString("en")} found` : "";
    return `${shown === all ? all : `${shown} of ${all}`} records${found}`;
  }

  /* Beyond what a browser can scroll, places are scaled. */
  const scale = () => Math.max(1, (rows.length * ROW) / MOST);

  function paint() {
    asked = false;
    const top = pane.scrollTop, first = Math.max(0, Math.floor((top * scale()) / ROW) - SPARE);
    const last = Math.min(rows.length, first + Math.ceil(pane.clientHeight / ROW) + 2 * SPARE);
    const offset = scale() > 1 ? top - SPARE * ROW : first * ROW;
    // A row that is replaced between press and release is never clicked: only what differs is painted.
    const wanted = [builds, first, last, offset, State.state.record].join();
    if (wanted === painted) return;
    painted = wanted;
    body.style.transform = `translateY(${Math.max(0, offset)}px)`;
    body.replaceChildren(...rows.slice(first, last).map((row, i) => element(row, first + i)));
  }

  function element(row, place) {
    const children = row.record !== undefined ? ofRecord(row.record) : row.deltas ? ofDeltas(row.deltas) : ofIdle(row);
    const found = make("div.row", { role: "row", "aria-rowindex": place + 2, onclick: () => click(row) }, ...children);
    if (row.record === undefined) found.classList.add("quiet");
    else {
      found.dataset.record = row.record;
      if (row.record === State.state.record) {
        found.classList.add("chosen");
        found.setAttribute("aria-selected", "true");
      }
      if (Filter.matches && Filter.matches.has(row.record)) found.classList.add("found");
    }
    return found;
  }

  const cell = (what, ...children) => make(`div.cell.${what}`, { role: "cell" }, ...children);

  function ofRecord(record) {
    const dir = records.dir[record], marks = Data.marks.get(records.line[record]) || [];
    const proven = [...new Set(marks.map(({ finding, act }) => `${act ? `${Story.SIGN[finding.severity]} ` : ""}${finding.rule}`))];
    return [
      cell("line", records.line[record]), cell("when", Axis.offset(records.t[record])), cell("clock", Axis.wall(records.t[record])),
      cell(`dir.lane.${LANE[dir] || "none"}`, DIRECTION[dir]), cell("type", Data.typeOf(record)),
      cell("text", wire(records.text[record])), cell("marks", proven.join(" ")),
    ];
  }

  function ofDeltas([from, until]) {
    const counts = new Map();
    for (let i = from; i < until; i++) counts.set(deltas.type[i], (counts.get(deltas.type[i]) || 0) + 1);
    const words = [...counts].map(([type, count]) => `\u00d7${count} ${Data.types[type]}`).join(", ");
    const lasts = deltas.t[until - 1] - deltas.t[from];
    return [cell("line", deltas.line[from]), cell("when", Axis.offset(deltas.t[from])), cell("clock", Axis.wall(deltas.t[from])),
      cell("dir", ""), cell("words", words, lasts > 0 ? `, ${Axis.duration(lasts)}` : "")];
  }

  const ofIdle = (row) => [cell("line", ""), cell("when", ""), cell("clock", ""), cell("dir", ""), cell("words", `\u2026 ${Axis.duration(row.idle)} of nothing \u2026`)];

  function click(row) {
    if (row.record !== undefined) State.choose(row.record);
    else if (row.deltas) State.flyTo(deltas.t[row.deltas[0]], deltas.t[row.deltas[1] - 1], 0.5);
    pane.focus();
  }

  function reveal(record) {
    const place = placeOf.get(record);
    if (place === undefined) return;
    const y = (place * ROW) / scale();
    if (y < pane.scrollTop + ROW || y > pane.scrollTop + pane.clientHeight - 2 * ROW) pane.scrollTop = Math.max(0, y - pane.clientHeight / 2);
  }

  /* The record `by` places further, of those that are shown. */
  function neighbour(record, by) {
    let place = record < 0 ? (by > 0 ? firstInSight() - 1 : firstInSight()) : placeOf.get(record) ?? -1;
    do place += by; while (rows[place] && rows[place].record === undefined);
    return rows[place] ? rows[place].record : record;
  }

  const timeOf = (row) => (row.record !== undefined ? records.t[row.record] : row.deltas ? deltas.t[row.deltas[0]] : row.t);

  function firstInSight() {
    const from = Axis.toReal(State.state.start);
    let low = 0, high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (timeOf(rows[middle]) < from) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function ask() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(paint);
  }

  /* The table follows the drawing, unless a record is chosen: then it stays with that. */
  let following = 0;
  function follow() {
    if (!document.documentElement.dataset.ready) return; // the page opens on the story, and stays there
    clearTimeout(following);
    following = setTimeout(() => {
      if (State.state.record < 0) pane.scrollTop = (firstInSight() * ROW) / scale();
    }, CALM);
  }

  pane.addEventListener("scroll", ask, { passive: true });
  new ResizeObserver(ask).observe(pane);
  State.listen((what) => {
    if (what === "filter") build();
    if (what === "view") follow();
    if (what !== "record") return;
    reveal(State.state.record);
    ask();
  });

  return { build, neighbour, reveal };
})();
