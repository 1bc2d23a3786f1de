// What keys and buttons do on the label page, by their names in the person's map. The editor is asked first: a digit is its label.
import { say } from './words.js';

export class Commands {
  #page;

  constructor(page) { this.#page = page; }

  onKey(event) {
    const page = this.#page;
    if (!page.schema || event.defaultPrevented) return;
    if (page.keyboard.waiting) {
      if (page.keyboard.take(event)) event.preventDefault();
      return;
    }
    const press = page.keys.read(event, page.editor.element);
    if (press && this.#press(press)) event.preventDefault();
  }

  /** True: the key had a meaning here. */
  #press(press) {
    const { shown, panels, editor, keys } = this.#page, { name, inField } = press, place = keys.placeOf(name);
    if ((name === 'send' || name === 'send-anywhere') && panels.name === 'note') return panels.leave();
    if (panels.name === 'skip' && !inField && (press.isBare || place >= 0)) {
      if (place >= 0) this.#page.skip(place);
      else if (name === 'skip-menu') this.run(name);
      return place >= 0 || name === 'skip-menu';
    }
    if (shown && editor.act(press.chord, press)) return true;
    return !inField && name !== null && this.run(name);
  }

  /** Does what a button or a key of this name asks for; false: nothing here. */
  run(name) {
    const { shown, schema, stage, panels, history, notes, editor, keyboard, root } = this.#page;
    switch (name) {
      case 'send': case 'send-anywhere': this.#page.send(editor.value); break;
      case 'accept': this.#accept(); break;
      case 'undo': history.step(1); break;
      case 'redo': history.step(-1); break;
      case 'skip-menu': if (shown) panels.toggle('skip', schema.skipReasons); break;
      case 'flag': notes.flag(); break;
      case 'note': notes.open(); break;
      case 'draft': if (shown) editor.save?.(); break;
      case 'guideline': this.#guideline(root.querySelector('details.guideline'), stage, panels); break;
      case 'help': panels.toggle('help', keyboard.element); break;
      case 'escape': this.#escape(); break;
      default: return false;
    }
    return true;
  }

  /** Takes the suggestion that stands beside the item. */
  #accept() {
    const { shown, history, editor } = this.#page, answer = history.isOpen ? null : shown?.suggestion;
    if (answer) this.#page.answer({ answer, words: editor.wordsOf(answer, shown) });
  }

  #escape() {
    const { panels, editor, history, shown } = this.#page, field = document.activeElement;
    if (panels.leave() || shown && editor.leave?.()) return;
    if (field instanceof HTMLElement && field.matches('textarea, input')) field.blur();
    else if (history.isOpen) history.open(-1);
  }

  #guideline(box, stage, panels) {
    if (!box) { stage.say(say('NoGuideline')); return; }
    // below the answers, as on a phone, nobody would see it open
    if (box.getBoundingClientRect().top > innerHeight - 80 || panels.name === 'guideline') {
      panels.toggle('guideline', box.querySelector('.prose').cloneNode(true));
      box.open = true;
    } else {
      box.open = !box.open;
      if (box.open) box.scrollIntoView({ block: 'nearest' });
    }
  }
}
