// A manifest as a form and as text, side by side: whichever is changed, the desk reads it and changes the other.

import { Form } from "./form.js";
import { Song } from "./song.js";

const $ = (id) => document.getElementById(id);
const { name } = $("edit").dataset;
const at = name.split("/").map(encodeURIComponent).join("/");
const area = $("text");
const WAIT = 300; // milliseconds after the last key
let saved = "";
let digest = "";
let timer = 0;
let shown = Promise.resolve();
let work = Promise.resolve(); // changes one after the other: each is made to the text that the one before has left

async function ask(method, path, body) {
  const answer = await fetch(path, { method, headers: { "Content-Type": "application/json" }, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}
function trouble(error) {
  $("told").textContent = error?.message ?? "";
  $("told").hidden = !error;
}
function showState() {
  $("state").textContent = area.value === saved && !song.words.changed ? "Saved" : "Not saved yet";
}

const [schema, listed] = await Promise.all([ask("GET", "/schema"), ask("GET", `/files/${at}`)]);
const form = new Form($("form"), schema, { at, ...listed });
const song = new Song({ board: $("board"), words: $("words"), scenes: $("scenes") }, ask, at, schema.$defs.Scene.properties.layout.enum);

function show({ text, data, mistakes }) {
  if (area.value !== text) {
    const top = area.scrollTop;
    area.value = text;
    area.scrollTop = top;
  }
  if (data !== null) {
    form.show(data, mistakes);
    shown = song.show(data, mistakes);
  }
  const lost = form.tell(mistakes);
  $("elsewhere").replaceChildren(...lost.map(({ path, text: line }) => Object.assign(document.createElement("li"), { textContent: path ? `${path}: ${line}` : line })));
  $("count").textContent = mistakes.length ? `${mistakes.length} mistake${mistakes.length === 1 ? "" : "s"}` : "No mistakes";
  $("count").className = `right ${mistakes.length ? "bad" : "good"}`;
  document.body.dataset.mistakes = mistakes.length;
  showState();
}
function change(...edits) {
  clearTimeout(timer);
  work = work.then(async () => {
    const text = area.value;
    try {
      const found = await ask("POST", `/draft/${at}`, { text, edits });
      trouble(null);
      if (area.value === text) show(found); // or else what was typed meanwhile is read next
    } catch (error) { trouble(error); }
  });
  return work;
}

async function save() {
  form.flush();
  song.flush();
  clearTimeout(timer);
  await work;
  await change();
  const text = area.value;
  try {
    ({ digest } = await ask("PUT", `/draft/${at}`, { text, digest }));
    saved = text;
    await song.words.save();
    trouble(null);
    showState();
    return true;
  } catch (error) {
    trouble(error);
    return false;
  }
}
async function render() {
  if (!(await save())) return;
  const answer = await fetch("/queue/add", { method: "POST", body: new URLSearchParams({ name }), redirect: "follow" });
  if (answer.ok) location.assign("/queue");
  else trouble(new Error(await answer.text()));
}

async function preview() {
  if (!(await save())) return;
  $("preview").disabled = true;
  $("state").textContent = "The preview is drawn …";
  const answer = await fetch(`/preview/${at}`, { method: "POST" });
  $("preview").disabled = false;
  showState();
  if (!answer.ok) return trouble(new Error(await answer.text()));
  $("picture").src = `/preview/${at}?drawn=${Date.now()}`;
  $("previewed").hidden = false;
}

form.addEventListener("edit", ({ detail }) => change(detail));
song.addEventListener("edit", ({ detail }) => change(...detail));
song.addEventListener("read", showState);
for (const part of [form, song]) part.addEventListener("trouble", ({ detail }) => trouble(detail));
area.addEventListener("input", () => {
  showState();
  clearTimeout(timer);
  timer = setTimeout(() => change(), WAIT);
});
$("save").addEventListener("click", save);
$("preview").addEventListener("click", preview);
$("render").addEventListener("click", render);
$("form").addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") [event.preventDefault(), save()];
});
window.addEventListener("beforeunload", (event) => (area.value === saved && !song.words.changed) || event.preventDefault());

const first = await ask("GET", `/draft/${at}`);
[saved, digest] = [first.text, first.digest];
show(first);
await shown;
document.body.dataset.ready = "yes";
