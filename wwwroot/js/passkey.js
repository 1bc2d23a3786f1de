// Forms with data-passkey="create" or "request": asks the browser for a passkey, puts it into the hidden field, then sends the form.
(() => {
  const available = () => window.isSecureContext && typeof window.PublicKeyCredential?.parseCreationOptionsFromJSON === "function";

  const prepare = () => {
    for (const form of document.querySelectorAll("form[data-passkey]")) {
      if (form.dataset.passkey === "request") form.hidden = !available();
      const note = form.querySelector("[data-passkey-unavailable]");
      if (note) { note.hidden = available(); form.querySelector("button").disabled = !available(); }
    }
  };

  const ask = async form => {
    const token = form.querySelector("[name=__RequestVerificationToken]").value;
    const response = await fetch(form.dataset.passkeyOptions, { method: "POST", headers: { "X-Antiforgery": token } });
    if (!response.ok) throw new Error(form.querySelector("[data-passkey-error]").dataset.refused.replace("STATUS", response.status));
    const options = await response.json();
    return form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  };

  document.addEventListener("submit", async event => {
    const form = event.target.closest("form[data-passkey]");
    if (!form) return;
    event.preventDefault();
    const error = form.querySelector("[data-passkey-error]");
    error.hidden = true;
    try {
      form.querySelector("[name$=Credential]").value = JSON.stringify(await ask(form));
      form.submit();
    } catch (problem) {
      error.textContent = problem.name === "NotAllowedError" ? error.dataset.none : problem.message;
      error.hidden = false;
    }
  }, true);

  window.addEventListener("DOMContentLoaded", () => {
    prepare();
    window.Blazor?.addEventListener?.("enhancedload", prepare);
  });
})();
