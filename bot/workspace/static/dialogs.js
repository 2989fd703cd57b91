// Questions, the emoji picker, and the modals that the bot opens.

import { attempt, post } from "./api.js";

const byId = (id) => document.getElementById(id);

// Asks a question with two answers, and optionally for one line of text, and for a tick beside it. Gives false, true,
// the text, or with *check* the text and whether it is ticked.
export function ask({ title, text = "", yes = "Yes", no = "Cancel", danger = false, input = "", value = "", check = "" }) {
  const dialog = byId("question");
  byId("question-title").textContent = title;
  byId("question-body").replaceChildren(
    ...(input ? [textField(input, value)] : [document.createTextNode(text)]), ...(check ? [tick(check)] : []),
  );
  byId("question-yes").textContent = yes;
  byId("question-no").textContent = no;
  byId("question-yes").classList.toggle("button-danger", danger);
  dialog.returnValue = "no";
  dialog.showModal();
  (dialog.querySelector("input") ?? byId("question-yes")).focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const [field, box] = dialog.querySelectorAll("input");
      const answer = field ? field.value.trim() : true;
      resolve(dialog.returnValue === "yes" && answer && (box ? { text: answer, checked: box.checked } : answer));
    }, { once: true });
  });
}

function tick(label) {
  const wrapper = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  wrapper.className = "tick";
  wrapper.append(box, label);
  return wrapper;
}

function textField(label, value) {
  const wrapper = document.createElement("label");
  const field = document.createElement("input");
  field.value = value;
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    byId("question").close("yes");
  });
  wrapper.append(label, field);
  return wrapper;
}

// Opens the picker beside an element; gives the emoji's name and character, or null.
export function pickEmoji(anchor) {
  const picker = byId("picker");
  byId("picker-search").value = "";
  filterEmoji();
  picker.showModal();
  const box = anchor.getBoundingClientRect();
  picker.style.left = `${Math.max(8, Math.min(box.left - 120, innerWidth - picker.offsetWidth - 8))}px`;
  const below = box.bottom + 8 + picker.offsetHeight < innerHeight;
  picker.style.top = `${below ? box.bottom + 8 : Math.max(8, box.top - picker.offsetHeight - 8)}px`;
  byId("picker-search").focus();
  return new Promise((resolve) => {
    let chosen = null;
    const choose = (event) => {
      const button = event.target.closest("[data-name]");
      if (event.target === picker) picker.close();
      if (!button) return;
      chosen = { name: button.dataset.name, character: button.textContent };
      picker.close();
    };
    picker.addEventListener("click", choose);
    picker.addEventListener("close", () => {
      picker.removeEventListener("click", choose);
      anchor.focus();
      resolve(chosen);
    }, { once: true });
  });
}

function filterEmoji() {
  const wanted = byId("picker-search").value.trim().toLowerCase().replaceAll(" ", "_").replaceAll(":", "");
  let shown = 0;
  for (const section of byId("picker-list").querySelectorAll("section")) {
    let here = 0;
    for (const button of section.querySelectorAll("button")) {
      button.hidden = !button.dataset.name.includes(wanted);
      here += button.hidden ? 0 : 1;
    }
    section.hidden = here === 0;
    shown += here;
  }
  byId("picker-list").querySelector(".picker-none").hidden = shown > 0;
}

function moveInPicker(event) {
  const shown = [...byId("picker-list").querySelectorAll("button:not([hidden])")];
  const at = shown.indexOf(document.activeElement);
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: at < 0 ? 1 : 8, ArrowUp: -8 };
  if (event.key === "Enter" && at < 0) {
    event.preventDefault();
    shown[0]?.click();
  } else if (event.key in steps && (at >= 0 || event.key === "ArrowDown")) {
    event.preventDefault();
    (shown[Math.max(0, Math.min(at + steps[event.key], shown.length - 1))] ?? byId("picker-search")).focus();
  }
}

export function startPicker() {
  byId("picker-search").addEventListener("input", filterEmoji);
  byId("picker").addEventListener("keydown", moveInPicker);
}

// What is filled in, as block id -> action id -> value or list of values.
export function valuesIn(root) {
  const values = {};
  for (const field of root.querySelectorAll("[data-field]")) {
    const block = field.closest("[data-block]").dataset.block;
    (values[block] ??= {})[field.dataset.field] = valueOf(field);
  }
  return values;
}

export function valueOf(field) {
  const checked = [...field.querySelectorAll("input:checked")].map((input) => input.value);
  if (field.dataset.type === "radio_buttons") return checked[0] ?? "";
  if (field.dataset.type === "checkboxes") return checked;
  if (field.multiple) return [...field.selectedOptions].map((option) => option.value);
  return field.value;
}

// Makes the page's modals those of *wanted*, keeping what is typed into unchanged ones.
export function reconcileModals(wanted) {
  const here = byId("modals");
  const fresh = [...wanted.querySelectorAll("dialog")];
  for (const old of [...here.children]) {
    const same = fresh.find((view) => view.id === old.id && view.dataset.hash === old.dataset.hash);
    if (same) continue;
    if (old.open) old.close();
    old.remove();
  }
  for (const view of fresh) {
    if (!byId(view.id)) here.append(view);
  }
  showModals();
}

export function showModals() {
  for (const dialog of byId("modals").querySelectorAll("dialog:not([open])")) {
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      closeView(dialog);
    });
    dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      submitView(dialog);
    });
    dialog.showModal();
    dialog.querySelector("[data-field]")?.focus();
  }
}

export function closeView(dialog) {
  return attempt(() => post("/people/views/close", { view: dialog.dataset.view }));
}

async function submitView(dialog) {
  const button = dialog.querySelector("[type=submit]");
  button.disabled = true;
  const fields = { view: dialog.dataset.view, values: valuesIn(dialog) };
  const answer = await attempt(() => post("/people/views/submit", fields));
  button.disabled = false;
  if (answer) showErrors(dialog, answer.errors ?? {});
}

function showErrors(dialog, errors) {
  for (const block of dialog.querySelectorAll("[data-block]")) {
    const line = block.querySelector(".field-error");
    if (!line) continue;
    line.textContent = errors[block.dataset.block] ?? "";
    line.hidden = !line.textContent;
  }
  dialog.querySelector(".field-error:not([hidden])")?.closest("[data-block]").querySelector("[data-field]")?.focus();
}
