// The picture: a lane for each node, time goes downwards, an arrow for each message from where it was sent to where it
// arrived, and beside it the words. Only what is in view is drawn.

const scroll = $("scroll");
const sheet = $("sheet");
const picture = $("picture");
const rowLayer = $("rows");
const heads = $("heads");

const ROW = 50;
const MARK = 12;

/** An element with attributes and children; texts are texts, never tags. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

function draw(parent, tag, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

// MARK: Lanes

/** By node: where its lane is; undefined where it has none. */
let laneX = [];
let lanes = [];
let gutter = 44;
let laneWidth = 96;
let wordsX = 0;
let hasWords = true;

function layOut() {
  const width = scroll.clientWidth;
  lanes = nodes.map((_, i) => ({ node: i }))
    .filter(({ node }) => !view.hiddenNodes.has(node) && !view.narrowNodes.has(node));
  const others = [...view.narrowNodes].filter(node => !view.hiddenNodes.has(node));
  if (others.length) lanes.push({ others });
  gutter = Math.max(30, 12 + 8 * String(count).length);
  const room = width - gutter;
  const wanted = Math.min(120, Math.max(36, (width < 600 ? room * 0.5 : room * 0.46) / Math.max(1, lanes.length)));
  laneWidth = width < 600 ? Math.min(wanted, 72) : wanted;
  wordsX = gutter + laneWidth * lanes.length + (width < 600 ? 4 : 14);
  hasWords = width - wordsX > 110;
  if (!hasWords) laneWidth = Math.max(28, room / Math.max(1, lanes.length));
  laneX = [];
  lanes.forEach((lane, place) => {
    const x = gutter + laneWidth * (place + 0.5);
    lane.x = x;
    if (lane.others) for (const node of lane.others) laneX[node] = x; else laneX[lane.node] = x;
  });
}

function drawHeads() {
  heads.replaceChildren(...lanes.map(lane => {
    const head = lane.others
      ? make("button", {
          type: "button", class: "lane others", "aria-pressed": "true",
          title: `Show ${lane.others.map(node => nodes[node].name).join(", ")} again`,
          onclick: () => change(() => lane.others.forEach(node => view.narrowNodes.delete(node))),
        }, `${lane.others.length} more`)
      : make("button", {
          type: "button", class: "lane", "aria-pressed": "false", title: `Collapse ${nodes[lane.node].name} (${lane.node + 1})`,
          onclick: () => change(() => view.narrowNodes.add(lane.node)),
        }, nodes[lane.node].name);
    if (!lane.others && nodes[lane.node].role && laneWidth > 80) head.append(make("small", {}, nodes[lane.node].role));
    head.style.left = `${lane.x - laneWidth / 2}px`;
    head.style.width = `${laneWidth}px`;
    if (!lane.others && isDownAt(lane.node, view.at)) head.classList.add("down");
    return head;
  }));
}

// MARK: What is in view

const yOf = event => event < 0 ? 0 : (rowOf[event] + 0.5) * ROW;
let drawing = 0;
let travelling = null;

function redraw() {
  if (drawing) return;
  drawing = requestAnimationFrame(() => { drawing = 0; drawNow(); });
}

function drawNow() {
  const height = Math.max(rows.length * ROW + 24, scroll.clientHeight);
  sheet.style.height = `${height}px`;
  const top = Math.max(0, scroll.scrollTop - 2 * ROW);
  const bottom = Math.min(height, scroll.scrollTop + scroll.clientHeight + 2 * ROW);
  const marks = view.causes ? causality(view.at) : null;
  const width = scroll.clientWidth;
  picture.style.top = `${top}px`;
  picture.setAttribute("width", width);
  picture.setAttribute("height", bottom - top);
  picture.setAttribute("viewBox", `0 ${top} ${width} ${bottom - top}`);
  picture.replaceChildren();
  drawCursor(width);
  drawLanes(top, bottom);
  drawDifference(width);
  drawMessages(top, bottom, marks);
  const first = Math.max(0, Math.floor(top / ROW));
  const last = Math.min(rows.length - 1, Math.ceil(bottom / ROW));
  for (let row = first; row <= last; row++) drawMark(rows[row], row, marks);
  drawRows(first, last, marks);
  $("nothing").hidden = rows.length > 0;
}

function drawCursor(width) {
  const row = rowAt(view.at);
  if (view.at < 0 || row < 0) return;
  draw(picture, "rect", { class: "cursor", x: 0, y: row * ROW, width, height: ROW });
}

