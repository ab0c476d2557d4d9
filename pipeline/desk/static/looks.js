// Pictures beside their fields: the face of a portrait or a clip is chosen by clicking on it, a clip's range on its strip.

import { element } from "./element.js";
import { rounded, secondsOf } from "./times.js";

const STILLS = 8;
const STEP = 0.04; // seconds

export class Looks {
  constructor(at, edit) {
    Object.assign(this, { at, edit, kept: new Map() }); // by what they show: so that nothing is fetched twice
  }

  address(what, file, more = "") { return `/${what}/${this.at}?file=${encodeURIComponent(file)}${more}`; }

  of(path, data) {
    const [first, name, field, ...rest] = path;
    if (first !== "performers" || rest.length) return [];
    const performer = data.performers?.[name] ?? {};
    const value = performer[field];
    if (!value) return [];
    if (field === "portrait") {
      const file = typeof value === "string" ? value : value.frame_of;
      return this.shown(`${name} portrait`, file, value.at ?? 0, performer.face, (face) => this.edit(["performers", name, "face"], face));
    }
    if (field !== "driving") return [];
    const clip = typeof value === "string" ? { video: value } : value;
    const change = (key) => (one) => typeof value === "string" ? this.edit(path, { video: value, [key]: one }) : this.edit([...path, key], one);
    return [...this.shown(`${name} driving`, clip.video, clip.start ?? 0, clip.face, change("face")), ...this.strip(name, clip, change)];
  }

  shown(name, file, at, face, choose) {
    if (!file || file.includes("%")) return [];
    const key = `${name} ${file} ${JSON.stringify(at)}`;
    if (!this.kept.has(key)) this.kept.set(key, new Picture(this, file, at));
    const picture = this.kept.get(key);
    Object.assign(picture, { choose });
    picture.mark(face);
    return [picture.whole];
  }

  strip(name, clip, change) {
    if (!clip.video || clip.video.includes("%")) return [];
    const key = `${name} strip ${clip.video}`;
    if (!this.kept.has(key)) this.kept.set(key, new Strip(this, clip.video));
    const strip = this.kept.get(key);
    Object.assign(strip, { change });
    strip.mark(clip.start, clip.end);
    return [strip.whole];
  }
}

class Picture {
  constructor(looks, file, at) {
    this.image = element("img", { alt: `The picture of ${file}` });
    this.marks = element("span", { className: "faces" });
    this.frame = element("span", { className: "frame" }, this.image, this.marks);
    this.told = element("p", { className: "soft", textContent: "Click on the face that is meant." });
    this.whole = element("div", { className: "look" }, this.frame, this.told);
    this.image.addEventListener("error", () => (this.whole.hidden = true));
    this.image.addEventListener("click", (event) => this.pick(event));
    this.find(looks, file, at);
  }

  async find(looks, file, at) {
    const about = await fetch(looks.address("about", file));
    if (!about.ok) return void (this.whole.hidden = true);
    this.size = await about.json();
    this.frame.style.setProperty("--ratio", this.size.width / this.size.height); // its room is there before it is
    const seconds = secondsOf(at, this.size.fps) ?? 0;
    this.image.src = looks.address("still", file, `&at=${seconds}`);
    this.mark(this.face);
    const found = await fetch(looks.address("faces", file));
    if (!found.ok) return;
    const all = (await found.json()).looks;
    if (!all.length) return;
    const near = all.reduce((best, one) => (Math.abs(one.seconds - seconds) < Math.abs(best.seconds - seconds) ? one : best));
    this.boxes = near.found.map(({ box, at: centre }) => ({ box, centre }));
    this.told.textContent = this.boxes.length ? "Click on the face that is meant." : "No face is found in it.";
    this.mark(this.face);
  }

  pick(event) {
    if (!this.size) return;
    const box = this.image.getBoundingClientRect();
    this.choose({ at: [((event.clientX - box.left) / box.width) * this.size.width, ((event.clientY - box.top) / box.height) * this.size.height].map(Math.round) });
  }

  // boxes of faces, each a button; and the place that is chosen
  mark(face) {
    this.face = face;
    if (!this.size) return;
    const { width, height } = this.size;
    const made = (this.boxes ?? []).map(({ box: [left, top, right, bottom], centre }, n) => {
      const button = element("button", { type: "button", className: "face", ariaLabel: `Face ${n + 1}`, title: `Face ${n + 1}` });
      Object.assign(button.style, { left: `${(100 * left) / width}%`, top: `${(100 * top) / height}%`, width: `${(100 * (right - left)) / width}%`, height: `${(100 * (bottom - top)) / height}%` });
      const [x, y] = face?.at ?? [-1, -1];
      button.ariaPressed = x >= left && x <= right && y >= top && y <= bottom;
      button.addEventListener("click", () => this.choose({ at: centre }));
      return button;
    });
    if (Array.isArray(face?.at)) {
      const dot = element("span", { className: "dot" });
      Object.assign(dot.style, { left: `${(100 * face.at[0]) / width}%`, top: `${(100 * face.at[1]) / height}%` });
      made.push(dot);
    }
    this.marks.replaceChildren(...made);
  }
}

class Strip {
  constructor(looks, file) {
    this.stills = element("div", { className: "stills" });
    this.start = element("input", { type: "range", step: STEP, min: 0, ariaLabel: "Start of the clip, in seconds" });
    this.end = element("input", { type: "range", step: STEP, min: 0, ariaLabel: "End of the clip, in seconds" });
    this.told = element("output", { className: "soft" });
    this.whole = element("div", { className: "strip", hidden: true }, this.stills, this.start, this.end, this.told);
    for (const [name, slider] of [["start", this.start], ["end", this.end]]) {
      slider.addEventListener("input", () => this.part(slider));
      slider.addEventListener("change", () => this.change(name)(rounded(slider.valueAsNumber)));
    }
    this.find(looks, file);
  }

  async find(looks, file) {
    const about = await fetch(looks.address("about", file));
    if (!about.ok) return;
    ({ seconds: this.length, fps: this.fps } = await about.json());
    if (!this.length) return;
    for (const slider of [this.start, this.end]) slider.max = this.length;
    this.stills.append(...Array.from({ length: STILLS }, (_, n) => element("img", { alt: "", src: looks.address("still", file, `&side=160&at=${((n + 0.5) * this.length) / STILLS}`) })));
    this.whole.hidden = false;
    this.mark(...this.range);
  }

  mark(start, end) {
    this.range = [start, end];
    if (!this.length) return;
    if (document.activeElement !== this.start) this.start.value = secondsOf(start, this.fps) ?? 0;
    if (document.activeElement !== this.end) this.end.value = secondsOf(end, this.fps) ?? this.length;
    this.tell();
  }

  // a clip lasts a while: neither of its ends goes beyond the other
  part(slider) {
    if (slider === this.start) slider.value = Math.min(slider.valueAsNumber, this.end.valueAsNumber - STEP);
    else slider.value = Math.max(slider.valueAsNumber, this.start.valueAsNumber + STEP);
    this.tell();
  }

  tell() {
    const [from, to] = [this.start, this.end].map((slider) => slider.valueAsNumber);
    this.told.value = `from ${from.toFixed(2)} s to ${to.toFixed(2)} s of ${this.length.toFixed(2)} s`;
    [...this.stills.children].forEach((still, n) => {
      const middle = ((n + 0.5) * this.length) / STILLS;
      still.classList.toggle("out", middle < from || middle > to);
    });
  }
}
