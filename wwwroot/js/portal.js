// What every page shares, static or interactive: theme, menus, keyboard help, the reconnect line.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => document.documentElement.dataset.theme;
  const isDark = () => chosen() ? chosen() === "dark" : system.matches;
  let watcher = null;
  const tell = () => watcher?.invokeMethodAsync("SetDark", isDark()).catch(() => {});

  const toggleTheme = () => {
    const theme = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax${secure}`;
    tell();
  };
  system.addEventListener("change", tell);

  // Antiforgery for scripts: one token per page, fetched anew when the server refuses it.
  let antiforgery = null;
  const fetchAntiforgery = async () => {
    const response = await fetch("/api/v1/antiforgery", { headers: { accept: "application/json" } });
    if (!response.ok) throw new Error(`antiforgery: ${response.status}`);
    return await response.json();
  };
  // fetch() with the token; a refused token is renewed once
  const send = async (url, options = {}) => {
    for (let attempt = 0; ; attempt++) {
      antiforgery ??= await fetchAntiforgery();
      const response = await fetch(url, { ...options, headers: { ...options.headers, [antiforgery.header]: antiforgery.token } });
      if (response.status !== 400 || attempt > 0) return response;
      const problem = await response.clone().json().catch(() => null);
      if (problem?.code !== "antiforgery") return response;
      antiforgery = null;
    }
  };

  document.addEventListener("click", event => {
    if (event.target.closest("[data-theme-toggle]")) toggleTheme();
    const opener = event.target.closest("[data-opens]");
    // the label page has a help of its own, beside its answers
    if (opener && (opener.dataset.opens !== "keyboard-help" || document.dispatchEvent(new Event("portal-help", { cancelable: true }))))
      document.getElementById(opener.dataset.opens)?.showModal();
    if (event.target.closest("[data-reconnect]")) reconnect();
    const copy = event.target.closest("[data-copies]");
    if (copy) navigator.clipboard?.writeText(document.getElementById(copy.dataset.copies).textContent).then(() =>
        { copy.textContent = copy.dataset.copied; });
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", event => {
    if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) { menu.open =
        false; menu.querySelector("summary").focus(); }
    if (event.key !== "?" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable=true]")) return;
    document.getElementById("keyboard-help")?.showModal();
  });

  // Long forms lie here until they are sent. The server writes them; what was typed while it was away is read from the fields before the
  // page is loaded anew, and typed again into those that then appear.
  const storage = use => { try { return use(localStorage); } catch { return null; } };
  const keep = (key, json) => storage(s => json === null ? s.removeItem(key) : s.setItem(key, json));
  const kept = key => storage(s => s.getItem(key));
  const TYPED = "dataefficiency.typed";
  const fieldsOf = root => [...root.querySelectorAll(
    "input[name]:not([type=file], [type=radio], [type=checkbox], [readonly], [role=combobox]), textarea[name]")];
  const noteTyped = () => {
    const root = document.querySelector("[data-keeps]");
    if (root) keep(TYPED, JSON.stringify({ path: location.pathname, fields: fieldsOf(root).map(f => [f.name, f.value]) }));
  };
  const retype = () => {
    const typed = JSON.parse(kept(TYPED) ?? "null");
    keep(TYPED, null);
    if (typed?.path !== location.pathname) return;
    for (const field of fieldsOf(document)) {
      const value = typed.fields.find(f => f[0] === field.name)?.[1];
      if (value === undefined || value === field.value) continue;
      field.value = value;
      for (const event of ["input", "change"]) field.dispatchEvent(new Event(event, { bubbles: true }));
    }
  };

  // Blazor draws a form anew while somebody types, and now and then no longer knows the handler that an event on its way names: the event
  // fails, and the server has not what stands in the field. All fields say again what they hold.
  let saying = null;
  addEventListener("unhandledrejection", event => {
    if (!/DispatchEventAsync/.test(event.reason?.message ?? "")) return;
    clearTimeout(saying);
    saying = setTimeout(() => {
      for (const field of fieldsOf(document.querySelector("[data-keeps]") ?? document.createElement("i")))
        for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
    }, 200);
  });

  // Blazor gives up after its own retries; the line goes on asking until the server is back, then reloads if the circuit is gone.
  // The label page goes on without a circuit and refuses the reload: it would take the text under the cursor away.
  let retry = null;
  const reload = () => {
    if (!document.dispatchEvent(new Event("portal-reload", { cancelable: true }))) return;
    noteTyped();
    location.reload();
  };
  const reconnect = async () => {
    clearTimeout(retry);
    try {
      if (!await Blazor.reconnect()) reload();
    } catch {
      retry = setTimeout(reconnect, 5000);
    }
  };
  document.getElementById("components-reconnect-modal")?.addEventListener("components-reconnect-state-changed", event => {
    // "live" is said by pages that are
    document.documentElement.toggleAttribute("data-away", event.detail.state !== "hide");
    if (event.detail.state === "rejected") reload();
    if (event.detail.state === "failed") retry = setTimeout(reconnect, 5000);
    if (event.detail.state === "hide") clearTimeout(retry);
  });

  // Times come in UTC and are shown in the reader's zone and locale. In a shadow, so that Blazor may draw the page anew at any moment.
  customElements.define("local-time", class extends HTMLElement {
    static observedAttributes = ["at"];
    attributeChangedCallback() {
      const at = new Date(Number(this.getAttribute("at")));
      const shown = options => at.toLocaleString(document.documentElement.dataset.numbers, options);
      this.title = shown({ dateStyle: "full", timeStyle: "long" });
      const time = document.createElement("time");
      time.dateTime = at.toISOString();
      time.textContent = shown({ dateStyle: "medium", timeStyle: "short" });
      (this.shadowRoot ?? this.attachShadow({ mode: "open" })).replaceChildren(time);
    }
  });

  const focusHeading = () => {
    const heading = document.querySelector("h1"), field = document.activeElement;
    if (!heading || field?.matches("input, textarea, select, [contenteditable=true]")) return;
    if (!heading.hasAttribute("tabindex")) heading.setAttribute("tabindex", "-1");
    heading.focus();
  };

  window.portal = {
    isDark, send, keep, kept, retype, focusHeading,
    watchTheme: reference => { watcher = reference; return isDark(); },
    unwatchTheme: () => { watcher = null; },
  };
})();
