// The script's parts of the rail: they must answer a key at once, so the server does not draw them.
import { count, el } from './markup.js';
import { holds } from './stage.js';
import { say } from './words.js';

export class Rail {
  #parts; #onOpen; #session = 0; #pace = null; #version = 0; #held = [];

  constructor(root, onOpen) {
    const part = name => root.querySelector(`[data-part="${name}"]`);
    this.#parts = { progress: part('progress'), first: part('first'), session: part('session'), last: part('last'),
      circuit: part('circuit') };
    this.#onOpen = onOpen;
    this.#drawSession();
  }

  /** held: who has the last of the first ones on a screen, where this page goes on without them; as before where it is left out. */
  showProgress(progress, held = this.#held) {
    if (progress.version < this.#version) return;
    this.#version = progress.version;
    this.#held = held;
    this.#pace = progress.perHour;
    this.#drawSession();
    const { first, progress: bar } = this.#parts, inFirst = progress.firstSize > 0 && progress.first < progress.firstSize;
    const [done, all] = inFirst ? [progress.first, progress.firstSize] : [progress.labels, progress.items];
    first?.replaceChildren(el('span', { className: 'big' }, count(done)),
      el('span', { className: 'muted' },
        say(inFirst ? 'OfFirstLabels' : progress.ranked ? 'LabelsOfItems' : 'LabelsNotRanked', { all })));
    if (held?.length > 0) first?.append(el('p', { className: 'note', dir: 'auto' },
      say('RestAreOpen', { holders: held.map(holds).join('; ') })));
    if (!bar) return;
    bar.setAttribute('role', 'progressbar');
    bar.setAttribute('aria-label', say(inFirst ? 'FirstLabels' : 'Labels'));
    bar.setAttribute('aria-valuemax', all);
    bar.setAttribute('aria-valuenow', Math.min(done, all));
    const fill = el('i');
    fill.style.width = `${all > 0 ? Math.min(100, 100 * done / all) : 0}%`;
    bar.replaceChildren(fill);
  }

  /** The server forgot this page's circuit: labeling goes on, the forecast line does not. */
  showCircuitLost() {
    this.#parts.circuit?.replaceChildren(`${say('ForecastStopped')} `,
      el('a', { href: location.href, onclick: () => location.reload() }, say('Reload')));
  }

  countAnswer() { this.#session++; this.#drawSession(); }

  #drawSession() {
    // the server's pace of this person, which all pages show; none before a few answers
    const pace = this.#pace ? say('PerHour', { labels: Math.round(this.#pace) }) : '–';
    const pair = (name, value) => el('div', {}, el('dt', {}, name), el('dd', {}, value));
    this.#parts.session?.replaceChildren(pair(say('Labels'), count(this.#session)), pair(say('Pace'), pace));
  }

  /** history: newest first. */
  showLast(history, open) {
    this.#parts.last?.replaceChildren(...history.map((entry, i) => el('li', { className: i === open ? 'open' : '' },
      el('button', { type: 'button', onclick: () => this.#onOpen(i) }, el('span', { dir: 'auto' }, entry.text.slice(0, 120)),
        el('b', { dir: 'auto' }, entry.answerText)))));
  }
}
