// The chat page: listens to the workspace, fetches what changed, and does what is clicked.

import { address, attempt, html, page, post } from "./api.js";
import { fill, startComposers } from "./composer.js";
import { ask, closeView, pickEmoji, reconcileModals, showModals, startPicker, valueOf, valuesIn } from "./dialogs.js";
import { chosen, newChannel, startMenus } from "./menus.js";
import { arrange, reconcile, remove, toBottom, upsert } from "./log.js";

const byId = (id) => document.getElementById(id);

// -- what changed ---------------------------------------------------------------------------------------------

const waiting = new Map();
let fetching = false;

// Fetches one message again, soon and once, however often it changes meanwhile.
function refetch(place, ts) {
  waiting.set(`${place} ${ts}`, [place, ts]);
  if (!fetching) {
    fetching = true;
    setTimeout(drain, 40);
  }
}

async function drain() {
  while (waiting.size) {
    const [key, [place, ts]] = waiting.entries().next().value;
    waiting.delete(key);
    await attempt(() => fetchMessage(place, ts));
  }
  fetching = false;
}

async function fetchMessage(place, ts) {
  const channel = page().channel;
  const found = await html(`/channels/${channel}/messages/${ts}`, { place, thread: page().thread });
  const log = byId(place === "thread" ? "thread-log" : "log");
  const article = found?.querySelector("article");
  if (article && log && channel === page().channel) upsert(log, document.adoptNode(article));
}

const heard = {
  message(change) {
    if (change.channel !== page().channel) return markUnread(change.channel);
    const root = change.thread_ts ?? change.ts;
    if (change.thread_ts === null) refetch("channel", change.ts);
    else refetch("channel", root);
    if (page().thread === root) refetch("thread", change.ts);
  },
  deleted(change) {
    remove(`m${change.ts}`);
    remove(`t${change.ts}`);
    if (change.thread_ts && change.channel === page().channel) refetch("channel", change.thread_ts);
  },
  status(change) {
    if (change.channel !== page().channel) return;
    if (change.thread_ts) refetch("channel", change.thread_ts);
    if (page().thread === change.thread_ts) refresh();
  },
  presence: () => refresh(),
  channels: () => refresh(),
  prompts: () => refresh(),
  home: () => refresh(),
  view: () => refresh(),
  reload: () => refresh(),
  open: () => refresh(),
};

function listen() {
  const stream = new EventSource(address("/people/stream"));
  stream.onmessage = (event) => {
    const change = JSON.parse(event.data);
    heard[change.type]?.(change);
  };
}

// -- the page as a whole --------------------------------------------------------------------------------------

let refreshing = null;

// Fetches this page again and takes over what differs. Calls during a refresh are answered by one more.
function refresh() {
  if (refreshing) {
    refreshing.again = true;
    return refreshing.done;
  }
  const run = { again: false };
  refreshing = run;
  run.done = attempt(takeOver).finally(() => {
    refreshing = null;
    if (run.again) refresh();
  });
  return run.done;
}

const swapped = ["presence", "channels", "bot-state", "app", "channel-tools", "prompts-channel", "prompts-thread", "thread-status", "thread-title"];

async function takeOver() {
  const here = location.pathname + location.search;
  const answer = await fetch(here);
  if (!answer.ok || here !== location.pathname + location.search) return;
  const wanted = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of swapped) swap(byId(id), wanted.getElementById(id));
  byId("bot-dot").className = wanted.getElementById("bot-dot").className;
  for (const id of ["log", "thread-log"]) {
    const [log, fresh] = [byId(id), wanted.getElementById(id)];
    if (log && fresh) reconcile(log, document.adoptNode(fresh));
  }
  const renamed = byId("main").getAttribute("aria-label") !== wanted.getElementById("main").getAttribute("aria-label");
  if (renamed || page().archived !== wanted.body.dataset.archived) return location.reload();
  const [home, newHome] = [byId("home"), wanted.getElementById("home")];
  if (home && newHome && home.innerHTML !== newHome.innerHTML) home.replaceWith(newHome);
  reconcileModals(wanted.getElementById("modals"));
  markSeen();
  return undefined;
}

