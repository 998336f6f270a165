"use strict";
/* The axis: real time (us) to drawn time and back. Where nothing happens for a second, drawn time runs faster. */

const Axis = (() => {
  const IDLE = 1_000_000, SQUEEZED = 200_000;
  const STEPS = [1, 2, 5];
  let real = [], drawn = [], gaps = [], squeezed = true;

  function allTimes() {
    const all = new Float64Array(Data.records.size + Data.deltas.size);
    all.set(Data.records.t);
    all.set(Data.deltas.t, Data.records.size);
    return all.sort();
  }

  function build(squeeze) {
    squeezed = squeeze;
    real = [Data.first];
    drawn = [0];
    gaps = [];
    let previous = Data.first;
    if (squeeze && Data.timed) {
      for (const t of times) {
        if (t - previous >= IDLE) addGap(previous, t);
        previous = t;
      }
    }
    add(Data.last, drawn[drawn.length - 1] + Data.last - real[real.length - 1]);
  }

  function addGap(from, to) {
    add(from, drawn[drawn.length - 1] + from - real[real.length - 1]);
    add(to, drawn[drawn.length - 1] + SQUEEZED);
    gaps.push({ from, to });
  }

  function add(t, d) {
    real.push(t);
    drawn.push(d);
  }

  function mapped(value, from, to) {
    const place = Math.max(1, Math.min(Data.lowerBound(from, value), from.length - 1));
    const width = from[place] - from[place - 1];
    const share = width ? (to[place] - to[place - 1]) / width : 1;
    const slope = value < from[0] || value > from[from.length - 1] ? 1 : share;
    return to[place - 1] + (value - from[place - 1]) * slope;
  }

  const toDrawn = (t) => mapped(t, real, drawn);
  const toReal = (d) => mapped(d, drawn, real);
  const times = allTimes();
  build(true);

  /* About `count` times between two drawn ones: round ones, unless idle time that is squeezed leaves none near by. */
  function ticks(start, end, count) {
    const step = roundStep((end - start) / count), origin = Data.timed ? Data.epoch : 0, zero = toDrawn(origin);
    const told = [];
    let previous = -Infinity;
    for (let wanted = zero + Math.ceil((start - zero) / step) * step; wanted <= end; wanted += step) {
      const near = toReal(wanted);
      let t = origin + Math.round((near - origin) / step) * step, d = toDrawn(t);
      if (Math.abs(d - wanted) > step * 0.4) {
        t = origin + Math.round((near - origin) / 1000) * 1000;
        d = toDrawn(t);
      }
      if (d - previous < step * 0.5) continue;
      told.push({ t, d });
      previous = d;
    }
    return told;
  }

  function roundStep(least) {
    let power = 1;
    for (;;) {
      for (const step of STEPS) if (step * power >= least) return step * power;
      power *= 10;
    }
  }

  const grouped = (value, digits) =>
    value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });

  /* `T+1402ms`, as in a terminal, with as many digits as the distance of two ticks asks for. */
  function offset(t, step = 1000) {
    if (!Data.timed) return `line ${Math.round(t / 10_000)}`;
    const ms = (t - Data.epoch) / 1000;
    const digits = step < 1 ? 3 : step < 10 ? 3 : step < 100 ? 2 : step < 1000 ? 1 : 0;
    const sign = ms < 0 && Number(ms.toFixed(digits)) !== 0 ? "-" : "+";
    return `T${sign}${Math.abs(ms).toFixed(digits)}ms`;
  }

  function wall(t) {
    return Number.isNaN(Data.started) ? "" : `${new Date(Data.started + t / 1000).toISOString().slice(11, 23)}`;
  }

  function duration(us) {
    if (!Data.timed) return `${Math.round(us / 10_000)} lines`;
    if (us < 1000) return `${us} \u00b5s`;
    return us < 10_000_000 ? `${grouped(us / 1000, us < 10_000 ? 1 : 0)} ms` : `${grouped(us / 1_000_000, 2)} s`;
  }

  return {
    build, toDrawn, toReal, ticks, offset, wall, duration,
    get end() { return drawn[drawn.length - 1]; },
    get gaps() { return gaps; },
    get squeezed() { return squeezed; },
  };
})();
