// The message box: sending, files by button, drop and paste, drafts that survive a reload.

import { attempt, page, post } from "./api.js";
import { pickEmoji } from "./dialogs.js";

const files = new WeakMap(); // form -> files to send
const draftKey = (form) => `draft:${page().as}:${page().channel}:${form.dataset.thread}`;
const box = (form) => form.querySelector("textarea");

export function startComposers(root = document) {
  for (const form of root.querySelectorAll(".composer")) {
    if (files.has(form)) continue;
    files.set(form, []);
    box(form).value = sessionStorage.getItem(draftKey(form)) ?? "";
    grow(box(form));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
    form.addEventListener("input", () => changed(form));
    form.addEventListener("keydown", (event) => onKey(event, form));
    form.addEventListener("click", (event) => onClick(event, form));
    form.addEventListener("paste", (event) => addFiles(form, event.clipboardData.files));
    form.querySelector("input[type=file]").addEventListener("change", (event) => {
      addFiles(form, event.target.files);
      event.target.value = "";
    });
    acceptDrops(form);
    changed(form);
  }
}

function changed(form) {
  grow(box(form));
  sessionStorage.setItem(draftKey(form), box(form).value);
  form.classList.toggle("ready", Boolean(box(form).value.trim() || files.get(form).length));
}

function grow(area) {
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight + 2, innerHeight * 0.4)}px`;
}

function onKey(event, form) {
  if (event.target !== box(form) || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  send(form);
}

const acts = {
  attach: (form) => form.querySelector("input[type=file]").click(),
  mention: (form) => insert(form, `@${page().bot} `),
  "insert-emoji": async (form, button) => {
    const emoji = await pickEmoji(button);
    if (emoji) insert(form, `:${emoji.name}: `);
  },
  unattach: (form, button) => {
    files.get(form).splice([...button.closest("ul").children].indexOf(button.closest("li")), 1);
    showPending(form);
    box(form).focus();
  },
};

function onClick(event, form) {
  const button = event.target.closest("[data-do]");
  acts[button?.dataset.do]?.(form, button);
}

export function insert(form, text) {
  const area = box(form);
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  changed(form);
  area.focus();
}

export function fill(form, text) {
  box(form).value = text;
  changed(form);
  box(form).focus();
}

function addFiles(form, list) {
  if (!list?.length) return;
  files.get(form).push(...list);
  showPending(form);
  box(form).focus();
}

function showPending(form) {
  const list = form.querySelector(".pending");
  list.replaceChildren(...files.get(form).map((file) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.do = "unattach";
    button.setAttribute("aria-label", `Remove ${file.name}`);
    button.textContent = "×";
    item.append(file.name, button);
    return item;
  }));
  list.hidden = files.get(form).length === 0;
  changed(form);
}

function acceptDrops(form) {
  const pane = form.parentElement;
  let depth = 0;
  const hovering = (step) => {
    depth = Math.max(0, depth + step);
    pane.classList.toggle("dropping", depth > 0);
  };
  pane.addEventListener("dragenter", () => hovering(1));
  pane.addEventListener("dragleave", () => hovering(-1));
  pane.addEventListener("dragover", (event) => event.preventDefault());
  pane.addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    pane.classList.remove("dropping");
    addFiles(form, event.dataTransfer.files);
  });
}

async function send(form) {
  const text = box(form).value.trim();
  const attached = files.get(form);
  if ((!text && !attached.length) || form.classList.contains("sending")) return;
  form.classList.add("sending");
  const sent = await attempt(() => (/^\/[a-z]/i.test(text) && !attached.length ? command(form, text) : say(form, text, attached)));
  form.classList.remove("sending");
  if (!sent) return;
  files.set(form, []);
  box(form).value = "";
  showPending(form);
  form.dispatchEvent(new CustomEvent("sent", { bubbles: true }));
}

function command(form, text) {
  return post("/people/commands", { channel: page().channel, text, thread_ts: form.dataset.thread });
}

function say(form, text, attached) {
  const fields = new FormData();
  fields.set("channel", page().channel);
  fields.set("text", text);
  fields.set("thread_ts", form.dataset.thread);
  for (const file of attached) fields.append("files", file, file.name);
  return post("/people/messages", fields);
}
