// Buttons, keys, the mouse, and the beginning of it all.

let timer = 0;

// MARK: The cursor

/** Moves the cursor behind an event. */
function go(at, { quiet = false, isTold = false } = {}) {
  view.at = Math.min(Math.max(at, -1), count - 1);
  reveal();
  show(quiet);
  report(!isTold);
}

/** What is shown changes: rows are arranged anew, and the cursor stays. */
function change(edit) {
  edit();
  arrange();
  layOut();
  search();
  reveal();
  show(true);
  if (!$("filters").hidden) fillFilters();
  report(false);
}

function show(quiet) {
  closeBranches();
  drawHeads();
  drawNow();
  fillPanel();
  showControls();
  drawScale();
  if (!quiet) speak();
  writeAddress();
}

function speak() {
  const event = events[view.at];
  $("spoken").textContent = event
    ? `Step ${view.at + 1}: ${whoText(event)}${event.t}. ${event.q.join(", ")}` : "Before the first step";
}

/** The next event that has a row, in a direction. */
function step(direction) {
  const row = rowAt(view.at);
  if (direction > 0) {
    const next = view.at < (rows[row]?.last ?? -1) ? row : row + 1;
    return next < rows.length ? rows[next].last : count - 1;
  }
  return row <= 0 ? -1 : rows[row - 1].last;
}

function changeFrom(direction) {
  for (let i = view.at + direction; i >= 0 && i < count; i += direction) {
    if (isChange[i] && isShown(events[i])) return i;
  }
  return direction > 0 ? count - 1 : -1;
}

function hitFrom(direction) {
  if (!found.length) return view.at;
  const next = direction > 0 ? found.find(i => i > view.at) : found.findLast(i => i < view.at);
  return next ?? (direction > 0 ? found[0] : found[found.length - 1]);
}

// MARK: Playing

const stepMilliseconds = () => 1100 / view.speed;

function play() {
  if (timer) return pause();
  if (view.at >= count - 1) view.at = -1;
  $("play").setAttribute("aria-pressed", "true");
  $("play").setAttribute("aria-label", "Pause");
  tick();
}

function tick() {
  if (view.at >= count - 1) return pause();
  go(step(1), { quiet: view.speed > 1 });
  if (view.speed <= 2) travel(stepMilliseconds() * 0.75);
  timer = setTimeout(tick, stepMilliseconds());
}

function pause() {
  clearTimeout(timer);
  timer = 0;
  $("play").setAttribute("aria-pressed", "false");
  $("play").setAttribute("aria-label", "Play");
}

function setSpeed(direction) {
  const options = [...$("speed").options];
  const place = Math.min(Math.max($("speed").selectedIndex + direction, 0), options.length - 1);
  view.speed = Number(options[place].value);
  showControls();
  writeAddress();
}

// MARK: The bar

function showControls() {
  const event = events[view.at];
  $("scrubber").value = view.at + 1;
  $("scrubber").setAttribute("aria-valuetext", event ? `step ${view.at + 1} of ${count}: ${whoText(event)}${event.t}` : `before the first of ${count} steps`);
  $("causes").setAttribute("aria-pressed", String(view.causes));
  $("speed").value = String(view.speed);
  if (document.activeElement !== $("find")) $("find").value = view.find;
  const place = found.indexOf(view.at);
  $("found").textContent = !view.find ? "" : !found.length ? "none" : place < 0 ? `${found.length}` : `${place + 1} of ${found.length}`;
  for (const [id, isOff] of [["first", view.at < 0], ["back", view.at < 0], ["forth", view.at >= count - 1], ["last", view.at >= count - 1]]) {
    $(id).setAttribute("aria-disabled", String(isOff));
  }
}

