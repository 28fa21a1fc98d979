// The session: room screen, phones, console. Every page works without this file, by looking again.
//   [data-left]              counts the seconds down; the server sets it right at each change
//   form[data-draft="name"]  keeps what is typed in this tab, gives it back when the page changes, forgets it when sent
//   form[data-at-deadline]   hands over by itself, when the time is over or the room goes on, what was typed for somebody
import "./app.css";

import "htmx.org";

import { watchPage } from "./behaviours.js";

// ------------------------------------------------------------------ The clock
let ends = null;

function readClock() {
  const clock = document.querySelector("[data-left]");
  ends = clock ? performance.now() + Number(clock.dataset.left) * 1000 : null;
}

function tick() {
  const clock = document.querySelector("[data-left]");
  if (!clock || ends === null) return;
  const left = Math.max(0, Math.round((ends - performance.now()) / 1000));
  const text = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  if (clock.textContent !== text) clock.textContent = text;
  if (left === 0) {
    ends = null;
    handOver(document);
  }
}

// ------------------------------------------------------------------ Drafts
const SKIPPED = new Set(["csrfmiddlewaretoken", "step", "place", "do"]);
const draftOf = (form) => `draft ${form.dataset.draft}`;

function keep(form) {
  const fields = [...new FormData(form)].filter(([name]) => !SKIPPED.has(name));
  sessionStorage.setItem(draftOf(form), JSON.stringify(Object.fromEntries(fields)));
}

function giveBack(root) {
  for (const form of root.querySelectorAll("form[data-draft]")) {
    const kept = sessionStorage.getItem(draftOf(form));
    if (!kept || form.querySelector("[aria-invalid]")) continue;
    for (const [name, value] of Object.entries(JSON.parse(kept))) {
      const field = form.elements.namedItem(name);
      if (field) field.value = value;
    }
  }
}

// ------------------------------------------------------------------ Nothing typed is lost
function forSomebody(form) {
  const data = new FormData(form);
  return data.get("reader") === "facilitator" && String(data.get("text")).trim() !== "";
}

function handOver(root) {
  for (const form of root.querySelectorAll("form[data-at-deadline]")) {
    if (!forSomebody(form)) continue;
    const body = new URLSearchParams(new FormData(form));
    fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" }, keepalive: true });
  }
}

function send(event) {
  const form = event.target;
  if (form.matches("[data-at-deadline]") && new FormData(form).get("reader") === "me") event.preventDefault();
  else if (form.matches("[data-draft]") && !form.matches("[data-at-deadline]")) sessionStorage.removeItem(draftOf(form));
}

watchPage();
readClock();
giveBack(document);
setInterval(tick, 250);
document.addEventListener("input", (event) => { if (event.target.form?.dataset.draft) keep(event.target.form); });
document.addEventListener("change", (event) => { if (event.target.form?.dataset.draft) keep(event.target.form); });
document.addEventListener("submit", send);
document.addEventListener("htmx:oobBeforeSwap", (event) => handOver(event.detail.target));
document.addEventListener("htmx:oobAfterSwap", () => { readClock(); giveBack(document); });
