import { sortable } from "./sortable.js";

const $ = (id) => document.getElementById(id);
const rows = new Map(); // by job: what is drawn of it
let held = false;

function element(tag, name = "", text = "") {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}
export function span(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
const clock = (written) => new Date(written).toLocaleString([], { dateStyle: "short", timeStyle: "short" });

async function send(method, path, body) {
  try {
    const answer = await fetch(path, { method, headers: { "Content-Type": "application/json" }, body: body && JSON.stringify(body) });
    $("told").textContent = answer.ok ? "" : await answer.text();
  } catch { $("told").textContent = "The desk does not answer."; }
}

// a job's row: its parts stay, so that focus stays; what is in them changes

function button(name, job, act) {
  const made = element("button", "", name);
  made.type = "button";
  made.ariaLabel = `${name}: ${job.name}`;
  made.addEventListener("click", act);
  return made;
}
function neighbours(id) {
  const all = [...$("waiting").children].map((item) => item.dataset.id);
  const at = all.indexOf(id);
  return { up: all[at - 1], after: all[at + 2] ?? null, last: at === all.length - 1 };
}
const move = (id, before) => send("POST", `/queue/move/${id}`, { before });
const BUTTONS = {
  waiting: (job) => [
    button("Up", job, () => neighbours(job.id).up && move(job.id, neighbours(job.id).up)),
    button("Down", job, () => neighbours(job.id).last || move(job.id, neighbours(job.id).after)),
    button("Remove", job, () => send("POST", `/queue/remove/${job.id}`)),
  ],
  running: (job) => [button("Stop", job, () => send("POST", `/queue/stop/${job.id}`))],
  over: (job) => [
    button("Retry", job, () => send("POST", `/queue/retry/${job.id}`)),
    button("Remove", job, () => send("POST", `/queue/remove/${job.id}`)),
  ],
};
const address = ({ name }) => name.split("/").map(encodeURIComponent).join("/");
const listOf = ({ state }) => (state === "waiting" || state === "running" ? state : "over");

function drawn(job) {
  const kind = listOf(job);
  const row = rows.get(job.id);
  if (row?.kind === kind) return row;
  row?.item.remove();
  const item = element("li", `job ${kind}`);
  item.dataset.id = job.id;
  const head = element("div", "head");
  const name = element("a", "path", job.name);
  name.href = `/edit/${address(job)}`;
  const state = element("span", "state");
  const acts = element("span", "acts");
  acts.append(...BUTTONS[kind](job));
  if (kind === "waiting") {
    const handle = element("span", "handle", "⠿");
    handle.title = "Drag to another place";
    handle.ariaHidden = true;
    head.append(handle);
  }
  head.append(name, state, acts);
  const made = { kind, item, state, name, spared: element("p", "soft spared"), told: element("p", "mistakes") };
  item.append(head, made.spared, made.told);
  if (kind === "running") Object.assign(made, live(item, job));
  rows.set(job.id, made);
  return made;
}
function live(item, job) {
  const bar = element("progress");
  bar.max = 100;
  bar.ariaLabel = `Progress of ${job.name}`;
  const left = element("span", "left");
  const whole = element("div", "whole");
  whole.append(bar, left);
  const tasks = element("ul", "tasks");
  const notices = element("ul", "soft notices");
  item.append(whole, tasks, notices);
  return { bar, left, tasks, notices };
}
function fill(job) {
  const row = drawn(job);
  row.state.textContent = job.state;
  row.state.className = `state ${job.state.replace(" ", "-")}`;
  const work = job.seconds ? `; about ${span(job.seconds)} of work for one worker` : "";
  row.spared.textContent = job.spared === null ? (row.kind === "over" ? "" : "Looking at what is to do …") : `To do: ${job.spared}${work}`;
  row.spared.hidden = row.kind === "over";
  row.told.textContent = job.told;
  row.told.hidden = !job.told;
  if (row.kind === "over") {
    row.state.textContent += job.ended ? `, ${clock(job.ended)}` : "";
    if (job.state === "done" || job.state === "checks failed") row.name.href = `/review/${address(job)}`;
  }
  return row;
}

// what the desk tells

function showList({ held: isHeld, at_once, jobs }) {
  held = isHeld;
  $("held").textContent = held ? "Go on" : "Hold";
  $("held").ariaPressed = held;
  $("about").textContent = held ? "Held: nothing new begins." : "";
  if (document.activeElement !== $("at_once")) $("at_once").value = at_once;
  const lists = { running: [], waiting: [], over: [] };
  for (const job of jobs) lists[listOf(job)].push(fill(job).item);
  lists.over.sort((a, b) => jobs.findIndex((job) => job.id === b.dataset.id) - jobs.findIndex((job) => job.id === a.dataset.id));
  const known = new Set(jobs.map((job) => job.id));
  for (const [id, row] of rows) if (!known.has(id)) [row.item.remove(), rows.delete(id)];
  for (const [name, items] of Object.entries(lists)) {
    if (name === "waiting" && dragging.now) continue;
    items.forEach((item, n) => $(name).children[n] === item || $(name).insertBefore(item, $(name).children[n] ?? null));
    $(name).parentElement.classList.toggle("none", !items.length);
  }
  $("clear").disabled = !lists.over.length;
  document.body.dataset.ready = "yes";
}
function showLives(lives) {
  let best = null;
  for (const [id, one] of Object.entries(lives)) {
    const row = rows.get(id);
    if (row?.kind !== "running") continue;
    best = Math.max(best ?? 0, one.percent);
    row.bar.value = one.percent;
    const left = one.seconds_left === null ? "" : `, about ${span(one.seconds_left)} left`;
    const cached = one.cached ? ` (${one.cached} of them before)` : "";
    row.left.textContent = one.stopping ? "Stopping …" : `${one.percent.toFixed(0)} %${left}; ${one.finished} task${one.finished === 1 ? "" : "s"} done${cached}`;
    fit(row.tasks, one.tasks.length, taskRow).forEach((item, n) => fillTask(item, one.tasks[n]));
    fit(row.notices, one.notices.length, () => element("li")).forEach((item, n) => (item.textContent = one.notices[n]));
  }
  document.title = `${best === null ? "" : `${best.toFixed(0)} % · `}Queue · Duet`;
}
function fit(list, count, make) {
  while (list.children.length > count) list.lastChild.remove();
  while (list.children.length < count) list.append(make());
  return [...list.children];
}
function taskRow() {
  const item = element("li");
  item.append(element("span", "label"), element("progress"), element("span", "left"));
  return item;
}
function fillTask(item, { label, done, total, seconds_left }) {
  const [name, bar, left] = item.children;
  name.textContent = label;
  bar.ariaLabel = label;
  if (total) [bar.max, bar.value] = [total, done];
  else bar.removeAttribute("value");
  left.textContent = total ? `${done} of ${total}${seconds_left === null ? "" : `, ${span(seconds_left)} left`}` : "";
}

const dragging = sortable($("waiting"), (item) => move(item.dataset.id, item.nextElementSibling?.dataset.id ?? null));
$("held").addEventListener("click", () => send("PATCH", "/queue", { held: !held }));
$("at_once").addEventListener("change", () => send("PATCH", "/queue", { at_once: Number($("at_once").value) }));
$("clear").addEventListener("click", () => send("POST", "/queue/clear"));

const source = new EventSource("/queue/events");
source.addEventListener("queue", ({ data }) => showList(JSON.parse(data)));
source.addEventListener("lives", ({ data }) => showLives(JSON.parse(data)));
source.addEventListener("open", () => ($("told").textContent = ""));
source.addEventListener("error", () => ($("told").textContent = "The desk does not answer; this page goes on when it does."));
