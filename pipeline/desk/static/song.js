// The timeline of a manifest: its sound, its lyrics and its scenes, kept beside the form and the text.

import { Board } from "./board.js";
import { Scenes } from "./scenes.js";
import { secondsOf } from "./times.js";
import { Words } from "./words.js";

// which file is heard, and when: {file, track, from, at, until}; null: none that is known. wrong: places with mistakes
function soundOf(data, wrong) {
  const bad = (place) => wrong.some((one) => one === place || one.startsWith(`${place}.`));
  const audio = typeof data.audio === "string" ? { source: data.audio } : data.audio ?? {};
  const source = audio.source ?? "driving";
  const at = secondsOf(audio.offset ?? 0) ?? 0;
  if (source === "none" || bad("audio")) return null;
  if (source !== "driving") return { file: source, track: audio.track, at, from: secondsOf(audio.trim?.start ?? 0) ?? 0, until: secondsOf(audio.trim?.end) };
  for (const [name, one] of Object.entries(data.performers ?? {})) {
    if (bad(`performers.${name}.driving`) || bad(`performers.${name}.singing`)) continue;
    const clip = typeof one?.driving === "string" ? { video: one.driving } : one?.driving;
    if (clip?.video && !clip.video.includes("%")) return { file: clip.video, at, start: clip.start, end: clip.end };
    if (one?.singing?.sound && one.singing.sound !== "audio") return { file: one.singing.sound, at, from: 0, until: null };
  }
  return null;
}

export class Song extends EventTarget {
  constructor({ board, words, scenes }, ask, at, layouts) {
    super();
    Object.assign(this, { ask, at });
    this.board = new Board(board, at);
    this.words = new Words(this.board, words, ask, at);
    this.scenes = new Scenes(this.board, scenes, layouts);
    for (const one of [this.words, this.scenes]) {
      for (const kind of ["edit", "trouble"]) one.addEventListener(kind, ({ detail }) => this.dispatchEvent(new CustomEvent(kind, { detail })));
    }
    this.board.addEventListener("heard", () => this.fit());
    this.words.addEventListener("read", () => {
      this.fit();
      this.dispatchEvent(new Event("read"));
    });
  }

  async show(data, mistakes) {
    if (!data || typeof data !== "object") return;
    const wrong = mistakes.map(({ path }) => path);
    this.scenes.show(data);
    this.fit();
    const sound = soundOf(data, wrong);
    await Promise.all([this.words.show(data, wrong), this.board.hear(sound && (await this.inSeconds(sound)))]);
  }

  // a clip's range may be written in frames of it
  async inSeconds({ start, end, ...sound }) {
    if (sound.from !== undefined) return sound;
    const codes = [start, end].some((one) => one && secondsOf(one) === null);
    const { fps } = codes ? await this.ask("GET", `/about/${this.at}?file=${encodeURIComponent(sound.file)}`).catch(() => ({})) : {};
    return { ...sound, from: secondsOf(start ?? 0, fps) ?? 0, until: secondsOf(end, fps) };
  }

  // tell what was moved and not told yet
  flush() {
    for (const { lane } of [this.words, this.scenes]) lane.flush();
  }

  fit() {
    this.board.span(Math.max(this.board.end, this.board.end ? 0 : this.words.end, this.scenes.until()) || 10);
    this.scenes.draw();
  }
}
