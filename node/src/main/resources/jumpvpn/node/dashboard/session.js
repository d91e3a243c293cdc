// A session: its states as a band over time, paths, figures, switches with their gates, all events.
import { bytes, clock, date, framed, h, loss, parse, pill, rate, rtt, s, shortPath, span } from "./dom.js";
import { act, ask, now, onMessage, show, state } from "./live.js";
import { axis, band, ceiling, LEFT, legend, line, ticks } from "./charts.js";
import { GATES, tell } from "./story.js";

const RANGES = [[60, "1 min"], [300, "5 min"], [900, "15 min"], [3600, "1 h"], [21600, "6 h"], [86400, "24 h"], [604800, "7 d"]];
const MOST = 6000;
let range = 900;

export function open(main, id, dialog) {
  let events = [];
  const known = new Set();
  let session = null;
  let candidates = [];
  let whole = true;
  let filter = "";
  const headline = h("div", { class: "headline" });
  const chart = h("div", { class: "chart" });
  const readout = h("p", { class: "readout", "aria-hidden": "true" }, " ");
  const buttons = RANGES.map(([seconds, text]) => h("button", { type: "button", "data-range": seconds, onclick: () => turn(seconds) }, text));
  const switches = h("div", { class: "switches", tabindex: 0, role: "region", "aria-label": "Switches" });
  const log = h("tbody");
  const choice = h("select", { "aria-label": "Which events", onchange: () => { filter = choice.value; paintLog(); } }, h("option", { value: "" }, "all events"));
  const note = h("p", { class: "quiet", role: "status" });
  const paths = h("div");
  state.session = null;
  main.append(headline,
    h("section", { class: "card" }, h("div", { class: "tools" }, h("h2", {}, "Over time"), h("div", { class: "ranges", role: "group", "aria-label": "How much time" }, buttons), h("span", { class: "grow" }), legend()), readout, chart, note),
    h("div", { class: "columns even told" },
      h("section", { class: "card" }, h("h2", {}, "Switches"), switches),
      h("section", { class: "card" }, h("h2", {}, "Events"), h("div", { class: "tools" }, choice),
        h("div", { class: "tablebox", tabindex: 0, role: "region", "aria-label": "Events" }, h("table", {}, h("thead", {}, h("tr", {}, ["Time", "Type", "Reason", "Version", "Path"].map(text => h("th", { scope: "col" }, text)))), log)))),
    paths);

  function take(event) {
    const key = event.seq === undefined ? `${event.type}${event.at}` : `${event.start}:${event.seq}`;
    if (known.has(key)) return;
    known.add(key);
    events.push(event);
    if (events.length > MOST) events.splice(0, events.length - MOST);
  }

  async function load() {
    try {
      const answer = await ask("session", { id, seconds: Math.round(range * 1.2) });
      const since = events;
      events = [];
      known.clear();
      answer.lines.map(parse).forEach(take);
      since.filter(event => event.at >= answer.now_ms - range * 1200).forEach(take);
      session = answer.session ?? session;
      candidates = answer.candidates ?? [];
      whole = answer.whole;
    } catch (error) {
      note.textContent = error.message;
    }
    paint();
    paintLog();
  }

  function turn(seconds) {
    range = seconds;
    load();
  }

  const shift = by => {
    const at = RANGES.findIndex(([seconds]) => seconds === range) + by;
    if (RANGES[at]) turn(RANGES[at][0]);
  };

  let drawn = 0;
  const paint = framed(() => {
    drawn = Date.now();
    for (const button of buttons) button.setAttribute("aria-pressed", String(Number(button.dataset.range) === range));
    const isLive = session && session.state !== "TERMINATED";
    const story = tell(events, isLive ? now() : events.at(-1)?.at ?? now());
    if (!story.states.length && session) story.states.push({ from: session.since_ms, to: session.state === "TERMINATED" ? session.since_ms : now(), state: session.state });
    paintHead();
    paintChart(story);
    paintSwitches(story);
    paintPaths();
    note.textContent = whole ? "" : "There is more than can be shown: choose a shorter time.";
  });

  let headed = "";
  function paintHead() {
    const row = session;
    const key = JSON.stringify([row?.state, row?.version, row?.path, row?.inner, row?.reason, state.actions]);
    if (key !== headed || !row) {
      headed = key;
      headline.replaceChildren(
        h("div", {}, h("a", { href: "#/", class: "back" }, "← Sessions"),
          h("h1", {}, row?.client || id.slice(0, 8), " ", row ? pill(row.state) : null), h("code", { class: "id" }, id)),
        h("dl", { class: "facts" }, row ? [["inner address", row.inner || "–"], ["path", shortPath(row.path) || "–"], ["gateway", row.gateway || "–"], ["state version", row.version], ["last reason", row.reason],
          ["in this state", h("span", { "data-fact": "since" })], ["RTT", h("span", { "data-fact": "rtt" })], ["loss", h("span", { "data-fact": "loss" })], ["received", h("span", { "data-fact": "rx" })], ["sent", h("span", { "data-fact": "tx" })]]
          .map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))) : h("p", {}, "Nothing is known of this session now; its events are below.")),
        actions(row));
    }
    if (!row) return;
    const facts = { since: row.since_ms ? span(now() - row.since_ms) : "–", rtt: rtt(row.rtt_ms), loss: loss(row.loss), rx: `${bytes(row.rx_bytes)}, ${rate(row.rx_rate)}`, tx: `${bytes(row.tx_bytes)}, ${rate(row.tx_rate)}` };
    for (const [name, text] of Object.entries(facts)) {
      const place = headline.querySelector(`[data-fact="${name}"]`);
      if (place && place.textContent !== text) place.textContent = text;
    }
  }

  function actions(row) {
    if (!row || row.state === "TERMINATED" || !state.actions.length) return h("span");
    const all = [];
    if (state.actions.includes("jump")) all.push(h("button", { type: "button", onclick: () => confirm("Jump", "The session moves to another path. What is under way goes on.", { action: "jump" }, candidates) }, "Jump …"));
    if (state.actions.includes("terminate")) all.push(h("button", { type: "button", class: "danger", onclick: () => confirm("Terminate", `The session of ${row.client} ends now; its connections break. The client connects anew by itself.`, { action: "terminate", session: id }, []) }, "Terminate …"));
    return h("div", { class: "actions" }, all);
  }

  function confirm(name, words, wish, choices) {
    const to = h("select", { id: "to" }, h("option", { value: "" }, "the best other path"), choices.map(one => h("option", { value: one.id }, `${one.id} (${one.state})`)));
    const said = h("p", { role: "alert" });
    const go = async () => {
      const answer = await act(choices.length && to.value ? { ...wish, to: to.value } : wish);
      if (answer.ok) dialog.close();
      else said.textContent = `${answer.reason}: ${answer.text}`;
    };
    dialog.replaceChildren(h("h2", {}, `${name}: ${session?.client ?? ""}`), h("p", {}, words),
      ...(choices.length ? [h("label", { for: "to" }, "To "), to] : []), said,
      h("div", { class: "actions" }, h("button", { type: "button", autofocus: true, onclick: () => dialog.close() }, "Cancel"), h("button", { type: "button", class: "danger", onclick: go }, name)));
    dialog.showModal();
  }

  function paintChart(story) {
    const width = Math.max(320, chart.clientWidth);
    const to = now();
    const time = axis(to - range * 1000, to, width);
    const lanes = [...new Set(story.paths.filter(one => one.to >= time.from).map(one => one.path))].slice(-4);
    const yPaths = 72;
    const yRtt = yPaths + lanes.length * 20 + 14;
    const yLoss = yRtt + 96;
    const height = yLoss + 46;
    const points = story.samples.filter(([at]) => at >= time.from);
    const top = ceiling(Math.max(20, ...points.map(one => one[1] ?? 0)) * 1.05);
    const topLoss = ceiling(Math.max(0.05, ...points.map(one => one[2] ?? 0)));
    const hole = Math.max(range * 15, 20 * 60_000);
    const label = (y, text, kind) => s("text", { x: LEFT - 8, y, class: `label ${kind ?? ""}`, "text-anchor": "end" }, text);
    const svg = s("svg", { width, height: height + 20, viewBox: `0 0 ${width} ${height + 20}`, role: "img", "aria-label": summary(story, time) },
      ticks(time, height), label(54, "state"), band(time, 32, 34, story.states),
      lanes.map((path, i) => [label(yPaths + 13 + i * 20, laneName(path)), s("g", {}, s("title", {}, path), s("rect", { x: LEFT, y: yPaths + 4 + i * 20, width: time.right - LEFT, height: 12, class: "lane" }),
        story.paths.filter(one => one.path === path && one.to >= time.from).map(one => s("rect", { x: time.x(one.from), y: yPaths + 4 + i * 20, width: Math.max(2, time.x(one.to) - time.x(one.from)), height: 12, class: `path path${i % 4}` })))]),
      label(yRtt + 10, `${top} ms`), label(yRtt + 44, "RTT"), label(yRtt + 80, "0"),
      s("rect", { x: LEFT, y: yRtt, width: time.right - LEFT, height: 80, class: "plot" }), line(time, yRtt, 80, top, points.map(([at, value]) => [at, value]), "rtt", hole),
      label(yLoss + 10, `${topLoss * 100} %`), label(yLoss + 40, "loss"),
      s("rect", { x: LEFT, y: yLoss, width: time.right - LEFT, height: 40, class: "plot" }), line(time, yLoss, 40, topLoss, points.map(([at, , value]) => [at, value]), "loss", hole),
      marks(story, time, height));
    const cross = s("line", { y1: 0, y2: height, class: "cross", visibility: "hidden" });
    svg.append(cross);
    svg.addEventListener("pointermove", moved => point(moved, svg, time, story, points, cross));
    svg.addEventListener("pointerleave", () => { cross.setAttribute("visibility", "hidden"); readout.textContent = " "; });
    chart.replaceChildren(svg);
  }

  function laneName(path) {
    const [protocol, where, remote] = path.split("/");
    const name = where === "from" ? (remote ?? "").replace(/:[0-9]+$/, "") : `${protocol} ${where}`;
    return name.length > 14 ? `${name.slice(0, 13)}…` : name;
  }

  function summary(story, time) {
    const shown = story.states.filter(one => one.to >= time.from);
    return `States: ${shown.slice(-8).map(one => `${one.state} from ${clock(Math.max(one.from, time.from))}`).join(", ")}. ${story.switches.filter(one => one.at >= time.from).length} switches.`;
  }

  function marks(story, time, height) {
    const all = [...story.switches.map(one => ({ at: one.until ?? one.at, kind: one.done ? "switch" : one.until === null ? "open" : "refused", text: one.done || one.until === null ? one.reason : one.end ?? one.reason })), ...story.marks]
      .filter(one => one.at >= time.from).sort((one, other) => one.at - other.at);
    return all.map((one, i) => {
      const x = time.x(one.at);
      const isRoom = x + one.text.length * 7.4 + 18 < Math.min(time.width, i + 1 < all.length ? time.x(all[i + 1].at) : time.width);
      const shape = one.kind === "refused" || one.kind === "security" ? `M${x - 5} 12 l10 10 m0 -10 l-10 10` : `M${x} 26 l-6 -11 h12 z`;
      return s("g", { class: `mark ${one.kind}` }, s("title", {}, `${clock(one.at, true)} ${one.text}`),
        s("line", { x1: x, x2: x, y1: 26, y2: height }), s("path", { d: shape }), isRoom ? s("text", { x: x + 10, y: 22, class: "label" }, one.text) : null);
    });
  }

  function point(moved, svg, time, story, points, cross) {
    const x = (moved.clientX - svg.getBoundingClientRect().left) * time.width / svg.clientWidth;
    if (x < LEFT || x > time.right) return;
    const at = time.from + (x - LEFT) / (time.right - LEFT) * (time.to - time.from);
    cross.setAttribute("x1", x);
    cross.setAttribute("x2", x);
    cross.setAttribute("visibility", "visible");
    const was = story.states.findLast(one => one.from <= at && one.to >= at);
    const sample = points.findLast(one => one[0] <= at);
    readout.textContent = `${date(at)} ${clock(at)}   ${was?.state ?? "–"}   RTT ${rtt(sample?.[1])}   loss ${loss(sample?.[2])}`;
  }

  let listed = "";
  function paintSwitches(story) {
    const shown = story.switches.slice(-20).reverse();
    const key = JSON.stringify(shown);
    if (key === listed) return;
    listed = key;
    switches.replaceChildren(...(shown.length ? shown.map(card) : [h("p", { class: "quiet" }, "None in this time.")]));
  }

  function card(one) {
    const took = one.until === null ? "under way" : one.until > one.at ? span2(one.until - one.at) : "at once";
    const result = one.until === null ? "under way" : one.done ? `done in ${took}` : `${one.end ?? "refused"}`;
    return h("article", { class: `switch ${one.until === null ? "open" : one.done ? "done" : "failed"}` },
      h("header", {}, h("time", {}, clock(one.at, true)), " ", h("strong", {}, one.reason), one.detail ? ` (${one.detail})` : "", h("span", { class: "result" }, result)),
      h("p", {}, one.from ? `${shortPath(one.from)} → ` : "asked for ", one.to ? shortPath(one.to) : "…"),
      gates(one), one.refusals.map(refusal => h("p", { class: "alert" }, `${clock(refusal.at, true)} refused: ${refusal.reason}${refusal.gate ? `, gate ${refusal.gate}` : ""}`)));
  }

  const span2 = millis => millis < 10_000 ? `${(millis / 1000).toFixed(millis < 1000 ? 3 : 2)} s` : span(millis);

  function gates(one) {
    if (!one.gates) return null;
    const failed = one.done ? null : one.refusals.at(-1)?.gate;
    return h("ul", { class: "gates", "aria-label": "Gates" }, GATES.map(gate => {
      const kind = one.gates.includes(gate) ? "passed" : gate === failed ? "failed" : "untested";
      return h("li", { class: kind }, `${gate} `, h("span", {}, { passed: "✓", failed: "✗", untested: "–" }[kind]), h("span", { class: "unseen" }, ` ${kind}`));
    }));
  }

  let pathed = "";
  function paintPaths() {
    const key = JSON.stringify(candidates);
    if (key === pathed) return;
    pathed = key;
    paths.replaceChildren(...(candidates.length ? [h("section", { class: "card" }, h("h2", {}, "Paths"), h("table", {}, h("thead", {}, h("tr", {}, ["Path", "State", "RTT", "Last answer"].map(text => h("th", { scope: "col" }, text)))),
      h("tbody", {}, candidates.map(one => h("tr", {}, h("td", {}, one.id), h("td", {}, one.state), h("td", {}, rtt(one.rtt_ms)), h("td", {}, one.answered_s === null ? "–" : `${span(one.answered_s * 1000)} ago`))))))] : []));
  }

  function paintLog() {
    const shown = events.filter(event => event.type !== "SAMPLE");
    const types = [...new Set(shown.map(event => event.type))].sort();
    if (choice.options.length !== types.length + 1) choice.replaceChildren(h("option", { value: "" }, "all events"), ...types.map(type => h("option", { value: type, selected: type === filter }, type)));
    log.replaceChildren(...shown.filter(event => !filter || event.type === filter).slice(-200).reverse().map(event => h("tr", { "data-type": event.type },
      h("td", {}, h("time", {}, clock(event.at, true))), h("td", {}, event.type === "STATE_CHANGE" ? [event.from ?? "", " → ", pill(event.to)] : event.type),
      h("td", {}, event.reason ?? event.result, event.detail ? h("small", {}, event.detail) : null), h("td", {}, event.state_version ?? ""), h("td", { class: "wide" }, shortPath(event.path ?? "")))));
  }

  const stop = onMessage(message => {
    if (message.lost) return;
    if (message.first) load();
    let isNews = false;
    for (const text of message.own) {
      take(parse(text));
      isNews = true;
    }
    if (message.own_lost) load();
    if (message.session?.id === id) {
      const last = session;
      session = message.session;
      if (session.state !== "TERMINATED" && (!last || last.rx_bytes !== session.rx_bytes || last.rtt_ms !== session.rtt_ms || range <= 900)) take({ type: "SAMPLE", at: now(), rtt_ms: session.rtt_ms, loss: session.loss });
    }
    if (isNews) paintLog();
    if (isNews || Date.now() - drawn > Math.max(900, range)) paint();
  });
  const resized = new ResizeObserver(() => paint());
  resized.observe(chart);
  show({ session: id, count: 0 });
  load();
  return {
    title: "Session",
    close: () => {
      stop();
      resized.disconnect();
      show({ count: 0 });
    },
    keys: { Escape: () => (location.hash = "#/"), "+": () => shift(-1), "-": () => shift(1) },
  };
}