/** Above the scrubber: where something changes, is decided, fails or is found. */
function drawScale() {
  const canvas = $("marks");
  const width = canvas.clientWidth, height = canvas.clientHeight, ratio = devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const style = getComputedStyle(document.documentElement);
  const colour = name => style.getPropertyValue(name);
  const bar = (event, fill, part) => {
    pen.fillStyle = fill;
    pen.fillRect(8 + (width - 16) * (event + 1) / Math.max(1, count) - 1, height * (1 - part), 2, height * part);
  };
  events.forEach((event, i) => {
    const family = kinds[event.k].family;
    if (family === "fault") bar(i, colour("--fault"), 1);
    else if (isChange[i] && event.f && event.f.some(isDecided)) bar(i, colour("--learn"), 1);
    else if (isChange[i]) bar(i, colour("--line-strong"), 0.5);
  });
  if (run.difference !== undefined) bar(run.difference, colour("--refusal"), 1);
  for (const i of found) bar(i, colour("--find"), 1);
}

// MARK: Nodes and kinds

function fillFilters() {
  const choice = (group, name, options, chosen, pick) => make("div", { class: "choice" },
    make("span", { class: "choice-name" }, name),
    make("span", { class: "options", role: "radiogroup", "aria-label": name }, ...options.map(option =>
      make("label", {}, make("input", { type: "radio", name: group, value: option, checked: option === chosen, onchange: () => pick(option) }), option))));
  const focused = document.activeElement?.name ? [document.activeElement.name, document.activeElement.value] : null;
  const nodeChoices = nodes.map((node, i) => choice(`node-${i}`, node.name, ["shown", "collapsed", "hidden"],
    view.hiddenNodes.has(i) ? "hidden" : view.narrowNodes.has(i) ? "collapsed" : "shown", option => change(() => {
      view.hiddenNodes.delete(i);
      view.narrowNodes.delete(i);
      if (option === "hidden") view.hiddenNodes.add(i);
      if (option === "collapsed") view.narrowNodes.add(i);
    })));
  const used = new Set(events.map(event => event.k));
  const kindChoices = kinds.map((kind, i) => used.has(i) ? choice(`kind-${i}`, kind.name, ["shown", "folded", "hidden"],
    view.hiddenKinds.has(i) ? "hidden" : view.foldedKinds.has(i) ? "folded" : "shown", option => change(() => {
      view.hiddenKinds.delete(i);
      view.foldedKinds.delete(i);
      if (option === "hidden") view.hiddenKinds.add(i);
      if (option === "folded") view.foldedKinds.add(i);
    })) : null).filter(Boolean);
  $("filters").replaceChildren(
    make("div", { class: "over-head" }, make("h2", {}, "View"),
      make("button", { type: "button", id: "reset", onclick: () => change(showEverything) }, "Show all"),
      make("button", { type: "button", id: "close-filters", onclick: toggleFilters }, "Close")),
    make("h3", {}, "Nodes"), ...nodeChoices, make("h3", {}, "Kinds of steps"), ...kindChoices);
  if (focused) document.querySelector(`input[name="${focused[0]}"][value="${focused[1]}"]`)?.focus();
}

function showEverything() {
  view.hiddenNodes.clear();
  view.narrowNodes.clear();
  view.hiddenKinds.clear();
  view.foldedKinds = new Set(usualFolds ? usualFolds.split(".").map(Number) : []);
  view.opened.clear();
  view.causes = false;
  view.find = "";
  $("find").value = "";
}

function toggleFilters() {
  const opens = $("filters").hidden;
  $("filters").hidden = !opens;
  $("filter").setAttribute("aria-expanded", String(opens));
  if (opens) {
    fillFilters();
    $("filters").querySelector("input")?.focus();
  } else {
    $("filter").focus();
  }
}

function toggleNode(node) {
  if (node >= nodes.length) return;
  change(() => {
    view.hiddenNodes.delete(node);
    if (!view.narrowNodes.delete(node)) view.narrowNodes.add(node);
  });
}

function toggleFold() {
  const row = rows[rowAt(view.at)];
  if (!row || row.fold < 0) return;
  change(() => { if (!view.opened.delete(row.fold)) view.opened.add(row.fold); });
}

// MARK: Keys

