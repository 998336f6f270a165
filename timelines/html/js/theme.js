"use strict";
/* Light and dark: as the system says, or as a person chose. A canvas knows no style sheet, so it asks here. */

const Theme = (() => {
  const CHOICES = ["auto", "light", "dark"];
  const NAMES = ["bg", "panel", "text", "dim", "line", "faint", "client", "server", "local", "error", "warning", "info", "focus", "mark", "shade"];
  const root = document.documentElement;
  let choice = "auto", colours = {};
  const listeners = [];

  function read() {
    const style = getComputedStyle(root);
    colours = Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  }

  function choose(next) {
    choice = next;
    if (next === "auto") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", next);
    read();
    for (const listener of listeners) listener(choice);
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => choose(choice));
  read();

  return {
    choose,
    next: () => choose(CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length]),
    listen: (listener) => listeners.push(listener),
    get choice() { return choice; },
    get colours() { return colours; },
  };
})();
