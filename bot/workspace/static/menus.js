// Menus that open beside their button, and what their items do.

import { address, page, post } from "./api.js";
import { ask } from "./dialogs.js";

const button = (menu) => document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
const items = (menu) => [...menu.querySelectorAll("[role=menuitem]")];

// Puts an opened menu beside its button, within the window, and its first item under the keyboard.
function opened(event) {
  const menu = event.target;
  if (!menu.matches?.(".menu-list") || event.newState !== "open") return;
  const box = button(menu).getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(box.left, innerWidth - menu.offsetWidth - 8))}px`;
  const below = box.bottom + 6 + menu.offsetHeight < innerHeight;
  menu.style.top = `${below ? box.bottom + 6 : Math.max(8, box.top - menu.offsetHeight - 6)}px`;
  items(menu)[0]?.focus();
}

function moved(event) {
  const menu = event.target.closest?.(".menu-list");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!menu || !step) return;
  event.preventDefault();
  const all = items(menu);
  all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
}

export function startMenus() {
  document.addEventListener("toggle", opened, true); // the event does not bubble
  document.addEventListener("keydown", moved);
  document.addEventListener("click", (event) => event.target.closest("[role=menuitem]")?.closest(".menu-list").hidePopover());
}

const here = () => ({ channel: page().channel });

export const chosen = {
  stop: (element) => post("/people/stop", { ...here(), thread_ts: element.dataset.ts }),
  shortcut: (element) => {
    const article = element.closest("article");
    const place = article ? { channel: article.dataset.channel, ts: article.dataset.ts } : {};
    return post("/people/shortcuts", { callback_id: element.dataset.callback, ...place });
  },
  rename: async (element) => {
    const name = await ask({ title: "Rename the channel", input: "Name", value: element.dataset.name, yes: "Rename" });
    if (name) await post("/people/channels/rename", { ...here(), name });
  },
  archive: async () => {
    const text = "It can be read, and nothing can be added until someone opens it again.";
    const sure = await ask({ title: "Archive this channel?", text, yes: "Archive", danger: true });
    if (sure) await post("/people/channels/archive", here());
  },
  unarchive: () => post("/people/channels/unarchive", here()),
  invite: (element) => post("/people/channels/members", { ...here(), user: element.dataset.user }),
  app: async (element) => {
    const { act } = element.dataset;
    const sure = act === "install" || await ask({
      title: act === "revoke" ? "Revoke the bot’s token?" : "Remove the app?",
      text: "It cannot answer until you install it again.", yes: act === "revoke" ? "Revoke" : "Remove", danger: true,
    });
    if (sure) await post("/people/app", { act });
  },
};

export async function newChannel() {
  const made = await ask({ title: "New channel", input: "Name", check: "Private: only people who are added see it", yes: "Create" });
  if (!made) return null;
  const { channel } = await post("/people/channels", { name: made.text, private: made.checked });
  return address(`/channels/${channel}`);
}
