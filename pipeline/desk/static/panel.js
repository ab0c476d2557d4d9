// What is said of the block that is picked: its times as numbers, who takes part, what else can be done with it.

import { element } from "./element.js";
import { rounded } from "./times.js";

export function button(text, act, name = text) {
  const made = element("button", { type: "button", textContent: text, ariaLabel: name, title: name });
  made.addEventListener("click", act);
  return made;
}

// a time in seconds; `change` hears it once it is typed
export function time(label, value, change) {
  const input = element("input", { type: "number", step: 0.01, min: 0, value: rounded(value) });
  input.addEventListener("change", () => Number.isFinite(input.valueAsNumber) && change(input.valueAsNumber));
  return element("label", { textContent: `${label} ` }, input);
}

export function choice(label, options, value, change) {
  const input = element("select", {}, ...options.map((one) => new Option(one, one, false, one === value)));
  input.addEventListener("change", () => change(input.value));
  return element("label", { textContent: `${label} ` }, input);
}

// names with a box each; `change` hears of all that are chosen, in the order in which they were
export function boxes(label, names, chosen, change) {
  const made = names.map((name) => {
    const box = element("input", { type: "checkbox", checked: chosen.includes(name) });
    box.addEventListener("change", () => change(box.checked ? [...chosen, name] : chosen.filter((one) => one !== name)));
    return element("label", {}, box, ` ${name}`);
  });
  return element("fieldset", { className: "several" }, element("legend", { textContent: label }), ...made);
}

// draw it anew, the focus where it was
export function refill(panel, ...parts) {
  const all = () => [...panel.querySelectorAll("input, select, button")];
  const held = all().indexOf(document.activeElement);
  panel.replaceChildren(...parts);
  all()[held]?.focus({ preventScroll: true });
}
