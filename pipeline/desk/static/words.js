// The lines of the lyrics beside the sound: moved, stretched, given to who sings them; kept in their file.

import { element } from "./element.js";
import { Lane } from "./lane.js";
import { boxes, button, refill, time } from "./panel.js";
import { secondsOf } from "./times.js";

const SHORTEST = 0.1; // seconds

export class Words extends EventTarget {
  constructor(board, panel, ask, at) {
    super();
    Object.assign(this, { board, panel, ask, at, file: null, text: null, saved: null, lines: [], people: [], offset: 0, work: Promise.resolve() });
    this.lane = new Lane("Lyrics", board, { moves: true, bounds: (number, edge) => this.bounds(number, edge) });
    this.lane.addEventListener("change", ({ detail: { number, start, stop } }) => this.change(number, { start, stop }));
    this.lane.addEventListener("pick", () => this.fill());
  }

  get changed() { return this.text !== this.saved; }

  get end() { return Math.max(0, ...this.lines.map(({ end }) => end / 1000 + this.offset)); }

  // what the manifest says of its lyrics; wrong: places with mistakes
  async show(data, wrong) {
    const { lyrics } = data;
    const bad = wrong.includes("lyrics") || wrong.includes("lyrics.file");
    const file = bad ? null : (typeof lyrics === "string" ? lyrics : lyrics?.file) || null;
    const people = Object.keys(data.performers ?? {});
    this.offset = secondsOf(lyrics?.offset ?? 0) ?? 0;
    const same = file === this.file && String(people) === String(this.people);
    const text = file === this.file ? this.text : null;
    Object.assign(this, { file, people });
    if (!same) await this.read(file && { text });
    else this.draw();
  }

  // ask for the lines of what is written; null: there are no lyrics
  async read(more) {
    if (!more) return this.take({ text: null, lines: [], digest: null, mistake: null });
    const { file } = this;
    try {
      const found = await this.ask("POST", `/lyrics/${this.at}`, { file, performers: this.people, ...more });
      if (file === this.file) this.take(found, more.text === null);
    } catch (error) {
      if (file === this.file && more.text === null) this.take({ text: null, lines: [], digest: null, mistake: error.message });
      else this.dispatchEvent(new CustomEvent("trouble", { detail: error }));
    }
  }

  take({ text, lines, digest, mistake }, fresh = true) {
    if (fresh) Object.assign(this, { saved: text, digest });
    Object.assign(this, { text, lines, mistake });
    this.draw();
    this.dispatchEvent(new Event("read"));
  }

  draw() {
    this.lane.draw(this.lines.map(({ start, end, text, singers }) => ({
      start: start / 1000 + this.offset, stop: end / 1000 + this.offset, text: singers.length ? `${singers.join(" & ")}: ${text}` : text,
      kind: singers.length === 1 ? `voice${this.people.indexOf(singers[0]) % 4}` : "",
    })));
    this.fill();
  }

  bounds(number, edge) {
    const { start, stop } = this.lane.entries[number];
    if (edge === "stop") return [start + SHORTEST, 86400];
    return [Math.max(0, this.offset), edge === "start" ? stop - SHORTEST : 86400];
  }

  // one change after the other: each is made to what the one before has left
  change(number, { start, stop, singers }) {
    const line = this.lane.entries[number];
    const [from, to] = [start ?? line.start, stop ?? line.stop].map((one) => Math.max(0, one - this.offset));
    const { text } = this.lines[number];
    const change = { number, start: from, end: Math.max(to, from + SHORTEST), singers: singers ?? null };
    const near = ({ start: at }) => Math.abs(at / 1000 - from);
    this.work = this.work.then(async () => {
      await this.read({ text: this.text, change });
      const now = this.lines.reduce((best, one, n) => (one.text === text && (best < 0 || near(one) < near(this.lines[best])) ? n : best), -1);
      this.lane.follow(number, now);
      this.draw();
    });
  }

  async save() {
    await this.work;
    if (!this.changed) return;
    ({ digest: this.digest } = await this.ask("PUT", `/lyrics/${this.at}`, { file: this.file, text: this.text, digest: this.digest }));
    this.saved = this.text;
  }

  fill() {
    const number = this.lane.picked;
    const line = this.lane.entries[number];
    if (!this.file) return refill(this.panel, ...this.beginning());
    if (!line) return refill(this.panel, element("p", { className: this.mistake ? "mistake" : "soft", textContent: this.mistake ?? "Choose a line to change it: drag it, or its ends; arrow keys move it, with shift its end, with ctrl its beginning." }));
    const { text, singers } = this.lines[number];
    refill(this.panel, element("b", { textContent: text }),
      time("begins", line.start, (start) => this.change(number, { start, stop: Math.max(line.stop, start + SHORTEST) })),
      time("ends", line.stop, (stop) => this.change(number, { stop })),
      button("Begins here", () => this.change(number, { start: this.board.cursor, stop: this.board.cursor + line.stop - line.start }), "The line begins at the cursor"),
      button("Ends here", () => this.change(number, { stop: this.board.cursor }), "The line ends at the cursor"),
      boxes("Who sings it", this.people, singers, (chosen) => this.change(number, { singers: chosen })),
      ...(this.mistake ? [element("p", { className: "mistake", textContent: this.mistake })] : []));
  }

  // words that have no file yet
  beginning() {
    if (this.typed) return [this.typed];
    const area = element("textarea", { rows: 4, maxLength: 100000, placeholder: "A line a line; ann: before it says who sings it" });
    const begin = button("Begin the lyrics", async () => {
      try {
        const { path } = await this.ask("POST", `/words/${this.at}`, { text: area.value, seconds: this.board.seconds });
        area.value = "";
        this.dispatchEvent(new CustomEvent("edit", { detail: [{ path: ["lyrics"], value: path }] }));
      } catch (error) { this.dispatchEvent(new CustomEvent("trouble", { detail: error })); }
    });
    this.typed = element("details", {}, element("summary", { textContent: "The song's words are not written yet" }),
      element("label", { textContent: "Words " }, area), begin);
    return [this.typed];
  }
}