/** From here on a run that is shown beside this one goes another way. */
function drawDifference(width) {
  if (run.difference === undefined || run.difference >= count) return;
  const y = Math.ceil(rowOf[run.difference]) * ROW;
  draw(picture, "line", { class: "difference", x1: 0, x2: width, y1: y, y2: y });
}

function drawLanes(top, bottom) {
  for (const lane of lanes) {
    if (lane.others) {
      draw(picture, "line", { class: "life others", x1: lane.x, x2: lane.x, y1: top, y2: bottom });
      continue;
    }
    let from = 0;
    const end = bottom;
    for (const [start, stop] of down[lane.node]) {
      line(lane.x, from, yOf(start), "life");
      from = stop < count ? yOf(stop) : Infinity;
      line(lane.x, yOf(start), Math.min(from, end), "life dead");
    }
    if (from < end) line(lane.x, from, end, "life");
  }
  function line(x, y1, y2, name) {
    const a = Math.max(y1, top), b = Math.min(y2, bottom);
    if (a < b) draw(picture, "line", { class: name, x1: x, x2: x, y1: a, y2: b });
  }
}

function drawMessages(top, bottom, marks) {
  const layer = draw(picture, "g", {});
  for (let i = 0; i < messages.length; i++) {
    const message = messages[i];
    if (view.hiddenKinds.has(message.k)) continue;
    const x1 = laneX[message.a], x2 = laneX[message.b];
    if (x1 === undefined || x2 === undefined) continue;
    const y1 = yOf(message.s);
    if (message.r === undefined && message.x === undefined) {
      if (y1 > bottom || y1 + ROW < top) continue;
    } else {
      const end = message.r ?? message.x;
      const y2 = yOf(end);
      // What is said within one folded row is folded with it.
      if (y2 === y1 && end !== message.s) continue;
      if (Math.min(y1, y2) > bottom || Math.max(y1, y2) + ROW < top) continue;
    }
    if (view.narrowNodes.has(message.a) && view.narrowNodes.has(message.b)) continue;
    drawMessage(layer, message, x1, y1, x2, marks);
  }
}

function drawMessage(layer, message, x1, y1, x2, marks) {
  const classes = ["message", kinds[message.k].family];
  let y2, share = 1;
  if (message.r !== undefined) {
    y2 = yOf(message.r);
    if (y2 <= y1) y2 = y1 + ROW * 0.3;
  } else if (message.x !== undefined) {
    classes.push("lost");
    y2 = Math.max(yOf(message.x), y1 + ROW * 0.6);
    share = 0.62;
  } else {
    classes.push("open");
    y2 = y1 + ROW * 0.75;
    share = 0.55;
  }
  if (message.s > view.at) classes.push("ahead");
  else if ((message.r ?? message.x ?? Infinity) > view.at) classes.push("flying");
  if (marks) classes.push((message.s < 0 || marks[message.s]) && (message.r === undefined ? marks[message.s] > 1 : marks[message.r]) ? "linked" : "apart");
  if (message.r === view.at && view.at >= 0) classes.push("current");
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const ux = (x2 - x1) / length, uy = (y2 - y1) / length;
  const stop = message.r !== undefined ? length - MARK - 3 : length * share;
  const start = Math.min(MARK, length / 3);
  const ax = x1 + ux * start, ay = y1 + uy * start, bx = x1 + ux * stop, by = y1 + uy * stop;
  const group = draw(layer, "g", { class: classes.join(" ") });
  draw(group, "line", { x1: ax, y1: ay, x2: bx, y2: by });
  if (message.r !== undefined) {
    const px = -uy * 4, py = ux * 4;
    draw(group, "path", { class: "tip", d: `M${bx + ux * 3} ${by + uy * 3}L${bx - ux * 7 + px} ${by - uy * 7 + py}L${bx - ux * 7 - px} ${by - uy * 7 - py}z` });
  } else if (message.x !== undefined) {
    draw(group, "path", { class: "cross", d: `M${bx - 5} ${by - 5}l10 10m0 -10l-10 10` });
  }
}

