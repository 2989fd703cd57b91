// Keeps a list of messages in order: inserts, replaces, groups, marks days, and stays at the bottom.

const GROUP_S = 300;
const time = (article) => parseFloat(article.dataset.ts);
const articles = (log) => [...log.querySelectorAll(":scope > article")];

export function atBottom(log) {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 90;
}

export function toBottom(log) {
  if (log) log.scrollTop = log.scrollHeight;
}

export function upsert(log, article) {
  const stay = atBottom(log);
  const old = document.getElementById(article.id);
  if (old?.classList.contains("editing")) return;
  if (old) replace(old, article);
  else {
    const after = articles(log).find((other) => time(other) > time(article));
    log.insertBefore(article, after ?? null);
    article.classList.add("fresh");
  }
  log.querySelector("#empty")?.remove();
  arrange(log);
  if (stay) {
    toBottom(log);
    for (const image of article.querySelectorAll("img")) image.addEventListener("load", () => toBottom(log));
  }
}

function replace(old, article) {
  const focused = old.contains(document.activeElement) ? pathOf(document.activeElement) : null;
  const fields = [...old.querySelectorAll("select[data-field], input[data-field], textarea[data-field]")];
  article.classList.toggle("follows", old.classList.contains("follows"));
  old.replaceWith(article);
  for (const field of fields) {
    const same = article.querySelector(`[data-field="${CSS.escape(field.dataset.field)}"]`);
    if (same && "value" in same) same.value = field.value;
  }
  if (focused) article.querySelector(focused)?.focus();
}

function pathOf(element) {
  for (const key of ["press", "name", "do", "field"]) {
    if (element.dataset[key]) return `[data-${key}="${CSS.escape(element.dataset[key])}"]`;
  }
  return null;
}

export function reconcile(log, wanted) {
  const keep = new Set(articles(wanted).map((article) => article.id));
  for (const article of articles(log)) if (!keep.has(article.id)) article.remove();
  for (const article of articles(wanted)) {
    const old = document.getElementById(article.id);
    if (!old || old.outerHTML !== article.outerHTML) upsert(log, article);
  }
  const empty = wanted.querySelector("#empty");
  if (empty && !log.querySelector("#empty")) log.prepend(empty);
  arrange(log);
}

export function remove(id) {
  const article = document.getElementById(id);
  const log = article?.parentElement;
  article?.remove();
  if (log) arrange(log);
}

export function arrange(log) {
  for (const line of log.querySelectorAll(":scope > .day")) line.remove();
  let before = null;
  for (const article of articles(log)) {
    const day = dayOf(article);
    const newDay = !before || day !== dayOf(before);
    if (newDay) log.insertBefore(dayLine(day), article);
    const follows = !newDay && before.dataset.user === article.dataset.user
      && time(article) - time(before) < GROUP_S
      && !article.classList.contains("private") && !before.classList.contains("private");
    article.classList.toggle("follows", follows);
    before = article;
  }
}

const dayOf = (article) => new Date(time(article) * 1000).toDateString();

function dayLine(day) {
  const line = document.createElement("p");
  line.className = "day";
  const names = { [new Date().toDateString()]: "Today", [new Date(Date.now() - 864e5).toDateString()]: "Yesterday" };
  line.textContent = names[day]
    ?? new Date(day).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long" });
  return line;
}
