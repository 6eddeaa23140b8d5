// Two runs beside each other: each is a page of its own, which says where it is looked at and is told where to look.

const $ = id => document.getElementById(id);
const { pages, way } = JSON.parse($("runs").textContent);
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

// Where the second run is another way of the first: back to each of them alone.
if (way?.text) {
  const link = (id, address, text) => Object.assign(document.createElement("a"), { id, href: address, textContent: text });
  $("ways").hidden = false;
  $("ways").append(link("way-back", "./", "Back to the run"), link("way-alone", `./?way=${way.text}`, "The other way alone"));
}

let difference;
function tell(place) {
  difference = place;
  $("words").textContent = `The two runs are the same up to step ${place}; step ${place + 1} is the first that is not.`;
}

$("words").textContent = "As far as is shown, the two runs differ nowhere, or from the beginning.";
$("difference").addEventListener("click", () => {
  for (const frame of frames) frame.contentWindow.postMessage({ decree: "go", at: difference ?? 0 }, "*");
});
$("together").addEventListener("click", event => {
  isTogether = !isTogether;
  event.target.setAttribute("aria-pressed", String(isTogether));
});
