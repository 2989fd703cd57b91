// Keeps the list of mails up to date while the page is open.

const EVERY_MS = 2000;

async function look() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("letters");
  const list = document.getElementById("letters");
  if (!fresh || fresh.innerHTML === list.innerHTML) return;
  const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  list.replaceChildren(...fresh.childNodes);
  if (focused) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
}

setInterval(() => { if (!document.hidden) look().catch(() => {}); }, EVERY_MS);
