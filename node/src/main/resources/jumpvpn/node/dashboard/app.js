// Which view is shown, keys, theme, and who may look.
import { h, clock, date, framed } from "./dom.js";
import { connect, forget, now, onMessage, redeem, remember, state, token } from "./live.js";
import { patterns } from "./charts.js";
import * as sessions from "./sessions.js";
import * as session from "./session.js";
import * as cluster from "./cluster.js";
import * as security from "./security.js";

const main = document.getElementById("main");
const dialog = document.getElementById("dialog");
let leave = () => {};
let keys = {};

function route() {
  if (!token()) {
    login("");
    return;
  }
  const [path, id] = location.hash.slice(2).split("/");
  const view = { "": sessions, session, cluster, security }[path] ?? sessions;
  leave();
  const name = path === "session" || path === "" ? "sessions" : path;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.view === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  main.replaceChildren();
  const opened = view.open(main, id, dialog);
  leave = opened.close;
  keys = opened.keys ?? {};
  document.title = `${opened.title ?? "Jumping VPN"}${state.node ? ` · ${state.node}` : ""}`;
}

function login(why) {
  leave();
  leave = () => {};
  keys = {};
  const field = h("input", { type: "password", id: "token", autocomplete: "current-password", required: true });
  const long = h("input", { type: "checkbox", id: "long" });
  main.replaceChildren(h("form", {
    class: "card login",
    onsubmit: submitted => {
      submitted.preventDefault();
      remember(field.value.trim(), long.checked);
      start();
    },
  },
  h("h1", {}, "This page wants its token"),
  h("p", {}, "It is in the file that “token” in [dashboard] names. Without such a file the node’s log has a link, good for one time; start the node again for another."),
  why ? h("p", { role: "alert", class: "alert" }, why) : null,
  h("label", { for: "token" }, "Token"), field,
  h("p", {}, long, " ", h("label", { for: "long" }, "Keep it in this browser (a screen on the wall)")),
  h("button", { class: "primary" }, "Open")));
  field.focus();
}

function start() {
  route();
  connect(() => {
    forget();
    login("The node does not take this token.");
  });
}

const head = framed(() => {
  const pulse = document.getElementById("pulse");
  const word = state.connected ? "live" : state.refusal || "reconnecting";
  if (pulse.textContent !== word) pulse.textContent = word;
  pulse.classList.toggle("on", state.connected);
  document.getElementById("node").textContent = state.node || "Jumping VPN";
  const badge = document.getElementById("incidents");
  badge.hidden = state.incidents === 0;
  badge.textContent = state.incidents > 999 ? "999+" : String(state.incidents);
  badge.title = "in the last hour";
});

function tick() {
  const text = `${date(now())} ${clock(now())}`;
  document.getElementById("clock").textContent = text;
}

const KEYS = [["/", "search"], ["j k ↑ ↓", "next and previous row"], ["Enter", "open the row"], ["Esc", "back"],
  ["1 to 4", "only one state; 0 all; 9 all but ATTACHED"], ["g s", "sessions"], ["g c", "cluster"], ["g x", "security"],
  ["+ −", "a shorter or longer time, on a session’s page"], ["t", "dark or light"], ["?", "this list"]];

function help() {
  dialog.replaceChildren(h("h2", {}, "Keys"),
    h("dl", { class: "keys" }, KEYS.map(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)])),
    h("form", { method: "dialog" }, h("button", { class: "primary", autofocus: true }, "Close")));
  dialog.showModal();
}

function theme(name) {
  if (name) document.documentElement.dataset.theme = name;
  const isDark = (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark")) === "dark";
  document.getElementById("theme").textContent = isDark ? "Light" : "Dark";
  return isDark;
}

function turnTheme() {
  const next = theme() ? "light" : "dark";
  localStorage.setItem("jumpvpn-theme", next);
  theme(next);
}

let went = 0;
function key(pressed) {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey || dialog.open) return;
  const isTyping = pressed.target.matches("input, select, textarea");
  if (isTyping && pressed.key !== "Escape") return;
  const places = { s: "#/", c: "#/cluster", x: "#/security" };
  if (Date.now() - went < 1500 && places[pressed.key]) {
    location.hash = places[pressed.key];
    went = 0;
  } else if (pressed.key === "g") went = Date.now();
  else if (pressed.key === "t") turnTheme();
  else if (pressed.key === "?") help();
  else if (keys[pressed.key]) {
    keys[pressed.key](pressed);
    pressed.preventDefault();
  }
}

async function begin() {
  document.body.append(patterns());
  theme(localStorage.getItem("jumpvpn-theme"));
  document.getElementById("theme").addEventListener("click", turnTheme);
  document.getElementById("help").addEventListener("click", help);
  document.querySelector(".skip").addEventListener("click", clicked => {
    clicked.preventDefault();
    main.focus();
  });
  addEventListener("keydown", key);
  addEventListener("hashchange", route);
  onMessage(head);
  tick();
  setInterval(tick, 1000);
  const link = location.hash.slice(1);
  if (link && !link.startsWith("/")) {
    history.replaceState(null, "", "#/");
    try {
      await redeem(link);
    } catch (error) {
      if (!token()) {
        login(error.message);
        return;
      }
    }
  }
  if (token()) start();
  else login("");
}

begin();
