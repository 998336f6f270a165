"use strict";
/* What stood on the three lanes after a record, rebuilt from its differences, and how the lanes differ. */

const Lanes = (() => {
  const EVERY = 64; // steps between two views that are kept
  const EMPTY = { server: [], mirror: [], local: null, whole: false, simulatedBy: null, line: 0 };
  const courses = new Map(); // connection -> its steps, their lines, and every 64th view

  for (const step of Data.lanes) {
    const conn = step[1];
    if (!courses.has(conn)) courses.set(conn, { steps: [], lines: [], kept: [EMPTY] });
    courses.get(conn).steps.push(step);
    courses.get(conn).lines.push(step[0]);
  }

  function spliced(lane, change) {
    if (change === null) return lane || [];
    const [kept, rest, middle] = change;
    return [...(lane || []).slice(0, kept), ...middle, ...(rest ? lane.slice(-rest) : [])];
  }

  function applied(view, [line, , server, mirror, local, told, whole, simulatedBy]) {
    return {
      line,
      server: spliced(view.server, server),
      mirror: spliced(view.mirror, mirror),
      local: told ? spliced(view.local, local) : null,
      whole, simulatedBy,
    };
  }

  /* The lanes of a connection after the record in `line`; `line` of the answer is the record that last changed one. */
  function at(line, conn) {
    const course = courses.get(conn);
    if (!course) return EMPTY;
    const wanted = Data.lowerBound(course.lines, line + 1);
    const checkpoint = Math.min(Math.floor(wanted / EVERY), course.kept.length - 1);
    let view = course.kept[checkpoint];
    for (let step = checkpoint * EVERY; step < wanted; step++) {
      view = applied(view, course.steps[step]);
      if ((step + 1) % EVERY === 0 && course.kept.length === (step + 1) / EVERY) course.kept.push(view);
    }
    return view;
  }

  function changedAt(line, conn) {
    return at(line, conn).line === line;
  }

  /* The lanes that are told, each as pieces {item, state}: "" shared, "missing" (the server has it), "extra" (it alone). */
  function compared(view) {
    const server = new Set(view.server);
    const told = [["server", view.server, true], ["mirror", view.mirror, true]];
    if (view.local !== null) told.push(["local", view.local, view.whole]);
    return told.map(([name, items, known]) => ({
      name, known,
      simulatedBy: name === "local" ? view.simulatedBy : null,
      pieces: name === "server" ? serverPieces(view, told) : pieces(items, view.server, server, known),
      reordered: known && isReordered(items, view.server, server),
    }));
  }

  function serverPieces(view, told) {
    const sets = told.slice(1).filter(([, , known]) => known).map(([, items]) => new Set(items));
    return view.server.map((item) => ({ item, state: sets.every((set) => set.has(item)) ? "" : "differs" }));
  }

  function pieces(items, serverItems, server, known) {
    const has = new Set(items);
    const shown = items.map((item) => ({ item, state: known && !server.has(item) ? "extra" : "" }));
    if (!known) return shown;
    let place = 0; // behind the last shared item that stood before what is missing
    for (const item of serverItems) {
      if (has.has(item)) place = shown.findIndex((piece) => piece.item === item) + 1;
      else shown.splice(place++, 0, { item, state: "missing" });
    }
    return shown;
  }

  function isReordered(items, serverItems, server) {
    const has = new Set(items);
    const here = items.filter((item) => server.has(item));
    const there = serverItems.filter((item) => has.has(item));
    return here.some((item, place) => item !== there[place]);
  }

  return { at, changedAt, compared };
})();
