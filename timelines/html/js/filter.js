"use strict";
/* What is shown: lanes, event types, items. A record that proves a finding is always shown. */

const Filter = (() => {
  const { records } = Data;
  const hiddenLanes = new Set(), hiddenTypes = new Set();
  const LANE = ["client", "server", "local", ""];
  let item = -1, words = "", matches = null, onlyMatches = false, haystack = null;

  function holds(record) {
    if (Data.marks.has(records.line[record])) return true;
    if (hiddenLanes.has(LANE[records.dir[record]]) || hiddenTypes.has(records.type[record])) return false;
    if (item >= 0 && !concerns(record, item)) return false;
    return !(onlyMatches && matches && !matches.has(record));
  }

  function concerns(record, wanted) {
    if (records.items[record].includes(wanted)) return true;
    return (Data.marks.get(records.line[record]) || []).some((mark) => mark.finding.items.includes(wanted));
  }

  let shown = new Uint8Array(records.size).fill(1);
  function refresh() {
    shown = shown.map((_, record) => (holds(record) ? 1 : 0));
    State.tell("filter");
  }

  function textOf(record) {
    const named = records.items[record].flatMap((each) => Data.items[each]);
    const response = records.response[record] < 0 ? [] : Data.responses[records.response[record]];
    const call = records.call[record] < 0 ? [] : [Data.calls[records.call[record]]];
    const rules = (Data.marks.get(records.line[record]) || []).flatMap((mark) => [mark.finding.rule, mark.finding.id]);
    return [Data.typeOf(record), records.text[record], ...named, ...response, ...call, ...rules].join(" ").toLowerCase();
  }

  function search(text) {
    words = text.trim().toLowerCase();
    matches = null;
    if (words) {
      haystack = haystack || Array.from({ length: records.size }, (_, record) => textOf(record));
      const wanted = words.split(/\s+/);
      matches = new Set();
      haystack.forEach((hay, record) => {
        if (wanted.every((word) => hay.includes(word))) matches.add(record);
      });
    }
    refresh();
  }

  function toggle(set, value, show) {
    if (show) set.delete(value);
    else set.add(value);
    refresh();
  }

  /* Whether records are chosen by what they say: of deltas nobody knows what they are about. */
  const isChoosing = () => Boolean(item >= 0 || (onlyMatches && matches));
  const isFiltering = () => Boolean(hiddenLanes.size || hiddenTypes.size || isChoosing());
  const lineShown = (line) => {
    const record = Data.recordAt(line);
    return record >= 0 && shown[record] === 1;
  };

  return {
    hiddenLanes, hiddenTypes, search, lineShown, isChoosing, isFiltering,
    shows: (record) => shown[record] === 1,
    /* A span is shown with the record that began or ended it; one whose records lie outside the page is. */
    showsSpan: (span) => !isFiltering() || lineShown(span.line) || lineShown(span.toLine),
    lane: (name, show) => toggle(hiddenLanes, name, show),
    type: (type, show) => toggle(hiddenTypes, type, show),
    types: (types, show) => {
      for (const type of types) if (show) hiddenTypes.delete(type); else hiddenTypes.add(type);
      refresh();
    },
    onItem: (wanted) => { item = wanted; refresh(); },
    only: (wanted) => { onlyMatches = wanted; refresh(); },
    clear: () => { hiddenLanes.clear(); hiddenTypes.clear(); item = -1; onlyMatches = false; refresh(); },
    get matches() { return matches; },
    get item() { return item; },
    get onlyMatches() { return onlyMatches; },
  };
})();
