// What many consumers of one stream were sent, checked once for all of them: the first list of events for a range is
// kept and parsed later, every other one for it must have the same bytes. So a client costs little and checks all.

export class SeenEvents {
  #lists = new Map();
  #differing = 0;
  #listText;

  /** `listText` makes a list in JSON of the bytes that were seen. */
  constructor(listText = String) {
    this.#listText = listText;
  }

  /** `events`: the bytes of all events with after < id <= upTo. */
  take(after, upTo, events) {
    const range = `${after} ${upTo}`;
    const first = this.#lists.get(range);
    if (first === undefined) this.#lists.set(range, { after, upTo, events: Buffer.from(events) });
    else if (!first.events.equals(events)) this.#differing += 1;
  }

  clear() {
    this.#lists.clear();
    this.#differing = 0;
  }

  /** How many lists were not what they must be: the events of their range, without a hole, each as it was written. */
  countWrong({ idOfFirst }) {
    const wrong = [...this.#lists.values()].filter(
      ({ after, upTo, events }) =>
        !isRight({ after, upTo, text: this.#listText(events) }, idOfFirst),
    );
    return wrong.length + this.#differing;
  }
}

/** Event n has the id `idOfFirst` + n. */
function isRight({ after, upTo, text }, idOfFirst) {
  const parsed = JSON.parse(text);
  const isEach = ({ id, data }, place) =>
    id === String(after + 1 + place) && data.n === Number(id) - idOfFirst;
  return parsed.length === upTo - after && parsed.every(isEach);
}
