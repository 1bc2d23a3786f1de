// What changed between two texts, word by word: [{kind: 'same' | 'out' | 'in', text}], in reading order.

// past this many pairs of words the middle is shown as one change: the page answers each key at once
const MOST = 400000;
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

const wordsOf = text => [...segmenter.segment(text)].map(part => part.segment);

export function diff(before, after) {
  const a = wordsOf(before), b = wordsOf(after), pieces = [];
  const put = (kind, words) => {
    const text = words.join(''), last = pieces.at(-1);
    if (text && last?.kind === kind) last.text += text;
    else if (text) pieces.push({ kind, text });
  };
  let start = 0, end = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  put('same', a.slice(0, start));
  middle(a.slice(start, a.length - end), b.slice(start, b.length - end), put);
  put('same', a.slice(a.length - end));
  return pieces;
}

/** The longest common words in their order; what is between them went out or came in. */
function middle(a, b, put) {
  if (a.length * b.length > MOST) { put('out', a); put('in', b); return; }
  const width = b.length + 1, common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] = a[i] === b[j] ? common[(i + 1) * width + j + 1] + 1
        : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
  let i = 0, j = 0;
  while (i < a.length && j < b.length)
    if (a[i] === b[j]) { put('same', [a[i++]]); j++; }
    else if (common[(i + 1) * width + j] >= common[i * width + j + 1]) put('out', [a[i++]]);
    else put('in', [b[j++]]);
  put('out', a.slice(i));
  put('in', b.slice(j));
}
