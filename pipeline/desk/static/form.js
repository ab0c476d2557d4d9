// A form drawn from the manifest's JSON Schema: what is written, and a menu of what could be. It tells of every change as one edit.

import { element } from "./element.js";
import { Looks } from "./looks.js";
import { Shapes } from "./shapes.js";

const WAIT = 250; // milliseconds after the last key
const NUMBER = /^-?\d+(\.\d+)?$/;
const PEOPLE = /^scenes\.\d+\.(performers|sings)$/;

export class Form extends EventTarget {
  constructor(place, schema, { at, files, kinds, places }) {
    super();
    this.places = places.map(([pattern, kinds]) => [new RegExp(`^(${pattern})$`), kinds]);
    Object.assign(this, { place, schema, at, files, kinds, shapes: new Shapes(schema), shut: new Set(), data: {}, count: 0 });
    this.looks = new Looks(at, (path, value) => this.edit(path, value));
    this.lists = element("div", { hidden: true });
    place.addEventListener("toggle", ({ target }) => {
      if (target.dataset?.path) this.shut[target.open ? "delete" : "add"](target.dataset.path);
    }, true);
  }

  edit(path, value) { this.dispatchEvent(new CustomEvent("edit", { detail: { path, value } })); }
  // tell what was typed and not told yet
  flush() { this.pending?.(); }
  remove(path) { this.dispatchEvent(new CustomEvent("edit", { detail: { path, remove: true } })); }
  trouble(error) { this.dispatchEvent(new CustomEvent("trouble", { detail: error })); }

  show(data, mistakes) {
    this.wrong = new Set(mistakes.map(({ path }) => path));
    this.data = data && typeof data === "object" ? data : {};
    const active = this.place.contains(document.activeElement) ? document.activeElement : null;
    const held = active && { id: active.id, value: active.value, at: [active.selectionStart, active.selectionEnd], typing: this.typing === active.id };
    this.count = 0;
    this.lists.replaceChildren();
    this.place.replaceChildren(this.lists, ...this.parts(this.schema, this.data, []), this.adder(this.schema, this.data, []));
    const again = held?.id && document.getElementById(held.id);
    if (!again) return;
    again.focus({ preventScroll: true });
    if (held.typing && again.value !== held.value && "value" in again) again.value = held.value;
    if (again.type === "text") again.setSelectionRange(...held.at);
  }

  // each mistake at its field; those that have none
  tell(mistakes) {
    for (const old of this.place.querySelectorAll(".mistake")) old.remove();
    for (const old of this.place.querySelectorAll("[aria-invalid]")) old.removeAttribute("aria-invalid");
    return mistakes.filter(({ path, text }) => {
      const steps = path.split(".");
      let row = null;
      while (!row && steps.length) row = this.place.querySelector(`[data-path="${CSS.escape(steps.join("."))}"]`) ?? (steps.pop(), null);
      if (!row) return true;
      const told = element("p", { className: "mistake", textContent: steps.join(".") === path ? text : `${path}: ${text}` });
      row.append(told);
      row.querySelector("input, select, textarea")?.setAttribute("aria-invalid", "true");
      for (let above = row.closest("details"); above; above = above.parentElement.closest("details")) above.open = true;
      return false;
    });
  }

  // drawing

  parts(shape, value, path) {
    const known = shape.properties ?? {};
    const named = [...Object.keys(known).filter((key) => key in value || shape.required?.includes(key)), ...Object.keys(value).filter((key) => !(key in known))];
    return named.filter((key) => !("const" in (known[key] ?? {}) && value[key] === known[key].const)).map((key) => this.node(known[key] ?? {}, value[key], [...path, key], { label: key, fixed: shape.required?.includes(key) }));
  }

  node(schema, value, path, { label, fixed = false }) {
    const shape = this.shapes.of(schema);
    if (shape.patternProperties) return this.group(label, shape, path, fixed, this.map(shape, value ?? {}, path));
    const ways = this.shapes.ways(schema);
    const way = ways.length ? this.shapes.way(ways, value) : { plain: [{ type: "string" }] };
    const choice = ways.length > 1 ? [this.wayChoice(ways, way, schema, value, path)] : [];
    if (way.plain) return this.row(label, schema, path, fixed, this.plain(way.plain, schema, value, path), choice);
    if (way.type === "array") return this.list(label, schema, way, Array.isArray(value) ? value : [], path, fixed, choice);
    const inside = value && typeof value === "object" ? value : {};
    const rows = [...this.parts(way, inside, path), ...this.beside(path)];
    return this.group(label, schema, path, fixed, rows, [this.adder(way, inside, path), ...choice]);
  }

