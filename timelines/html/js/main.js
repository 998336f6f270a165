"use strict";
/* Opens the page on the story. */

(() => {
  const { byId, fill, make, wire } = Dom;
  const VERDICTS = { clean: "\u2713 clean", findings: "\u25b2 findings", inconclusive: "? inconclusive" };

  document.title = `${Data.about.title} \u00b7 rtlog timeline`;
  fill(byId("title"), wire(Data.about.title));
  fill(byId("verdict"), VERDICTS[Data.about.verdict] || Data.about.verdict);
  byId("verdict").classList.add(Data.about.verdict);
  fill(byId("headline"), wire(Data.about.headline));
  byId("about").open = !Data.stories.length;
  Theme.listen((choice) => { byId("theme").textContent = `theme: ${choice}`; });

  Story.show();
  Search.showFilters();
  Table.build();
  const placed = State.placed(State.mainStory());
  if (placed.length) {
    State.look(...State.around(...State.stretchOf(placed)));
    Table.reveal(Data.recordAt(Math.min(...placed.flatMap((finding) => [finding.line, ...finding.evidence.map((each) => each.line)]))));
  } else State.look(0, Axis.end);

  /* timeline.html#RT101-f59a and timeline.html#line-128 open there. */
  const wanted = location.hash.slice(1);
  const finding = Data.findings.find(({ id, rule }) => id === wanted || rule === wanted);
  if (finding) State.chooseFinding(finding.number);
  const line = /^line-(\d+)$/.exec(wanted);
  if (line) State.choose(Data.recordAt(Number(line[1])));

  Canvas.paint();
  performance.mark("opened");
  document.documentElement.dataset.ready = "yes";
})();
