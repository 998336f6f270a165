"use strict";
/* The bar between drawing and table: dragged, or moved with the arrow keys. */

(() => {
  const bar = Dom.byId("split"), pane = Canvas.pane;
  const LEAST = 80, STEP = 24; // px

  const resize = (height) => {
    pane.style.height = `${Math.max(LEAST, Math.min(height, pane.parentElement.clientHeight - 200))}px`;
  };
  bar.addEventListener("pointerdown", (event) => bar.setPointerCapture(event.pointerId));
  bar.addEventListener("pointermove", (event) => {
    if (bar.hasPointerCapture(event.pointerId)) resize(event.clientY - pane.getBoundingClientRect().top);
  });
  bar.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -STEP, ArrowDown: STEP }[event.key];
    if (!by) return;
    resize(pane.clientHeight + by);
    event.preventDefault();
    event.stopPropagation();
  });
})();
