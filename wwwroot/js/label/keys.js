// From a key event to what it means. Digits go by the physical key and the number pad, everything else by its character.

/** True where a key must be left alone: composition, AltGr, auto-repeat. */
export function silent(event) {
  return event.isComposing || event.keyCode === 229 || event.repeat
    || event.getModifierState?.('AltGraph') || (event.ctrlKey && event.altKey);
}

export const inTextField = target => target instanceof HTMLTextAreaElement || target?.isContentEditable
  || target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && !['button', 'checkbox', 'radio', 'submit'].includes(target.type));

const onControl = target => target instanceof Element && target.closest('button, a[href], summary, input[type=checkbox]') !== null;

/** 1..9 and 0 (as 10), or null. */
export function digitOf(event) {
  const place = /^(?:Digit|Numpad)([0-9])$/.exec(event.code);
  if (!place) return null;
  // without NumLock the pad's keys move the cursor
  if (event.code.startsWith('Numpad') && !/^[0-9]$/.test(event.key)) return null;
  return place[1] === '0' ? 10 : Number(place[1]);
}

/** Key shown on the nth label's button, from 0: its own, else the one of its place. */
export function keyOfLabel(label, index) {
  if (label.key) return label.key.toUpperCase();
  if (index < 10) return String((index + 1) % 10);
  return index < 20 ? `⇧${(index + 1) % 10}` : '';
}

/** The label a bare key means, or null. */
export function labelOfKey(event, labels) {
  const character = event.key.length === 1 ? event.key.toLowerCase() : '';
  const own = character && !event.shiftKey ? labels.find(l => l.key?.toLowerCase() === character) : null;
  if (own) return own;
  const digit = digitOf(event);
  if (!digit) return null;
  const label = labels[digit - 1 + (event.shiftKey && event.code.startsWith('Digit') ? 10 : 0)];
  return label && !label.key ? label : null;
}

/**
 * What a key asks for: {name, ...} or null.
 * state: {mode: 'item'|'skip'|'finder'|'help', type: 'choice'|'text', labels, bare: bare keys on?, finderInput}
 */
export function actionOf(event, state) {
  if (silent(event)) return null;
  const control = event.ctrlKey || event.metaKey;
  if (event.key === 'F1') return { name: 'help' };
  if (event.key === 'F2') return { name: 'guideline' };
  if (event.key === 'Escape') return { name: 'escape' };
  if (control && event.key === 'Enter') return { name: 'send' };
  if (control && event.key.toLowerCase() === 's' && !event.altKey) return { name: 'draft' };

  if (event.target === state.finderInput) return finderAction(event, control);
  if (inTextField(event.target)) {
    return event.key === 'Enter' && !event.shiftKey && !control && event.target.dataset.send !== undefined ? { name: 'send' } : null;
  }
  if (control && event.key.toLowerCase() === 'z') return { name: event.shiftKey ? 'redo' : 'undo' };
  if (control || event.altKey) return null;
  if (onControl(event.target) && (event.key === 'Enter' || event.key === ' ')) return null;
  return state.bare ? bareAction(event, state) : null;
}

function finderAction(event, control) {
  if (control || event.altKey) return null;
  if (event.key === 'Enter') return { name: 'choose-found', index: null };
  const digit = digitOf(event);
  if (digit && digit < 10 && !event.shiftKey) return { name: 'choose-found', index: digit - 1 };
  if (event.key === 'ArrowDown') return { name: 'move', by: 1 };
  if (event.key === 'ArrowUp') return { name: 'move', by: -1 };
  return null;
}

function bareAction(event, state) {
  if (state.mode === 'skip') {
    const digit = digitOf(event);
    return digit && digit <= 5 ? { name: 'skip', index: digit - 1 } : event.key === '-' ? { name: 'escape' } : null;
  }
  if (state.type === 'choice') {
    const label = labelOfKey(event, state.labels);
    if (label) return { name: 'choose', label };
    if (event.key === ' ') return { name: 'finder', text: '' };
  }
  switch (event.key) {
    case 'Backspace': return { name: event.shiftKey ? 'redo' : 'undo' };
    case '-': return { name: 'skip-menu' };
    case ',': return { name: 'flag' };
    case '.': return { name: 'note' };
    case '?': return { name: 'help' };
    case 'Enter': return { name: 'send' };
  }
  if (state.type === 'choice' && /^\p{L}$/u.test(event.key)) return { name: 'finder', text: event.key };
  return null;
}

/** For the help panel. */
export const keyTable = [
  ['1 … 9 0', 'choose label 1 to 10 and send'], ['Shift 1 … 0', 'labels 11 to 20'], ['A … Z', 'assigned label, else find a label'],
  ['Space', 'find a label'], ['Enter', 'send'], ['Ctrl Enter', 'send, from any field'],
  ['Backspace, Ctrl Z', 'reopen the last answer, then older ones'], ['Shift Backspace', 'newer'], ['−, then 1 … 5', 'skip with a reason'],
  [',', 'flag'], ['.', 'note'], ['Esc', 'leave a field, close, back to the newest'], ['Ctrl S', 'save the draft'], ['F2', 'guideline'], ['F1, ?', 'these keys'],
];
