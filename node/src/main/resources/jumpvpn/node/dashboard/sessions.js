// The list: a window on as many rows as there are; the server searches, sorts and cuts.
import { clock, framed, h, loss, parse, pill, rate, rtt, s, shortPath, span, STATES } from "./dom.js";
import { now, onMessage, show, state } from "./live.js";
import { tinyBand } from "./charts.js";

const ROW = 44;
const HEAD = 34;
const MARGIN = 12;
const BAND_MILLIS = 15 * 60_000;
const COLUMNS = [["state", "State"], ["client", "Client"], ["path", "Path"], ["rtt", "RTT"], ["loss", "Loss"], ["rate", "Traffic"], ["since", "Since"]];
const NEWS = 40;

const asked = { q: "", state: "", sort: "state", desc: false };
let chosen = null;
let place = 0;
const news = [];

export function open(main) {
  const list = h("div", { class: "rows", role: "presentation" });
  const sizer = h("div", { class: "sizer", role: "rowgroup" }, list);
  const heads = COLUMNS.map(([sort, title]) => h("div", { role: "columnheader" },
    h("button", { type: "button", "data-sort": sort, onclick: () => order(sort) }, title)));
  const header = h("div", { role: "rowgroup", class: "top" }, h("div", { class: "row head", role: "row" }, heads, h("div", { role: "columnheader", class: "band" }, "Last 15 min")));
  const scroller = h("div", { class: "scroller", tabindex: 0, role: "region", "aria-label": "List of sessions" }, h("div", { role: "table", "aria-label": "Sessions" }, header, sizer));
  const search = h("input", { type: "search", value: asked.q, placeholder: "Search client, address, path, id, reason   /", "aria-label": "Search sessions", oninput: () => {
    asked.q = search.value;
    place = scroller.scrollTop = 0;
    view();
  } });
  const tiles = h("div", { class: "tiles", role: "group", "aria-label": "Sessions by state" });
  const bar = h("div", { class: "share", "aria-hidden": "true" });
  const beat = h("div", { class: "beat" });
  const count = h("p", { class: "quiet", role: "status" });
  const feed = h("ol", { class: "feed" });
  main.append(h("h1", { class: "unseen" }, "Sessions"), tiles, bar, beat,
    h("div", { class: "columns" },
      h("section", { class: "card list" }, h("div", { class: "tools" }, search, count), scroller),
      h("section", { class: "card news" }, h("h2", {}, "Latest"), feed)));

  const firstOf = new Map(); // of the last view that was asked for
  let first = 0;
  function view() {
    const top = Math.floor(scroller.scrollTop / ROW);
    const fits = Math.ceil(scroller.clientHeight / ROW);
    first = Math.max(0, top - MARGIN);
    firstOf.clear();
    firstOf.set(show({ q: asked.q, state: asked.state, sort: asked.sort, desc: asked.desc ? 1 : 0, from: first, count: Math.min(200, fits + 2 * MARGIN) }), first);
    paint();
  }

  function order(sort) {
    asked.desc = asked.sort === sort ? !asked.desc : ["rtt", "loss", "rate"].includes(sort);
    asked.sort = sort;
    view();
  }

  function only(name) {
    asked.state = asked.state === name ? "" : name;
    place = scroller.scrollTop = 0;
    view();
  }

  let shownFirst = 0;
  let paintedTiles = "";
  let paintedBeat = "";
  const drawn = new Map();
  const paint = framed(() => {
    const key = JSON.stringify([state.counts, asked.state]);
    if (key !== paintedTiles) paintTiles();
    paintedTiles = key;
    const switches = JSON.stringify(state.switches);
    if (switches !== paintedBeat) beat.replaceChildren(...beatOf(state.switches));
    paintedBeat = switches;
    sizer.style.height = `${state.total * ROW}px`;
    const text = `${state.total.toLocaleString("en")} ${state.total === 1 ? "session" : "sessions"}`;
    if (count.textContent !== text) count.textContent = text;
    for (const head of heads) {
      const button = head.firstChild;
      head.setAttribute("aria-sort", button.dataset.sort === asked.sort ? (asked.desc ? "descending" : "ascending") : "none");
    }
    paintRows();
  });

  function beatOf(counts) {
    const most = Math.max(1, ...counts);
    const sum = counts.reduce((one, other) => one + other, 0);
    const text = `${sum.toLocaleString("en")} switches in the last hour, at most ${Math.max(0, ...counts).toLocaleString("en")} a minute`;
    return [s("svg", { viewBox: "0 0 600 30", preserveAspectRatio: "none", role: "img", "aria-label": text },
      counts.map((count, i) => s("rect", { x: i * 10, y: count ? 30 - Math.max(2, count / most * 30) : 29, width: 8, height: count ? Math.max(2, count / most * 30) : 1 }))), h("span", {}, text)];
  }

  function paintTiles() {
    const trouble = STATES.slice(1, 5).reduce((sum, name) => sum + (state.counts[name] ?? 0), 0);
    const all = trouble + (state.counts.ATTACHED ?? 0);
    const focused = document.activeElement?.dataset?.tile;
    const tile = (name, label, value) => h("button", { type: "button", "data-tile": name, class: `tile ${name}`, "aria-pressed": String(asked.state === name), onclick: () => only(name) },
      h("b", {}, value.toLocaleString("en")), h("span", {}, label));
    tiles.replaceChildren(tile("", "all live", all), tile("trouble", "not attached", trouble),
      ...STATES.map(name => tile(name, name === "TERMINATED" ? "ended" : name, state.counts[name] ?? 0)));
    if (focused !== undefined) tiles.querySelector(`[data-tile="${focused}"]`)?.focus();
    bar.replaceChildren(...STATES.slice(0, 5).filter(name => state.counts[name]).map(name => {
      const part = h("div", { class: `state ${name}` });
      part.style.flexGrow = state.counts[name];
      return part;
    }));
  }

  function paintRows() {
    list.style.transform = `translateY(${shownFirst * ROW}px)`;
    const ids = new Set(state.order);
    for (const [id, entry] of drawn) {
      if (!ids.has(id)) {
        entry.element.remove();
        drawn.delete(id);
      }
    }
    let before = null;
    state.order.forEach((id, i) => {
      const row = state.rows.get(id);
      if (!row) return;
      let entry = drawn.get(id);
      if (!entry || entry.row !== row || entry.chosen !== (id === chosen)) {
        const element = rowOf(row);
        if (entry) entry.element.replaceWith(element);
        entry = { row, element, chosen: id === chosen };
        drawn.set(id, entry);
      }
      entry.element.setAttribute("aria-rowindex", String(shownFirst + i + 2));
      if (before ? before.nextSibling !== entry.element : list.firstChild !== entry.element) list.insertBefore(entry.element, before ? before.nextSibling : list.firstChild);
      before = entry.element;
    });
    if (state.total === 0 && state.connected && list.childElementCount === 0) list.append(h("div", { role: "row", class: "none" }, h("div", { role: "cell" }, asked.q || asked.state ? "Nothing here." : "No session yet: nobody has connected.")));
    else list.querySelector(".none")?.remove();
  }

  function rowOf(row) {
    const cell = (kind, ...inside) => h("div", { role: "cell", class: kind }, ...inside);
    return h("div", { role: "row", class: `row ${row.id === chosen ? "chosen" : ""}`, "data-id": row.id, "data-state": row.state, onclick: () => go(row.id) },
      cell("", pill(row.state)),
      cell("client", h("a", { href: `#/session/${row.id}`, tabindex: -1 }, row.client || row.id.slice(0, 8)), h("small", {}, row.inner.split(" ")[0])),
      cell("path", shortPath(row.path) || "–", h("small", {}, row.reason)),
      cell("figure rtt", rtt(row.rtt_ms)),
      cell("figure loss", loss(row.loss)),
      cell("figure rate", `↓ ${rate(row.rx_rate)}`, h("small", {}, `↑ ${rate(row.tx_rate)}`)),
      cell("figure since", ago(row)),
      cell("band", tinyBand(row.band, now(), BAND_MILLIS, 150)));
  }

  const ago = row => h("span", { "data-since": row.since_ms }, row.since_ms ? span(now() - row.since_ms) : "–");
  const go = id => (location.hash = `#/session/${id}`);

  function move(by) {
    const at = state.order.indexOf(chosen);
    const next = state.order[Math.max(0, Math.min(state.order.length - 1, at < 0 ? 0 : at + by))];
    if (!next) return;
    chosen = next;
    const top = (shownFirst + state.order.indexOf(next)) * ROW;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + ROW + HEAD > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top + ROW + HEAD - scroller.clientHeight;
    paint();
  }

  function tell(lines, lost) {
    for (const [client, line] of lines) news.unshift(Object.assign(parse(line), { client }));
    if (lost > 0) news.unshift({ lost });
    news.length = Math.min(news.length, NEWS);
    feed.replaceChildren(...news.map(event => event.lost
      ? h("li", { class: "quiet" }, `… ${event.lost.toLocaleString("en")} more at once`)
      : h("li", {}, h("div", {}, h("time", {}, clock(event.at)), event.to && event.type === "STATE_CHANGE" ? pill(event.to) : h("strong", { class: event.action ? null : "alert" }, event.action ?? event.type)),
        h("div", {}, event.session_id ? h("a", { href: `#/session/${event.session_id}` }, nameOf(event)) : nameOf(event), h("small", {}, event.reason)))));
  }

  const nameOf = event => event.client || event.action && event.target || event.session_id?.slice(0, 8) || event.path || event.node;

  const stop = onMessage(message => {
    if (message.lost) return;
    shownFirst = firstOf.get(message.view) ?? shownFirst;
    if (message.news.length || message.news_lost) tell(message.news, message.news_lost);
    paint();
  });
  let late = 0;
  scroller.addEventListener("scroll", () => {
    place = scroller.scrollTop;
    cancelAnimationFrame(late);
    late = requestAnimationFrame(() => look());
  });
  function look() {
    const top = Math.floor(scroller.scrollTop / ROW);
    if (Math.abs(Math.max(0, top - MARGIN) - first) >= MARGIN / 2) view();
  }
  const resized = new ResizeObserver(() => view());
  resized.observe(scroller);
  const timer = setInterval(() => {
    for (const since of list.querySelectorAll("[data-since]")) if (since.dataset.since !== "0") since.textContent = span(now() - Number(since.dataset.since));
  }, 1000);
  tell([], 0);
  requestAnimationFrame(() => (scroller.scrollTop = place));
  return {
    title: "Sessions",
    close: () => {
      stop();
      resized.disconnect();
      clearInterval(timer);
    },
    keys: {
      "/": () => search.focus(),
      Escape: () => {
        search.blur();
        if (asked.q || asked.state) {
          asked.q = search.value = asked.state = "";
          view();
        }
      },
      j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1),
      Enter: () => chosen && go(chosen),
      0: () => only(asked.state), 9: () => only("trouble"),
      1: () => only("ATTACHED"), 2: () => only("VOLATILE"), 3: () => only("DEGRADED"), 4: () => only("RECOVERING"),
    },
  };
}
