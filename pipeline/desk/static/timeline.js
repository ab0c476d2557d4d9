// Lanes under the player: scenes, words, marks of the checks, notes. Everything in them is a button that jumps there.

const MOST = 500; // of one lane: who has more sees the first, and steps to the others by the keys

export class Timeline {
  constructor(place, frames, jump) {
    Object.assign(this, { place, frames, jump, lanes: new Map() });
    this.cursor = document.createElement("div");
    this.cursor.className = "cursor";
    place.append(this.cursor);
  }

  // entries: {start, stop, text, kind}
  draw(name, entries) {
    if (!this.lanes.has(name)) {
      const lane = document.createElement("div");
      lane.className = `lane ${name.toLowerCase()}`;
      lane.role = "group";
      lane.ariaLabel = name;
      this.place.append(lane);
      this.lanes.set(name, lane);
    }
    const lane = this.lanes.get(name);
    lane.hidden = !entries.length;
    lane.dataset.name = name;
    lane.replaceChildren(...entries.slice(0, MOST).map((entry) => this.block(entry)));
  }

  block({ start, stop, text, kind = "" }) {
    const block = document.createElement("button");
    block.type = "button";
    block.className = `block ${kind}`;
    block.style.left = `${(100 * start) / this.frames}%`;
    block.style.width = `${(100 * (stop - start)) / this.frames}%`;
    block.textContent = text;
    block.title = block.ariaLabel = `${text || "nothing"}, frames ${start} to ${stop - 1}`;
    block.addEventListener("click", () => this.jump(start));
    return block;
  }

  move(frame) { this.cursor.style.left = `${(100 * (frame + 0.5)) / this.frames}%`; }
}

const SPACE = "http://www.w3.org/2000/svg";

// driver and result over time, one plot a performer, the value under the cursor in words
export class Curves {
  constructor(place, choice, { curves, frames, fps }) {
    Object.assign(this, { place, choice, curves, frames, rate: fps[0] / fps[1], shown: [] });
    const names = new Set(Object.values(curves).flatMap((each) => Object.keys(each.result)));
    choice.replaceChildren(...[...names].map((name) => new Option(name)));
    choice.addEventListener("change", () => this.draw());
    this.draw();
  }

  draw() {
    const name = this.choice.value;
    this.shown = [];
    this.place.replaceChildren(...Object.entries(this.curves).map(([who, each]) => {
      const figure = document.createElement("figure");
      const told = document.createElement("figcaption");
      const lines = ["driver", "result"].map((kind) => [kind, each[kind][name] ?? []]);
      const known = lines.flatMap(([, values]) => values).filter((value) => value !== null);
      const [low, high] = [Math.min(...known), Math.max(...known)];
      const drawing = document.createElementNS(SPACE, "svg");
      drawing.setAttribute("viewBox", "0 0 1000 100");
      drawing.setAttribute("preserveAspectRatio", "none");
      for (const [kind, values] of lines) drawing.append(...this.lines(kind, values, each.times, low, high - low || 1));
      const plot = document.createElement("div");
      plot.className = "plot";
      plot.append(drawing);
      figure.append(told, plot);
      this.shown.push({ who, name, lines, times: each.times, told });
      return figure;
    }));
    this.move(this.frame ?? 0);
  }

  lines(kind, values, times, low, span) {
    const runs = [[]];
    values.forEach((value, number) => {
      if (value === null) runs.push([]);
      else runs.at(-1).push(`${(1000 * times[number] * this.rate) / this.frames},${97 - (94 * (value - low)) / span}`);
    });
    return runs.filter((run) => run.length > 1).map((run) => {
      const line = document.createElementNS(SPACE, "polyline");
      line.setAttribute("class", kind);
      line.setAttribute("points", run.join(" "));
      return line;
    });
  }

  move(frame) {
    this.frame = frame;
    for (const { who, name, lines, times, told } of this.shown) {
      const at = Math.max(0, times.findLastIndex((seconds) => seconds <= (frame + 0.5) / this.rate));
      const values = lines.map(([kind, all]) => `${kind} ${all[at] === null || all[at] === undefined ? "–" : all[at].toFixed(3)}`);
      told.textContent = `${who}, ${name}: ${values.join(", ")}`;
    }
  }
}