function swap(old, fresh) {
  if (old && fresh && old.innerHTML !== fresh.innerHTML) old.innerHTML = fresh.innerHTML;
}

// Goes to another conversation or thread without loading the whole page.
async function go(target, { push = true, focus = true } = {}) {
  const answer = await fetch(target);
  if (!answer.ok) return location.assign(target);
  const wanted = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (push) history.pushState(null, "", answer.url);
  document.title = wanted.title;
  for (const [key, value] of Object.entries(wanted.body.dataset)) document.body.dataset[key] = value;
  document.body.className = wanted.body.className;
  const sameChannel = byId("main").getAttribute("aria-label") === wanted.getElementById("main").getAttribute("aria-label")
    && Boolean(byId("log")) === Boolean(wanted.getElementById("log"));
  for (const id of sameChannel ? ["sidebar", "thread"] : ["sidebar", "main", "thread"]) {
    byId(id).replaceWith(document.adoptNode(wanted.getElementById(id)));
  }
  settle();
  if (focus) byId(page().thread ? "composer-thread" : "composer-channel")?.focus();
  return undefined;
}

function settle() {
  for (const id of ["log", "thread-log"]) {
    const log = byId(id);
    if (!log || log.dataset.settled) continue;
    log.dataset.settled = "yes";
    arrange(log);
    toBottom(log);
    for (const image of log.querySelectorAll("img")) image.addEventListener("load", () => toBottom(log), { once: true });
  }
  startComposers();
  showModals();
  markSeen();
}

// -- what is new elsewhere ------------------------------------------------------------------------------------

const seenKey = (channel) => `seen:${page().as}:${channel}`;

function markSeen() {
  for (const entry of document.querySelectorAll("#sidebar a[data-channel]")) {
    const { channel, latest } = entry.dataset;
    const current = channel === page().channel;
    if (current || localStorage.getItem(seenKey(channel)) === null) localStorage.setItem(seenKey(channel), latest);
    entry.classList.toggle("unread", !current && latest > (localStorage.getItem(seenKey(channel)) ?? ""));
  }
}

function markUnread(channel) {
  document.querySelector(`#sidebar a[data-channel="${channel}"]`)?.classList.add("unread");
}

// -- what is clicked ------------------------------------------------------------------------------------------

const at = (element) => {
  const article = element.closest("article");
  return { article, channel: article.dataset.channel, ts: article.dataset.ts };
};

const react = (element, name, undo) => {
  const { channel, ts } = at(element);
  return post("/people/reactions", { channel, ts, name, remove: undo });
};

const clicked = {
  thread: (element, event) => {
    event.preventDefault();
    return go(element.href);
  },
  toggle: (element) => react(element, element.dataset.name, element.getAttribute("aria-pressed") === "true"),
  pick: async (element) => {
    const emoji = await pickEmoji(element);
    if (emoji) await react(element, emoji.name, false);
  },
  edit: (element) => startEdit(at(element).article, element.dataset.typed),
  delete: async (element) => {
    const { channel, ts } = at(element);
    const sure = await ask({ title: "Delete this message?", text: "It goes away for everyone.", yes: "Delete", danger: true });
    if (sure) await post("/people/messages/delete", { channel, ts });
  },
  dismiss: (element) => {
    const { channel, ts } = at(element);
    return post("/people/messages/delete", { channel, ts });
  },
  suggest: (element) => fill(byId(`composer-${element.dataset.place ?? "channel"}-form`), element.dataset.text),
  ...chosen,
  "close-view": (element) => closeView(element.closest("dialog")),
};

