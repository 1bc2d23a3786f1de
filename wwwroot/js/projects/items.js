// Keys of the table of items. They act wherever the focus is, but for fields and what takes the same key itself; the page is told only
// of keys that it knows.
const FIELDS = "input:not([type=checkbox]), textarea, select, [contenteditable=true]";
const PRESSED = "button, a, summary, input, [role=button]";
const OVER = "dialog[open], .mud-dialog, .mud-popover-open";

const nameOf = event => {
  if (event.ctrlKey || event.metaKey) return event.key.toLowerCase() === "a" && !event.altKey ? "All" : null;
  if (event.altKey) return null;
  if (["ArrowDown", "ArrowUp", "Escape"].includes(event.key)) return event.key;
  if (event.target.closest(PRESSED)) return null;
  return { " ": "Space", Enter: "Enter" }[event.key] ?? null;
};

export const attach = (root, page) => {
  const keyed = event => {
    if (!root.isConnected) return document.removeEventListener("keydown", keyed);
    if (event.isComposing || event.target.closest(FIELDS) || document.querySelector(OVER)) return;
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      root.querySelector("[data-search]")?.focus();
      return;
    }
    const key = nameOf(event);
    if (!key) return;
    event.preventDefault();
    page.invokeMethodAsync("KeyAsync", key, event.shiftKey).catch(() => {});
  };
  document.addEventListener("keydown", keyed);
};

// the row under the cursor, below the head that stays
export const show = (root, place, height) => {
  const box = root.querySelector(".items .mud-table-container");
  if (!box) return;
  const head = box.querySelector("thead")?.offsetHeight ?? 0;
  const top = place * height;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + height + head > box.scrollTop + box.clientHeight) box.scrollTop = top + height + head - box.clientHeight;
};

export const address = query => history.replaceState(history.state, "", location.pathname + (query ? `?${query}` : ""));
