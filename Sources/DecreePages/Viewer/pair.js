// Two runs beside each other: each is a page of its own, which says where it is looked at and is told where to look.

const pages = JSON.parse(document.getElementById("pages").textContent);
/** What stands in the addresses of the two; together they are the address of this page. */
const addresses = location.hash.slice(1).split("~").map(part => decodeURIComponent(part));
let isTogether = true;

const frames = [["left", "The first run"], ["right", "The run beside it"]].map(([id, title], side) => {
  // A page within a page has no address: what it would find there it finds in its name, which it must have from the beginning.
  const frame = Object.assign(document.createElement("iframe"), { id, title, name: addresses[side] ?? "", srcdoc: pages[side] });
  document.querySelector("main").append(frame);
  return frame;
});

addEventListener("message", event => {
  const side = frames.findIndex(frame => frame.contentWindow === event.source);
  if (side < 0 || event.data?.decree !== "view") return;
  addresses[side] = event.data.address;
  history.replaceState(null, "", `#${frames.map((_, i) => encodeURIComponent(addresses[i] ?? "")).join("~")}`);
  if (event.data.difference !== undefined) tell(event.data.difference);
  if (isTogether && event.data.moved) frames[1 - side].contentWindow.postMessage({ decree: "go", at: event.data.at, time: event.data.time }, "*");
});

let difference;
function tell(place) {
  difference = place;
  document.getElementById("words").textContent = `The two runs are the same up to step ${place}; step ${place + 1} is the first that is not.`;
}

document.getElementById("words").textContent = "As far as is shown, the two runs differ nowhere, or from the beginning.";
document.getElementById("difference").addEventListener("click", () => {
  for (const frame of frames) frame.contentWindow.postMessage({ decree: "go", at: difference ?? 0 }, "*");
});
document.getElementById("together").addEventListener("click", event => {
  isTogether = !isTogether;
  event.target.setAttribute("aria-pressed", String(isTogether));
});
