"use strict";
/* Draws the tracks of a stretch of time on a canvas: only what is in sight, and counts where it stands too close. */

const Drawing = (() => {
  const { records } = Data;
  const GUTTER = 118; // px on the left for the names of the tracks
  const BIN = 3; // px a column of counted records
  const CROWDED = 5; // px a record below which records are counted
  const LABELLED = 500; // records in sight above which none is labelled
  const ARROWS = 400;
  const SPECIAL = 500; // records that prove something, or were found, up to which they are drawn among counted ones

  const LANE_OF = ["client", "server", "local", "info"];
  const OF_SPANS = { speech: "client", request: "dim", response: "server", item: "server", push: "local", tool: "local", playback: "local" };

  function shortType(type) {
    for (const prefix of ["conversation.", "input_audio_buffer.", "local."]) if (type.startsWith(prefix)) return type.slice(prefix.length);
    const rest = type.startsWith("response.") ? type.slice(9) : "";
    return /[._]/.test(rest) ? rest : type;
  }
  const shortTypes = Data.types.map(shortType);

  function labelOf(record) {
    // The items that a push names are not what it is about.
    if (Data.typeOf(record) === "local.ctx_push_begin") return `ctx_push_begin ${records.text[record]}`;
    const items = records.items[record], response = records.response[record];
    const name = items.length ? Data.label(items[0]) : response >= 0 ? Data.responses[response][1] : "";
    const type = shortTypes[records.type[record]] || "?";
    return name ? `${type} ${name}` : type;
  }

  /* The first row with room from `left` to `right`, which is then taken; -1 where there is none. */
  function roomFor(rows, left, right) {
    const row = rows.findIndex((taken) => taken.every(([from, until]) => until <= left || from >= right));
    if (row >= 0) rows[row].push([left, right]);
    return row;
  }

  /* One painting: where things are, and what the pointer can hit. */
  class Painting {
    constructor(ctx, width, view, colours, options = {}) {
      Object.assign(this, { ctx, width, view, colours });
      this.scale = (width - GUTTER) / (view.end - view.start);
      this.chosen = options.finding ?? -1;
      this.record = options.record ?? -1;
      this.hits = [];
      this.places = new Map(); // record -> [x, y]
      this.from = Axis.toReal(view.start);
      this.to = Axis.toReal(view.end);
      const finding = Data.findings[this.chosen];
      this.evidence = new Set(finding ? [finding.line, ...finding.evidence.map((each) => each.line)] : []);
      ctx.font = Shapes.FONT;
      ctx.textBaseline = "middle";
    }

    timeAt(x) { return Axis.toReal(this.view.start + (x - GUTTER) / this.scale); }
    x(t) { return GUTTER + (Axis.toDrawn(t) - this.view.start) * this.scale; }
    hit(x, y, width, height, what) { this.hits.push({ x, y, width, height, ...what }); }

    tracks(layout, height) {
      const { ctx, width, colours } = this;
      this.ground(layout, height);
      this.trackOf = [];
      for (const track of layout.tracks) if (track.kind === "records") this.trackOf[track.dir] = track;
      ctx.save();
      ctx.beginPath();
      ctx.rect(GUTTER, 0, width - GUTTER, height);
      ctx.clip();
      for (const track of layout.tracks) this[track.kind](track);
      this.arrows();
      Marking.evidence(this);
      Marking.chosenRecord(this, height);
      ctx.restore();
      for (const track of layout.tracks) this.title(track);
      ctx.fillStyle = colours.line;
      ctx.fillRect(GUTTER - 1, 0, 1, height);
    }

    ground(layout, height) {
      const { ctx, width, colours, view } = this;
      ctx.fillStyle = colours.bg;
      ctx.fillRect(0, 0, width, height);
      let lane = null;
      for (const track of layout.tracks) {
        if (lane !== null && track.lane !== lane) {
          ctx.fillStyle = colours.line;
          ctx.fillRect(0, track.top - 5, width, 1);
        }
        lane = track.lane;
      }
      ctx.fillStyle = colours.faint;
      for (const tick of Axis.ticks(view.start, view.end, (width - GUTTER) / 110)) ctx.fillRect(Math.round(GUTTER + (tick.d - view.start) * this.scale), 0, 1, height);
      this.gaps(height);
    }

    gaps(height) {
      const { ctx, colours } = this;
      for (const gap of Axis.gaps) {
        if (gap.to < this.from || gap.from > this.to) continue;
        const left = Math.max(this.x(gap.from), GUTTER), right = Math.min(this.x(gap.to), this.width);
        ctx.fillStyle = colours.shade;
        ctx.fillRect(left, 0, right - left, height);
        Shapes.hatch(ctx, left, 0, right - left, height, colours.faint);
        if (right - left > 12) this.upright(`${Axis.duration(gap.to - gap.from)} idle`, (left + right) / 2, height - 8);
      }
    }

    upright(words, x, y) {
      const { ctx, colours } = this;
      ctx.save();
      ctx.translate(x, y);
      ctx.rotate(-Math.PI / 2);
      ctx.fillStyle = colours.dim;
      ctx.fillText(words, 0, 0);
      ctx.restore();
    }

    title(track) {
      const { ctx, colours } = this;
      ctx.fillStyle = colours[track.lane] || colours.dim;
      ctx.font = track.kind === "records" ? Shapes.BOLD : Shapes.FONT;
      ctx.textAlign = "right";
      ctx.fillText(track.title, GUTTER - 8, track.top + Math.min(track.height, Tracks.ROW) / 2);
      ctx.textAlign = "left";
      ctx.font = Shapes.FONT;
    }

    findings(track) { Marking.findings(this, track); }

    records(track) {
      const low = Data.lowerBound(track.times, this.from - 1), high = Data.lowerBound(track.times, this.to + 1);
      const crowded = (high - low) * CROWDED > this.width - GUTTER;
      if (!crowded) return this.glyphs(track, this.placesFrom(low, high), high - low < LABELLED);
      this.counted(track, low, high);
      const special = [...this.special(track)].filter((place) => place >= low && place < high);
      this.glyphs(track, special.sort((a, b) => a - b), false);
    }

    /* The records that are drawn one by one even where the others are counted. */
    special(track) {
      const wanted = [this.record, ...[...this.evidence].map(Data.recordAt)];
      if (Filter.matches && Filter.matches.size < SPECIAL) wanted.push(...Filter.matches);
      const places = wanted.filter((record) => record >= 0 && records.dir[record] === track.dir).map((record) => Data.lowerBound(track.records, record));
      return new Set(track.marked.length < SPECIAL ? [...places, ...track.marked] : places);
    }

    *placesFrom(low, high) {
      // Labels are packed from some records before the first in sight, so that they stay where they are while one pans.
      for (let place = Math.max(0, low - 30); place < high; place++) yield place;
    }

    /* What proves something finds a place for its label first; what finds none stands unlabelled on the last row. */
    glyphs(track, places, labelled) {
      const shown = [...places].filter((place) => Filter.shows(track.records[place]));
      const taken = Array.from({ length: track.rows }, () => []);
      const proves = (place) => this.evidence.has(records.line[track.records[place]]) * 2 + Data.marks.has(records.line[track.records[place]]);
      const ranked = labelled ? [...shown].sort((a, b) => proves(b) - proves(a) || a - b) : shown;
      for (const place of ranked) this.one(track, place, labelled ? taken : null);
    }

    one(track, place, taken) {
      const { ctx, colours } = this, record = track.records[place], x = this.x(track.times[place]);
      let words = taken ? labelOf(record) : "", length = words ? Math.min(Shapes.textWidth(ctx, words), 170) : 0;
      const row = taken ? roomFor(taken, x - 9, x + 12 + length) : -1;
      if (row < 0) words = "";
      if (row < 0) length = 0;
      const y = track.top + (row < 0 ? track.rows * Tracks.ROW + 4 : row * Tracks.ROW + Tracks.ROW / 2);
      this.places.set(record, [x, y]);
      ctx.globalAlpha = this.alpha(record);
      Shapes.glyph(ctx, track.dir, x, y, colours[LANE_OF[track.dir]]);
      if (Data.marks.has(records.line[record])) Marking.ring(this, record, x, y);
      if (Filter.matches && Filter.matches.has(record)) Marking.found(this, x, y, length);
      ctx.fillStyle = colours.text;
      if (words && x > GUTTER - 4) Shapes.text(ctx, words, x + 12, y, 172);
      ctx.globalAlpha = 1;
      this.hit(x - 6, y - 8, 18 + length, 16, { record });
    }

    alpha(record) {
      if (this.evidence.size && !this.evidence.has(records.line[record])) return 0.4;
      return Filter.matches && !Filter.matches.has(record) ? 0.35 : 1;
    }

    /* Records as columns of counts. */
    counted(track, low, high) {
      const { ctx, colours } = this, counts = new Map();
      let most = 1;
      for (let place = low; place < high; place++) {
        if (!Filter.shows(track.records[place])) continue;
        const column = Math.floor(this.x(track.times[place]) / BIN);
        const count = (counts.get(column) || 0) + 1;
        counts.set(column, count);
        if (count > most) most = count;
      }
      ctx.fillStyle = colours[LANE_OF[track.dir]];
      ctx.globalAlpha = 0.75;
      for (const [column, count] of counts) this.column(track, column * BIN, count / most, { count });
      ctx.globalAlpha = 1;
    }

    column(track, x, share, told) {
      const tall = Math.max(2, Math.sqrt(share) * (track.height - 3));
      this.ctx.fillRect(x, track.top + track.height - 1 - tall, BIN - 1, tall);
      this.hit(x - 1, track.top, BIN, track.height, { track, from: this.timeAt(x), to: this.timeAt(x + BIN), ...told });
    }

    density(track) {
      const { ctx, colours } = this;
      if (Filter.isChoosing()) return;
      const columns = [];
      let most = 1, low = Data.lowerBound(track.times, this.from);
      while (low < track.times.length && track.times[low] <= this.to) {
        const x = Math.floor(this.x(track.times[low]) / BIN) * BIN;
        const high = Math.max(low + 1, Data.lowerBound(track.times, this.timeAt(x + BIN), low));
        const count = high - low;
        columns.push({ x, count, low, high });
        most = Math.max(most, count);
        low = high;
      }
      ctx.fillStyle = colours[LANE_OF[track.dir]];
      ctx.globalAlpha = 0.55;
      for (const { x, count, low: first, high } of columns) this.column(track, x, count / most, { count, deltas: [first, high] });
      ctx.globalAlpha = 1;
    }

    spans(track) {
      track.rows.forEach((row, number) => {
        const y = track.top + number * Tracks.ROW;
        let place = Math.max(0, row.crowded ? 0 : Data.lowerBound(row.starts, this.from) - 1), drawnUntil = -Infinity;
        for (; place < row.spans.length && row.starts[place] <= this.to; place++) {
          const span = row.spans[place];
          const until = Tracks.untilOf(span);
          if (until < this.from || !Filter.showsSpan(span)) continue;
          const left = Math.max(this.x(span.t), GUTTER - 4), right = Math.min(this.x(until), this.width + 4);
          if (right < drawnUntil + 0.7 && right - left < 1) continue;
          drawnUntil = right;
          this.span(span, left, Math.max(right, left + 2), y, OF_SPANS[track.of]);
        }
      });
    }

    span(span, left, right, y, colour) {
      const { ctx, colours } = this, width = right - left, tall = Tracks.ROW - 4;
      const refused = span.outcome === "rejected", open = span.until === null;
      const ends = this.evidence.size && !(this.evidence.has(span.line) || this.evidence.has(span.toLine));
      ctx.globalAlpha = ends ? 0.4 : 1;
      ctx.fillStyle = refused ? colours.error : colours[colour];
      const alpha = ctx.globalAlpha;
      this.hit(left - 1, y, width + 2, Tracks.ROW - 2, { span });
      if (width < 4) {
        ctx.fillRect(left, y + 1, width, tall);
        ctx.globalAlpha = 1;
        return;
      }
      ctx.globalAlpha = alpha * 0.18;
      ctx.fillRect(left, y + 1, width, tall);
      ctx.globalAlpha = alpha;
      ctx.fillRect(left, y + 1, 2, tall);
      if (!open) ctx.fillRect(right - 1, y + 1, 1, tall);
      if (open && width > 8) Shapes.hatch(ctx, left, y + 1, width, tall, colours.dim);
      ctx.fillStyle = colours.text;
      const began = span.kind === "request" ? Data.recordAt(span.line) : -1;
      const subject = began < 0 ? shortType(span.subject) : labelOf(began);
      const words = `${refused ? "\u2715 " : ""}${subject}${open ? ` \u2026 ${span.kind === "request" ? "never answered" : "never ended"}` : ""}`;
      Shapes.text(ctx, words, left + 5, y + 1 + tall / 2, width - 8);
      ctx.globalAlpha = 1;
    }

    arrows() {
      const low = Data.lowerBound(Data.arrowFrom, this.from - Data.longestArrow), high = Data.lowerBound(Data.arrowFrom, this.to + 1);
      const inSight = [];
      for (let i = low; i < high; i++) if (records.t[Data.arrows[i].to] >= this.from) inSight.push(Data.arrows[i]);
      for (const arrow of inSight) {
        const told = arrow.from === this.record || arrow.to === this.record;
        if (inSight.length <= ARROWS || told) this.arrow(arrow, told);
      }
    }

    /* Where a record is, or where it would be. */
    place(record) {
      const track = this.trackOf[records.dir[record]];
      return this.places.get(record) || (track && [this.x(records.t[record]), track.top + Tracks.ROW / 2]);
    }

    arrow(arrow, told) {
      const { ctx, colours } = this, from = this.place(arrow.from), to = this.place(arrow.to);
      if (!from || !to || !Filter.shows(arrow.from) || !Filter.shows(arrow.to)) return;
      const refused = arrow.outcome === "rejected";
      const proves = this.evidence.has(arrow.line) && this.evidence.has(arrow.toLine);
      ctx.strokeStyle = ctx.fillStyle = refused ? colours.error : told ? colours.focus : colours.dim;
      ctx.globalAlpha = told || proves ? 1 : this.evidence.size ? 0.15 : 0.45;
      ctx.lineWidth = told || proves ? 1.8 : 1;
      ctx.setLineDash(arrow.kind === "output" ? [2, 3] : refused ? [6, 3] : []);
      const [x0, y0] = [from[0], from[1] + Math.sign(to[1] - from[1]) * 5], [x1, y1] = [to[0], to[1] - Math.sign(to[1] - from[1]) * 5];
      const bend = (y1 - y0) * 0.5;
      ctx.beginPath();
      ctx.moveTo(x0, y0);
      ctx.bezierCurveTo(x0, y0 + bend, x1, y1 - bend, x1, y1);
      ctx.stroke();
      ctx.setLineDash([]);
      Shapes.arrowHead(ctx, x1, y1, Math.sign(y1 - y0) * (Math.PI / 2) || 0);
      ctx.lineWidth = 1;
      ctx.globalAlpha = 1;
    }
  }

  return { Painting, GUTTER };
})();
