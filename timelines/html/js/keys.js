"use strict";
/* The keyboard. KEYS is the one list: what the keys do and what the help says. */

const Keys = (() => {
  const { make, byId, fill } = Dom;
  const help = byId("help");

  const step = (by) => () => State.choose(Table.neighbour(State.state.record, by));
  function finding(by) {
    const { order } = Story, place = order.indexOf(State.state.finding);
    if (order.length) State.chooseFinding(order[place < 0 ? (by > 0 ? 0 : order.length - 1) : (place + by + order.length) % order.length]);
  }
  function proof(by) {
    const chosen = Data.findings[State.state.finding];
    if (!chosen) return finding(1);
    const known = chosen.evidence.map((each) => each.record).filter((record) => record >= 0);
    if (!known.length) return;
    const place = known.indexOf(State.state.record);
    State.choose(known[place < 0 ? 0 : (place + by + known.length) % known.length]);
  }
  function follow() {
    const arrow = (Data.arrowsOf.get(Data.records.line[State.state.record]) || [])[0];
    if (arrow) State.choose(arrow.from === State.state.record ? arrow.to : arrow.from);
  }
  function squeeze() {
    const from = Axis.toReal(State.state.start), to = Axis.toReal(State.state.end);
    Axis.build(!Axis.squeezed);
    byId("squeeze").setAttribute("aria-pressed", String(Axis.squeezed));
    State.look(Axis.toDrawn(from), Axis.toDrawn(to));
    Canvas.relayout();
  }
  function dismiss() {
    if (help.open) return help.close();
    if (State.state.finding >= 0) return State.chooseFinding(-1);
    if (State.state.record >= 0) return State.choose(-1);
    Search.clear();
  }
  const showHelp = () => (help.open ? help.close() : help.showModal());

  const KEYS = [
    [["ArrowRight", "ArrowDown", "j"], "next record", step(1)],
    [["ArrowLeft", "ArrowUp", "k"], "record before", step(-1)],
    [["n"], "next finding: fly to its evidence", () => finding(1)],
    [["p"], "finding before", () => finding(-1)],
    [["e"], "next evidence of the finding", () => proof(1)],
    [["E"], "evidence before", () => proof(-1)],
    [["f"], "follow the arrow: from request to answer and back", follow],
    [["w", "+", "="], "zoom in", () => State.zoom(0.7)],
    [["s", "-"], "zoom out", () => State.zoom(1 / 0.7)],
    [["a"], "move left", () => State.pan(-0.2)],
    [["d"], "move right", () => State.pan(0.2)],
    [["0"], "the story", () => State.flyToStory()],
    [["Home"], "the whole session", () => State.flyToAll()],
    [["/"], "search; Enter and Shift+Enter go through what was found", () => Search.focus()],
    [["g"], "squeeze idle time, or draw it to scale", squeeze],
    [["t"], "theme: as the system, light, dark", () => Theme.next()],
    [["Escape"], "let go: of the finding, the record, the filter", dismiss],
    [["?"], "this help", showHelp],
  ];
  const SHOWN = { ArrowRight: "\u2192", ArrowLeft: "\u2190", ArrowUp: "\u2191", ArrowDown: "\u2193", Escape: "Esc" };
  const actions = new Map(KEYS.flatMap(([keys, , action]) => keys.map((key) => [key, action])));

  const types = (element) => element.matches("input:not([type=checkbox]), textarea, select");
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || types(event.target)) return;
    if (help.open && event.key !== "Escape" && event.key !== "?") return;
    const action = actions.get(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  });

  fill(byId("keys"), ...KEYS.map(([keys, words]) =>
    make("tr", make("td", ...keys.flatMap((key, i) => [i ? " " : null, make("kbd", SHOWN[key] || key)])), make("td", words))));
  for (const [id, action] of [["help-open", showHelp], ["help-close", () => help.close()], ["theme", Theme.next], ["squeeze", squeeze],
    ["zoom-in", () => State.zoom(0.6)], ["zoom-out", () => State.zoom(1 / 0.6)], ["zoom-story", () => State.flyToStory()], ["zoom-all", () => State.flyToAll()]])
    byId(id).addEventListener("click", () => action());

  return { KEYS };
})();
