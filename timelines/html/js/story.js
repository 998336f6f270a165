"use strict";
/* The stories in words: root, consequences, prevention, and the evidence of each finding. Real lists and buttons. */

const Story = (() => {
  const { make, wire, fill, byId } = Dom;
  const SIGN = { error: "\u25b2", warning: "\u25c6", info: "\u25cf" };
  const DIRECTION = { client: "client \u2192", server: "\u2190 server", local: "application" };
  const buttons = new Map();

  const severity = (finding) =>
    make(`span.severity.${finding.severity}`, SIGN[finding.severity], " ", finding.severity);
  const time = (t) => make("span.time", Axis.offset(t));

  function findingItem(finding) {
    const button = make(
      "button.finding", { type: "button", "aria-expanded": "false", onclick: () => toggle(finding.number) },
      make("span.head", severity(finding), " ", make("b", `${finding.rule} ${finding.name}`), " ", make("span.dim", finding.certainty)),
      make("span.message", time(finding.t), " ", wire(`${finding.message}.`)),
    );
    const proof = make("ol.evidence", { hidden: true, "aria-label": `Evidence of ${finding.rule}` });
    button.dataset.finding = finding.number;
    buttons.set(finding.number, { button, proof });
    return make("li", button, proof);
  }

  function evidenceItem(each) {
    const known = each.record >= 0;
    const button = make(
      "button.proof", { type: "button", disabled: !known, onclick: () => State.choose(each.record) },
      time(each.t), " ", make(`span.lane.${each.dir}`, DIRECTION[each.dir] || ""), " ", make("code", each.type),
      make("span.note", wire(each.note)), known ? null : make("span.dim", ` line ${each.line}, not shown`),
    );
    button.dataset.line = each.line;
    return make("li", button);
  }

  function toggle(number) {
    State.chooseFinding(State.state.finding === number ? -1 : number);
  }

  function prevention(findings) {
    const told = [...new Set(findings.flatMap((finding) => finding.prevented_by))];
    return told.length ? [make("h3", "What would have prevented it"), make("ul.prevention", ...told.map((text) => make("li", wire(text))))] : [];
  }

  function card(story, number) {
    const root = Data.findings[story.root];
    const others = story.findings.filter((each) => each !== story.root).map((each) => Data.findings[each]);
    const title = Data.stories.length > 1 ? `Story ${number + 1} of ${Data.stories.length}` : "Story";
    return make(
      "section.story",
      make("header", make("h2", title), make("button.small", { type: "button", onclick: () => { State.chooseFinding(-1); State.flyToStory(story); } }, "show all of it")),
      make("ul.findings", findingItem(root)),
      ...(others.length ? [make("h3", `What follows from it (${others.length})`), make("ul.findings", ...others.map(findingItem))] : []),
      ...prevention([root, ...others]),
    );
  }

  function facts() {
    return make("dl", ...Data.about.facts.flatMap(([name, value]) => [make("dt", name), make("dd", wire(value))]));
  }

  function show() {
    const none = Data.stories.length ? [] : [make("p.dim", Data.about.verdict === "clean" ? "No finding: nothing that the rules look for happened here." : "No finding.")];
    fill(byId("stories"), ...none, ...Data.stories.map(card));
    fill(byId("facts"), facts());
    fill(byId("notes"), ...Data.notes.map((note) => make("p.note", wire(note))));
  }

  function update() {
    for (const [number, { button, proof }] of buttons) {
      const chosen = number === State.state.finding;
      button.setAttribute("aria-expanded", String(chosen));
      button.classList.toggle("chosen", chosen);
      proof.hidden = !chosen;
      if (chosen && !proof.firstChild) proof.append(...Data.findings[number].evidence.map(evidenceItem));
      if (chosen) requestAnimationFrame(() => bring(button.parentElement)); // once the record below has its room
    }
  }

  function bring(item) {
    const room = byId("panel-scroll").clientHeight;
    item.scrollIntoView({ block: item.offsetHeight > room ? "start" : "nearest" });
  }

  State.listen((what) => { if (what === "finding") update(); });

  /* The numbers of the findings as they are told: each root, then what follows from it. */
  const order = Data.stories.flatMap((story) => [story.root, ...story.findings.filter((each) => each !== story.root)]);

  return { show, order, severity, prevention, DIRECTION, SIGN };
})();
