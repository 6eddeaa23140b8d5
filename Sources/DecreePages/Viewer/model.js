// The run as it was recorded, and what can be worked out of it once and for all.
//
// `run.events[i]`: n node, k kind, t text, q consequences, m message, c causes, at nanoseconds, f facts, v votes, j judgement.
// `run.messages[i]`: a from, b to, k kind, t text, s sent by event, r received by event, x lost behind event.

const $ = id => document.getElementById(id);
const run = JSON.parse($("run").textContent);
const events = run.events ?? [];
const messages = run.messages ?? [];
const nodes = run.nodes;
const kinds = run.kinds;
const count = events.length;

/** By node: at which events it began to hold what. */
const held = nodes.map(() => []);
/** By node: from which event to which it was down; the end is open while it is. */
const down = nodes.map(node => (node.f ?? []).some(fact => fact[2] === "down") ? [[-1, events.length]] : []);
/** Events at which the votes change, and those at which a ballot is judged. */
const voted = [];
const judged = [];
/** By event: something can be seen to change. */
const isChange = new Uint8Array(count);
/** By event: those that it is a cause of. */
const effects = events.map(() => []);
/** By event: what was sent by it. */
const sent = events.map(() => []);

const isDecided = fact => fact[2] === "decided";
const isDown = fact => fact[2] === "down";
const isSteady = fact => fact[2] !== "running";
const sameFacts = (all, others, left = all.filter(isSteady), right = others.filter(isSteady)) =>
  left.length === right.length && left.every((fact, i) => fact[0] === right[i][0] && fact[1] === right[i][1]);

events.forEach((event, i) => {
  event.c = event.c || [];
  event.q = event.q || [];
  for (const cause of event.c) effects[cause].push(i);
  if (event.f) {
    const before = factsAt(event.n, i - 1);
    if (!sameFacts(before, event.f)) isChange[i] = 1;
    const wasDown = before.some(isDown), nowDown = event.f.some(isDown);
    if (nowDown && !wasDown) down[event.n].push([i, count]);
    if (!nowDown && wasDown) down[event.n][down[event.n].length - 1][1] = i;
    held[event.n].push(i);
  }
  if (event.v) voted.push(i);
  if (event.j) judged.push(i);
  if (event.q.length) isChange[i] = 1;
});
messages.forEach((message, i) => {
  message.s = message.s ?? -1;
  if (message.s >= 0) sent[message.s].push(i);
});

/** The last of ascending numbers that is at most `limit`; -1 when none is. */
function lastUpTo(list, limit) {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] <= limit) low = middle + 1; else high = middle;
  }
  return low ? list[low - 1] : -1;
}

/** What a node holds right behind an event. */
function factsAt(node, at) {
  const event = lastUpTo(held[node], at);
  return event < 0 ? nodes[node].f ?? [] : events[event].f;
}

function isDownAt(node, at) { return down[node].some(([from, to]) => from <= at && at < to); }

/** The votes right behind an event. */
function votesAt(at) {
  const event = lastUpTo(voted, at);
  return event < 0 ? [] : events[event].v;
}

/** Messages that are under way right behind an event. */
function flyingAt(at) {
  const flying = [];
  messages.forEach((message, i) => {
    const end = message.r ?? (message.x === undefined ? Infinity : message.x + 1);
    if (message.s <= at && end > at) flying.push(i);
  });
  return flying;
}

/** By event: 1 it led to this one, 2 it follows from it, 3 it is this one, 0 neither. */
function causality(of) {
  const marks = new Uint8Array(count);
  if (of < 0) return marks;
  const spread = (next, mark) => {
    const open = [of];
    while (open.length) {
      for (const other of next(open.pop())) if (!marks[other]) { marks[other] = mark; open.push(other); }
    }
  };
  spread(event => events[event].c, 1);
  spread(event => effects[event], 2);
  marks[of] = 3;
  return marks;
}

/** Whom the quorums of two ballots share in which values were chosen. */
function meetings(votes) {
  const chosen = votes.filter(row => row.state === "chosen");
  return chosen.slice(1).map((later, i) => ({ earlier: chosen[i], later }))
    .filter(({ earlier, later }) => earlier.slot === later.slot)
    .map(({ earlier, later }) => ({ earlier, later, shared: earlier.voters.filter(node => later.voters.includes(node)) }));
}

/** What one can search in. */
const haystack = events.map(event =>
  [event.t, ...event.q, nodes[event.n].name, kinds[event.k].name].join("\n").toLowerCase());

function timeText(nanoseconds) {
  if (nanoseconds < 1e6) return `${(nanoseconds / 1e3).toFixed(0)} µs`;
  if (nanoseconds < 1e9) return `${(nanoseconds / 1e6).toFixed(2)} ms`;
  return `${(nanoseconds / 1e9).toFixed(4)} s`;
}
