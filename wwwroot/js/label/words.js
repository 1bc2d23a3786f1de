// The page's sentences, as the server brought them: patterns in ICU's message syntax ({name}, plural, select), by key.
import { count } from './markup.js';

let patterns = {};
const plurals = new Intl.PluralRules(document.documentElement.lang || undefined);

export const use = words => { patterns = words; };

/** say('MoreFields', { fields: 2 }): "2 more fields". */
export const say = (key, values = {}) => new Reader(patterns[key] ?? key, values).text(null).trim();

// a name that runs from the right would move the words around it; the server's sentences do the same
const setApart = text => /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(text) ? `\u2068${text}\u2069` : text;

class Reader {
  #pattern; #values; #at = 0;

  constructor(pattern, values) { this.#pattern = pattern; this.#values = values; }

  /** Up to the brace that closes this part, or the end. */
  text(counted) {
    let said = '';
    for (let sign; (sign = this.#pattern[this.#at]) !== undefined && sign !== '}';) {
      this.#at++;
      said += sign === '{' ? this.#argument(counted) : sign === '#' && counted !== null ? count(counted) : sign;
    }
    return said;
  }

  #argument(counted) {
    const value = this.#values[this.#word()];
    if (this.#pattern[this.#at++] === '}') return typeof value === 'number' ? count(value) : setApart(value ?? '');
    const isPlural = this.#word() === 'plural', wanted = isPlural ? plurals.select(value) : String(value), forms = {};
    for (this.#at++; this.#pattern[this.#at] !== '}'; this.#at++) {
      if (this.#pattern[this.#at] === ' ') continue;
      const end = this.#pattern.indexOf('{', this.#at), name = this.#pattern.slice(this.#at, end).trim();
      this.#at = end + 1;
      forms[name] = this.text(isPlural ? value : counted);
    }
    this.#at++;
    return forms[`=${value}`] ?? forms[wanted] ?? forms.other;
  }

  // ends at the comma or the brace behind it
  #word() {
    const rest = this.#pattern.slice(this.#at), length = rest.search(/[,}]/);
    this.#at += length;
    return rest.slice(0, length).trim();
  }
}
