// Elements without markup strings: whatever comes from data can only ever become text.

export function el(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key in element && key !== 'list') element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children.filter(c => c !== null && c !== undefined));
  return element;
}

export const kbd = text => el('kbd', {}, text);

/** The name with its match underlined. */
export function marked(name, start, end) {
  return end > start ? el('span', { dir: 'auto' }, ...breakable(name.slice(0, start)), el('u', {}, name.slice(start, end)),
    ...breakable(name.slice(end))) : el('span', { dir: 'auto' }, ...breakable(name));
}

/** A narrow button breaks a name behind its low lines, not in the middle of a word. */
const breakable = name => name.split(/(?<=_)/).flatMap((piece, i) => i > 0 ? [el('wbr'), piece] : [piece]);

const numbers = new Intl.NumberFormat(document.documentElement.dataset.numbers);
export const count = n => numbers.format(n);
export const clock = ms => new Intl.DateTimeFormat(document.documentElement.dataset.numbers, { hour: '2-digit', minute: '2-digit' })
  .format(ms);
