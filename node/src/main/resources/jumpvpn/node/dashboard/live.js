// The connection: the token, questions, and the stream. A stream by fetch, since EventSource can't bear a token.

const KEY = "jumpvpn-token";
const SILENT_MILLIS = 6000;

/** What the stream has said, together. */
export const state = {
  viewer: null, now: Date.now(), skew: 0, counts: {}, total: 0, order: [], rows: new Map(), view: 0,
  session: null, actions: [], incidents: 0, switches: [], node: "", role: "", connected: false,
};

const listeners = new Set();
let wanted = new URLSearchParams();
let view = 0;

/** Tells of each message; gives what ends that. */
export function onMessage(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const now = () => Date.now() + state.skew;

export function token() {
  return sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY);
}

export function remember(value, forLong) {
  sessionStorage.setItem(KEY, value);
  if (forLong) localStorage.setItem(KEY, value);
}

export function forget() {
  sessionStorage.removeItem(KEY);
  localStorage.removeItem(KEY);
}

/** Trades a link that is good for one time. */
export async function redeem(link) {
  const answer = await fetch("/api/login", { method: "POST", body: JSON.stringify({ link }) });
  if (!answer.ok) throw new Error((await answer.json()).error);
  remember((await answer.json()).token, false);
}

const headers = () => ({ Authorization: `Bearer ${token()}` });

export async function ask(path, parameters) {
  const answer = await fetch(`/api/${path}?${new URLSearchParams(parameters ?? {})}`, { headers: headers() });
  if (!answer.ok) throw Object.assign(new Error((await answer.json()).error), { status: answer.status });
  return answer.json();
}

export async function act(wish) {
  const answer = await fetch("/api/act", { method: "POST", headers: headers(), body: JSON.stringify(wish) });
  return answer.json();
}

/** Which rows and which session this page shows from now on; the number that messages about them will bear. */
export function show(parameters) {
  wanted = new URLSearchParams(parameters);
  wanted.set("view", String(++view));
  send();
  return view;
}

function send() {
  if (state.viewer === null) return;
  wanted.set("viewer", state.viewer);
  ask("view", wanted).catch(() => {});
}

/** Keeps the stream up for ever; `refused` when the token is not taken. */
export async function connect(refused) {
  for (let failures = 0; ; failures++) {
    try {
      await stream(() => (failures = 0));
    } catch (error) {
      if (error.status === 401) {
        refused();
        return;
      }
      state.refusal = error.status === 503 ? error.message : "";
    }
    lost();
    await new Promise(resolve => setTimeout(resolve, Math.min(5000, 250 * 2 ** failures)));
  }
}

function lost() {
  state.connected = false;
  state.viewer = null;
  tell({ lost: true });
}

function tell(message) {
  for (const listener of [...listeners]) listener(message);
}

async function stream(heard) {
  const gone = new AbortController();
  const answer = await fetch("/api/live", { headers: headers(), signal: gone.signal });
  if (!answer.ok) throw Object.assign(new Error((await answer.json()).error), { status: answer.status });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  let watchdog = setTimeout(() => gone.abort(), SILENT_MILLIS);
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => gone.abort(), SILENT_MILLIS);
    heard();
    text += part.value;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const message = text.slice(0, end);
      text = text.slice(end + 2);
      if (message.startsWith("data: ")) take(JSON.parse(message.slice(6)));
    }
  }
  clearTimeout(watchdog);
}

function take(message) {
  const isFirst = state.viewer !== message.viewer;
  if (isFirst) state.rows.clear();
  state.connected = true;
  state.viewer = message.viewer;
  state.skew = message.now_ms - Date.now();
  for (const name of ["counts", "total", "actions", "incidents", "switches", "view"]) state[name] = message[name];
  state.node = message.node ?? state.node;
  state.role = message.role ?? state.role;
  if (message.order) state.order = message.order;
  const rows = new Map(message.rows.map(row => [row.id, row]));
  state.rows = new Map(state.order.map(id => [id, rows.get(id) ?? state.rows.get(id)]));
  if (message.session) state.session = message.session;
  if (isFirst) send();
  tell(Object.assign(message, { first: isFirst }));
}
