"use strict";
/* A record in full, and the three lanes at its moment: in the panel where it is chosen, in a tip where it is pointed at. */

const Details = (() => {
  const { make, wire, fill, byId } = Dom;
  const { records } = Data;
  const LONG = 18; // items from which a lane is shortened
  const MOST_RELATIONS = 12;
  const SHARED_SHOWN = 4; // shared items then listed before what differs; of more the count is told

  const chip = ({ item, state }) => {
    const [id, label] = Data.items[item];
    const sign = { missing: "\u2212 ", extra: "+ " }[state] || "";
    const told = { missing: " (missing)", extra: " (only here)", differs: " (not in every lane)" }[state] || "";
    const element = make(`span.chip${state ? `.${state}` : ""}`, sign, wire(label), make("span.unseen", told));
    element.title = `${id}${told}`;
    return element;
  };

  /* Runs of shared items are shortened to a count and the last of them. */
  function shortened(pieces) {
    if (pieces.length < LONG) return pieces.map(chip);
    const shown = [];
    let run = [];
    const flush = () => {
      const hidden = run.length - SHARED_SHOWN;
      if (hidden > 1) shown.push(make("span.chip.more", `${hidden} more`), ...run.slice(hidden).map(chip));
      else shown.push(...run.map(chip));
      run = [];
    };
    for (const piece of pieces) {
      if (!piece.state) run.push(piece);
      else {
        flush();
        shown.push(chip(piece));
      }
    }
    flush();
    return shown;
  }

  function lanes(line, conn) {
    const compared = Lanes.compared(Lanes.at(line, conn));
    return make("dl.lanes", ...compared.flatMap(({ name, known, pieces, reordered, simulatedBy }) => [
      make(`dt.lane.${name}`, name),
      make("dd",
        ...(pieces.length ? shortened(pieces) : [make("span.dim", "empty")]),
        reordered ? make("span.remark", "other order") : null,
        known ? null : make("span.dim", "as far as told"),
        simulatedBy ? make("span.dim", `simulated by ${simulatedBy}`) : null),
    ]));
  }

  function heading(record) {
    const t = records.t[record], dir = ["client", "server", "local", ""][records.dir[record]];
    const conn = Data.connections > 1 ? ` \u00b7 connection ${records.conn[record]}` : "";
    return make("p.heading",
      make("b.time", Axis.offset(t, 1)), " ", make("span.dim", `${Axis.wall(t)} \u00b7 line ${records.line[record]}${conn}`), make("br"),
      make(`span.lane.${dir}`, Story.DIRECTION[dir] || ""), " ", make("code", Data.typeOf(record)),
    );
  }

  function proofs(record) {
    const marks = Data.marks.get(records.line[record]) || [];
    return marks.map(({ finding, note, act }) =>
      make("p.mark", Story.severity(finding), " ", make("b", act ? `${finding.rule} ${finding.name}` : finding.rule), " ", act ? make("span.dim", "stands here") : wire(note)));
  }

  function relation(words, record) {
    const button = make("button.link", { type: "button", onclick: () => State.choose(record) }, Axis.offset(records.t[record]), " ", make("code", Data.typeOf(record)));
    const took = Math.abs(records.t[record] - records.t[State.state.record]);
    return make("p.relation", words, " ", button, make("span.dim", ` ${Axis.duration(took)} ${records.t[record] < records.t[State.state.record] ? "before" : "later"}`));
  }

  function relations(record) {
    const words = { answer: ["answered by", "asked for by"], output: ["its output is sent by", "the call of which it is the output:"], cause: ["leads to", "follows from"] };
    return (Data.arrowsOf.get(records.line[record]) || []).slice(0, MOST_RELATIONS).map((arrow) =>
      arrow.from === record
        ? relation(arrow.outcome === "rejected" ? "refused by" : words[arrow.kind][0], arrow.to)
        : relation(words[arrow.kind][1], arrow.from));
  }

  function subjects(record) {
    const response = records.response[record], call = records.call[record];
    const told = records.items[record].map((item) => ["item", ...Data.items[item], item]);
    if (response >= 0) told.push(["response", ...Data.responses[response]]);
    if (call >= 0) told.push(["call", Data.calls[call], ""]);
    return make("dl.subjects", ...told.flatMap(([kind, id, label, item]) => [
      make("dt", kind),
      make("dd", label ? make("b", wire(label)) : null, " ", make("code.id", id), " ",
        item === undefined ? null : make("button.link", { type: "button", onclick: () => Search.onItem(item) }, "only this item")),
    ]));
  }

  /* What an editor would obey or hide is written out. */
  const HIDDEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
  const written = (text) => text.replace(HIDDEN, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

  function indented(text) {
    try {
      return JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return text; // cut, or damaged
    }
  }

  let opened = false; // stays as the reader left it while records are gone through
  function asRecorded(record) {
    const text = Data.raw[records.line[record]];
    if (text === undefined) return null;
    // Not by the event "toggle", which comes later: the next record may be chosen before it.
    const summary = make("summary", { onclick: () => { opened = !opened; } }, "as recorded");
    return make("details.raw", { open: opened }, summary, make("pre", wire(written(indented(text)))));
  }

  function show() {
    const record = State.state.record, panel = byId("record");
    byId("record-section").hidden = record < 0;
    if (record < 0) return fill(panel);
    fill(panel,
      heading(record),
      records.text[record] ? make("p.said", wire(records.text[record])) : null,
      ...proofs(record),
      make("h3", Lanes.changedAt(records.line[record], records.conn[record]) ? "Lanes, changed here" : "Lanes at this moment"), lanes(records.line[record], records.conn[record]),
      ...relations(record), subjects(record), asRecorded(record));
    byId("live").textContent = `${Axis.offset(records.t[record])} ${Data.typeOf(record)} ${records.text[record]}`;
  }

  function tip(element, hit, t) {
    if (hit.record !== undefined) recordTip(element, hit.record);
    else if (hit.findings) fill(element, ...hit.findings.flatMap((number) => findingTip(Data.findings[number])));
    else if (hit.span) spanTip(element, hit.span);
    else countTip(element, hit, t);
  }

  function recordTip(element, record) {
    const since = State.state.record >= 0 && State.state.record !== record
      ? make("p.dim", `${Axis.duration(Math.abs(records.t[record] - records.t[State.state.record]))} ${records.t[record] < records.t[State.state.record] ? "before" : "after"} the chosen record`) : null;
    fill(element, heading(record), records.text[record] ? make("p.said", wire(records.text[record])) : null, ...proofs(record), since,
      lanes(records.line[record], records.conn[record]));
  }

  const findingTip = (finding) => [make("p", Story.severity(finding), " ", make("b", `${finding.rule} ${finding.name}`)), make("p.said", wire(finding.message))];

  const ENDLESS = { request: "never answered", item: "when it was done is not told" };

  function spanTip(element, span) {
    const until = span.until === null ? ENDLESS[span.kind] || "never ended" : `${Axis.offset(span.until, 1)}, ${Axis.duration(span.until - span.t)}`;
    fill(element, make("p", make("b", span.kind), " ", wire(span.subject)), make("p", `${Axis.offset(span.t, 1)} \u2013 ${until}`),
      span.outcome ? make("p.dim", span.outcome) : null);
  }

  function countTip(element, hit) {
    const counts = new Map();
    if (hit.deltas) {
      for (let i = hit.deltas[0]; i < hit.deltas[1]; i++) {
        const row = hit.track.rows[i], type = Data.types[Data.deltas.type[row]];
        counts.set(type, (counts.get(type) || 0) + 1);
      }
    }
    const told = counts.size ? [...counts].map(([type, count]) => make("p", `\u00d7${count} `, make("code", type))) : [make("p", `\u00d7${hit.count} records: click to zoom in`)];
    fill(element, make("p.heading", make("b.time", Axis.offset(hit.from, 1)), ` for ${Axis.duration(Math.round(hit.to - hit.from))}`), ...told);
  }

  State.listen((what) => { if (what === "record") show(); });

  return { tip };
})();
