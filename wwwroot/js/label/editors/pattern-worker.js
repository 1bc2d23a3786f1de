// Tries a pattern on a text. What only the server's kind of expression knows is left to the server.

let known = null, expression = null;

onmessage = ({ data: { number, pattern, text } }) => {
  if (pattern !== known) {
    known = pattern;
    try { expression = new RegExp(`^(?:${pattern})$`, 'u'); } catch { expression = null; }
  }
  postMessage({ number, fits: !expression || expression.test(text) });
};
