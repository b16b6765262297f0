// Looks whether another connection has committed: `pragma data_version` changes then, and costs a microsecond.
import type { Watch, WatchOptions } from '../../dialect.ts';
import type { HotHandle } from './hot-handle.ts';

const LOOK_MS = 5;

export class SqliteWatch implements Watch {
  readonly #hot: HotHandle;
  readonly #options: WatchOptions;
  #timer: NodeJS.Timeout | undefined;
  #version: number | null = null;

  constructor(hot: HotHandle, options: WatchOptions) {
    this.#hot = hot;
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** The change itself is what others see. */
  announce(): void {}

  #look(): void {
    const version = this.#hot.dataVersion();
    // Null: another process holds the file, and its commit changes the version.
    if (version === null || version === this.#version) return;
    this.#version = version;
    this.#options.onChange(null, 'queue');
  }
}
