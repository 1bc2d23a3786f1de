// Answers wait here until the server has repeated their submission id. A record names its person; nothing is removed before that.
import { post } from './api.js';
import { say } from './words.js';

// A record that makes the server fail so often, alone, would hold up all behind it. Only 500 counts: 502 to 504 come from a proxy while
// the server is away.
const FAILURES = 3;
const BATCH = 20, BATCH_BYTES = 50 * 1024, FIRST_WAIT = 1000, LONGEST_WAIT = 15000;

const EXCERPT = 200;

/** What the list of refused records shows of one. */
export const about = (card, answer) => ({ text: card.text.slice(0, EXCERPT), answer });

/** Plain http has no crypto.randomUUID. */
export function newId() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = [...b].map(x => x.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** IndexedDB where there is one; else memory, and the page says so. */
export async function openStore() {
  const opened = await new Promise(resolve => {
    try {
      const request = indexedDB.open('dataefficiency-label', 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore('outbox', { keyPath: 'seq', autoIncrement: true });
        request.result.createObjectStore('refused', { keyPath: 'submissionId' });
      };
      request.onsuccess = () => resolve(request.result);
      request.onerror = request.onblocked = () => resolve(null);
    } catch { resolve(null); }
  });
  if (!opened) return memoryStore();
  const run = (name, mode, work) => new Promise((resolve, reject) => {
    const transaction = opened.transaction(name, mode), request = work(transaction.objectStore(name));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
    // without this the page must live on for the commit; a tab may close right after the key
    if (mode === 'readwrite') transaction.commit?.();
  });
  return {
    lasting: true,
    put: (name, record) => run(name, 'readwrite', s => s.put(record)),
    remove: (name, key) => run(name, 'readwrite', s => s.delete(key)),
    all: name => run(name, 'readonly', s => s.getAll()),
  };
}

function memoryStore() {
  const rows = { outbox: new Map(), refused: new Map() };
  let seq = 0;
  const keyOf = (name, record) => name === 'outbox' ? record.seq ??= ++seq : record.submissionId;
  return {
    lasting: false,
    put: async (name, record) => { const key = keyOf(name, record); rows[name].set(key, structuredClone(record)); return key; },
    remove: async (name, key) => { rows[name].delete(key); },
    all: async name => [...rows[name].values()],
  };
}

/**
 * user: the person signed in when the page was made; deck(): what a request says about this tab's deck;
 * onReply(body), onStatus({waiting, state: 'saved'|'saving'|'offline'|'sign-in'|'other-user'}), onRefused(list).
 */
export class Outbox {
  #store; #user; #project; #deck; #onReply; #onStatus; #onRefused;
  #records = []; #attempted = new Set(); #running = false; #timer = 0; #wait = FIRST_WAIT; #state = 'saved'; #single = false; #writing =
    Promise.resolve();

  constructor({ store, user, project, deck, onReply, onStatus, onRefused }) {
    Object.assign(this, { lasting: store.lasting });
    this.#store = store; this.#user = user; this.#project = project; this.#deck = deck;
    this.#onReply = onReply; this.#onStatus = onStatus; this.#onRefused = onRefused;
  }

  /** Reads what an earlier page left behind; flush() sends it. */
  async load() {
    this.#records = (await this.#store.all('outbox')).filter(r => r.user === this.#user);
    for (const record of this.#records) this.#attempted.add(record.submissionId);
    await this.#tellRefused();
    this.#tell();
  }

  get waiting() { return this.#records.length; }
  items() { return this.#records.filter(r => r.project === this.#project && r.route !== 'remarks').map(r => r.itemId); }

  /** The last answer or skip of an item that still waits here. */
  #lastOf(itemId) { return this.#records.findLast(r => r.itemId === itemId && r.route !== 'remarks') ?? null; }

  /**
   * Keeps a record and sends it; returns at once. route: 'answers' | 'skip' | 'remarks'.
   * known: an earlier answer to the item, {submissionId, at}. A rewrite has an id of its own, since another tab may have sent the first.
   */
  add(route, itemId, body, about, known = null) {
    const earlier = route === 'remarks' ? null : this.#lastOf(itemId), revised = earlier ?? known;
    const record = { route, project: this.#project, user: this.#user, itemId, submissionId: newId(), body, about,
      // the server goes by this time: later than what is revised, whatever this machine's clock says
      at: Math.max(Date.now(), (revised?.at ?? 0) + 1), revises: revised?.submissionId ?? null };
    this.#records.push(record);
    this.#tell();
    // writes go one after the other, so that their order is the order of the keys
    this.#writing = this.#writing.then(() => this.#store.put('outbox', record))
      .then(key => { record.seq = key; }, () => { this.lasting = false; });
    // what no request has carried yet need not be sent at all
    if (earlier && !this.#attempted.has(earlier.submissionId)) this.#drop(earlier);
    this.#writing.then(() => this.flush());
    return record;
  }

  /** Sends what waits, in order, until all is acknowledged or the server does not answer. now: do not wait for the backoff. */
  async flush(now = false) {
    if (this.#running || (this.#timer && !now)) return;
    clearTimeout(this.#timer); this.#timer = 0;
    this.#running = true;
    try {
      while (this.#records.length > 0) if (!await this.#sendSome()) return;
      this.#state = 'saved';
    } finally { this.#running = false; this.#tell(); }
  }

  async #sendSome() {
    const batch = this.#batch(), { project, route } = batch[0];
    this.#state = this.#state === 'saved' ? 'saving' : this.#state;
    for (const record of batch) this.#attempted.add(record.submissionId);
    this.#tell();
    const records = batch.map(r => ({ submissionId: r.submissionId, user: r.user, itemId: r.itemId, ...r.body,
      ...r.route === 'remarks' ? {} : { revises: r.revises, answeredAt: r.at } }));
    const deck = project === this.#project ? this.#deck() : { token: 'elsewhere', want: 0 };
    const result = await post(project, route, { deck, records });
    if (result.kind === 'ok') return await this.#take(batch, result.body, project);
    if (result.kind === 'refused') {
      // one bad record must not hold up the others: find it by sending one at a time
      if (batch.length > 1) { this.#single = true; return true; }
      await this.#refuse(batch[0], result.reason, result.code);
      return true;
    }
    if (result.status === 500) {
      this.#single = true;
      if (batch.length === 1 && (batch[0].failures = (batch[0].failures ?? 0) + 1) >= FAILURES) {
        await this.#refuse(batch[0], say('FailedThreeTimes'));
        return true;
      }
    }
    this.#later(result.kind === 'sign-in' ? 'sign-in' : 'offline', result.after);
    return false;
  }

  async #take(batch, body, project) {
    const acknowledged = new Map((body.acknowledged ?? []).map(a => [a.submissionId, a]));
    const refused = new Map((body.refused ?? []).map(r => [r.submissionId, r]));
    let moved = 0, foreign = false;
    for (const record of batch) {
      const refusal = refused.get(record.submissionId);
      if (acknowledged.has(record.submissionId)) { await this.#drop(record); moved++; }
      else if (refusal?.code === 'other-user') foreign = true;
      else if (refusal) { await this.#refuse(record, refusal.reason, refusal.code); moved++; }
    }
    if (foreign) { this.#later('other-user'); return false; }
    if (moved === 0) { this.#later('offline'); return false; }
    this.#wait = FIRST_WAIT; this.#single = false; this.#state = 'saving';
    if (project === this.#project) this.#onReply(body);
    return true;
  }

  #batch() {
    const { project, route } = this.#records[0], batch = [];
    let bytes = 0;
    for (const record of this.#records) {
      bytes += JSON.stringify(record.body).length + 200;
      if (record.project !== project || record.route !== route || batch.length === (this.#single ? 1 : BATCH)
        || (batch.length && bytes > BATCH_BYTES)) break;
      batch.push(record);
    }
    return batch;
  }

  #later(state, after = 0) {
    this.#state = state;
    this.#timer = setTimeout(() => { this.#timer = 0; this.flush(); }, Math.max(after, this.#wait * (0.75 + Math.random() / 2)));
    this.#wait = Math.min(LONGEST_WAIT, this.#wait * 2);
  }

  async #drop(record) {
    this.#records = this.#records.filter(r => r !== record);
    this.#attempted.delete(record.submissionId);
    await this.#writing;
    if (record.seq !== undefined) await this.#store.remove('outbox', record.seq);
  }

  async #refuse(record, reason, code) {
    await this.#store.put('refused', { ...record, reason, code, refusedAt: Date.now() });
    await this.#drop(record);
    await this.#tellRefused();
  }

  async forget(submissionId) {
    await this.#store.remove('refused', submissionId);
    await this.#tellRefused();
  }

  async #tellRefused() { this.#onRefused((await this.#store.all('refused')).filter(r => r.user === this.#user)); }
  #tell() { this.#onStatus({ waiting: this.#records.length, state: this.#records.length === 0 ? 'saved' : this.#state,
    lasting: this.lasting }); }
  stop() { clearTimeout(this.#timer); this.#timer = 0; }
}
