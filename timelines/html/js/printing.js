"use strict";
/* On paper: the story in words, the drawing of it, and every finding with its evidence. */

(() => {
  const { make, wire, byId, fill } = Dom;
  const WIDTH = 780, SHARPNESS = 3; // px of the drawing, and dots a px
  const PAPER = {
    bg: "#ffffff", panel: "#ffffff", text: "#000000", dim: "#555555", line: "#bbbbbb", faint: "#eeeeee", client: "#0b5cad", server: "#0a6b62",
    local: "#8a3f00", error: "#b3001b", warning: "#7a5200", info: "#555555", focus: "#000000", mark: "#ffe680", shade: "#f6f6f6",
  };

  function drawing(story) {
    const layout = Tracks.laidOut(new Set()), canvas = make("canvas", { role: "img", "aria-label": "The drawing of the story" });
    canvas.width = WIDTH * SHARPNESS;
    canvas.height = (layout.height + Canvas.AXIS_HEIGHT) * SHARPNESS;
    const ctx = canvas.getContext("2d");
    ctx.scale(SHARPNESS, SHARPNESS);
    const findings = State.placed(story);
    const [from, to] = findings.length ? State.stretchOf(findings) : [Data.first, Data.last];
    const [start, end] = State.around(from, to);
    Canvas.axis(ctx, WIDTH, { start, end }, PAPER);
    ctx.translate(0, Canvas.AXIS_HEIGHT);
    const squeezed = Axis.gaps.some((gap) => gap.to > from && gap.from < to);
    new Drawing.Painting(ctx, WIDTH, { start, end }, PAPER, { finding: story ? story.root : -1 }).tracks(layout, layout.height);
    return make("figure", copied(canvas), make("figcaption", `${Axis.offset(from)} to ${Axis.offset(to)}${squeezed ? "; hatched: idle time, squeezed" : ""}`));
  }

  /* Chromium prints a fresh canvas by drawing it again, and loses its edge; a copied picture it prints as it is. */
  function copied(canvas) {
    const copy = canvas.cloneNode();
    copy.getContext("2d").drawImage(canvas, 0, 0);
    return copy;
  }

  function finding(each) {
    return make("section.finding",
      make("h3", Story.severity(each), ` ${each.rule} ${each.name} (${each.certainty}) ${each.id}`),
      make("p", make("b", Axis.offset(each.t)), ` line ${each.line}: `, wire(`${each.message}.`)),
      make("table", ...each.evidence.map((proof, i) => make("tr", make("td", i + 1), make("td", Axis.offset(proof.t)), make("td", Axis.wall(proof.t)), make("td", `line ${proof.line}`),
        make("td", proof.dir), make("td", make("code", proof.type)), make("td", wire(proof.note))))));
  }

  function summary() {
    const sections = Data.stories.map((story, number) => make("section",
      make("h2", Data.stories.length > 1 ? `Story ${number + 1}` : "Story"), drawing(story), ...story.findings.map((each) => finding(Data.findings[each])),
      ...Story.prevention(story.findings.map((each) => Data.findings[each]))));
    fill(byId("print"), make("h1", wire(Data.about.title)), make("p", wire(Data.about.headline)),
      make("dl", ...Data.about.facts.flatMap(([name, value]) => [make("dt", name), make("dd", wire(value))])),
      ...Data.notes.map((note) => make("p", wire(note))),
      ...(sections.length ? sections : [drawing(null)]));
    Canvas.relayout();
  }

  addEventListener("beforeprint", summary);
  addEventListener("afterprint", () => fill(byId("print")));
})();
