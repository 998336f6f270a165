"use strict";
/* The canvases on the page: the axis, the tracks below it, and the whole session above; painted once a frame. */

const Canvas = (() => {
  const AXIS_HEIGHT = 38, OVERVIEW_HEIGHT = 34;
  const pane = Dom.byId("tracks-pane");
  const surfaces = Object.fromEntries(["overview", "axis", "tracks"].map((name) => [name, Dom.byId(name)]));
  let layout = Tracks.laidOut(Filter.hiddenLanes), painting = null, asked = false, shape = null;

  function prepared(canvas, width, height) {
    const ratio = devicePixelRatio || 1;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w;
      canvas.height = h;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    const ctx = canvas.getContext("2d");
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    return ctx;
  }

  function paint() {
    asked = false;
    const width = pane.clientWidth, height = Math.max(layout.height, pane.clientHeight);
    if (width < Drawing.GUTTER + 40) return;
    const { state } = State, colours = Theme.colours;
    painting = new Drawing.Painting(prepared(surfaces.tracks, width, height), width, state, colours, state);
    painting.tracks(layout, height);
    axis(prepared(surfaces.axis, width, AXIS_HEIGHT), width, state, colours);
    overview(prepared(surfaces.overview, width, OVERVIEW_HEIGHT), width, colours);
  }

  function axis(ctx, width, view, colours) {
    const { GUTTER } = Drawing, scale = (width - GUTTER) / (view.end - view.start);
    ctx.fillStyle = colours.panel;
    ctx.fillRect(0, 0, width, AXIS_HEIGHT);
    for (const gap of Axis.gaps) idle(ctx, gap, width, view, scale, colours);
    ctx.textBaseline = "middle";
    ctx.textAlign = "right";
    ctx.font = Shapes.FONT;
    ctx.fillStyle = colours.dim;
    ctx.fillText(Data.timed ? "since T+0" : "untimed", GUTTER - 8, 12);
    if (!Number.isNaN(Data.started)) ctx.fillText("UTC", GUTTER - 8, 27);
    ctx.textAlign = "left";
    const ticks = Axis.ticks(view.start, view.end, (width - GUTTER) / 110);
    const step = ticks.length > 1 ? Math.min(...ticks.slice(1).map((tick, i) => tick.t - ticks[i].t)) : 1000;
    let free = GUTTER;
    for (const { t, d } of ticks) {
      const x = Math.round(GUTTER + (d - view.start) * scale);
      if (x < free) continue;
      const words = Axis.offset(t, step);
      ctx.fillStyle = colours.line;
      ctx.fillRect(x, 0, 1, AXIS_HEIGHT);
      ctx.font = Shapes.BOLD;
      ctx.fillStyle = colours.text;
      ctx.fillText(words, x + 4, 12);
      ctx.font = Shapes.FONT;
      ctx.fillStyle = colours.dim;
      ctx.fillText(Axis.wall(t), x + 4, 27);
      free = x + Math.max(72, Shapes.textWidth(ctx, words) + 14);
    }
    ctx.fillStyle = colours.line;
    ctx.fillRect(0, AXIS_HEIGHT - 1, width, 1);
  }

  function idle(ctx, gap, width, view, scale, colours) {
    const { GUTTER } = Drawing;
    const left = GUTTER + (Axis.toDrawn(gap.from) - view.start) * scale, right = GUTTER + (Axis.toDrawn(gap.to) - view.start) * scale;
    if (right < GUTTER || left > width) return;
    const from = Math.max(left, GUTTER), room = Math.min(right, width) - from;
    ctx.fillStyle = colours.shade;
    ctx.fillRect(from, 0, room, AXIS_HEIGHT);
    Shapes.hatch(ctx, from, 0, room, AXIS_HEIGHT, colours.line);
  }

  /* How busy the whole session is, column by column; it changes only with size, theme and filter. */
  function busyness(width) {
    const key = `${width} ${Axis.end}`;
    if (shape && shape.key === key) return shape;
    const { GUTTER } = Drawing, columns = [0, 1, 2].map(() => new Float64Array(width - GUTTER + 1));
    const scale = (width - GUTTER) / Axis.end;
    const count = (rows, dir, number) => {
      if (dir < 3) columns[dir][Math.floor(Axis.toDrawn(rows.t[number]) * scale)] += 1;
    };
    for (let i = 0; i < Data.records.size; i++) if (Filter.shows(i)) count(Data.records, Data.records.dir[i], i);
    for (let i = 0; i < Data.deltas.size; i++) count(Data.deltas, Data.deltas.dir[i], i);
    const most = columns.map((column) => column.reduce((a, b) => Math.max(a, b), 1));
    return (shape = { key, columns, most });
  }

  function overview(ctx, width, colours) {
    const { GUTTER } = Drawing, scale = (width - GUTTER) / Axis.end;
    ctx.drawImage(wholeSession(width, colours), 0, 0, width, OVERVIEW_HEIGHT);
    const left = Math.max(GUTTER, GUTTER + State.state.start * scale), right = Math.min(width, GUTTER + State.state.end * scale);
    ctx.fillStyle = colours.bg;
    ctx.globalAlpha = 0.65;
    ctx.fillRect(GUTTER, 0, left - GUTTER, OVERVIEW_HEIGHT);
    ctx.fillRect(right, 0, width - right, OVERVIEW_HEIGHT);
    ctx.globalAlpha = 1;
    ctx.strokeStyle = colours.focus;
    ctx.lineWidth = 1.5;
    ctx.strokeRect(left + 0.5, 1, Math.max(right - left - 1, 3), OVERVIEW_HEIGHT - 2);
    ctx.lineWidth = 1;
  }

  /* The whole session as a picture, made again when its width, the theme or the filter changes. */
  function wholeSession(width, colours) {
    const { GUTTER } = Drawing, told = busyness(width);
    if (told.picture && told.colours === colours) return told.picture;
    told.picture = document.createElement("canvas");
    told.colours = colours;
    const ctx = prepared(told.picture, width, OVERVIEW_HEIGHT), scale = (width - GUTTER) / Axis.end, tall = OVERVIEW_HEIGHT / 3 - 2;
    ctx.fillStyle = colours.panel;
    ctx.fillRect(0, 0, width, OVERVIEW_HEIGHT);
    ctx.font = Shapes.FONT;
    ctx.textBaseline = "middle";
    ctx.textAlign = "right";
    ctx.fillStyle = colours.dim;
    ctx.fillText("whole session", GUTTER - 8, OVERVIEW_HEIGHT / 2);
    [colours.client, colours.server, colours.local].forEach((colour, dir) => {
      ctx.fillStyle = colour;
      const low = (dir + 1) * (tall + 1.5);
      told.columns[dir].forEach((count, x) => {
        const high = count && Math.max(2, Math.sqrt(count / told.most[dir]) * tall);
        if (count) ctx.fillRect(GUTTER + x, low - high, 1, high);
      });
    });
    for (const finding of Data.findings) {
      if (!finding.placed) continue;
      ctx.fillStyle = colours[finding.severity];
      ctx.fillRect(Math.round(GUTTER + Axis.toDrawn(finding.t) * scale), 0, 2, OVERVIEW_HEIGHT);
    }
    return told.picture;
  }

  function ask() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(paint);
  }

  function relayout() {
    shape = null;
    layout = Tracks.laidOut(Filter.hiddenLanes);
    ask();
  }

  /* What is drawn at a point of the tracks: what was drawn last lies on top. */
  function hitAt(x, y) {
    if (!painting || x < Drawing.GUTTER) return null;
    for (let i = painting.hits.length - 1; i >= 0; i--) {
      const hit = painting.hits[i];
      if (x >= hit.x && x <= hit.x + hit.width && y >= hit.y && y <= hit.y + hit.height) return hit;
    }
    return null;
  }

  /* As high as the tracks where there is room for them. */
  pane.style.height = `min(${layout.height + 2}px, 62%)`;

  State.listen((what) => (what === "filter" ? relayout() : ask()));
  Theme.listen(ask);
  new ResizeObserver(ask).observe(pane);

  return { AXIS_HEIGHT, axis, paint, relayout, hitAt, pane, surfaces, get painting() { return painting; } };
})();