const keys = {
  ArrowRight: () => go(step(1)), ArrowDown: () => go(step(1)), ArrowLeft: () => go(step(-1)), ArrowUp: () => go(step(-1)),
  Home: () => go(-1), End: () => go(count - 1),
  PageDown: () => { for (let i = 0; i < 10; i++) view.at = step(1); go(view.at); },
  PageUp: () => { for (let i = 0; i < 10; i++) view.at = step(-1); go(view.at); },
  " ": play, c: toggleCauses, "/": () => $("find").focus(), g: () => go(hitFrom(1)), G: () => go(hitFrom(-1)),
  "+": () => setSpeed(1), "=": () => setSpeed(1), "-": () => setSpeed(-1), v: toggleFilters, f: toggleBranches, b: beside, "?": () => $("keys").showModal(),
  Enter: toggleFold,
};
const shifted = {
  ArrowRight: () => go(changeFrom(1)), ArrowDown: () => go(changeFrom(1)),
  ArrowLeft: () => go(changeFrom(-1)), ArrowUp: () => go(changeFrom(-1)),
};

function toggleCauses() {
  view.causes = !view.causes;
  show(true);
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open) return;
  const target = event.target;
  if (event.key === "Escape") return leave();
  const writes = target.matches("select, input[type=search]");
  const isRadio = target.matches("input[type=radio]") && (event.key.startsWith("Arrow") || event.key === " ");
  const isButton = target.matches("button") && (event.key === " " || event.key === "Enter");
  const scrolls = $("panel").contains(target) && /^(Arrow(Up|Down)|Page|Home|End)/.test(event.key);
  if (writes || isRadio || isButton || scrolls) return;
  const action = (event.shiftKey && shifted[event.key]) || keys[event.key]
    || (/^[1-9]$/.test(event.key) ? () => toggleNode(Number(event.key) - 1) : null);
  if (!action) return;
  event.preventDefault();
  if (event.key !== " ") pause();
  action();
}

function leave() {
  if (!$("filters").hidden) return toggleFilters();
  if (!$("branches").hidden) return closeBranches();
  if (document.activeElement === $("find")) $("find").blur();
  change(showEverything);
}

// MARK: The beginning

function begin() {
  $("origin").textContent = run.origin ?? "";
  $("title").textContent = run.title;
  if (run.verdict) {
    $("verdict").textContent = run.verdict.text;
    $("verdict").classList.add(run.verdict.holds ? "safe" : "unsafe");
    $("verdict").hidden = false;
  }
  $("scrubber").max = count;
  const press = { first: () => go(-1), back: () => go(step(-1)), forth: () => go(step(1)), last: () => go(count - 1),
    "change-back": () => go(changeFrom(-1)), "change-forth": () => go(changeFrom(1)), causes: toggleCauses,
    filter: toggleFilters, fork: toggleBranches, help: () => $("keys").showModal(), "show-all": () => change(showEverything) };
  for (const id in press) $(id).addEventListener("click", () => { pause(); press[id](); });
  $("play").addEventListener("click", play);
  $("speed").addEventListener("change", () => { view.speed = Number($("speed").value); writeAddress(); });
  $("scrubber").addEventListener("input", () => { pause(); go(Number($("scrubber").value) - 1, { quiet: true }); });
  $("find").addEventListener("input", () => { view.find = $("find").value.trim(); search(); show(true); });
  $("find").addEventListener("keydown", event => {
    if (event.key === "Enter") { event.preventDefault(); go(hitFrom(event.shiftKey ? -1 : 1)); }
  });
  rowLayer.addEventListener("click", event => {
    const row = rows[event.target.closest("[data-row]")?.dataset.row];
    if (!row) return;
    pause();
    if (row.events.length > 1 && rowAt(view.at) === rows.indexOf(row)) toggleFold(); else go(row.last);
  });
  scroll.addEventListener("scroll", redraw, { passive: true });
  document.addEventListener("keydown", pressed);
  addEventListener("hashchange", () => { readAddress(); change(() => {}); });
  addEventListener("message", event => {
    if (isEmbedded && event.source === parent && event.data?.decree === "go") go(placeBeside(event.data), { quiet: true, isTold: true });
  });
  document.body.classList.toggle("embedded", isEmbedded);
  showWay();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawScale);
  new ResizeObserver(() => { layOut(); drawHeads(); reveal(); drawNow(); drawScale(); }).observe(scroll);
  readAddress();
  change(() => {});
}

begin();
