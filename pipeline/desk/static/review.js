import { Beside } from "./beside.js";
import { Player, timecode } from "./player.js";
import { Curves, Timeline } from "./timeline.js";

const $ = (id) => document.getElementById(id);
const at = $("review").dataset.at;
const about = await (await fetch(`/timeline/${at}`)).json();
const [number, ...name] = at.split("/");
const player = new Player($("video"), $("exact"), (frame) => `/frame/${number}/${frame}/${name.join("/")}`, about);
const timeline = new Timeline($("timeline"), about.frames, (frame) => player.show(frame));
const curves = new Curves($("plots"), $("curve"), about);
const range = { in: null, out: null };
const controls = Object.fromEntries(["version", "how", "wipe", "toggle"].map((id) => [id, $(id)]));
const beside = $("beside") && new Beside(player, $("other"), controls, name.join("/"));
let notes = [];

for (const lane of ["Scenes", "Words", "Marks"]) timeline.draw(lane, about[lane.toLowerCase()]);

player.addEventListener("frame", () => {
  for (const id of ["number", "slider"]) if (document.activeElement !== $(id) || player.speed) $(id).value = player.frame;
  $("timecode").value = timecode(player.frame, about.fps);
  $("slider").ariaValueText = `frame ${player.frame}, ${$("timecode").value}`;
  $("noteframe").value = player.frame;
  timeline.move(player.frame);
  curves.move(player.frame);
});
player.addEventListener("speed", () => {
  $("play").textContent = player.speed ? (Math.abs(player.speed) === 1 ? "Pause" : `Pause ${player.speed}×`) : "Play";
});
$("video").addEventListener("error", () => ($("trouble").hidden = false));

// ranges

function setRange(side) {
  range[side] = player.frame;
  if (range.in !== null && range.out !== null && range.in > range.out) range[side === "in" ? "out" : "in"] = player.frame;
  const first = range.in ?? 0;
  const last = range.out ?? about.frames - 1;
  $("range").textContent = `${first} to ${last}`;
  if ($("loop").checked) player.loop = [first, last];
}
$("loop").addEventListener("change", () => (player.loop = $("loop").checked ? [range.in ?? 0, range.out ?? about.frames - 1] : null));

// keys and buttons

function jump(way) {
  const stops = [...about.marks.map((mark) => mark.start), ...notes.map((note) => note.frame)].sort((a, b) => a - b);
  const to = way > 0 ? stops.find((stop) => stop > player.frame) : stops.findLast((stop) => stop < player.frame);
  if (to !== undefined) player.show(to);
}
const second = Math.round(player.rate);
const KEYS = {
  " ": () => player.toggle(), k: () => player.speed ? player.pause() : player.play(), j: () => player.shuttle(-1), l: () => player.shuttle(1),
  arrowleft: (event) => player.step(event.shiftKey ? -second : -1), arrowright: (event) => player.step(event.shiftKey ? second : 1),
  home: () => player.show(0), end: () => player.show(about.frames - 1), i: () => setRange("in"), o: () => setRange("out"),
  p: () => $("loop").click(), ",": () => jump(-1), ".": () => jump(1), n: () => $("text").focus(),
  x: () => beside?.turn(),
};
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
  const pressing = event.key === " " && event.target.closest("button, a, summary, input");
  const act = KEYS[event.key.toLowerCase()];
  if (!act || typing || pressing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act(event);
});
const BUTTONS = { first: () => player.show(0), back: () => player.step(-1), play: () => player.toggle(), next: () => player.step(1),
  end: () => player.show(about.frames - 1), in: () => setRange("in"), out: () => setRange("out"), whole: () => showRegion(null) };
for (const [id, act] of Object.entries(BUTTONS)) $(id).addEventListener("click", act);
$("slider").addEventListener("input", () => player.show($("slider").valueAsNumber));
$("number").addEventListener("change", () => player.show($("number").valueAsNumber || 0));

// a region of the picture, in parts of it

const SIDES = ["left", "top", "width", "height"];
function showRegion(region) {
  SIDES.forEach((side, n) => ($(side).value = region ? (100 * region[n]).toFixed(1) : ""));
  $("region").hidden = !region;
  if (region) SIDES.forEach((side, n) => ($("region").style[side] = `${100 * region[n]}%`));
}
function regionOf() {
  const sides = SIDES.map((side) => $(side).valueAsNumber / 100);
  return sides.every((side) => side >= 0 && side <= 1) && sides[2] > 0 && sides[3] > 0 ? sides : null;
}
for (const side of SIDES) $(side).addEventListener("change", () => regionOf() && showRegion(regionOf()));
let corner = null;
const place = (event) => {
  const box = $("screen").getBoundingClientRect();
  return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map((part) => Math.max(0, Math.min(1, part)));
};
$("screen").addEventListener("pointerdown", (event) => {
  if (event.button === 0) [corner] = [place(event), $("screen").setPointerCapture(event.pointerId), player.speed && player.pause()];
});
$("screen").addEventListener("pointermove", (event) => {
  if (!corner) return;
  const here = place(event);
  const region = [0, 1].map((n) => Math.min(corner[n], here[n])).concat([0, 1].map((n) => Math.abs(corner[n] - here[n])));
  if (region[2] > 0.01 && region[3] > 0.01) showRegion(region);
});
for (const end of ["pointerup", "pointercancel"]) $("screen").addEventListener(end, () => (corner = null));

// notes

async function send(method, path, body) {
  const answer = await fetch(path, { method, headers: { "Content-Type": "application/json" }, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
}
function element(tag, text, name) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (name) made.className = name;
  return made;
}
function shown(note) {
  const item = element("li", "", note.state);
  const go = element("button", timecode(note.frame, about.fps), "link");
  go.addEventListener("click", () => { player.show(note.frame); showRegion(note.region); });
  const done = element("button", note.state === "open" ? "Done" : "Open again");
  done.addEventListener("click", () => update("PATCH", note, { state: note.state === "open" ? "done" : "open" }));
  const remove = element("button", "Remove");
  remove.addEventListener("click", () => confirm("Remove this note?") && update("DELETE", note));
  const span = note.last === null ? `frame ${note.frame}` : `frames ${note.frame} to ${note.last}`;
  item.append(go, element("span", ` ${span}${note.region ? ", a region" : ""}${note.author ? `, ${note.author}` : ""}`, "soft"),
    element("p", note.text), element("span", note.state, "soft"), done, remove);
  return item;
}
async function update(method, note, body) {
  try {
    await send(method, `/notes/${number}/${note.id}/${name.join("/")}`, body);
    await load();
  } catch (error) { $("told").textContent = error.message; }
}
async function load() {
  notes = await (await fetch(`/notes/${at}`)).json();
  $("notes").replaceChildren(...notes.map(shown));
  timeline.draw("Notes", notes.map((note) => ({ start: note.frame, stop: (note.last ?? note.frame) + 1, text: note.text, kind: note.state })));
}
$("author").value = localStorage.getItem("author") ?? "";
$("note").addEventListener("submit", async (event) => {
  event.preventDefault();
  localStorage.setItem("author", $("author").value);
  const [first, last] = $("ranged").checked ? [range.in ?? 0, range.out ?? about.frames - 1] : [player.frame, null];
  try {
    await send("POST", `/notes/${at}`, { frame: first, last, region: regionOf(), text: $("text").value, author: $("author").value });
    $("note").reset();
    $("author").value = localStorage.getItem("author");
    showRegion(null);
    await load();
    $("told").textContent = "The note is kept.";
  } catch (error) { $("told").textContent = error.message; }
});
player.show(0);
await load();
document.body.dataset.ready = "yes";
