// What was refused or looks like an attack, by reason; what operators asked for.
import { clock, date, framed, h, parse, s } from "./dom.js";
import { ask, onMessage, show } from "./live.js";
import { ceiling } from "./charts.js";

const AGAIN_MILLIS = 1000;

export function open(main) {
  const chart = h("div", { class: "chart" });
  const reasons = h("tbody");
  const newest = h("tbody");
  const actions = h("tbody");
  const total = h("div", { class: "tiles" });
  let answer = null;
  let asked = 0;
  main.append(h("h1", {}, "Security"), total,
    h("section", { class: "card" }, h("h2", {}, "Refusals and suspicions an hour, one week"), chart),
    h("div", { class: "columns even" },
      h("section", { class: "card" }, h("h2", {}, "By reason"), box("By reason", ["Event", "Reason", "1 h", "24 h", "7 d"], reasons)),
      h("section", { class: "card" }, h("h2", {}, "Newest"), box("Newest", ["Time", "Event", "Reason", "From"], newest))),
    h("section", { class: "card" }, h("h2", {}, "Operators"), box("Operators", ["Time", "Action", "Target", "By", "Outcome"], actions)));

  function box(name, heads, body) {
    return h("div", { class: "tablebox", tabindex: 0, role: "region", "aria-label": name }, h("table", {}, h("thead", {}, h("tr", {}, heads.map(text => h("th", { scope: "col", class: /^[0-9]/.test(text) ? "figure" : null }, text)))), body));
  }

  async function load() {
    asked = Date.now();
    try {
      answer = await ask("security");
      paint();
    } catch {
      // the connection says so
    }
  }

  const paint = framed(() => {
    if (!answer) return;
    const sum = name => answer.reasons.reduce((all, one) => all + one[name], 0);
    total.replaceChildren(...[["hour", "last hour"], ["day", "24 hours"], ["week", "7 days"]].map(([name, text]) => h("div", { class: "tile" }, h("b", {}, sum(name).toLocaleString("en")), h("span", {}, text))));
    reasons.replaceChildren(...(answer.reasons.length ? [...answer.reasons].sort((one, other) => other.week - one.week).map(one => h("tr", {}, h("td", {}, one.type), h("td", {}, one.reason), ["hour", "day", "week"].map(name => h("td", { class: "figure" }, one[name].toLocaleString("en"))))) : [h("tr", {}, h("td", { colspan: 5, class: "quiet" }, "Nothing was refused, nothing looked like an attack."))]));
    newest.replaceChildren(...answer.newest.slice(0, 100).map(parse).map(event => h("tr", {},
      h("td", {}, h("time", {}, `${date(event.at).slice(5)} ${clock(event.at)}`)), h("td", {}, event.type),
      h("td", {}, event.reason, event.count > 1 ? h("small", {}, `${event.count} times`) : null),
      h("td", {}, event.session_id ? h("a", { href: `#/session/${event.session_id}` }, event.session_id.slice(0, 8)) : null, " ", event.path ?? ""))));
    actions.replaceChildren(...(answer.actions.length ? answer.actions.slice(0, 100).map(parse).map(event => h("tr", {},
      h("td", {}, h("time", {}, `${date(event.at).slice(5)} ${clock(event.at)}`)), h("td", {}, event.action),
      h("td", {}, event.target ?? ""), h("td", {}, event.through),
      h("td", {}, event.reason === "ACTION_REFUSED" ? `refused: ${event.refusal}` : "done"))) : [h("tr", {}, h("td", { colspan: 5, class: "quiet" }, "Nobody has asked for anything."))]));
    bars();
  });

  function bars() {
    const hours = new Array(168).fill(0);
    for (const one of answer.reasons) one.hours.forEach((count, i) => (hours[i] += count));
    const width = Math.max(320, chart.clientWidth);
    const height = 120;
    const top = ceiling(Math.max(5, ...hours));
    const step = (width - 48) / 168;
    const label = (x, y, text, anchor) => s("text", { x, y, class: "label", "text-anchor": anchor }, text);
    chart.replaceChildren(s("svg", { width, height: height + 20, viewBox: `0 0 ${width} ${height + 20}`, role: "img", "aria-label": `${hours.reduce((one, other) => one + other, 0)} in a week, at most ${Math.max(...hours)} in an hour` },
      s("rect", { x: 40, y: 0, width: width - 48, height, class: "plot" }), label(34, 10, String(top), "end"), label(34, height, "0", "end"),
      hours.map((count, i) => count === 0 ? null : s("rect", { x: 40 + i * step, y: height - count / top * height, width: Math.max(1, step - 1), height: count / top * height, class: "incident" }, s("title", {}, `${count}`))),
      Array.from({ length: 7 }, (_, day) => label(40 + (day * 24 + 12) * step, height + 15, date(answer.now_ms - (6 - day) * 86_400_000).slice(5), "middle"))));
  }

  const stop = onMessage(message => {
    if (message.lost) return;
    const isDue = message.news.some(([, text]) => !text.includes('"STATE_CHANGE"')) || Date.now() - asked > 15_000;
    if (isDue && Date.now() - asked > AGAIN_MILLIS) load();
  });
  const resized = new ResizeObserver(() => paint());
  resized.observe(chart);
  show({ count: 0 });
  load();
  return { title: "Security", close: () => { stop(); resized.disconnect(); }, keys: { Escape: () => (location.hash = "#/") } };
}
