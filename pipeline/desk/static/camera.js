// The camera, and the portrait that moves with it: small frames go to the desk, its pictures come back.

const [WIDTH, HEIGHT, QUALITY] = [320, 240, 0.8];
const ABREAST = 2; // frames that are on their way at the same time: while one is drawn, the next is looked at
const PAUSE = 15; // milliseconds

export class Camera {
  constructor(video, canvas, tell) {
    Object.assign(this, { video, canvas, tell, stream: null, key: null, shown: [] });
    this.small = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  }

  // camera and, where it may be, the microphone as it is: what rooms and songs do to it tells where the song lies
  async open() {
    if (!navigator.mediaDevices) throw new Error("A browser gives its camera to pages of this machine alone, or over HTTPS.");
    const picture = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } };
    const sound = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: picture, audio: sound });
    } catch {
      this.stream = await navigator.mediaDevices.getUserMedia({ video: picture });
    }
    this.video.srcObject = this.stream;
    await this.video.play();
  }

  // the portrait of who performs moves from now on
  async follow(at, who) {
    await this.leave();
    const answer = await fetch(`/mirrors/${at}?who=${encodeURIComponent(who)}`, { method: "POST" });
    if (!answer.ok) throw new Error(await answer.text());
    this.key = (await answer.json()).key;
    for (let n = 0; n < ABREAST; n++) this.exchange(this.key);
  }

  async leave() {
    const { key } = this;
    this.key = null;
    if (key) await fetch(`/mirror/${key}`, { method: "DELETE", keepalive: true });
  }

  async exchange(key) {
    while (this.key === key) {
      const begun = performance.now();
      try {
        const answer = await fetch(`/mirror/${key}`, { method: "POST", headers: { "Content-Type": "image/jpeg" }, body: await this.frame() });
        if (!answer.ok) throw new Error(await answer.text());
        await this.show(answer);
      } catch (error) {
        if (this.key === key) [this.key = null, this.tell(error)];
        return;
      }
      await new Promise((done) => setTimeout(done, Math.max(0, PAUSE - (performance.now() - begun))));
    }
  }

  frame() {
    const { videoWidth: width, videoHeight: height } = this.video;
    const scale = Math.min(WIDTH / width, HEIGHT / height);
    [this.small.width, this.small.height] = [Math.round(width * scale), Math.round(height * scale)];
    this.small.getContext("2d").drawImage(this.video, 0, 0, this.small.width, this.small.height);
    return new Promise((done) => this.small.toBlob(done, "image/jpeg", QUALITY));
  }

  async show(answer) {
    const picture = await answer.blob();
    if (!picture.size) return;
    const bitmap = await createImageBitmap(picture);
    [this.canvas.width, this.canvas.height] = [bitmap.width, bitmap.height];
    this.canvas.getContext("2d").drawImage(bitmap, 0, 0);
    bitmap.close();
    const now = performance.now();
    this.shown = [...this.shown.filter((at) => at > now - 2000), now];
    this.following = answer.headers.get("Duet-Following") === "1";
    this.canvas.dataset.following = this.following;
    this.canvas.dataset.shown = Number(this.canvas.dataset.shown ?? 0) + 1;
    const rate = (1000 * (this.shown.length - 1)) / Math.max(1, now - this.shown[0]);
    const notice = answer.headers.get("Duet-Notice");
    this.told?.(this.following ? `${rate.toFixed(0)} a second, ${answer.headers.get("Duet-Delay")} ms` : "gets to know you", notice);
  }
}
