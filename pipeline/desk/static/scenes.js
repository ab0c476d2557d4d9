// Scenes as blocks: boundaries are dragged, layouts and performers chosen; every change is an edit of the manifest's text.

import { element } from "./element.js";
import { Lane } from "./lane.js";
import { boxes, button, choice, refill, time } from "./panel.js";
import { rounded, secondsOf } from "./times.js";

const SHORTEST = 0.1; // seconds

export class Scenes extends EventTarget {
  constructor(board, panel, layouts) {
    super();
    Object.assign(this, { board, panel, layouts, scenes: [], people: [] });
    this.lane = new Lane("Scenes", board, { moves: false, bounds: (number, edge) => this.bounds(number, edge) });
    this.lane.addEventListener("change", ({ detail: { number, edge, start, stop } }) => (edge === "stop" ? this.end(number, stop) : this.begin(number, start)));
    this.lane.addEventListener("pick", () => this.fill());
  }

  edit(...edits) { this.dispatchEvent(new CustomEvent("edit", { detail: edits })); }

  until() { return Math.max(0, ...this.scenes.map(({ start, end }) => end ?? start + 1)); }

  show(data) {
    this.people = Object.keys(data.performers ?? {});
    const all = Array.isArray(data.scenes) ? data.scenes.filter((one) => one && typeof one === "object") : [];
    this.scenes = all.map((one) => ({ ...one, performers: one.performers ?? [], start: secondsOf(one.start ?? 0) ?? 0, end: secondsOf(one.end) }));
    this.draw();
  }

  stop(number) {
    const { end } = this.scenes[number];
    return end ?? this.scenes[number + 1]?.start ?? Math.max(this.board.seconds, this.scenes[number].start + SHORTEST);
  }

  draw() {
    this.lane.draw(this.scenes.map(({ start, layout, performers }, number) => ({
      start, stop: Math.max(start, this.stop(number)), text: `${number + 1} ${layout ?? ""}: ${performers.join(", ")}`, kind: number % 2 ? "odd-one" : "",
    })));
    this.fill();
  }

  bounds(number, edge) {
    const { start } = this.scenes[number];
    if (edge === "stop") return [start + SHORTEST, number + 1 < this.scenes.length ? this.stop(number + 1) - SHORTEST : 86400];
    return [number ? this.scenes[number - 1].start + SHORTEST : 0, this.stop(number) - SHORTEST];
  }

  // a scene begins elsewhere; one before it that has its end there, or would go on beyond, ends there
  begin(number, seconds, more = []) {
    const at = rounded(seconds);
    const before = this.scenes[number - 1];
    const touches = before?.end !== null && before?.end !== undefined && (Math.abs(before.end - this.scenes[number].start) < 0.001 || before.end > at);
    this.edit({ path: ["scenes", number, "start"], value: at }, ...(touches ? [{ path: ["scenes", number - 1, "end"], value: at }] : []), ...more);
  }

  end(number, seconds) {
    const at = rounded(seconds);
    const [scene, next] = [this.scenes[number], this.scenes[number + 1]];
    const touches = next && (scene.end === null || Math.abs(scene.end - next.start) < 0.001 || at > next.start);
    if (touches) this.begin(number + 1, at, scene.end !== null && scene.end < next.start - 0.001 ? [{ path: ["scenes", number, "end"], value: at }] : []);
    else this.edit({ path: ["scenes", number, "end"], value: at });
  }

  // two neighbours, each as long as it was
  swap(first) {
    const [a, b] = [this.scenes[first], this.scenes[first + 1]];
    const [long, later] = [this.stop(first + 1) - b.start, this.stop(first + 1)];
    const middle = rounded(a.start + long);
    const end = (number, scene, value) => (scene.end === null ? [] : [{ path: ["scenes", number, "end"], value: rounded(value) }]);
    this.edit({ path: ["scenes", first + 1], to: first }, { path: ["scenes", first, "start"], value: a.start }, { path: ["scenes", first + 1, "start"], value: middle },
      ...end(first, b, middle), ...end(first + 1, a, later));
  }

  move(number, way) {
    this.lane.follow(number, number + way);
    this.swap(Math.min(number, number + way));
  }

  // a second scene begins at the cursor, or in the middle
  split(number) {
    const { start, end, layout, performers } = this.scenes[number];
    const stop = this.stop(number);
    const inside = this.board.cursor > start + SHORTEST && this.board.cursor < stop - SHORTEST;
    const at = rounded(inside ? this.board.cursor : (start + stop) / 2);
    const [last, fresh] = [this.scenes.length, { start: at, ...(end === null ? {} : { end }), layout, performers }];
    this.lane.picked = number + 1;
    this.edit({ path: ["scenes", last], value: fresh }, { path: ["scenes", last], to: number + 1 }, ...(end === null ? [] : [{ path: ["scenes", number, "end"], value: at }]));
  }

  remove(number) {
    const first = number === 0 && this.scenes.length > 1 ? [{ path: ["scenes", 0, "start"], value: this.scenes[0].start }] : [];
    if (this.scenes.length === 1) this.edit({ path: ["scenes"], remove: true });
    else this.edit({ path: ["scenes", number], remove: true }, ...first);
  }

  fill() {
    const number = this.lane.picked;
    const scene = this.scenes[number];
    if (!this.scenes.length) {
      const whole = { start: 0, layout: this.people.length > 1 ? "side_by_side" : "full", performers: this.people };
      return refill(this.panel, element("p", { className: "soft", textContent: "There are no scenes: everyone is seen all the time." }),
        button("Add a scene", () => this.edit({ path: ["scenes"], value: [whole] })));
    }
    if (!scene) return refill(this.panel, element("p", { className: "soft", textContent: "Choose a scene to change it: drag its ends; arrow keys move its beginning, with shift its end." }));
    const set = (key) => (value) => this.edit({ path: ["scenes", number, key], value });
    refill(this.panel, element("b", { textContent: `Scene ${number + 1}` }),
      time("begins", scene.start, (at) => this.begin(number, at)), time("ends", this.stop(number), (at) => this.end(number, at)),
      choice("layout", this.layouts, scene.layout, set("layout")),
      boxes("Who is seen", this.people, scene.performers, set("performers")),
      boxes(scene.sings ? "Who sings" : "Who sings, if not as the lyrics say", scene.performers, scene.sings ?? scene.performers, set("sings")),
      button("Split", () => this.split(number), `Split scene ${number + 1} at the cursor`),
      ...(number ? [button("Earlier", () => this.move(number, -1), `Scene ${number + 1} earlier`)] : []),
      ...(number + 1 < this.scenes.length ? [button("Later", () => this.move(number, 1), `Scene ${number + 1} later`)] : []),
      button("Remove", () => this.remove(number), `Remove scene ${number + 1}`));
  }
}
