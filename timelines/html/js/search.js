"use strict";
/* Searching and filtering, as a person types and ticks. */

const Search = (() => {
  const { make, byId, fill } = Dom;
  const field = byId("search"), told = byId("search-told"), item = byId("filter-item"), only = byId("only-matches");
  const PAUSE = 120; // ms
  let timer = 0;

  function apply() {
    Filter.search(field.value);
    const count = Filter.matches ? Filter.matches.size : 0;
    told.textContent = field.value.trim() ? (count ? `${count.toLocaleString("en")} found` : "nothing found") : "";
  }

  /* Go to the next match in time, or the one before. */
  function go(by) {
    clearTimeout(timer);
    if (field.value.trim() !== field.dataset.applied) apply();
    field.dataset.applied = field.value.trim();
    if (!Filter.matches || !Filter.matches.size) return;
    const found = [...Filter.matches], from = State.state.record;
    const next = by > 0 ? found.find((each) => each > from) : found.filter((each) => each < from || from < 0).pop();
    State.choose(next ?? (by > 0 ? found[0] : found[found.length - 1]));
  }

  function checkbox(words, checked, onchange, count) {
    const box = make("input", { type: "checkbox", checked, onchange: () => onchange(box.checked) });
    return make("label.check", box, " ", make("span", words), count === undefined ? null : make("span.dim", ` ${count.toLocaleString("en")}`));
  }

  function showFilters() {
    const lanes = [["client", "client \u2192 server"], ["server", "server \u2192 client"], ["local", "application"], ["wire", "requests in flight"]];
    fill(byId("filter-lanes"), ...lanes.map(([name, words]) => checkbox(words, !Filter.hiddenLanes.has(name), (shown) => Filter.lane(name, shown))));
    const counts = new Map();
    for (const type of Data.records.type) counts.set(type, (counts.get(type) || 0) + 1);
    const types = [...counts].sort((a, b) => Data.types[a[0]].localeCompare(Data.types[b[0]]));
    fill(byId("filter-types"), ...types.map(([type, count]) =>
      checkbox(Data.types[type] || "an event without type", !Filter.hiddenTypes.has(type), (shown) => Filter.type(type, shown), count)));
    byId("types-all").onclick = () => { Filter.types(counts.keys(), true); showFilters(); };
    byId("types-none").onclick = () => { Filter.types(counts.keys(), false); showFilters(); };
    fill(byId("item-names"), ...Data.items.flatMap(([id, label]) => [make("option", { value: label }), make("option", { value: id })]));
  }

  function filterByItem() {
    const wanted = item.value.trim();
    const found = Data.items.findIndex(([id, label]) => id === wanted || label.toLowerCase() === wanted.toLowerCase());
    item.setAttribute("aria-invalid", String(Boolean(wanted) && found < 0));
    Filter.onItem(wanted ? found : -1);
  }

  function onItem(number) {
    item.value = Data.items[number][1];
    byId("filters").open = true;
    filterByItem();
  }

  function clear() {
    field.value = item.value = "";
    only.checked = false;
    Filter.clear();
    apply();
    showFilters();
  }

  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(apply, PAUSE); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") go(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") { clear(); field.blur(); }
    else return;
    event.preventDefault();
  });
  item.addEventListener("change", filterByItem);
  item.addEventListener("input", () => { if (!item.value) filterByItem(); });
  only.addEventListener("change", () => Filter.only(only.checked));
  byId("filter-clear").addEventListener("click", clear);
  State.listen((what) => { if (what === "filter") byId("filter-told").textContent = Filter.isFiltering() ? "on; evidence stays" : ""; });

  return { onItem, clear, showFilters, focus: () => { field.focus(); field.select(); } };
})();
