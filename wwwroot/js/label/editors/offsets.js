// Places in a text. The browser counts UTF-16 units; storage and API count code points. Nothing ever cuts a grapheme (a family emoji, a
// flag, a letter with its accents, CR LF) in two.

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const words = new Intl.Segmenter(undefined, { granularity: 'word' });

/** Code points before a place in UTF-16. */
export function toPoints(text, unit) {
  let points = 0;
  for (let i = 0; i < unit; i += text.codePointAt(i) > 0xffff ? 2 : 1) points++;
  return points;
}

/** The place in UTF-16 behind so many code points; never beyond the text. */
export function toUnits(text, point) {
  let i = 0;
  for (let points = 0; points < point && i < text.length; points++) i += text.codePointAt(i) > 0xffff ? 2 : 1;
  return i;
}

/** One text's graphemes and tokens, found when they are first asked for: most texts are only read. */
export class Places {
  #text; #borders = null; #tokens = null;

  constructor(text) { this.#text = text; }

  get #graphemes() {
    return this.#borders ??= [...graphemes.segment(this.#text)].map(g => g.index).concat(this.#text.length);
  }

  /** Words and signs, blanks aside: [start, end]. */
  get tokens() {
    return this.#tokens ??= [...words.segment(this.#text)].filter(w => w.segment.trim())
      .map(w => [this.back(w.index), this.on(w.index + w.segment.length)]);
  }

  /** The grapheme border at or before a place; one step: strictly before it. */
  back(unit, step = 0) { return this.#graphemes[Math.max(0, this.#first(unit - step + 1) - 1)]; }

  /** The border at or behind it; one step: strictly behind it. */
  on(unit, step = 0) { return this.#graphemes[this.#first(unit + step)] ?? this.#text.length; }

  /** Index of the first border at or behind a place: texts are long, and words many. */
  #first(unit) {
    let [low, high] = [0, this.#graphemes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#graphemes[middle] < unit) low = middle + 1; else high = middle;
    }
    return low;
  }

  /** The whole tokens that a range touches; of blanks alone null. */
  snap(start, end) {
    const touched = this.tokens.filter(([s, e]) => s < end && e > start);
    return touched.length > 0 ? [touched[0][0], touched.at(-1)[1]] : null;
  }

  before(unit) { return this.tokens.findLast(([, e]) => e <= unit) ?? null; }

  behind(unit) { return this.tokens.find(([s]) => s >= unit) ?? null; }
}
