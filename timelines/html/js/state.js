"use strict";
/* What is looked at: the stretch of drawn time, the chosen record and finding, what the pointer is on. */

const State = (() => {
  const SHORTEST = 20; // us across the screen
  const FLIGHT = 260; // ms
  const listeners = [];
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const state = { start: 0, end: 1, record: -1, finding: -1, hover: null, flight: 0 };

  const listen = (listener) => listeners.push(listener);
  function tell(what) {
    for (const listener of listeners) listener(what);
  }

  function bounds(start, end) {
    const whole = Axis.end, margin = whole * 0.03 + 20_000;
    const width = Math.min(Math.max(end - start, SHORTEST), whole + 2 * margin);
    const middle = (start + end) / 2;
    const low = Math.min(Math.max(middle - width / 2, -margin), whole + margin - width);
    return [low, low + width];
  }

  function look(start, end) {
    [state.start, state.end] = bounds(start, end);
    tell("view");
  }

  function zoom(factor, share = 0.5) {
    cancelAnimationFrame(state.flight);
    const width = state.end - state.start, fixed = state.start + width * share;
    look(fixed - width * factor * share, fixed + width * factor * (1 - share));
  }

  function pan(share) {
    cancelAnimationFrame(state.flight);
    const step = (state.end - state.start) * share;
    look(state.start + step, state.end + step);
  }

  /* Fly to a stretch of drawn time: where one comes from tells where one is. */
  function fly(start, end) {
    cancelAnimationFrame(state.flight);
    const [toStart, toEnd] = bounds(start, end), fromStart = state.start, fromEnd = state.end;
    if (calm.matches || document.hidden) return look(toStart, toEnd);
    const began = performance.now();
    const step = (now) => {
      const share = Math.min(1, (now - began) / FLIGHT), eased = 1 - (1 - share) ** 3;
      look(fromStart + (toStart - fromStart) * eased, fromEnd + (toEnd - fromEnd) * eased);
      if (share < 1) state.flight = requestAnimationFrame(step);
    };
    state.flight = requestAnimationFrame(step);
  }

  /* Fly to real times, with some room on either side. */
  function flyTo(from, to, room = 0.08) {
    fly(...around(from, to, room));
  }

  /* The drawn time of a stretch with some room before it, and behind it more: labels stand to the right. */
  function around(from, to, room = 0.08) {
    const start = Axis.toDrawn(from), end = Axis.toDrawn(to);
    const pad = Math.max((end - start) * room, Data.timed ? 5_000 : 30_000);
    return [start - pad, end + 2.4 * pad];
  }

  /* Choose a record; `reveal` moves the view where it is not in sight. */
  function choose(record, reveal = true) {
    state.record = record;
    if (reveal && record >= 0) bring(Data.records.t[record]);
    tell("record");
  }

  function bring(t) {
    const d = Axis.toDrawn(t), width = state.end - state.start;
    if (d < state.start + width * 0.02 || d > state.end - width * 0.05) fly(d - width / 2, d + width / 2);
  }

  function stretchOf(findings) {
    const times = findings.flatMap((finding) => [finding.t, ...finding.evidence.map((each) => each.t)]);
    return [Math.min(...times), Math.max(...times)];
  }

  function chooseFinding(number) {
    state.finding = number;
    tell("finding");
    if (number < 0) return;
    const finding = Data.findings[number];
    if (finding.placed || finding.evidence.length) flyTo(...stretchOf([finding]));
    const record = Data.recordAt(finding.line);
    if (record >= 0) choose(record, false);
  }

  /* The findings of a story that stand somewhere in the recording. */
  const placed = (story) => (story ? story.findings.map((number) => Data.findings[number]).filter((each) => each.placed || each.evidence.length) : []);

  /* The gravest story, of those the first, that stands somewhere in the recording. */
  function mainStory() {
    const told = Data.stories.filter((story) => placed(story).length);
    const holds = (severity) => told.find((story) => placed(story).some((finding) => finding.severity === severity));
    return holds("error") || holds("warning") || holds("info");
  }

  function flyToStory(story = mainStory()) {
    const findings = placed(story);
    if (findings.length) flyTo(...stretchOf(findings));
    else flyToAll();
  }

  const flyToAll = () => fly(0, Axis.end);

  return { state, listen, tell, look, zoom, pan, fly, flyTo, choose, chooseFinding, flyToStory, flyToAll, stretchOf, around, placed, mainStory };
})();
