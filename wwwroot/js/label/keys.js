// From a key event to what it means, by the person's own map. Digits go by the physical key and the number pad, everything else by its
// character.

/** True where a key must be left alone: composition, AltGr, auto-repeat. */
export function silent(event) {
  return event.isComposing || event.keyCode === 229 || event.repeat
    || event.getModifierState?.('AltGraph') || (event.ctrlKey && event.altKey);
}

export const inTextField = target => target instanceof HTMLTextAreaElement || target?.isContentEditable
  || target instanceof HTMLSelectElement || (target instanceof HTMLInputElement
    && !['button', 'checkbox', 'radio', 'submit'].includes(target.type));

const onControl = target => target instanceof Element && target.closest('button, a[href], summary, input[type=checkbox]') !== null;

/** "0" to "9", or null. */
function digitOf(event) {
  const place = /^(?:Digit|Numpad)([0-9])$/.exec(event.code);
  // without NumLock the pad's keys move the cursor
  return place && !(event.code.startsWith('Numpad') && !/^[0-9]$/.test(event.key)) ? place[1] : null;
}

// whose Ctrl with arrows is the system's
const isMac = /^Mac/.test(navigator.platform);

/** What the map calls this key press, such as "f", "Shift+1", "Ctrl+z",
  "Space"; null for one that must be left alone or is only a modifier. */
export function chordOf(event) {
  const asControl = isMac && event.altKey && /^Arrow/.test(event.key);
  if (silent(event) || event.altKey && !asControl || ['Control', 'Shift', 'Meta', 'CapsLock'].includes(event.key)) return null;
  const digit = digitOf(event), key = digit ?? (event.key === ' ' ? 'Space' : event.key.length === 1 ? event.key.toLowerCase() : event.key);
  // Shift is part of a sign ("?"), and on the number pad it is the system's
  const shift = event.shiftKey && (digit ? event.code.startsWith('Digit') : key.length > 1 || key !== key.toUpperCase());
  return `${event.ctrlKey || event.metaKey || asControl ? 'Ctrl+' : ''}${shift ? 'Shift+' : ''}${key}`;
}

const names = { Escape: 'Esc', '-': '−', ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→' };

/** A key as its button shows it. */
export function shown(chord) {
  const [, control, shift, key] = /^(Ctrl\+)?(Shift\+)?(.+)$/.exec(chord);
  return `${control ? 'Ctrl ' : ''}${shift ? '⇧' : ''}${names[key] ?? (key.length === 1 ? key.toUpperCase() : key)}`;
}

const LABEL = /^label-(\d+)$/;
// without Ctrl and no function key: a person who speaks to the computer can switch these off
const isBare = chord => !/^(?:Ctrl\+.+|(?:Shift\+)?F\d+|Escape)$/.test(chord);
// a text field has its own way back and forth
const ofFields = new Set(['undo', 'redo']);

export class Keys {
  #names = new Map();

  /** actions: {name, what, keys}[], all of them; bare: whether keys without Ctrl or F act. */
  constructor(actions, bare) { this.bare = bare; this.use(actions); }

  use(actions) {
    this.actions = actions;
    this.#names = new Map(actions.flatMap(a => a.keys.map(key => [key, a.name])));
  }

  /** The first key of an action, to be shown. */
  of(name) {
    const key = this.actions.find(a => a.name === name)?.keys[0];
    return key ? shown(key) : '';
  }

  #own(label) {
    const key = label.key?.toLowerCase();
    return key && !this.#names.has(key) ? key : null;
  }

  /** Key shown on the nth label's button, from 0: its own, else the one of its place. */
  ofLabel(label, index) { return this.#own(label) ? shown(this.#own(label)) : this.of(`label-${index + 1}`); }

  /** From 0, of the name of a label's place; -1: another name. */
  placeOf(name) { return Number(LABEL.exec(name ?? '')?.[1] ?? 0) - 1; }

  /** The label that a key press means: its own key, or the key of its place where it has none. */
  labelOf(chord, name, labels) {
    const own = labels.find(l => this.#own(l) === chord), placed = labels[this.placeOf(name)];
    return own ?? (placed && !this.#own(placed) ? placed : null);
  }

  /**
   * A key press that may mean something: {chord, name: the action's in the map or null, isBare, inField: in the editor's own field,
   * text: what it would type}; null: left alone.
   */
  read(event, editor) {
    const chord = chordOf(event);
    if (!chord) return null;
    const name = this.#names.get(chord) ?? null, field = inTextField(event.target), press = { chord, name, text: event.key };
    if (name && !isBare(chord) && !(field && ofFields.has(name))) return { ...press, isBare: false, inField: false };
    if (field) return editor.contains(event.target) ? { ...press, isBare: true, inField: true } : null;
    if (!this.bare || onControl(event.target) && (chord === 'Enter' || chord === 'Space')) return null;
    return { ...press, isBare: true, inField: false };
  }
}
