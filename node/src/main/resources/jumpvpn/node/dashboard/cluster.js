// The gateways, and how this node is.
import { bytes, clock, date, h, span } from "./dom.js";
import { act, ask, now, show, state } from "./live.js";

const AGAIN_MILLIS = 2000;
const SIGNS = { alive: "●", draining: "◐", gone: "✕", unknown: "○" };

export function open(main, _, dialog) {
  const members = h("div", { class: "members" });
  const node = h("dl", { class: "facts" });
  const drops = h("tbody");
  main.append(h("h1", {}, "Cluster"), members,
    h("div", { class: "columns even" }, h("section", { class: "card" }, h("h2", {}, "This node"), node),
      h("section", { class: "card" }, h("h2", {}, "Packets that went no further"), h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Reason"), h("th", { scope: "col", class: "figure" }, "Packets"))), drops))));

  async function load() {
    try {
      paint(await ask("cluster"));
    } catch {
      // the connection says so
    }
  }

  function paint(answer) {
    members.replaceChildren(...(answer.members.length ? answer.members.map(member) : [h("p", { class: "quiet" }, "No gateway is known yet.")]));
    const own = answer.node;
    if (!own) return;
    const facts = [["name", own.name], ["role", own.role], ["interface", own.interface]];
    if (own.since_ms) facts.push(["runs since", `${date(own.since_ms)} ${clock(own.since_ms)}`], ["clients in its file", own.clients], ["sessions outlive it", own.state_folder ?? "no"]);
    facts.push(["AES-256-GCM", own.aes_256_gcm], ["ChaCha20-Poly1305", own.chacha20_poly1305], ["this page’s history", `${bytes(answer.history.bytes)} of ${bytes(answer.history.most_bytes)}`]);
    if (answer.history.lost) facts.push(["history left out", `${answer.history.lost} lines`]);
    node.replaceChildren(...facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))), own.state_problem ? h("p", { class: "alert", role: "alert" }, own.state_problem) : "");
    const counts = Object.entries(own.drops).sort((one, other) => other[1] - one[1]);
    drops.replaceChildren(...(counts.length ? counts.map(([reason, count]) => h("tr", {}, h("td", {}, reason), h("td", { class: "figure" }, count.toLocaleString("en")))) : [h("tr", {}, h("td", { colspan: 2, class: "quiet" }, "None."))]));
  }

  function member(one) {
    return h("article", { class: `card member ${one.state}` },
      h("h2", {}, h("i", { "aria-hidden": "true" }, SIGNS[one.state] ?? "?"), " ", one.name, one.self ? h("small", {}, "this page’s") : null),
      h("p", { class: "big" }, one.sessions < 0 ? "–" : one.sessions.toLocaleString("en"), h("small", {}, " sessions")),
      h("p", {}, one.state, one.since_ms ? `, ${span(now() - one.since_ms)}` : ""),
      h("ul", {}, one.endpoints.map(endpoint => h("li", {}, h("code", {}, endpoint)))),
      one.self && state.actions.includes("drain") ? h("button", { type: "button", class: "danger", onclick: drain }, "Drain …") : null);
  }

  function drain() {
    const said = h("p", { role: "alert" });
    const go = async () => {
      const answer = await act({ action: "drain" });
      if (answer.ok) dialog.close();
      else said.textContent = `${answer.reason}: ${answer.text}`;
    };
    dialog.replaceChildren(h("h2", {}, "Drain this gateway"), h("p", {}, "Its clients are asked to go to another gateway, and no new ones are taken."), said,
      h("div", { class: "actions" }, h("button", { type: "button", autofocus: true, onclick: () => dialog.close() }, "Cancel"), h("button", { type: "button", class: "danger", onclick: go }, "Drain")));
    dialog.showModal();
  }

  show({ count: 0 });
  load();
  const timer = setInterval(load, AGAIN_MILLIS);
  return { title: "Cluster", close: () => clearInterval(timer), keys: { Escape: () => (location.hash = "#/") } };
}
