// A process of the bench's own, asked by messages: server and clients must not share one event loop, or each would be
// measured with the other's work. A child ends when this process does, since its IPC channel closes then.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** How long a child may take to end when it is told to, in milliseconds. */
const STOP_MS = 10_000;

export class Child {
  #process;
  #exited;
  #waiting = new Map();
  #asked = 0;

  /** Starts `bench/processes/<file>` in `folder`; it is gone when `cleanUp` has run, or earlier by `stop`. */
  static start(file, { folder, cleanUp, profileFolder }, nodeFlags = []) {
    const profiling = profileFolder ? ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`] : [];
    const child = new Child(file, folder, [...nodeFlags, ...profiling]);
    child.stop = cleanUp.defer(() => child.#stop());
    return child;
  }

  constructor(file, folder, nodeFlags) {
    // In a process group of its own, so that Ctrl-C reaches the parent alone, which stops all in order. What it prints
    // goes to stderr: stdout is for the report.
    this.#process = fork(fileURLToPath(new URL(file, import.meta.url)), [], {
      cwd: folder,
      execArgv: nodeFlags,
      detached: true,
      stdio: ['ignore', 2, 2, 'ipc'],
      serialization: 'advanced',
    });
    this.#exited = once(this.#process, 'exit');
    this.#process.on('message', (answer) => this.#settle(answer));
    this.#exited.then(([code, signal]) => this.#failAll(`${file} ended with ${code ?? signal}`));
  }

  /** Has one of the child's verbs done, and gives what it gave. */
  ask(verb, params = {}) {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#process.send({ id, verb, params }, (error) => error && reject(error));
    });
  }

  async #stop() {
    if (this.#process.connected) this.#process.disconnect();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  #settle({ id, result, error }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(error));
  }

  #failAll(reason) {
    for (const { reject } of this.#waiting.values()) reject(new Error(reason));
    this.#waiting.clear();
  }
}

/** The child's side: does what the parent asks, and ends with it, after `end`. */
export function serveParent(verbs, end = async () => {}) {
  process.on('message', async ({ id, verb, params }) => {
    try {
      process.send({ id, result: await verbs[verb](params) });
    } catch (error) {
      if (process.connected) process.send({ id, error: `${verb}: ${describe(error)}` });
    }
  });
  process.on('disconnect', () => end().finally(() => process.exit()));
}

function describe(error) {
  return error instanceof Error ? error.stack : JSON.stringify(error);
}
