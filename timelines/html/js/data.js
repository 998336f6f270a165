"use strict";
/* What the page knows, decoded: columns of numbers, tables of names, and who points to whom. Times are in us. */

const Data = (() => {
  const UNTIMED_STEP = 10_000; // us that a line takes on the axis of a recording without times
  const page = JSON.parse(document.getElementById("data").textContent);

  function summed(differences) {
    const values = new Float64Array(differences.length);
    let value = 0;
    for (let i = 0; i < differences.length; i++) values[i] = value += differences[i];
    return values;
  }

  function decoded(columns) {
    const line = summed(columns.line);
    const t = page.timed ? summed(columns.t) : line.map((each) => each * UNTIMED_STEP);
    return { ...columns, line, t, size: line.length, dir: Uint8Array.from(columns.dir) };
  }

  /* The first place in the ascending `values` that is not below `wanted`. */
  function lowerBound(values, wanted, low = 0, high = values.length) {
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[middle] < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  const records = decoded(page.records);
  const deltas = decoded(page.deltas);
  const timeOf = (line, t) => (page.timed ? t : line * UNTIMED_STEP);

  /* The number of the record in `line`; -1 where it is not on the page. */
  function recordAt(line) {
    const place = lowerBound(records.line, line);
    return records.line[place] === line ? place : -1;
  }

  const findings = page.findings.map((finding, number) => ({
    ...finding,
    number,
    t: timeOf(finding.line, finding.t),
    evidence: finding.evidence.map((each) => ({ ...each, t: timeOf(each.line, each.t), record: recordAt(each.line) })),
  }));

  const marks = new Map(); // line -> what it proves
  for (const finding of findings) {
    const places = new Map([[finding.line, ""], ...finding.evidence.map((each) => [each.line, each.note])]);
    for (const [line, note] of places) {
      if (!marks.has(line)) marks.set(line, []);
      marks.get(line).push({ finding, note, act: line === finding.line });
    }
  }

  const spans = page.spans.map(([kind, subject, line, t, toLine, until, conn]) => ({
    kind, subject, line, toLine, conn, outcome: "",
    t: timeOf(line, t),
    until: until === null ? null : timeOf(toLine, until),
  }));
  const requests = new Map(spans.filter((span) => span.kind === "request").map((span) => [span.line, span]));

  const arrows = [], arrowsOf = new Map(); // line -> arrows that leave or reach it
  for (const [kind, line, toLine, outcome] of page.arrows) {
    const arrow = { kind, outcome, from: recordAt(line), to: recordAt(toLine), line, toLine };
    if (kind === "answer" && requests.has(line)) requests.get(line).outcome = outcome;
    if (arrow.from < 0 || arrow.to < 0) continue;
    if (kind !== "cause") arrows.push(arrow); // causes are drawn between findings
    for (const end of [line, toLine]) {
      if (!arrowsOf.has(end)) arrowsOf.set(end, []);
      arrowsOf.get(end).push(arrow);
    }
  }
  arrows.sort((a, b) => a.from - b.from);
  const arrowFrom = Float64Array.from(arrows, (arrow) => records.t[arrow.from]);
  const longestArrow = arrows.reduce((most, arrow) => Math.max(most, records.t[arrow.to] - records.t[arrow.from]), 0);

  const times = [records.t[0], deltas.t[0]].filter((t) => t !== undefined);
  const ends = [records.t[records.size - 1], deltas.t[deltas.size - 1]].filter((t) => t !== undefined);
  const first = times.length ? Math.min(...times) : 0;
  const last = ends.length ? Math.max(...ends, first + 1000) : 1000;
  const started = page.about.started ? Date.parse(page.about.started.replace(/(\.\d{3})\d+/, "$1")) : NaN;

  return {
    ...page, records, deltas, findings, marks, spans, arrows, arrowsOf, arrowFrom, longestArrow, first, last, started,
    lowerBound, recordAt,
    typeOf: (record) => page.types[records.type[record]] || "an event without type",
    label: (item) => page.items[item][1],
  };
})();