function drawMark(row, place, marks) {
  const y = (place + 0.5) * ROW;
  if (row.events.length > 1) {
    const at = new Set(row.events.map(event => laneX[events[event].n]));
    for (const x of at) draw(picture, "rect", { class: `many${row.first > view.at ? " ahead" : ""}`, x: x - 5, y: y - 5, width: 10, height: 10, rx: 3 });
    return;
  }
  const event = events[row.first];
  const kind = kinds[event.k];
  const classes = ["mark", kind.family];
  if (row.first > view.at) classes.push("ahead");
  if (row.first === view.at) classes.push("current");
  if (isChange[row.first]) classes.push("changes");
  if (event.f && event.f.some(isDecided) && isChange[row.first]) classes.push("decides");
  if (marks) classes.push(marks[row.first] ? "linked" : "apart");
  const group = draw(picture, "g", { class: classes.join(" ") });
  const x = laneX[event.n];
  if (row.first === view.at) draw(group, "circle", { class: "halo", cx: x, cy: y, r: MARK + 5 });
  draw(group, "circle", { class: "disc", cx: x, cy: y, r: MARK });
  draw(group, "text", { x, y: y + 0.5 }, kind.sign);
}

// MARK: Words

function drawRows(first, last, marks) {
  const current = rowAt(view.at);
  const hits = new Set(found);
  const list = [];
  for (let place = first; place <= last; place++) list.push(rowElement(rows[place], place, place === current && view.at >= 0, hits, marks));
  rowLayer.replaceChildren(...list);
  if (view.at >= 0 && current >= first && current <= last) scroll.setAttribute("aria-activedescendant", `row-${current}`);
  else scroll.removeAttribute("aria-activedescendant");
}

function rowElement(row, place, isCurrent, hits, marks) {
  const event = events[row.first];
  const classes = ["row"];
  if (isCurrent) classes.push("current");
  if (row.first > view.at) classes.push("ahead");
  if (row.events.some(i => hits.has(i))) classes.push("hit");
  const mark = marks ? Math.max(...row.events.map(i => marks[i])) : 0;
  if (marks && !mark) classes.push("apart");
  const element = make("div", {
    class: classes.join(" "), id: `row-${place}`, role: "option", "aria-selected": String(isCurrent),
    "aria-setsize": rows.length, "aria-posinset": place + 1, "data-row": place,
  });
  element.style.top = `${place * ROW}px`;
  element.append(make("span", { class: "number" }, String(row.first + 1)));
  const words = make("span", { class: hasWords ? "words" : "words unseen" });
  words.style.left = `${wordsX}px`;
  if (row.events.length > 1) {
    words.append(make("span", { class: "said folded" }, foldText(row)), make("span", { class: "came dim" }, `steps ${row.first + 1} to ${row.last + 1}; enter opens them`));
  } else {
    words.append(make("span", { class: "said" }, make("span", { class: "who" }, whoText(event)), event.t));
    if (event.q.length) words.append(make("span", { class: "came" }, event.q.join(", ")));
  }
  if (marks && mark) words.append(make("span", { class: "link" }, ["", "led here", "follows", "this step"][mark]));
  element.append(words);
  return element;
}

function whoText(event) {
  if (event.m === undefined) return `${nodes[event.n].name} `;
  return `${nodes[messages[event.m].a].name} → ${nodes[event.n].name} `;
}

function foldText(row) {
  const numbers = new Map();
  for (const i of row.events) numbers.set(events[i].k, (numbers.get(events[i].k) ?? 0) + 1);
  return [...numbers].map(([kind, number]) => `${number} × ${kinds[kind].name}`).join(", ");
}

// MARK: Movement

/** The message that arrives at the cursor is seen to travel. */
function travel(duration) {
  travelling?.cancel();
  const event = events[view.at];
  if (!event || event.m === undefined || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const message = messages[event.m];
  const x1 = laneX[message.a], x2 = laneX[message.b], y1 = yOf(message.s), y2 = yOf(view.at);
  if (x1 === undefined || x2 === undefined) return;
  const dot = draw(picture, "circle", { class: `traveller ${kinds[message.k].family}`, cx: 0, cy: 0, r: 6 });
  travelling = dot.animate(
    [{ transform: `translate(${x1}px,${y1}px)` }, { transform: `translate(${x2}px,${y2}px)` }],
    { duration, easing: "ease-in-out", fill: "forwards" });
  travelling.onfinish = travelling.oncancel = () => dot.remove();
}

function reveal() {
  const y = Math.max(0, rowAt(view.at)) * ROW;
  const top = scroll.scrollTop, height = scroll.clientHeight;
  if (y < top + ROW || y > top + height - 3 * ROW) scroll.scrollTop = Math.max(0, y - height * 0.4);
}
