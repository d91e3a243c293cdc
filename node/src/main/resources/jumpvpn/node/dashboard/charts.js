// Bands, lines and marks over one axis of time, as SVG.
import { h, s, clock, date, STATES } from "./dom.js";

export const LEFT = 98;
const RIGHT = 12;

/** Time to pixels. */
export function axis(from, to, width) {
  const inner = Math.max(1, width - LEFT - RIGHT);
  const x = millis => LEFT + Math.max(0, Math.min(1, (millis - from) / (to - from))) * inner;
  return { from, to, width, right: width - RIGHT, x };
}

/** Hatchings, so that colour is never the only difference. */
export function patterns() {
  const hatch = (id, size, ...shapes) =>
    s("pattern", { id, width: size, height: size, patternUnits: "userSpaceOnUse" }, ...shapes);
  return s("svg", { width: 0, height: 0, class: "patterns", "aria-hidden": "true", focusable: "false" },
    s("defs", {},
      hatch("hatch-RECOVERING", 8, s("path", { d: "M-2 2 L2 -2 M0 8 L8 0 M6 10 L10 6", class: "hatch" })),
      hatch("hatch-DEGRADED", 6, s("circle", { cx: 3, cy: 3, r: 1.3, class: "dots" })),
      hatch("hatch-VOLATILE", 10, s("path", { d: "M5 0 V10", class: "hatch" }))));
}

/** Spans of states: [{from, to, state}]. */
export function band(axis, y, height, spans) {
  return spans.filter(one => one.to >= axis.from && one.from <= axis.to).map(one => {
    const left = axis.x(one.from);
    const width = Math.max(2, axis.x(one.to) - left);
    const shape = { x: left.toFixed(1), y, width: width.toFixed(1), height };
    const text = `${one.state} ${clock(one.from, true)} to ${clock(one.to, true)}`;
    return s("g", { "data-state": one.state },
      s("title", {}, text),
      s("rect", { ...shape, class: `state ${one.state}` }),
      ["RECOVERING", "DEGRADED", "VOLATILE"].includes(one.state)
        ? s("rect", { ...shape, fill: `url(#hatch-${one.state})` }) : null,
      width > 96 ? s("text", { x: left + 8, y: y + height / 2 + 4, class: "on-state" }, one.state) : null);
  });
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400].map(one => one * 1000);

/** Lines of time down to `height`, with their labels below. */
export function ticks(axis, height) {
  const most = Math.max(2, Math.floor((axis.right - LEFT) / 90));
  const step = STEPS.find(one => (axis.to - axis.from) / one <= most) ?? STEPS.at(-1);
  const offset = new Date(axis.to).getTimezoneOffset() * 60000;
  const marks = [];
  for (let at = Math.ceil((axis.from - offset) / step) * step + offset; at <= axis.to; at += step) {
    const x = axis.x(at);
    const label = step >= 86400000 ? date(at).slice(5) : step >= 60000 ? clock(at).slice(0, 5) : clock(at);
    marks.push(s("line", { x1: x, x2: x, y1: 0, y2: height, class: "tick" }),
      s("text", { x, y: height + 14, class: "label", "text-anchor": "middle" }, label));
  }
  return marks;
}

/** A round number at or above. */
export function ceiling(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  return [1, 2, 5, 10].map(one => one * power).find(one => one >= value) ?? value;
}

/** Points [[millis, value]] as a stepless line; a hole of more than `hole` ms stays one. */
export function line(axis, y, height, top, points, kind, hole) {
  let d = "";
  let before = null;
  for (const [at, value] of points) {
    if (value === null || at < axis.from || at > axis.to) continue;
    const px = axis.x(at).toFixed(1);
    const py = (y + height - Math.min(1, value / top) * height).toFixed(1);
    d += before !== null && at - before <= hole ? `L${px} ${py}` : `M${px} ${py}h0.1`;
    before = at;
  }
  return s("path", { d, class: `line ${kind}` });
}

/** A small band for a row of the list. */
export function tinyBand(changes, now, millis, width) {
  const scale = at => Math.max(0, Math.min(width, width * (1 - (now - at) / millis)));
  const rects = changes.map(([at, state], i) => {
    const left = scale(at);
    const right = i + 1 < changes.length ? scale(changes[i + 1][0]) : width;
    return s("rect", { x: left.toFixed(1), y: 0, width: Math.max(1.5, right - left).toFixed(1), height: 14, class: `state ${state}` });
  });
  return s("svg", { class: "tiny", viewBox: `0 0 ${width} 14`, preserveAspectRatio: "none", "aria-hidden": "true" }, rects);
}

/** What the colours mean, in words. */
export function legend() {
  return h("p", { class: "legend" }, STATES.slice(0, 4).map(state =>
    h("span", {}, s("svg", { width: 22, height: 12, "aria-hidden": "true" },
      s("rect", { width: 22, height: 12, class: `state ${state}` }),
      state === "ATTACHED" ? null : s("rect", { width: 22, height: 12, fill: `url(#hatch-${state})` })), state)));
}
