// A lane of a timeline whose blocks are moved and stretched: dragged, or by the arrow keys.

import { element } from "./element.js";
import { rounded, shown } from "./times.js";

const EDGE = 9; // pixels at either end that stretch a block
const ROWS = 3;
const MOST = 2000;
const STEP = 0.1; // seconds that an arrow key goes
const WAIT = 300; // milliseconds after the last key
const NEAR = 7; // pixels within which an edge takes the place of something else's

export class Lane extends EventTarget {
  // moves: whether blocks go as a whole, too; bounds(number, edge): from where to where an edge may go
  constructor(name, board, { moves, bounds, about }) {
    super();
    Object.assign(this, { board, moves, bounds, about, entries: [], picked: -1 });
    this.whole = element("div", { className: `lane ${name.toLowerCase()}`, role: "group", ariaLabel: name, data: { name } });
    board.add(this);
  }

  tell(kind, detail) { this.dispatchEvent(new CustomEvent(kind, { detail })); }

  // a block has another number from the next drawing on
  follow(from, to) {
    this.went = [from, to];
    if (this.picked === from) this.picked = to;
  }

  // entries: {start, stop, text, kind}, in seconds, in the order of their beginnings
  draw(entries) {
    const held = [...this.whole.children].indexOf(document.activeElement);
    this.entries = entries.slice(0, MOST);
    const free = Array(ROWS).fill(-Infinity);
    this.whole.replaceChildren(...this.entries.map((entry, number) => {
      const row = Math.max(0, free.findIndex((until) => until <= entry.start + 1e-6));
      free[row] = entry.stop;
      return this.block(entry, number, row);
    }));
    const rows = Math.max(1, free.filter((until) => until > -Infinity).length);
    this.whole.style.height = `${1.9 * rows}rem`;
    const [from, to] = this.went ?? [];
    if (held >= 0) this.whole.children[Math.min(from === held ? to : held, this.entries.length - 1)]?.focus({ preventScroll: true });
    this.went = null;
    this.pick(this.picked < this.entries.length ? this.picked : -1, false);
  }

  block(entry, number, row) {
    const made = element("button", { type: "button", className: `block ${entry.kind ?? ""}`, textContent: entry.text });
    made.style.top = `${1.9 * row}rem`;
    this.place(made, entry.start, entry.stop);
    made.addEventListener("click", () => this.pick(number));
    made.addEventListener("keydown", (event) => this.key(event, made, number));
    made.addEventListener("blur", () => this.flush());
    made.addEventListener("pointerdown", (event) => this.grasp(event, made, number));
    made.addEventListener("pointermove", (event) => {
      if (!made.hasPointerCapture(event.pointerId)) made.dataset.edge = this.edge(event, made);
    });
    return made;
  }

  place(block, start, stop) {
    block.style.left = `${start * this.board.scale}px`;
    block.style.width = `${Math.max(5, (stop - start) * this.board.scale)}px`;
    block.title = block.ariaLabel = `${block.textContent || "nothing"}, from ${shown(start)} to ${shown(stop)}`;
  }

  pick(number, tell = true) {
    this.picked = number;
    [...this.whole.children].forEach((block, n) => (block.ariaPressed = n === number));
    if (tell) this.tell("pick", number);
  }

  edge(event, block) {
    const box = block.getBoundingClientRect();
    if (box.width > 3 * EDGE && event.clientX - box.left < EDGE) return "start";
    if (box.width > 3 * EDGE && box.right - event.clientX < EDGE) return "stop";
    return this.moves ? "both" : "none";
  }

  grasp(event, block, number) {
    const edge = this.edge(event, block);
    if (event.button !== 0 || edge === "none") return;
    const from = event.clientX;
    let now = null;
    block.setPointerCapture(event.pointerId);
    const move = ({ clientX }) => {
      if (!now && Math.abs(clientX - from) < 3) return;
      now = this.moved(number, edge, (clientX - from) / this.board.scale, NEAR / this.board.scale);
      this.place(block, now.start, now.stop);
    };
    const stop = () => {
      for (const kind of ["pointermove", "pointerup", "pointercancel"]) block.removeEventListener(kind, kind === "pointermove" ? move : stop);
      if (now) this.change(number, edge, now);
    };
    block.addEventListener("pointermove", move);
    for (const kind of ["pointerup", "pointercancel"]) block.addEventListener(kind, stop);
  }

  // arrows: the block, or its beginning where blocks do not go as a whole; with shift its end, with ctrl its beginning
  key(event, block, number) {
    const way = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (!way || event.altKey || event.metaKey) return;
    event.preventDefault();
    const edge = event.shiftKey ? "stop" : event.ctrlKey || !this.moves ? "start" : "both";
    if (this.keyed !== edge) this.flush();
    const now = this.moved(number, edge, way, 0);
    this.place(block, now.start, now.stop);
    Object.assign(this.entries[number], now);
    Object.assign(this, { keyed: edge, pending: () => this.change(number, edge, now) });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), WAIT);
  }

  // tell what keys have moved and what is not told yet
  flush() {
    clearTimeout(this.timer);
    const tell = this.pending;
    this.pending = null;
    tell?.();
  }

  // where a block is when an edge, or both, goes so many seconds on
  moved(number, edge, by, near) {
    const { start, stop } = this.entries[number];
    const [first, last] = this.bounds(number, edge);
    if (edge === "stop") return { start, stop: Math.min(last, Math.max(first, this.board.snap(stop + by, near, this))) };
    const from = Math.min(last, Math.max(first, this.board.snap(start + by, near, this)));
    return { start: from, stop: edge === "both" ? stop + from - start : stop };
  }

  change(number, edge, { start, stop }) {
    this.tell("change", { number, edge, start: rounded(start), stop: rounded(stop) });
  }
}