function startEdit(article, typed) {
  const body = article.querySelector(".body");
  const form = document.createElement("form");
  const area = document.createElement("textarea");
  area.value = typed;
  area.setAttribute("aria-label", "Edit the message");
  form.className = "edit-form";
  form.append(area, button("Cancel", "button"), button("Save", "submit"));
  article.classList.add("editing");
  body.hidden = true;
  body.after(form);
  const end = () => {
    article.classList.remove("editing");
    form.remove();
    body.hidden = false;
  };
  form.querySelector("button").addEventListener("click", end);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") end();
    if (event.key === "Enter" && !event.shiftKey && event.target === area) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { channel, ts } = at(form);
    end();
    await attempt(() => post("/people/messages/edit", { channel, ts, text: area.value }));
  });
  area.focus();
}

function button(label, type) {
  const made = document.createElement("button");
  made.type = type;
  made.className = type === "submit" ? "button button-primary" : "button";
  made.textContent = label;
  return made;
}

// Presses a button, or reports a choice, in a message, a modal or the Home tab.
async function press(element, actionId, value) {
  const confirm = element.dataset.confirm ? JSON.parse(element.dataset.confirm) : null;
  if (confirm && !(await ask({
    title: confirm.title.text, text: confirm.text.text, yes: confirm.confirm.text, no: confirm.deny.text,
    danger: confirm.style === "danger",
  }))) return;
  const place = element.closest("article, dialog[data-view], #home");
  const used = { action_id: actionId, block_id: element.closest("[data-block]").dataset.block, value, values: valuesIn(place) };
  element.setAttribute("aria-busy", "true");
  const done = await attempt(() => (place.dataset.view
    ? post("/people/views/actions", { view: place.dataset.view, ...used })
    : post("/people/actions", { channel: place.dataset.channel, ts: place.dataset.ts, ...used })));
  element.removeAttribute("aria-busy");
  if (done && "feedback" in element.dataset) {
    for (const other of element.parentElement.children) other.setAttribute("aria-pressed", String(other === element));
  }
}

function showMenu(open) {
  document.body.classList.toggle("menu-open", open);
  byId("menu")?.setAttribute("aria-expanded", String(open));
}

document.addEventListener("click", (event) => {
  const target = event.target;
  const pressed = target.closest("[data-press]");
  if (pressed) return void press(pressed, pressed.dataset.press, pressed.dataset.value);
  const doing = target.closest("[data-do]");
  if (doing && clicked[doing.dataset.do]) return void attempt(() => clicked[doing.dataset.do](doing, event));
  const link = target.closest("#sidebar a, .tabs a, #close-thread");
  if (link && !event.metaKey && !event.ctrlKey && link.dataset.channel !== "") {
    event.preventDefault();
    showMenu(false);
    if (link.dataset.tab) return void attempt(() => post("/people/tabs", { tab: link.dataset.tab }).then(() => go(link.href)));
    return void attempt(() => go(link.href));
  }
  if (target.closest("#menu")) return showMenu(!document.body.classList.contains("menu-open"));
  if (target.closest("#new-channel")) return void attempt(async () => {
    const made = await newChannel();
    if (made) await go(made);
  });
  if (!target.closest("#sidebar")) showMenu(false);
  return undefined;
});

document.addEventListener("change", (event) => {
  const chosen = event.target;
  if (chosen.id === "act-as") {
    const direct = !byId("main").getAttribute("aria-label").startsWith("#");
    location.assign(direct ? `/?dm=1&as=${chosen.value}` : `${location.pathname}?as=${chosen.value}&thread=${page().thread}`);
  } else if ("choose" in chosen.dataset) {
    const field = chosen.closest("[data-field]");
    press(field, field.dataset.field, valueOf(field));
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open], :popover-open") || event.target.closest(".edit-form")) return;
  if (document.body.classList.contains("menu-open")) showMenu(false);
  else if (page().thread) attempt(() => go(byId("close-thread").href));
});

document.addEventListener("sent", (event) => toBottom(byId(event.target.dataset.place === "thread" ? "thread-log" : "log")));
window.addEventListener("popstate", () => attempt(() => go(location.href, { push: false, focus: false })));

startPicker();
startMenus();
settle();
listen();
// Arriving at Home by its address is opening it too.
if (page().tab === "home") attempt(() => post("/people/tabs", { tab: "home" }));
