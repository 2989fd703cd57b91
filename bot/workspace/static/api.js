// Talks to the workspace as the person whose page this is.

export const page = () => document.body.dataset;

export function address(path, params = {}) {
  return `${path}?${new URLSearchParams({ as: page().as, ...params })}`;
}

export async function post(path, fields) {
  const isForm = fields instanceof FormData;
  if (isForm) fields.set("as", page().as);
  const answer = await fetch(path, {
    method: "POST",
    headers: isForm ? {} : { "Content-Type": "application/json" },
    body: isForm ? fields : JSON.stringify({ as: page().as, ...fields }),
  });
  const body = await answer.json();
  if (body.error) throw new Error(body.error);
  return body;
}

export async function html(path, params) {
  const answer = await fetch(address(path, params));
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Error(await answer.text());
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

let hiding;
export function toast(message) {
  const box = document.getElementById("toast");
  box.textContent = message;
  box.classList.add("shown");
  clearTimeout(hiding);
  hiding = setTimeout(() => box.classList.remove("shown"), 8000);
}

// Runs an act and shows its refusal, since no act may fail in silence.
export async function attempt(act) {
  try {
    return await act();
  } catch (error) {
    const lost = error instanceof TypeError;
    toast(lost ? "The workspace does not answer. Start it again; this page reconnects by itself." : error.message);
    return undefined;
  }
}
