// Finding a label among many: prefix, then word start, then anywhere; accents folded; otherwise the fixed order.

/** Folds case and accents, and keeps for every folded character the place it came from. */
export function fold(text) {
  let folded = '';
  const places = [];
  for (let i = 0; i < text.length;) {
    const character = String.fromCodePoint(text.codePointAt(i));
    for (const c of character.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()) {
      folded += c;
      for (let k = 0; k < c.length; k++) places.push(i);
    }
    i += character.length;
  }
  places.push(text.length);
  return { folded, places };
}

const wordStart = (text, at) => at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1]);

/** Where the query matches: {rank: 0 prefix, 1 word start, 2 inside, start, end in the original text}, or null. */
export function match(text, query) {
  const needle = fold(query).folded.trim();
  if (!needle) return { rank: 0, start: 0, end: 0 };
  const { folded, places } = fold(text);
  let best = null;
  for (let at = folded.indexOf(needle); at >= 0; at = folded.indexOf(needle, at + 1)) {
    const rank = at === 0 ? 0 : wordStart(folded, at) ? 1 : 2;
    if (!best || rank < best.rank) best = { rank, start: places[at], end: places[at + needle.length] };
    if (rank < 2) break;
  }
  // a mark that was folded away belongs to the letter before it
  while (best && best.end < text.length && /\p{M}/u.test(text[best.end])) best.end++;
  return best ?? subsequence(text, folded, places, needle);
}

/** "act pc" finds "activate physical card": each word of the query starts a word of the text, in order. */
function subsequence(text, folded, places, needle) {
  const words = needle.split(/\s+/);
  if (words.length < 2) return null;
  let at = 0, first = -1, end = 0;
  for (const word of words) {
    for (;;) {
      at = folded.indexOf(word, at);
      if (at < 0) return null;
      if (wordStart(folded, at)) break;
      at++;
    }
    if (first < 0) { first = at; end = at + word.length; }
    at += word.length;
  }
  return { rank: 1, start: places[first], end: places[end] };
}

/** The labels that match, best first; without a query all of them in their fixed order. */
export function find(labels, query) {
  if (!query.trim()) return labels.map(label => ({ label, start: 0, end: 0 }));
  return labels
    .map((label, order) => ({ label, order, ...(match(label.name, query) ?? { rank: -1 }) }))
    .filter(hit => hit.rank >= 0)
    .sort((a, b) => a.rank - b.rank || a.order - b.order);
}
