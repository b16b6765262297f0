// What must be undone before the bench ends, in the reverse order of doing: also after a failure, Ctrl-C or SIGTERM.
// Servers and children go even after SIGKILL, since each watches for the end of this process by itself.

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

export class CleanUp {
  #undo = [];
  #running = null;

  /** True once it has begun: what fails from then on fails because of it. */
  get hasBegun() {
    return this.#running !== null;
  }

  /** Makes signals, and errors that nobody caught, end the process in order; `complain` is told of the latter. */
  watch(complain) {
    for (const [name, code] of Object.entries(SIGNALS)) {
      process.on(name, () => this.#end(code));
    }
    process.on('uncaughtException', (error) => {
      if (!this.hasBegun) complain(error);
      this.#end(1);
    });
  }

  /** Remembers what is to be undone; gives a function that does it earlier. */
  defer(undo) {
    this.#undo.push(undo);
    return async () => {
      const place = this.#undo.indexOf(undo);
      if (place === -1) return;
      this.#undo.splice(place, 1);
      await undo();
    };
  }

  /** Undoes everything; what fails is reported and stops nothing else. May be called twice. */
  run() {
    this.#running ??= this.#undoAll();
    return this.#running;
  }

  #end(code) {
    this.run().finally(() => process.exit(code));
  }

  async #undoAll() {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) {
      try {
        await undo();
      } catch (error) {
        process.exitCode = 1;
        process.stderr.write(`bench: could not clean up: ${error.message}\n`);
      }
    }
  }
}
