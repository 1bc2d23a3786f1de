// Sends a file by HTTP with a progress bar; what the server made of it goes back to the page as the upload's id.
export const attach = (input, url, page) => {
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
      : page.invokeMethodAsync("Failed", request.status === 401 ? "You are signed out: sign in again, then choose the file once more."
        : request.status === 413 ? "The file is larger than 1 GiB." : request.response?.title ?? `The server answered ${request.status}.`);
    request.onerror = () => page.invokeMethodAsync("Failed", "The connection broke before the file was through. Choose it again.");
    request.send(file);
  };
  const choose = file => { if (file) send(file).catch(() => page.invokeMethodAsync("Failed", "The server cannot be reached.")); };
  const take = () => { choose(input.files[0]); input.value = ""; };
  input.addEventListener("change", take);
  // a file that was chosen before this script was there
  if (input.files.length > 0) take();
  const zone = input.closest("[data-drop]");
  zone?.addEventListener("dragover", event => { event.preventDefault(); zone.classList.add("over"); });
  zone?.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone?.addEventListener("drop", event => { event.preventDefault(); zone.classList.remove("over"); choose(event.dataTransfer.files[0]); });
};
