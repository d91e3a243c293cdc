// Makes elements, and words of figures. Nothing here takes text for markup.

/** An element; text and elements are put inside, attributes set, on… listened to. */
export function h(name, attributes, ...inside) {
  return fill(document.createElement(name), attributes, inside);
}

/** The same of SVG. */
export function s(name, attributes, ...inside) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, inside);
}

function fill(element, attributes, inside) {
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...inside.flat(2).filter(one => one !== null && one !== undefined));
  return element;
}

export const STATES = ["ATTACHED", "VOLATILE", "DEGRADED", "RECOVERING", "BIRTH", "TERMINATED"];
const SIGNS = { ATTACHED: "●", VOLATILE: "▲", DEGRADED: "◆", RECOVERING: "◐", BIRTH: "○", TERMINATED: "✕" };

/** A state in colour, sign and words. */
export function pill(state) {
  return h("span", { class: `pill ${state}` }, h("i", { "aria-hidden": "true" }, SIGNS[state] ?? "?"), state);
}

export function bytes(count) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (count >= 1000 && unit < units.length - 1) {
    count /= 1000;
    unit++;
  }
  return `${unit === 0 || count >= 100 ? Math.round(count) : count.toFixed(1)} ${units[unit]}`;
}

export const rate = count => `${bytes(count)}/s`;
export const rtt = millis => millis === null || millis === undefined ? "–" : millis < 10 ? `${millis.toFixed(1)} ms` : `${Math.round(millis)} ms`;
export const loss = share => share === null || share === undefined ? "–" : share === 0 ? "0 %" : `${(share * 100).toFixed(1)} %`;

/** How long, in the two largest units that matter. */
export function span(millis) {
  const seconds = Math.max(0, Math.floor(millis / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${String(Math.floor(seconds / 60) % 60).padStart(2, "0")} min`;
  return `${Math.floor(seconds / 86400)} d ${Math.floor(seconds / 3600) % 24} h`;
}

const two = number => String(number).padStart(2, "0");

/** Time of day; with milliseconds where moments are told apart. */
export function clock(millis, exact) {
  const at = new Date(millis);
  const text = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return exact ? `${text}.${String(at.getMilliseconds()).padStart(3, "0")}` : text;
}

export function date(millis) {
  const at = new Date(millis);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** A path without what its columns say already. */
export const shortPath = path => path.replace("/from/", " ← ").replace(/^(\w+)\//, "$1 ");

/** Events come as lines of text. */
export function parse(line) {
  const event = JSON.parse(line);
  event.at = event.ts_ms ?? Date.parse(event.ts);
  return event;
}

/** Runs at most once a frame, however often it is asked. */
export function framed(work) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      work();
    });
  };
}
