// Record a take: the camera, the song, its words, and the portrait; then the takes, watched, compared, chosen, removed.

import { Camera } from "./camera.js";
import { element } from "./element.js";
import { Song, record } from "./recording.js";

const $ = (id) => document.getElementById(id);
const { name } = $("take").dataset;
const at = name.split("/").map(encodeURIComponent).join("/");
let about = { words: [], takes: [], performers: [] };
let singing = false;
let noticed = "";
let shown = new Map();
const song = new Song();
const camera = new Camera($("own"), $("portrait"), trouble);
camera.told = (speed, notice) => {
  $("speed").textContent = speed;
  if (!singing && notice !== noticed) $("state").textContent = notice;
  noticed = notice;
};

function trouble(error) {
  $("told").textContent = error?.message ?? "";
  $("told").hidden = !error;
}
async function ask(method, path, body, kind = "application/json") {
  const answer = await fetch(path, { method, headers: body ? { "Content-Type": kind } : {}, body });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.status === 204 ? null : answer.json();
}
const heard = (file) => `/heard/${at}?file=${encodeURIComponent(file)}`;
const doing = (act) => () => { trouble(null); return act().catch(trouble); };

async function list() {
  about = await ask("GET", `/takes/${at}`);
  $("who").replaceChildren(...about.performers.map((who) => new Option(who, who, false, who === $("who").value)));
  $("none").hidden = about.takes.length > 0;
  // a video stays when the list is made anew: it goes on playing, and nothing is asked for twice
  const before = shown;
  shown = new Map(about.takes.map((take) => [take.file, before.get(take.file) ?? video(take)]));
  before.forEach((one, file) => shown.has(file) || release(one));
  $("takes").replaceChildren(...about.takes.map(row));
  ticked();
}

// the words of the song at a second of it
function words(second) {
  const { words: lines } = about;
  const next = lines.findIndex(({ end }) => end > second);
  const line = lines[next];
  const sung = line && line.start <= second + 1 ? line : null;
  const named = (one) => (one ? `${one.singers.length ? `${one.singers.join(", ")}: ` : ""}${one.words.map(([, text]) => text).join("")}` : "");
  const later = next < 0 ? null : lines[next + (sung ? 1 : 0)];
  $("before").textContent = named(next < 0 ? lines.at(-1) : lines[next - 1]);
  $("after").textContent = named(later);
  $("now").replaceChildren(...(sung?.words ?? []).map(([begins, text]) => element("span", { textContent: text, className: begins <= second ? "sung" : "" })));
  $("now").classList.toggle("mine", !sung || !sung.singers.length || sung.singers.includes($("who").value));
}
function clock() {
  if (!singing) return;
  const second = song.now;
  $("passed").value = Math.min(1, Math.max(0, second / song.seconds));
  if (second < 0) $("state").textContent = `${Math.ceil(-second)} …`;
  else $("state").textContent = "Recording";
  words(second);
  requestAnimationFrame(clock);
}

async function turnOn() {
  if (camera.stream) return;
  await camera.open();
  $("camera").disabled = true;
  $("record").disabled = !about.song;
  if (!about.song) trouble(new Error("The manifest names no song: write audio: FILE."));
  await camera.follow(at, $("who").value);
}
async function sing() {
  if (singing) return camera.stop();
  const who = $("who").value;
  if (!song.buffer) await song.load(heard(about.song));
  const own = new MediaStream(camera.stream.getTracks().map((track) => track.clone()));
  camera.stop = () => own.getTracks().forEach((track) => track.stop()); // a recording ends with what it records
  try {
    const taken = await record(own, song, () => {
      singing = true;
      $("record").textContent = "Stop";
      clock();
    });
    singing = false;
    $("state").textContent = "The take is kept …";
    const query = new URLSearchParams({ who, song: about.song, told: taken.told.toFixed(4) });
    await ask("POST", `/takes/${at}?${query}`, taken.blob, taken.blob.type);
    $("state").textContent = "The take is kept.";
    await list();
  } finally {
    singing = false;
    camera.stop();
    $("record").textContent = "Record";
  }
}

function video({ file, who }) {
  return element("video", { src: heard(file), controls: true, preload: "metadata", ariaLabel: `Take ${numbered(file)} of ${who}` });
}
// taken out of the page it would go on reading its file
function release(one) {
  one.removeAttribute("src");
  one.load();
}
const numbered = (file) => file.match(/-(\d+)\.\w+$/)?.[1] ?? "";
function row(take) {
  const tick = element("input", { type: "checkbox", value: take.file });
  tick.addEventListener("change", ticked);
  const number = numbered(take.file);
  const place = take.heard === null ? "by the clock; its sound does not tell" : `by its sound; by the clock ${take.told.toFixed(3)} s`;
  const button = (text, act, off = false) => {
    const made = element("button", { type: "button", textContent: text, disabled: off, ariaLabel: `${text} take ${number} of ${take.who}` });
    made.addEventListener("click", doing(act));
    return made;
  };
  return element("li", { className: "card", data: { file: take.file, chosen: take.chosen } },
    shown.get(take.file),
    element("div", {},
      element("label", {}, tick, ` Take ${number}, ${take.who}, ${take.seconds.toFixed(1)} s`),
      element("p", { className: "soft", textContent: `The song begins at ${take.lead.toFixed(3)} s, ${place}.` }),
      element("div", { className: "controls" },
        button(take.chosen ? "Chosen" : "Choose", () => choose(take), take.chosen),
        button("Remove", () => remove(take), take.chosen))));
}
// the manifest follows it from now on; the form's own way, so that comments stay
async function choose({ who, driving }) {
  const { text, digest, data } = await ask("GET", `/draft/${at}`);
  const edits = [{ path: ["performers", who, "driving"], value: driving }];
  if (data?.performers?.[who]?.singing) edits.unshift({ path: ["performers", who, "singing"], remove: true });
  const draft = await ask("POST", `/draft/${at}`, JSON.stringify({ text, edits }));
  await ask("PUT", `/draft/${at}`, JSON.stringify({ text: draft.text, digest }));
  await list();
}
async function remove({ file }) {
  release(shown.get(file));
  shown.delete(file);
  try {
    await ask("DELETE", `/takes/${at}?file=${encodeURIComponent(file)}`);
  } finally {
    await list();
  }
}

const chosen = () => about.takes.filter(({ file }) => $("takes").querySelector(`input[value="${CSS.escape(file)}"]`)?.checked);
function ticked() { $("together").disabled = !chosen().length || !about.song; }
// all of them from where the song begins, in time with it
async function together() {
  if (!song.buffer) await song.load(heard(about.song));
  await song.ready();
  song.stop();
  const videos = chosen().map(({ file, lead }) => Object.assign($("takes").querySelector(`[data-file="${CSS.escape(file)}"] video`), { muted: true, currentTime: lead }));
  await Promise.all(videos.map((video) => new Promise((done) => (video.seeking ? video.addEventListener("seeked", done, { once: true }) : done()))));
  song.start(0);
  await Promise.all(videos.map((video) => video.play()));
}

$("camera").addEventListener("click", doing(turnOn));
$("record").addEventListener("click", doing(sing));
$("together").addEventListener("click", doing(together));
$("who").addEventListener("change", doing(async () => camera.stream && camera.follow(at, $("who").value)));
window.addEventListener("pagehide", () => camera.leave());
await list().catch(trouble);
document.body.dataset.ready = "yes";
