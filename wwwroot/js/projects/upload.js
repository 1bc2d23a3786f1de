// Sends a file by HTTP with a progress bar; what the server made of it goes back to the page as the upload's id.
export const attach = (input, url, page, words) => {
  let request = null;
  const send = async file => {
    const token = await (await fetch("/api/v1/antiforgery", { headers: { accept: "application/json" } })).json();
    request = new XMLHttpRequest();
    request.open("POST", `${url}?fileName=${encodeURIComponent(file.name)}`);
    request.setRequestHeader(token.header, token.token);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    let told = 0;
    request.upload.onprogress = event => {
      if (performance.now() - told < 150 && event.loaded < event.total) return;
      told = performance.now();
      page.invokeMethodAsync("Progressed", event.loaded, event.total);
    };
    request.onload = () => request.status === 200
      ? page.invokeMethodAsync("Uploaded", request.response.upload)
      : page.invokeMethodAsync("Failed", request.status === 401 ? words.signedOut
        : request.status === 413 ? words.tooLarge : request.response?.title ?? words.answered.replace("STATUS", request.status));
    request.onerror = () => page.invokeMethodAsync("Failed", words.broke);
    request.send(file);
  };
  const choose = file => { if (file) send(file).catch(() => page.invokeMethodAsync("Failed", words.unreachable)); };
  const take = () => { choose(input.files[0]); input.value = ""; };
  input.addEventListener("change", take);
  // a file that was chosen before this script was there
  if (input.files.length > 0) take();
  const zone = input.closest("[data-drop]");
  zone?.addEventListener("dragover", event => { event.preventDefault(); zone.classList.add("over"); });
  zone?.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone?.addEventListener("drop", event => { event.preventDefault(); zone.classList.remove("over"); choose(event.dataTransfer.files[0]); });
};
