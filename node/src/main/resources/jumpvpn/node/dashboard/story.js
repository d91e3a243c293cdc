// What the events of a session tell: spans of states and paths, switches with their gates.

export const GATES = ["D", "A", "B", "C", "E", "F"];
const GATE_OF = {
  SESSION_NOT_FOUND: "A", SESSION_EXPIRED: "A", TRANSPORT_TTL_EXPIRED: "A",
  STALE_STATE_VERSION: "B", OWNERSHIP_AMBIGUOUS: "B", STALE_REQUEST: "C", REPLAY_DETECTED: "C", BAD_PROOF: "D",
  NOT_OWNER: "E", OWNER_GONE: "E", STORE_UNAVAILABLE: "E",
  DUAL_ACTIVE_FORBIDDEN: "F", SWITCH_RATE_LIMITED: "F", COOLDOWN_ACTIVE: "F", TRANSPORT_NOT_ALLOWED: "F",
};

/** In the node's order; `until` is now. */
export function tell(events, until) {
  const story = { states: [], paths: [], switches: [], marks: [], samples: [] };
  for (const event of events) step(story, event);
  const state = story.states.at(-1);
  if (state && state.to === null) state.to = state.state === "TERMINATED" ? state.from : until;
  for (const path of story.paths) path.to ??= until;
  return story;
}

function step(story, event) {
  if (event.type === "SAMPLE") story.samples.push([event.at, event.rtt_ms, event.loss]);
  else if (event.type === "OPERATOR") story.marks.push({ at: event.at, kind: "operator", text: `operator: ${event.action}`, event });
  else if (event.type === "STATE_CHANGE") row(story, event);
  else if (event.type === "REATTACH_REQUEST_RECEIVED") request(story, event);
  else if (event.type === "REATTACH_REJECT" || event.type === "SWITCH_DENIED") refuse(story, event);
  else if (event.type === "TRANSPORT_SWITCH" && event.reason === "NAT_REBIND") story.marks.push({ at: event.at, kind: "rebind", text: "NAT_REBIND", event });
  else if (event.type === "TRANSPORT_DEAD") endPath(story, event.at);
  else if (event.type === "SECURITY") story.marks.push({ at: event.at, kind: "security", text: event.reason, event });
}

function row(story, event) {
  if (event.again) return;
  const before = story.states.at(-1);
  if (before && before.to === null) before.to = event.at;
  else if (!before && event.from && event.from !== "BIRTH") story.states.push({ from: 0, to: event.at, state: event.from });
  story.states.push({ from: event.at, to: null, state: event.to });
  if (event.to === "RECOVERING") begin(story, event);
  else if (open(story)) end(story, event);
  if (event.to === "ATTACHED" && event.path) usePath(story, event);
  if (event.to === "TERMINATED") endPath(story, event.at);
}

const open = story => story.switches.find(one => one.until === null);

function begin(story, event) {
  const current = story.paths.at(-1)?.path ?? event.path;
  story.switches.push({ at: event.at, until: null, reason: event.reason, detail: event.detail, from: current, to: null, gates: null, refusals: [], done: false });
}

function end(story, event) {
  const one = open(story);
  one.until = event.at;
  one.done = event.to === "ATTACHED" && event.reason === "REATTACH_ACCEPT";
  one.end = event.reason;
  one.to = one.done ? event.path : null;
}

function request(story, event) {
  const one = open(story);
  if (one) one.gates = event.gates ?? [];
  else story.loose = event;
}

function refuse(story, event) {
  const refusal = { at: event.at, reason: event.reason, gate: GATE_OF[event.reason] ?? null };
  const one = open(story);
  if (one) one.refusals.push(refusal);
  else story.switches.push({
    at: event.at, until: event.at, reason: event.type === "SWITCH_DENIED" ? "SWITCH_DENIED" : story.loose?.reason ?? "REATTACH_REJECT",
    from: null, to: event.path, gates: story.loose?.gates ?? null, refusals: [refusal], done: false, end: event.reason,
  });
  story.loose = null;
}

function usePath(story, event) {
  const last = story.paths.at(-1);
  if (last?.path === event.path && last.to === null) return;
  endPath(story, event.at);
  story.paths.push({ path: event.path, from: event.at, to: null });
}

function endPath(story, at) {
  const last = story.paths.at(-1);
  if (last && last.to === null) last.to = at;
}
