// Loaded before a node: its time of day is off by as many milliseconds as the file CLOCK_FILE says at the moment.
// Durations, which go by performance.now and timers, stay what they are.
import { readFileSync } from 'node:fs';

const LOOK_MS = 10;
const TrueDate = Date;
let offsetMs = 0;

setInterval(() => {
  offsetMs = Number(readFileSync(process.env.CLOCK_FILE, 'utf8'));
}, LOOK_MS).unref();

class ShiftedDate extends TrueDate {
  constructor(...given) {
    if (given.length === 0) super(TrueDate.now() + offsetMs);
    else super(...given);
  }

  static now() {
    return TrueDate.now() + offsetMs;
  }
}

globalThis.Date = ShiftedDate;
