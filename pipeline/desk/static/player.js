// A player that knows which frame it shows. While it rests, the picture is the frame itself, decoded without loss by the desk.

const pad = (number) => String(number).padStart(2, "0");

// SMPTE ST 12-1, as foundation/timecode.py: drop-frame at 29.97 and 59.94 frames a second
export function timecode(frame, [numerator, denominator]) {
  const count = Math.round(numerator / denominator);
  const drop = denominator === 1001 && count % 30 === 0;
  if (drop) {
    const dropped = count / 15;
    const minute = 60 * count - dropped;
    const tens = 10 * minute + dropped;
    const rest = frame % tens;
    frame += 9 * dropped * Math.floor(frame / tens) + dropped * Math.max(0, Math.floor((rest - dropped) / minute));
  }
  const seconds = Math.floor(frame / count);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(pad).join(":");
  return clock + (drop ? ";" : ":") + pad(frame % count);
}

export class Player extends EventTarget {
  constructor(video, picture, address, { frames, fps }) {
    super();
    Object.assign(this, { video, picture, address, frames, fps, frame: 0, speed: 0, loop: null });
    this.rate = fps[0] / fps[1];
    video.addEventListener("pause", () => this.speed > 0 && this.pause());
    video.addEventListener("ended", () => this.pause());
    this.watch();
  }

  // the frame that the video shows, told by the browser for each that it draws
  watch() {
    const drawn = (_, { mediaTime }) => {
      if (this.speed > 0) this.tell(Math.min(this.frames - 1, Math.round(mediaTime * this.rate)));
      this.video.requestVideoFrameCallback(drawn);
    };
    this.video.requestVideoFrameCallback?.(drawn);
  }

  tell(frame) {
    this.frame = frame;
    if (this.loop && this.speed > 0 && (frame > this.loop[1] || frame < this.loop[0])) this.seek(this.loop[0]);
    this.dispatchEvent(new Event("frame"));
  }

  seek(frame) {
    this.frame = Math.max(0, Math.min(this.frames - 1, frame));
    this.video.currentTime = (this.frame + 0.5) / this.rate;
  }

  // rest at a frame, and see it as it is
  show(frame) {
    this.halt();
    this.seek(frame);
    const wanted = this.frame;
    const source = this.address(wanted);
    const fresh = new Image();
    fresh.src = source;
    fresh.decode().then(() => {
      if (this.speed !== 0 || this.frame !== wanted) return;
      this.picture.src = source;
      this.picture.alt = `Frame ${wanted} of the result`;
      this.picture.dataset.frame = wanted;
      this.picture.hidden = false;
      for (const near of [wanted + 1, wanted - 1]) if (near >= 0 && near < this.frames) new Image().src = this.address(near);
    }).catch(() => this.dispatchEvent(new Event("trouble")));
    this.dispatchEvent(new Event("frame"));
  }

  step(count) { this.show(this.frame + count); }

  halt() {
    clearInterval(this.timer);
    this.speed = 0;
    this.video.pause();
    this.dispatchEvent(new Event("speed"));
  }

  pause() { this.show(this.frame); }

  play(speed = 1) {
    clearInterval(this.timer);
    if (this.frame >= this.frames - 1 && speed > 0) this.seek(0);
    if (this.loop && (this.frame < this.loop[0] || this.frame >= this.loop[1])) this.seek(this.loop[0]);
    this.picture.hidden = true;
    this.speed = speed;
    this.dispatchEvent(new Event("speed"));
    if (speed > 0) {
      this.video.playbackRate = speed;
      this.video.play().catch(() => this.pause());
      return;
    }
    // no browser plays backwards: it is sought, ten times a second
    this.video.pause();
    this.timer = setInterval(() => {
      if (this.frame === 0) return this.pause();
      this.seek(this.frame + Math.round(speed * this.rate / 10));
      this.dispatchEvent(new Event("frame"));
    }, 100);
  }

  toggle() { this.speed ? this.pause() : this.play(); }

  // J and L: the other way round, or faster
  shuttle(way) { this.play(this.speed * way > 0 ? Math.max(-8, Math.min(8, this.speed * 2)) : way); }
}
