// A deck belongs to a tab. Which tabs of this browser are alive is asked over a channel: a dead one's cards come back.
import { newId } from './outbox.js';

const ANSWER_TIME = 150, FORGET_AFTER = 24 * 3600 * 1000;

const read = key => { try { return JSON.parse(localStorage.getItem(key)) ?? {}; } catch { return {}; } };
const write = (key, value) =>
  { try { localStorage.setItem(key,
  JSON.stringify(value)); } catch { /* a full or blocked storage costs only the early return of cards */ } };

export class Tabs {
  #key; #channel; #instance = newId(); #alive = new Set(); #doubled = false;

  constructor(user, project) {
    this.#key = `dataefficiency.tabs.${user}.${project}`;
    this.token = null;
    try { this.token = sessionStorage.getItem(this.#key); } catch { /* blocked: a new token each time */ }
    this.token ??= newId();
    this.#channel = 'BroadcastChannel' in window ? new BroadcastChannel(this.#key) : null;
    this.#channel?.addEventListener('message', ({ data }) => {
      if (data.ask) this.#channel.postMessage({ alive: this.token, instance: this.#instance });
      else if (data.alive) {
        this.#alive.add(data.alive);
        // a duplicated tab copies the session's storage, token and all
        if (data.alive === this.token && data.instance !== this.#instance) this.#doubled = true;
      }
    });
  }

  /** Settles this tab's token; returns the tokens of tabs that are gone. */
  async join() {
    const known = read(this.#key), others = Object.keys(known).filter(t => t !== this.token);
    if (Object.keys(known).length > 0 && this.#channel) {
      this.#channel.postMessage({ ask: true });
      await new Promise(resolve => setTimeout(resolve, ANSWER_TIME));
      if (this.#doubled) this.token = newId();
    }
    try { sessionStorage.setItem(this.#key, this.token); } catch { /* see above */ }
    const now = Date.now(), kept = Object.fromEntries(Object.entries(read(this.#key)).filter(([, at]) => now - at < FORGET_AFTER));
    write(this.#key, { ...kept, [this.token]: now });
    return this.#channel ? others.filter(t => !this.#alive.has(t)) : [];
  }

  stop() { this.#channel?.close(); }
}
