// Whoever takes part in the loop and may be killed at any moment: a process that comes back where it was.
import { pause } from '../support/pause.ts';
import type { Random } from '../support/random.ts';

export interface Running {
  /** By -9; resolves when it is gone. */
  kill(): Promise<unknown>;
}

export class Participant {
  readonly name: string;
  readonly #start: () => Promise<Running>;
  #running: Running | null = null;
  kills = 0;

  constructor(name: string, start: () => Promise<Running>) {
    this.name = name;
    this.#start = start;
  }

  async start(): Promise<void> {
    this.#running ??= await this.#start();
  }

  async kill(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await running?.kill();
  }
}

const UP_MS = { least: 300, most: 2500 };
const DOWN_MS_MAX = 1500;

/** Kills one after the other, in any order, until it is told to end; all of them run then. `onKill` hears of each. */
export async function killByTurns(
  participants: readonly Participant[],
  random: Random,
  isOver: () => boolean,
  onKill: (name: string) => void,
): Promise<void> {
  while (!isOver()) {
    await pause(UP_MS.least + random.below(UP_MS.most - UP_MS.least));
    const victim = participants[random.below(participants.length)] as Participant;
    victim.kills += 1;
    onKill(victim.name);
    await victim.kill();
    await pause(random.below(DOWN_MS_MAX));
    await victim.start();
  }
}
