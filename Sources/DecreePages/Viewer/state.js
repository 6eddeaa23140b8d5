// What is looked at: the cursor, what is hidden and folded. It stands in the address, so that it can be shared.

const view = {
  /** The event at the cursor; -1 before the first. */
  at: -1,
  hiddenNodes: new Set(),
  /** They share one lane, and have no rows of their own. */
  narrowNodes: new Set(),
  hiddenKinds: new Set(),
  /** Many of them in a row are one row. */
  foldedKinds: new Set(kinds.map((kind, i) => kind.folded ? i : -1).filter(i => i >= 0)),
  /** Folded rows that were opened, by their first events. */
  opened: new Set(),
  causes: false,
  speed: 1,
  find: "",
};
const usualFolds = [...view.foldedKinds].join(".");

/** Rows of the picture: `first` to `last` event; one event unless it is folded. */
let rows = [];
/** By event: its row; for one without a row the middle between two. */
let rowOf = new Float64Array(count);
/** By event: whether it is found. */
let found = [];

function isShown(event) {
  return !view.hiddenNodes.has(event.n) && !view.narrowNodes.has(event.n) && !view.hiddenKinds.has(event.k);
}

function arrange() {
  rows = [];
  let fold = null;
  events.forEach((event, i) => {
    if (!isShown(event)) { rowOf[i] = rows.length - 0.5; return; }
    const folds = view.foldedKinds.has(event.k) && !event.q.length && !event.j;
    if (folds && fold && !view.opened.has(fold.first)) {
      fold.last = i;
      fold.events.push(i);
    } else {
      const row = { first: i, last: i, events: [i], fold: -1 };
      rows.push(row);
      if (!folds) fold = null; else if (!fold) fold = row;
      if (fold) row.fold = fold.first;
    }
    rowOf[i] = rows.length - 1;
  });
}

/** The row at the cursor, or the last one before it; -1 before the first. */
function rowAt(event) {
  let low = 0, high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].first <= event) low = middle + 1; else high = middle;
  }
  return low - 1;
}

function search() {
  const words = view.find.toLowerCase().split(/\s+/).filter(Boolean);
  found = words.length ? events.map((_, i) => i).filter(i => words.every(word => haystack[i].includes(word))) : [];
}

// MARK: The address

function address() {
  const parts = [`at=${view.at + 1}`];
  const list = (name, set) => { if (set.size) parts.push(`${name}=${[...set].sort((a, b) => a - b).join(".")}`); };
  list("hide", view.hiddenNodes);
  list("narrow", view.narrowNodes);
  list("without", view.hiddenKinds);
  const folds = [...view.foldedKinds].sort((a, b) => a - b).join(".");
  if (folds !== usualFolds) parts.push(`fold=${folds}`);
  if (view.causes) parts.push("causes=1");
  if (view.speed !== 1) parts.push(`speed=${view.speed}`);
  if (view.find) parts.push(`find=${encodeURIComponent(view.find)}`);
  return `#${parts.join("&")}`;
}

/** The page is shown within another one, which keeps its address for it. */
const isEmbedded = parent !== window;

function readAddress() {
  const given = new Map((isEmbedded ? window.name : location.hash).replace(/^#/, "").split("&").map(part => {
    const place = part.indexOf("=");
    return place < 0 ? [part, ""] : [part.slice(0, place), part.slice(place + 1)];
  }));
  const list = (name, limit) => new Set((given.get(name) ?? "").split(".").filter(text => /^\d+$/.test(text))
    .map(Number).filter(number => number < limit));
  const at = Number.parseInt(given.get("at") ?? "0", 10);
  view.at = Number.isFinite(at) ? Math.min(Math.max(at, 0), count) - 1 : -1;
  view.hiddenNodes = list("hide", nodes.length);
  view.narrowNodes = list("narrow", nodes.length);
  view.hiddenKinds = list("without", kinds.length);
  if (given.has("fold")) view.foldedKinds = list("fold", kinds.length);
  view.causes = given.get("causes") === "1";
  const speed = Number(given.get("speed"));
  view.speed = [0.25, 0.5, 1, 2, 4, 16].includes(speed) ? speed : 1;
  try { view.find = decodeURIComponent(given.get("find") ?? ""); } catch { view.find = ""; }
}

/** Tells the page around this one what is looked at. */
function report(moved) {
  if (!isEmbedded) return;
  const message = { decree: "view", address: address(), difference: run.difference, moved, at: view.at, time: events[view.at]?.at };
  parent.postMessage(message, "*");
}

/** Where to look when a run beside this one is looked at: at the same step while they are equal, then at the same time. */
function placeBeside({ at, time }) {
  if (time === undefined || run.difference === undefined || at < run.difference) return Math.min(at, count - 1);
  let low = 0, high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (events[middle].at <= time) low = middle + 1; else high = middle;
  }
  return low - 1;
}

let addressTimer = 0;
function writeAddress() {
  if (addressTimer) return;
  // Browsers let a page do this only so often.
  addressTimer = setTimeout(() => {
    addressTimer = 0;
    if (isEmbedded) return;
    if (location.hash !== address()) history.replaceState(null, "", address());
  }, 150);
}
