"use strict";
/* Shows the module after each pass, and what the pass changed. */

const facts = JSON.parse(document.getElementById("facts").textContent);
const get = name => document.getElementById(name);
const NEAR = 3; // Unchanged lines that are shown around a change.

function made(parent, tag, text, kind) {
  const element = document.createElement(tag);
  element.textContent = text;
  if (kind) element.className = kind;
  return parent.appendChild(element);
}

const count = (step, mark) => step.lines.filter(line => line[0] === mark).length;
const changes = step => `${count(step, "+")} lines added, ${count(step, "-")} removed; ${(1e3 * step.seconds).toFixed(1)} ms`;

const buttons = facts.steps.map(step => {
  const button = made(made(get("steps"), "li", ""), "button", step.name);
  button.type = "button";
  button.addEventListener("click", () => show(step));
  return button;
});

/** Shows a step; unchanged lines are collapsed, and a click expands them. */
function show(step) {
  const number = facts.steps.indexOf(step), everything = get("all").checked || number === 0;
  shown = step;
  buttons.forEach((button, n) => button.setAttribute("aria-current", n === number ? "step" : "false"));
  get("step").textContent = step.name;
  get("changes").textContent = number ? changes(step) : `${step.lines.length} lines`;
  const place = get("lines");
  place.replaceChildren();
  const near = step.lines.map(() => everything);
  step.lines.forEach(([mark], n) => {
    if (mark !== "=") for (let i = Math.max(0, n - NEAR); i <= n + NEAR && i < near.length; ++i) near[i] = true;
  });
  for (let n = 0; n < near.length;) {
    let end = n + 1;
    while (end < near.length && near[end] === near[n]) ++end;
    const lines = step.lines.slice(n, end);
    if (near[n]) write(place, lines);
    else fold(place, lines);
    n = end;
  }
  if (!near.some(shows => shows)) made(place, "p", "This pass changed nothing.");
}

function write(place, lines) {
  const text = document.createElement("pre");
  for (const [mark, line] of lines) made(text, "span", `${mark === "=" ? " " : mark} ${line}\n`, { "+": "new", "-": "gone" }[mark]);
  place.appendChild(text);
}

function fold(place, lines) {
  const details = place.appendChild(document.createElement("details"));
  made(details, "summary", `${lines.length} unchanged lines`);
  details.addEventListener("toggle", () => write(details, lines), { once: true });
}

let shown = null;
get("top").textContent = facts.title;
get("all").addEventListener("change", () => show(shown));
get("steps").addEventListener("keydown", event => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const next = buttons[buttons.indexOf(document.activeElement) + by];
  if (!next) return;
  next.focus();
  next.click();
  event.preventDefault();
});
show(facts.steps[Math.min(1, facts.steps.length - 1)]);
document.documentElement.dataset.ready = "yes";
