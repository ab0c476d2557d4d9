// A song in the ears, and a recording of the camera meanwhile: when the song begins in it is known by one clock.

const LEAD = 3; // seconds from the first frame to the song, at least: who sings is counted in
const TAIL = 0.7; // seconds that are recorded after the song
const SLICE = 1000; // milliseconds
const KINDS = ["video/webm;codecs=vp8,opus", "video/webm", "video/mp4"];

export class Song {
  constructor() { this.context = new AudioContext(); }

  async load(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(await answer.text());
    this.buffer = await this.context.decodeAudioData(await answer.arrayBuffer());
  }

  // wait until its clock runs, which it does once somebody has clicked
  ready() { return this.context.resume(); }

  get seconds() { return this.buffer?.duration ?? 0; }

  // so many seconds from now; what is returned waits for its end
  start(delay) {
    this.source = new AudioBufferSourceNode(this.context, { buffer: this.buffer });
    this.source.connect(this.context.destination);
    this.begins = this.context.currentTime + delay;
    this.source.start(this.begins);
    return new Promise((done) => this.source.addEventListener("ended", done));
  }

  stop() { this.source?.stop(); }

  // on the page's clock, when its beginning is heard: what comes out of the loudspeaker lags behind what is played
  get heard() {
    const { contextTime, performanceTime } = this.context.getOutputTimestamp();
    const latency = this.context.outputLatency || 0;
    if (!performanceTime) return performance.now() + 1000 * (this.begins - this.context.currentTime + latency);
    return performanceTime + 1000 * (this.begins - contextTime);
  }

  // seconds of it that have been heard; below 0 before it begins
  get now() { return (performance.now() - this.heard) / 1000; }
}

// {blob, told}: the recording, and the second of it in which the song begins
export async function record(stream, song, begun) {
  const kind = KINDS.find((one) => MediaRecorder.isTypeSupported(one));
  const recorder = new MediaRecorder(stream, { mimeType: kind, videoBitsPerSecond: 4_000_000 });
  const parts = [];
  recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
  const over = new Promise((done) => recorder.addEventListener("stop", done));
  const failed = new Promise((_, fail) => recorder.addEventListener("error", ({ error }) => fail(error ?? new Error("the recording failed"))));
  const going = new Promise((done) => recorder.addEventListener("start", done));
  await song.ready();
  const from = performance.now(); // the recording's own clock begins with the call, not with the event that follows it
  recorder.start(SLICE);
  try {
    await Promise.race([going, failed]);
    const sung = song.start(LEAD);
    begun();
    await Promise.race([sung, over, failed]);
    const told = (song.heard - from) / 1000;
    await Promise.race([new Promise((done) => setTimeout(done, 1000 * TAIL)), over]);
    if (recorder.state !== "inactive") recorder.stop();
    await over;
    return { blob: new Blob(parts, { type: kind }), told };
  } finally {
    song.stop();
    if (recorder.state !== "inactive") recorder.stop();
  }
}
