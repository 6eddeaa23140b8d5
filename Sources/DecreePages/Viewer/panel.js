// Beside the picture: the step at the cursor in words, what each node holds, the votes, and what is under way.

const hues = { A: 212, B: 28, C: 285, Z: 350 };

/** A value as a chip, the same colour wherever it comes; what is no value has none. */
function chip(text) {
  const hue = hues[text.split(" ")[0]];
  const chip = make("span", { class: hue === undefined ? "chip plain" : "chip" }, text);
  if (hue !== undefined) chip.style.setProperty("--hue", hue);
  return chip;
}

function stepButton(event) {
  return make("button", { type: "button", class: "jump", onclick: () => go(event) }, `${event + 1}`);
}

function fillPanel() {
  fillStep();
  fillHolds();
  fillVotes();
  fillFlight();
}

// MARK: The step

function fillStep() {
  const place = view.at < 0 ? introduction() : eventCard(events[view.at], view.at);
  $("step").replaceChildren(...place);
}

function introduction() {
  const parts = [make("h2", {}, "Before the first step")];
  for (const text of run.introduction ?? []) parts.push(make("p", { class: "prose" }, text));
  parts.push(...changes());
  parts.push(make("p", { class: "dim" }, `${count} steps. Press → to go forward, space to play.`));
  parts.push(make("p", { class: "dim" }, "Made by ", make("code", {}, run.command)));
  return parts;
}

function changes() {
  if (!run.changes?.length) return [];
  const parts = [make("h3", {}, "In code, against the step before")];
  for (const change of run.changes) {
    const lines = make("pre", { class: "change" });
    if (change.former) lines.append(make("del", {}, `- ${change.former}\n`));
    lines.append(make("ins", {}, `+ ${change.new ?? ""}`));
    parts.push(make("p", { class: "file" }, change.file), lines);
  }
  return parts;
}

function eventCard(event, at) {
  const kind = kinds[event.k];
  const head = make("p", { class: "kicker" }, `Step ${at + 1} of ${count} `, make("span", { class: `kind ${kind.family}` }, kind.name));
  if (event.at !== undefined) head.append(make("span", { class: "time" }, ` at ${timeText(event.at)}`));
  const parts = [head, make("h2", {}, make("span", { class: "who" }, whoText(event)), event.t)];
  if (at === run.difference) parts.push(make("p", { class: "parting" }, "The first difference: up to here both runs are the same."));
  if (event.q.length) parts.push(make("ul", { class: "came" }, ...event.q.map(text => make("li", {}, text))));
  if (kind.meaning) parts.push(make("p", { class: "prose" }, kind.meaning));
  if (event.j) parts.push(judgement(event.j));
  parts.push(...where(kind), links(event, at));
  if (at === count - 1 && run.verdict) parts.push(verdictCard());
  return parts;
}

function judgement(judged) {
  return make("div", { class: judged.safe ? "judged safe" : "judged unsafe" },
    make("h3", {}, judged.safe ? "Is the value safe? Yes" : "Is the value safe? No"),
    ...judged.lines.map(line => make("p", {}, line)));
}

function where(kind) {
  if (!kind.handler) return [];
  const list = make("dl", { class: "where" }, make("dt", {}, "Code"),
    make("dd", {}, make("code", {}, kind.handler), make("span", { class: "file" }, kind.file)));
  if (kind.section) list.append(make("dt", {}, "Paper"), make("dd", {}, kind.section));
  if (kind.action) list.append(make("dt", {}, "TLA+"), make("dd", {}, make("code", {}, kind.action)));
  return [list];
}

function links(event, at) {
  const list = make("dl", { class: "where" });
  const add = (title, places) => {
    if (!places.length) return;
    const shown = places.slice(0, 12);
    const rest = places.length - shown.length;
    list.append(make("dt", {}, title), make("dd", {}, ...shown.map(stepButton), rest > 0 ? ` and ${rest} more` : null));
  };
  add("Follows", event.c);
  add("Leads to", effects[at]);
  return list;
}

function verdictCard() {
  return make("div", { class: run.verdict.holds ? "judged safe" : "judged unsafe" },
    make("h3", {}, run.verdict.text), ...(run.verdict.reasons ?? []).map(text => make("p", { class: "prose" }, text)));
}

// MARK: What the nodes hold

