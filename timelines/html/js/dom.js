"use strict";
/* Elements. Text reaches the page through textContent alone: whatever a recording holds stays text. */

const Dom = (() => {
  /* make("button.finding", {onclick}, "text", child, ...) */
  function make(what, ...rest) {
    const [tag, ...classes] = what.split(".");
    const element = document.createElement(tag);
    if (classes.length) element.className = classes.join(" ");
    for (const each of rest) {
      if (each === null || each === undefined) continue;
      if (each instanceof Node) element.append(each);
      else if (typeof each === "object") set(element, each);
      else element.append(document.createTextNode(String(each)));
    }
    return element;
  }

  function set(element, properties) {
    for (const [name, value] of Object.entries(properties)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (name.includes("-") || name === "role") element.setAttribute(name, value);
      else element[name] = value;
    }
  }

  /* Text of the wire may run from right to left: it keeps that to itself. */
  const wire = (text) => make("bdi", text);
  const byId = (id) => document.getElementById(id);
  const fill = (element, ...children) => element.replaceChildren(...children.filter(Boolean));

  return { make, wire, byId, fill };
})();