  group(label, schema, path, fixed, inside, more = []) {
    const open = !this.shut.has(path.join("."));
    const told = this.about(schema);
    const head = element("summary", {}, element("b", { textContent: label }), element("span", { className: "soft", textContent: ` ${told}` }));
    const foot = element("div", { className: "line foot" }, ...more, ...(fixed ? [] : [this.button("Remove", () => this.remove(path), `Remove ${label}`)]));
    const body = element("div", { className: "inside" }, ...inside, ...(foot.children.length ? [foot] : []));
    return element("details", { className: "group", open, data: { path: path.join(".") } }, head, body);
  }

  row(label, schema, path, fixed, control, more = []) {
    const id = `f${this.count++}-${path.join("-")}`;
    const about = this.about(schema);
    const input = control.matches("input, select, textarea") ? control : control.querySelector("input, select, textarea");
    if (input) input.id = id;
    const off = fixed ? [] : [this.button("×", () => this.remove(path), `Remove ${label}`)];
    const line = element("div", { className: "line" }, element("label", { textContent: label, htmlFor: id }), control, ...more, ...off);
    return element("div", { className: "field", data: { path: path.join(".") } }, line, element("p", { className: "soft", textContent: about }), ...this.beside(path));
  }

  about(schema) { return (this.shapes.of(schema).description ?? "").replaceAll("`", ""); }

  button(text, act, name = text) {
    const made = element("button", { type: "button", textContent: text, ariaLabel: name, title: name });
    made.addEventListener("click", act);
    return made;
  }

  // what a place has beside its field: pictures to click on, of files that are there
  beside(path) {
    const wrong = ["", ".video", ".frame_of"].some((more) => this.wrong.has(path.join(".") + more));
    return wrong ? [] : this.looks.of(path, this.data);
  }

  wayChoice(ways, way, schema, value, path) {
    const made = element("select", { ariaLabel: `How ${path.at(-1)} is written` });
    made.append(...ways.map((one) => new Option(this.shapes.name(one, this.kindsAt(path)), "", false, one === way)));
    made.addEventListener("change", () => this.edit(path, this.shapes.turned(value ?? "", ways[made.selectedIndex])));
    return made;
  }

  plain(ways, schema, value, path) {
    const [first] = ways;
    if (ways.length === 1 && first.type === "boolean") {
      const made = element("input", { type: "checkbox", checked: value === true });
      made.addEventListener("change", () => this.edit(path, made.checked));
      return made;
    }
    if (ways.every((one) => one.enum) && (value === undefined || ways.some((one) => one.enum.includes(value)))) {
      const made = element("select");
      if (value === undefined) made.append(new Option("", ""));
      made.append(...ways.flatMap((one) => one.enum).map((one) => new Option(one, one, false, one === value)));
      made.addEventListener("change", () => this.edit(path, made.value));
      return made;
    }
    return this.text(ways, schema, value, path);
  }

  text(ways, schema, value, path) {
    const kinds = this.kindsAt(path);
    const numbers = ways.some(({ type }) => type === "number" || type === "integer");
    const known = this.shapes.of(schema).default;
    const made = element("input", { type: "text", value: value ?? "", placeholder: ["string", "number"].includes(typeof known) ? String(known) : "" });
    if (numbers) made.inputMode = "decimal";
    if (ways.length === 1 && "const" in ways[0]) made.readOnly = true;
    let timer = 0;
    const send = () => {
      clearTimeout(timer);
      this.pending = null;
      const written = made.value.trim();
      this.edit(path, numbers && NUMBER.test(written) ? Number(written) : made.value);
    };
    made.addEventListener("input", () => {
      this.typing = made.id;
      if (this.pending !== send) this.flush();
      this.pending = send;
      clearTimeout(timer);
      timer = setTimeout(send, WAIT);
    });
    made.addEventListener("blur", () => (this.typing = null));
    const hints = [...ways.flatMap((one) => one.enum ?? ("const" in one ? [one.const] : [])), ...(kinds ? this.named(kinds) : [])];
    if (hints.length) {
      const id = `hints-${path.join("-")}`;
      this.lists.append(element("datalist", { id }, ...hints.map((hint) => new Option("", hint))));
      made.setAttribute("list", id);
    }
    return kinds ? this.dropped(made, kinds, path) : made;
  }

  kindsAt(path) { return this.places.find(([place]) => place.test(path.join(".")))?.[1]; }