function fillHolds() {
  const table = make("table", {}, make("caption", { class: "unseen" }, "What each node holds at the cursor"));
  nodes.forEach((node, i) => {
    if (view.hiddenNodes.has(i)) return;
    const facts = factsAt(i, view.at);
    const before = view.at >= 0 && events[view.at].n === i ? factsAt(i, view.at - 1) : facts;
    const cell = make("td", {});
    if (!facts.length) cell.append(make("span", { class: "dim" }, "nothing"));
    for (const fact of facts) {
      const isNew = !before.some(old => old[0] === fact[0] && old[1] === fact[1]);
      cell.append(make("span", { class: `fact${isNew && isSteady(fact) ? " new" : ""}${fact[2] ? ` ${fact[2]}` : ""}` }, `${fact[0]} `, chip(fact[1])), " ");
    }
    table.append(make("tr", { class: isDownAt(i, view.at) ? "down" : "" }, make("th", { scope: "row" }, node.name), cell));
  });
  $("holds").replaceChildren(make("h3", {}, "What each node holds"), table);
}

// MARK: Votes

const states = { chosen: "chosen", choosable: "may still be chosen", closed: "can no longer be chosen" };

function fillVotes() {
  const votes = votesAt(view.at);
  $("votes").hidden = !votes.length;
  if (!votes.length) return $("votes").replaceChildren();
  // In a log a row is told of one of its slots; where a single value is chosen there is one decision.
  const isLog = votes.some(row => row.slot);
  const columns = [...(isLog ? ["Ballot and value"] : ["Ballot", "Value"]), ...nodes.map(node => node.name.replace(/^node /, "")), ""];
  const head = make("tr", {}, ...columns.map((name, i) =>
    make("th", { scope: "col", class: nodes.length && i >= columns.length - 1 - nodes.length && name ? "vote" : "" }, name)));
  const body = votes.flatMap((row, i) => [
    isLog && row.slot !== votes[i - 1]?.slot
      ? make("tr", { class: "slot" }, make("th", { scope: "colgroup", colspan: columns.length }, slotName(row))) : null,
    make("tr", { class: row.state }, ...ballotCells(row, isLog), ...nodes.map((_, node) => vote(row, node)),
      make("td", { class: "state" }, states[row.state])),
  ]).filter(Boolean);
  const parts = [
    make("h3", {}, isLog ? "The slots voted on last, ballot by ballot" : "Values, ballot by ballot"),
    make("table", { class: "ballots" }, make("caption", { class: "unseen" }, "Who voted for which value in which ballot"),
      make("thead", {}, head), make("tbody", {}, ...body)),
    make("p", { class: "dim" }, "● voted, ○ may still vote, · promised not to"),
  ];
  for (const meeting of meetings(votes)) parts.push(meetingText(meeting));
  $("votes").replaceChildren(...parts);
}

/** "Slot 4", "Group 1, slots 4..9". */
function slotName({ slot }) {
  const [group, number] = slot.includes(", ") ? slot.split(", ") : ["", slot];
  const name = `${number.includes("..") ? "slots" : "slot"} ${number}`;
  return group ? `${group}, ${name}` : name;
}

const ballotCells = (row, isLog) => isLog
  ? [make("th", { scope: "row" }, row.ballot, make("span", { class: "value" }, row.value))]
  : [make("th", { scope: "row" }, row.ballot), make("td", {}, chip(row.value))];

function vote(row, node) {
  const voted = (row.voters ?? []).includes(node), may = (row.undecided ?? []).includes(node);
  return make("td", { class: "vote", "aria-label": voted ? "voted" : may ? "may still vote" : "promised not to" }, voted ? "●" : may ? "○" : "·");
}

const nodeList = list => list.map(node => nodes[node].name).join(" and ");

function meetingText({ earlier, later, shared }) {
  const text = make("p", { class: "meeting" }, earlier.slot ? `In ${slotName(earlier)} the quorums of ` : "The quorums of ", make("b", {}, earlier.ballot), " and ", make("b", {}, later.ballot));
  if (!shared.length) text.append(" share no node: neither could know of the other.");
  else text.append(" share ", make("b", {}, nodeList(shared)), earlier.value === later.value ? `, through which the later one got to know of ${earlier.value}.` : ", which voted for both values.");
  return text;
}

// MARK: Under way

function fillFlight() {
  const flying = flyingAt(view.at);
  $("flight").hidden = !flying.length;
  if (!flying.length) return $("flight").replaceChildren();
  const items = flying.slice(-8).map(i => {
    const message = messages[i];
    const end = message.r !== undefined ? make("span", { class: "dim" }, " arrives in ", stepButton(message.r))
      : make("span", { class: "dim" }, message.x === undefined ? " not in this run" : " gets lost");
    return make("li", {}, make("span", { class: "who" }, `${nodes[message.a].name} → ${nodes[message.b].name} `), message.t ?? kinds[message.k].name, end);
  });
  const rest = flying.length - items.length;
  $("flight").replaceChildren(make("h3", {}, `Under way: ${flying.length}`), make("ul", {}, ...items), rest > 0 ? make("p", { class: "dim" }, `and ${rest} sent earlier`) : "");
}
