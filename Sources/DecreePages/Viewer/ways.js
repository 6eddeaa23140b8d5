// Other ways: where whoever serves the page runs the code behind it, it is asked what else can happen behind a step, and the run
// is gone again along another branch. A page that was written into a file has nobody to ask, and none of this.

const way = isEmbedded || !run.way ? undefined : { text: "", steps: [], places: [], words: [], ...run.way };
/** Counts what was asked: an answer that comes too late is none. */
let asked = 0;

const groups = {
  arrival: "A message arrives", client: "Somebody wants something", disk: "A disk is done", loss: "A message gets lost",
  fault: "Something fails or comes back",
};

/** How many steps are gone, from the beginning of the run on. */
const stepsGone = () => way.before + view.at + 1;

// MARK: What else could happen

async function toggleBranches() {
  if (!way) return;
  if (!$("branches").hidden) return closeBranches();
  pause();
  const number = ++asked;
  fillBranches(make("p", { class: "dim" }, "Asking what else could happen …"));
  try {
    const answer = await fetch(`branches?way=${way.text}&step=${stepsGone()}`);
    const text = await answer.text();
    if (number !== asked) return;
    if (!answer.ok) return fillBranches(refusal(text));
    fillBranches(...branchLists(JSON.parse(text)));
    $("branches").querySelector("button.branch")?.focus();
  } catch {
    if (number === asked) fillBranches(refusal("Nobody answers any more: the program that served this page has ended."));
  }
}

const refusal = text => make("p", { class: "judged unsafe", role: "alert" }, text.replace(/^decree: /, ""));

function fillBranches(...content) {
  $("branches").hidden = false;
  $("fork").setAttribute("aria-expanded", "true");
  const place = view.at < 0 ? "before the first step" : `behind step ${view.at + 1}`;
  $("branches").replaceChildren(
    make("div", { class: "over-head" }, make("h2", {}, `What can happen ${place}`),
      make("button", { type: "button", id: "close-branches", onclick: closeBranches }, "Close")),
    ...content);
  $("branches").scrollIntoView({ block: "nearest" });
}

function closeBranches() {
  asked++;
  if (!way || $("branches").hidden) return;
  const hadFocus = $("branches").contains(document.activeElement);
  $("branches").hidden = true;
  $("fork").setAttribute("aria-expanded", "false");
  if (hadFocus) $("fork").focus();
}

function branchLists(branches) {
  if (!branches.length) return [make("p", {}, "Nothing can happen any more.")];
  const parts = [make("p", { class: "dim" }, "Choose one: the code behind this page runs again from the beginning, and goes on from there.")];
  for (const group in groups) {
    const items = branches.map((branch, place) => ({ branch, place })).filter(({ branch }) => branch.group === group);
    if (!items.length) continue;
    parts.push(make("h3", {}, groups[group]), make("ul", { class: "branch-list" }, ...items.map(branchItem)));
  }
  return parts;
}

function branchItem({ branch, place }) {
  if (branch.taken) return make("li", { class: "taken" }, branch.text, make("span", { class: "dim" }, " (what happens here)"));
  return make("li", {}, make("button", { type: "button", class: "branch", onclick: () => take(place) }, branch.text));
}

/** Leaves the way that is shown: what it turned to later counts no more. */
function take(branch) {
  const former = way.text.split("-").filter((_, i) => way.steps[i] < stepsGone());
  location.assign(`./?way=${[...former, `${stepsGone()}.${branch}`].join("-")}#at=${view.at + 2}`);
}

// MARK: The way that is shown

const besideAddress = () => `./?way=${way.text}&beside=1#${[0, 1].map(() => encodeURIComponent(address())).join("~")}`;

function beside() {
  if (way?.text) location.assign(besideAddress());
}

function showWay() {
  if (!way) return;
  for (const element of document.querySelectorAll("#fork, .for-ways")) element.hidden = false;
  if (!way.text) return;
  const turns = way.words.map((words, i) => make("li", {},
    make("button", { type: "button", class: "jump", onclick: () => go(way.places[i] - way.before) }, `${way.places[i] - way.before + 1}`), ` ${words}`));
  const beginning = way.places[0] - way.before;
  $("ways").hidden = false;
  $("ways").replaceChildren(
    make("p", {}, "Another way, taken here:"), make("ol", {}, ...turns),
    make("p", {}, make("a", { id: "way-back", href: `./#at=${Math.max(0, beginning)}` }, "Back to the run"), " · ",
      make("a", { id: "way-beside", href: "./", onclick: event => { event.preventDefault(); beside(); } }, "The run beside it")));
}
