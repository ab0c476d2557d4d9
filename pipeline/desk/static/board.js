// The timeline of a song: its waveform, drawn and heard, a cursor, and lanes of blocks below, all in one scale.

import { element } from "./element.js";
import { shown } from "./times.js";

const HEIGHT = 64;
const RULER = 16;
const ZOOMS = 9; // each shows 1.6 times as much detail as the one before
const TICKS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600];

export class Board extends EventTarget {
  constructor(place, at) {
    super();
    Object.assign(this, { at, lanes: [], seconds: 10, scale: 50, cursor: 0, sound: null, values: [] });
    this.audio = new Audio();
    this.play = element("button", { type: "button", textContent: "Play" });
    this.told = element("output", { ariaLabel: "Place of the cursor", className: "clock" });
    this.zoom = element("input", { type: "range", min: 0, max: ZOOMS, value: 0, step: 1, ariaLabel: "Zoom of the timeline" });
    this.canvas = element("canvas", { className: "wave" });
    this.needle = element("div", { className: "cursor" });
    this.inner = element("div", { className: "inner" }, this.canvas, this.needle);
    this.view = element("div", { className: "view", tabIndex: 0, role: "group", ariaLabel: "Timeline; arrow keys move its cursor, space plays" }, this.inner);
    place.append(element("div", { className: "controls" }, this.play, this.told, element("label", { className: "zoom", textContent: "Zoom " }, this.zoom)), this.view);
    this.play.addEventListener("click", () => this.toggle());
    this.zoom.addEventListener("input", () => this.rescale());
    this.view.addEventListener("scroll", () => this.draw());
    this.view.addEventListener("keydown", (event) => this.key(event));
    this.canvas.addEventListener("pointerdown", ({ offsetX }) => this.go((offsetX + this.view.scrollLeft) / this.scale));
    for (const kind of ["play", "pause"]) this.audio.addEventListener(kind, () => (this.play.textContent = this.audio.paused ? "Play" : "Pause"));
    new ResizeObserver(() => this.rescale()).observe(this.view);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  add(lane) {
    this.lanes.push(lane);
    this.inner.append(lane.whole);
  }

  // sound: {file, track, from, at, until}: heard from its second `from` on at the second `at` of the result; null: none
  async hear(sound) {
    if (JSON.stringify(sound) === JSON.stringify(this.sound)) return;
    this.sound = sound;
    this.values = [];
    this.length = 0;
    this.audio.pause();
    this.play.disabled = !sound;
    if (!sound) return this.rescale();
    const query = `file=${encodeURIComponent(sound.file)}`;
    this.audio.src = `/heard/${this.at}?${query}`;
    const answer = await fetch(`/peaks/${this.at}?${query}${sound.track ? `&track=${sound.track}` : ""}`);
    if (this.sound !== sound) return;
    if (answer.ok) ({ values: this.values, step: this.step, seconds: this.length } = await answer.json());
    this.play.disabled = !this.values.length;
    this.view.dataset.heard = sound.file;
    this.dispatchEvent(new Event("heard"));
  }

  // when the sound ends, in seconds of the result
  get end() {
    if (!this.sound || !this.length) return 0;
    return Math.min(this.length, this.sound.until ?? Infinity) - this.sound.from + this.sound.at;
  }

  span(seconds) {
    this.seconds = Math.max(1, seconds);
    this.rescale();
  }

  rescale() {
    const middle = this.cursor * this.scale - this.view.scrollLeft;
    this.scale = (this.view.clientWidth / this.seconds) * 1.6 ** this.zoom.valueAsNumber;
    this.inner.style.width = `${Math.floor(this.seconds * this.scale)}px`;
    this.view.scrollLeft = this.cursor * this.scale - middle;
    for (const lane of this.lanes) lane.draw(lane.entries);
    this.draw();
  }

  // a place, or one of what is near it: edges of other lanes' blocks, the cursor
  snap(seconds, near, from) {
    const edges = this.lanes.filter((lane) => lane !== from).flatMap(({ entries }) => entries.flatMap(({ start, stop }) => [start, stop]));
    const best = [this.cursor, ...edges].reduce((best, edge) => (Math.abs(edge - seconds) < Math.abs(best - seconds) ? edge : best));
    return Math.abs(best - seconds) < near ? best : seconds;
  }

  draw() {
    const [width, ratio] = [this.view.clientWidth, devicePixelRatio];
    Object.assign(this.canvas, { width: width * ratio, height: HEIGHT * ratio });
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${HEIGHT}px` });
    const pen = this.canvas.getContext("2d");
    const colors = getComputedStyle(this.view);
    pen.scale(ratio, ratio);
    const first = this.view.scrollLeft;
    pen.fillStyle = colors.getPropertyValue("--result");
    for (let x = 0; x < width && this.values.length; x += 1) {
      const [from, to] = [0, 1].map((more) => (first + x + more) / this.scale - this.sound.at + this.sound.from);
      if (from < this.sound.from || from > (this.sound.until ?? Infinity)) continue;
      let loud = 0;
      for (let n = Math.floor(from / this.step); n <= to / this.step; n += 1) loud = Math.max(loud, this.values[n] ?? 0);
      const tall = Math.max(1, ((HEIGHT - RULER - 4) * loud) / 255);
      pen.fillRect(x, RULER + (HEIGHT - RULER - tall) / 2, 1, tall);
    }
    pen.fillStyle = colors.getPropertyValue("--soft");
    pen.font = "11px system-ui, sans-serif";
    const tick = TICKS.find((one) => one * this.scale > 70) ?? 7200;
    for (let at = Math.floor(first / this.scale / tick) * tick; at * this.scale < first + width; at += tick) {
      pen.fillRect(at * this.scale - first, 0, 1, RULER);
      pen.fillText(shown(at).replace(/\.00$/, ""), at * this.scale - first + 3, 11);
    }
    this.point();
  }

  point() {
    this.needle.style.left = `${this.cursor * this.scale}px`;
    this.told.value = shown(this.cursor);
  }

  go(seconds) {
    this.cursor = Math.max(0, Math.min(this.seconds, seconds));
    if (this.sound && this.values.length) this.audio.currentTime = Math.max(0, this.cursor - this.sound.at + this.sound.from);
    this.point();
  }

  key(event) {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.target !== this.view || (!way && event.key !== " ")) return;
    event.preventDefault();
    if (way) this.go(this.cursor + way * (event.shiftKey ? 1 : 0.1));
    else this.toggle();
  }

  toggle() {
    if (!this.audio.paused) return this.audio.pause();
    if (!this.sound) return;
    this.go(this.cursor >= this.end ? 0 : this.cursor);
    this.audio.play().then(() => this.follow()).catch(() => (this.play.disabled = true));
  }

  follow() {
    if (this.audio.paused) return;
    this.cursor = this.audio.currentTime - this.sound.from + this.sound.at;
    if (this.cursor >= this.end) this.audio.pause();
    const x = this.cursor * this.scale - this.view.scrollLeft;
    if (x > this.view.clientWidth || x < 0) this.view.scrollLeft = this.cursor * this.scale - 40;
    this.point();
    requestAnimationFrame(() => this.follow());
  }
}
