// Another version over the picture that rests: wiped, toggled, or as a difference; each frame as it is in the file.

export class Beside {
  constructor(player, picture, controls, name) {
    Object.assign(this, { player, picture, name, ...controls, over: true });
    for (const event of ["frame", "speed"]) player.addEventListener(event, () => this.show());
    for (const control of [this.version, this.how]) control.addEventListener("change", () => this.show());
    this.wipe.addEventListener("input", () => this.show());
    this.toggle.addEventListener("click", () => this.turn());
    this.show();
  }

  turn() {
    this.over = !this.over;
    this.show();
  }

  show() {
    const { value, selectedOptions } = this.version;
    const { frame, speed } = this.player;
    const how = this.how.value;
    this.wipe.parentElement.hidden = !value || how !== "wiped";
    this.toggle.hidden = !value || how !== "toggled";
    this.toggle.textContent = this.over ? `Version ${value} is shown` : "This version is shown";
    const there = value && speed === 0 && frame < Number(selectedOptions[0].dataset.frames);
    this.picture.hidden = !there || (how === "toggled" && !this.over);
    if (!there) return;
    const source = `/frame/${value}/${frame}/${this.name}`;
    if (this.picture.getAttribute("src") !== source) this.picture.src = source;
    this.picture.alt = `Frame ${frame} of version ${value}`;
    this.picture.style.clipPath = how === "wiped" ? `inset(0 0 0 ${this.wipe.value}%)` : "none";
    this.picture.style.mixBlendMode = how === "as a difference" ? "difference" : "normal";
  }
}
