"use strict";
/* Mouse, pen and finger: wheel zooms, dragging pans, shift and dragging measures and zooms in, a click chooses. */

(() => {
  const { surfaces, pane } = Canvas;
  const tip = Dom.byId("tip"), cursor = Dom.byId("cursor"), measure = Dom.byId("measure");
  const MOVED = 4; // px that make a click a drag
  let drag = null;
  const fingers = new Map();

  const placeOf = (event) => {
    const box = surfaces.tracks.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const plotWidth = () => pane.clientWidth - Drawing.GUTTER;
  const drawnAt = (x) => State.state.start + ((x - Drawing.GUTTER) / plotWidth()) * (State.state.end - State.state.start);

  function onWheel(event) {
    const [x] = placeOf(event);
    const line = event.deltaMode === 1 ? 16 : 1;
    if (event.altKey) return;
    event.preventDefault();
    const sideways = event.shiftKey && !event.deltaX ? event.deltaY : event.deltaX;
    if (Math.abs(sideways) > Math.abs(event.deltaY) || event.shiftKey) State.pan((sideways * line) / plotWidth());
    else State.zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY * line)) * 0.005), Math.max(0, x - Drawing.GUTTER) / plotWidth());
  }

  function onDown(event) {
    if (event.button !== 0) return;
    const [x, y] = placeOf(event);
    fingers.set(event.pointerId, x);
    drag = { x, y, last: x, moved: false, measures: event.shiftKey };
    surfaces.tracks.setPointerCapture(event.pointerId);
    hideTip();
  }

  function onMove(event) {
    const [x, y] = placeOf(event);
    if (!drag) return hover(event, x, y);
    if (fingers.size === 2) return pinch(event, x);
    fingers.set(event.pointerId, x);
    drag.moved = drag.moved || Math.abs(x - drag.x) > MOVED;
    if (!drag.moved) return;
    if (drag.measures) showMeasure(drag.x, x);
    else State.pan((drag.last - x) / plotWidth());
    drag.last = x;
  }

  function pinch(event, x) {
    const [[, other]] = [...fingers].filter(([id]) => id !== event.pointerId);
    const before = Math.abs(fingers.get(event.pointerId) - other), now = Math.abs(x - other);
    fingers.set(event.pointerId, x);
    drag.moved = true;
    if (before > 10 && now > 10) State.zoom(before / now, ((x + other) / 2 - Drawing.GUTTER) / plotWidth());
  }

  function onUp(event) {
    fingers.delete(event.pointerId);
    if (!drag || fingers.size) return;
    const [x, y] = placeOf(event);
    if (drag.measures && drag.moved) State.fly(drawnAt(Math.min(drag.x, x)), drawnAt(Math.max(drag.x, x)));
    else if (!drag.moved) click(Canvas.hitAt(x, y));
    measure.hidden = true;
    drag = null;
  }

  function click(hit) {
    if (!hit) {
      State.choose(-1);
      if (State.state.finding >= 0) State.chooseFinding(-1);
    } else if (hit.findings) State.chooseFinding(hit.findings[(hit.findings.indexOf(State.state.finding) + 1) % hit.findings.length]);
    else if (hit.record !== undefined) State.choose(hit.record, false);
    else if (hit.span) State.choose(Data.recordAt(hit.span.line), false);
    else if (hit.count) State.fly(Axis.toDrawn(hit.from) - 3 * (Axis.toDrawn(hit.to) - Axis.toDrawn(hit.from)), Axis.toDrawn(hit.to) + 3 * (Axis.toDrawn(hit.to) - Axis.toDrawn(hit.from)));
  }

  function showMeasure(from, to) {
    const t0 = Axis.toReal(drawnAt(Math.min(from, to))), t1 = Axis.toReal(drawnAt(Math.max(from, to)));
    measure.hidden = false;
    measure.style.left = `${Math.max(Drawing.GUTTER, Math.min(from, to))}px`;
    measure.style.width = `${Math.abs(to - from)}px`;
    measure.textContent = Axis.duration(t1 - t0);
  }

  function hover(event, x, y) {
    const t = Axis.toReal(drawnAt(x));
    cursor.hidden = x < Drawing.GUTTER;
    cursor.style.left = `${x}px`;
    const hit = Canvas.hitAt(x, y);
    surfaces.tracks.style.cursor = hit ? "pointer" : "";
    if (!hit) return hideTip();
    Details.tip(tip, hit, t);
    tip.hidden = false;
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - width - 8))}px`;
    tip.style.top = `${event.clientY + 18 + height > innerHeight ? Math.max(4, event.clientY - height - 12) : event.clientY + 18}px`;
  }

  function hideTip() {
    tip.hidden = true;
  }

  function overviewMove(event) {
    if (!(event.buttons & 1)) return;
    const box = surfaces.overview.getBoundingClientRect();
    const share = (event.clientX - box.left - Drawing.GUTTER) / (box.width - Drawing.GUTTER);
    const middle = share * Axis.end, half = (State.state.end - State.state.start) / 2;
    State.look(middle - half, middle + half);
  }

  surfaces.tracks.addEventListener("wheel", onWheel, { passive: false });
  surfaces.tracks.addEventListener("pointerdown", onDown);
  surfaces.tracks.addEventListener("pointermove", onMove);
  surfaces.tracks.addEventListener("pointerup", onUp);
  surfaces.tracks.addEventListener("pointercancel", (event) => { fingers.delete(event.pointerId); drag = null; });
  surfaces.tracks.addEventListener("pointerleave", () => { hideTip(); cursor.hidden = true; });
  surfaces.tracks.addEventListener("dblclick", (event) => State.zoom(0.4, (placeOf(event)[0] - Drawing.GUTTER) / plotWidth()));
  surfaces.overview.addEventListener("pointerdown", (event) => { surfaces.overview.setPointerCapture(event.pointerId); overviewMove(event); });
  surfaces.overview.addEventListener("pointermove", overviewMove);
  surfaces.overview.addEventListener("wheel", onWheel, { passive: false });
  State.listen((what) => { if (what === "view" && !tip.hidden) hideTip(); });
})();
