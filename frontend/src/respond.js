// The answering pages. They work without this file; nothing here is shared with the workspace, so one request is enough.
//   form[data-link]    takes the signs after # in the address, erases them there, and sends them
//   form[data-draft]   keeps a draft on this device under the name that the link gives, sealed with the key that it gives;
//                      moves between chapters without sending anything before the answer is handed in
//   [data-erase]       the answer is stored: the draft of that name is erased
//   [data-print], [data-focus]
import "./respond.css";

const byData = (name) => document.querySelector(`[data-${name}]`);
const textBytes = (text) => new TextEncoder().encode(text);
const toBase64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
const fromBase64 = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

// ------------------------------------------------------------------ The link
function openLink(form) {
  const signs = location.hash.slice(1);
  if (!signs) return;
  history.replaceState(null, "", location.pathname);
  form.elements.token.value = signs;
  form.requestSubmit();
}

// A whole link may be pasted too: what counts stands after its #.
function onlySigns(event) {
  const field = event.target.elements.token;
  field.value = field.value.split("#").pop();
}

// ------------------------------------------------------------------ The draft
// Sealed where the browser can (https or this machine); else kept in clear for as long as this tab lives, no longer.
class Vault {
  constructor(name, secret) {
    this.name = `draft ${name}`;
    this.sealed = Boolean(crypto.subtle);
    this.store = this.sealed ? localStorage : sessionStorage;
    this.secret = secret;
  }

  key() {
    return crypto.subtle.importKey("raw", fromBase64(this.secret), "AES-GCM", false, ["encrypt", "decrypt"]);
  }

  async read() {
    const kept = this.store.getItem(this.name);
    if (!kept) return {};
    try {
      if (!this.sealed) return JSON.parse(kept);
      const [iv, box] = kept.split(".").map(fromBase64);
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await this.key(), box);
      return JSON.parse(new TextDecoder().decode(plain));
    } catch {
      return {};
    }
  }

  async write(draft) {
    let kept = JSON.stringify(draft);
    if (this.sealed) {
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const box = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await this.key(), textBytes(kept));
      kept = `${toBase64(iv)}.${toBase64(new Uint8Array(box))}`;
    }
    this.store.setItem(this.name, kept);
  }

  erase() {
    this.store.removeItem(this.name);
  }
}

const OURS = new Set(["csrfmiddlewaretoken", "state", "on", "pad"]);
const STEP = 16384; // what is sent is as long for everybody, within this: a network then sees no length of a text

class Questionnaire {
  constructor(form) {
    this.form = form;
    this.vault = new Vault(form.dataset.draft, form.dataset.key);
    this.draft = {};
    this.keeps = true;
    this.turn = Promise.resolve();
  }

  async start() {
    this.draft = { ...this.onPage(), ...(await this.vault.read()) };
    this.fill();
    this.count();
    if (Object.keys(this.draft).length) await this.keep();
    this.form.addEventListener("input", () => this.keep());
    this.form.addEventListener("submit", (event) => this.send(event));
    byData("forget")?.addEventListener("click", () => this.forget());
    addEventListener("offline", () => this.say());
    addEventListener("online", () => this.say());
  }

  onPage() {
    const fields = [...new FormData(this.form)].filter(([name, value]) => !OURS.has(name) && value !== "");
    return Object.fromEntries(fields);
  }

  fill() {
    for (const [name, value] of Object.entries(this.draft)) {
      const field = this.form.elements.namedItem(name);
      if (field) field.value = value; // a text, or a group of radios
    }
  }

  // One write after the other, so that the last one is the one that stays.
  keep() {
    for (const field of this.form.querySelectorAll("textarea")) delete this.draft[field.name];
    Object.assign(this.draft, this.onPage());
    this.count();
    this.turn = this.turn.then(() => this.vault.write(this.draft)).then(() => { this.keeps = true; }, () => { this.keeps = false; });
    return this.turn.then(() => this.say());
  }

  // Between chapters nothing is sent: the next page is fetched empty and filled from the draft.
  async send(event) {
    const button = event.submitter;
    if (this.sending) return event.preventDefault();
    if (button?.name === "language") return this.carry();
    const target = button?.formAction || this.form.action;
    if (button && "handIn" in button.dataset) {
      this.sending = true;
      return this.carry();
    }
    if (!this.keeps) return this.carry();
    event.preventDefault();
    await this.keep();
    if (this.keeps) return location.assign(target);
    this.carry();
    this.form.action = target;
    return this.form.submit();
  }

  // The answers of the other chapters go along, once.
  carry() {
    for (const [name, value] of Object.entries(this.draft)) this.put(name, value);
    this.put("pad", "");
    const { pad } = this.form.elements;
    pad.value = "";
    const sent = [...new FormData(this.form)].map(([name, value]) => [name, value.replace(/\r?\n/g, "\r\n")]);
    pad.value = "0".repeat(STEP - (new URLSearchParams(sent).toString().length % STEP));
  }

  put(name, value) {
    if (this.form.elements.namedItem(name)) return;
    this.form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }

  forget() {
    this.vault.erase();
    location.assign(byData("start")?.href || location.pathname);
  }

  say() {
    const { kept, plain, offline, lost } = this.form.dataset;
    const words = !this.keeps ? lost : !navigator.onLine ? offline : this.vault.sealed ? kept : plain;
    const place = document.querySelector(".autosave span");
    if (place.textContent !== words) place.textContent = words;
  }

  count() {
    const total = Number(this.form.dataset.total);
    const answered = Object.keys(this.draft).filter((name) => /^[A-Z]\d+m?$/.test(name) && !/^O/.test(name)).length;
    const place = byData("count");
    const values = { answered, total, empty: total - answered };
    if (place) place.textContent = this.form.dataset.left.replace(/\{(\w+)\}/g, (_, name) => values[name]);
    for (const note of document.querySelectorAll("[data-room-for]")) {
      const field = this.form.elements.namedItem(note.dataset.roomFor);
      note.textContent = this.form.dataset.room.replace("{room}", field.maxLength - field.value.length);
    }
  }
}

// ------------------------------------------------------------------ Every page
const link = byData("link");
if (link) {
  link.addEventListener("submit", onlySigns);
  openLink(link);
  addEventListener("hashchange", () => openLink(link));
}

const questions = byData("draft");
if (questions) {
  const begin = async () => new Questionnaire(questions).start();
  begin().catch(() => {}); // no storage in this browser: the page works as without this file
}

const erase = byData("erase");
if (erase) {
  try {
    new Vault(erase.dataset.erase, "").erase();
  } catch {
    // Nothing could be kept, nothing is to be erased.
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});
// Coming back with the browser's button: the page may be an old copy, so take the draft again.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
byData("focus")?.focus();
