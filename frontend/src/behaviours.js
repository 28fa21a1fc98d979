// Small behaviours, switched on by data attributes, listened to once on the document so that fragments get them too.
//   data-copy="id"     copies the value of that field, then says so with data-done
//   data-print         prints the page
//   data-autosubmit    (form) sends itself when a field changes
//   data-focus         receives the focus when the page or a fragment arrives (error summaries)
//   details.me-menu    closes on Escape and on a click elsewhere
// Whoever is signed in and types is not away: the page is asked for again now and then, so that the sign-in does not end
// under a long text.

const STAY = 5 * 60 * 1000;

function stayWhileTyping() {
  let typed = false;
  document.addEventListener("input", () => { typed = true; });
  setInterval(() => {
    if (typed && document.querySelector("details.me-menu")) fetch(location.href, { method: "HEAD", redirect: "manual" }).catch(() => {});
    typed = false;
  }, STAY);
}

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  field.select();
  await navigator.clipboard.writeText(field.value);
  const words = button.querySelector("[aria-live]");
  const before = words.textContent;
  words.textContent = button.dataset.done;
  setTimeout(() => { words.textContent = before; }, 3000);
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.me-menu[open]")) {
    if (!menu.contains(except)) menu.open = false;
  }
}

function focusFirst(root) {
  root.querySelector("[data-focus]")?.focus();
}

export function watchPage() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-print]");
    if (button?.dataset.copy) copy(button);
    else if (button) window.print();
    closeMenus(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus(null);
  });
  document.addEventListener("change", (event) => {
    event.target.form?.closest("[data-autosubmit]")?.requestSubmit();
  });
  document.addEventListener("htmx:afterSettle", (event) => focusFirst(event.target));
  focusFirst(document);
  stayWhileTyping();
}