  named(kinds) { return this.files.filter(({ kind }) => kinds.includes(kind)).map(({ path }) => path); }

  // a field that takes files: chosen among those of the folder, or brought in
  dropped(input, kinds, path) {
    const picker = element("input", { type: "file", accept: kinds.flatMap((kind) => this.kinds[kind]).join(","), className: "off" });
    picker.tabIndex = -1;
    picker.ariaHidden = true;
    picker.addEventListener("change", () => this.bring(picker.files[0], path));
    const whole = element("span", { className: "drop" }, input, this.button("Bring in …", () => picker.click(), `Bring in a file for ${path.at(-1)}`), picker);
    whole.addEventListener("dragover", (event) => event.preventDefault());
    whole.addEventListener("drop", (event) => {
      event.preventDefault();
      this.bring(event.dataTransfer.files[0], path);
    });
    return whole;
  }

  async bring(file, path) {
    if (!file) return;
    this.trouble(new Error(`${file.name} is brought in …`));
    try {
      const answer = await fetch(`/upload/${this.at}?file=${encodeURIComponent(file.name)}`, { method: "POST", body: file });
      if (!answer.ok) throw new Error(await answer.text());
      const kept = (await answer.json()).path;
      const kind = Object.keys(this.kinds).find((one) => this.kinds[one].some((ending) => kept.toLowerCase().endsWith(ending)));
      this.files.push({ path: kept, kind });
      this.trouble(null);
      this.edit(path, kept);
    } catch (error) { this.trouble(error); }
  }

  map(shape, value, path) {
    const inner = Object.values(shape.patternProperties)[0];
    const name = element("input", { type: "text", maxLength: 64, ariaLabel: `Name of the next of ${path.at(-1)}`, placeholder: "name", id: `add-${path.join("-")}` });
    const add = () => name.value.trim() && this.edit([...path, name.value.trim()], this.shapes.begin(inner));
    name.addEventListener("keydown", (event) => event.key === "Enter" && add());
    const rows = Object.entries(value).map(([key, one]) => this.node(inner, one, [...path, key], { label: key }));
    return [...rows, element("div", { className: "line" }, name, this.button("Add", add, `Add to ${path.at(-1)}`))];
  }

  list(label, schema, way, value, path, fixed, choice) {
    const items = this.shapes.of(way.items ?? {});
    const numbers = items.type === "number" || items.type === "integer";
    if (numbers) {
      const inputs = Array.from({ length: way.maxItems ?? value.length }, (_, n) => element("input", { type: "number", step: items.multipleOf ?? "any", value: value[n] ?? "", ariaLabel: `${label} ${n + 1}` }));
      for (const input of inputs) input.addEventListener("change", () => this.edit(path, inputs.map((one) => one.valueAsNumber || 0)));
      return this.row(label, schema, path, fixed, element("span", { className: "several" }, ...inputs), choice);
    }
    const names = PEOPLE.test(path.join(".")) ? Object.keys(this.data.performers ?? {}) : items.enum;
    if (names) {
      const boxes = names.map((one) => {
        const box = element("input", { type: "checkbox", checked: value.includes(one) });
        box.addEventListener("change", () => this.edit(path, box.checked ? [...value, one] : value.filter((each) => each !== one)));
        return element("label", {}, box, ` ${one}`);
      });
      return this.row(label, schema, path, fixed, element("span", { className: "several" }, ...boxes), choice);
    }
    const rows = value.map((one, n) => this.node(way.items, one, [...path, n], { label: `${label.replace(/s$/, "")} ${n + 1}` }));
    const add = this.button(`Add to ${label}`, () => this.edit([...path, value.length], this.shapes.begin(way.items)));
    return this.group(label, schema, path, fixed, rows, [add, ...choice]);
  }

  adder(shape, value, path) {
    const free = Object.entries(shape.properties ?? {}).filter(([key]) => !(key in value) && !shape.required?.includes(key));
    const made = element("select", { className: "add", ariaLabel: `Add a field to ${path.join(".") || "the manifest"}`, id: `more-${path.join("-")}` });
    made.append(new Option("Add a field …", ""), ...free.map(([key, one]) => {
      const about = this.about(one);
      return Object.assign(new Option(about ? `${key}: ${about.slice(0, 70)}` : key, key), { title: about });
    }));
    made.hidden = !free.length;
    made.addEventListener("change", () => made.value && this.edit([...path, made.value], this.shapes.begin(shape.properties[made.value])));
    return made;
  }
}
