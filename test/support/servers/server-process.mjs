// One running database server. It is starting until its log says the ready text, then running until
// `stop`; a server that ends by itself while starting fails the start, and while running is
// reported on stderr with its last words. The log is believed rather than a connection: on a port
// taken in between, somebody else's server would answer.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnProgram } from './program.mjs';

const startMsMax = 60_000;
const stopMsMax = 5_000;
const logCharsMax = 8_000;

export class ServerProcess {
  #child;
  #command;
  #log = '';
  #exited;
  #isReady = false;
  #isStopping = false;

  /**
   * Starts a server and resolves when it is ready; when it does not get there, it has ended before
   * this rejects.
   */
  static async start(command, signal) {
    signal.throwIfAborted();
    const server = new ServerProcess(command);
    try {
      await server.#ready(signal);
      return server;
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  constructor(command) {
    this.#command = command;
    this.#child = spawnProgram({ ...command, stdin: 'ignore' });
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', resolve);
      this.#child.once('error', (error) => {
        this.#log += error.message;
        resolve();
      });
    });
    this.#exited.then(() => this.#report());
  }

  /**
   * Ends the server by its pid: first as it likes it, after five seconds by SIGKILL. May be called
   * twice.
   */
  stop() {
    return this.#end(this.#command.endSignal);
  }

  /** The same without any hurry: what is in memory is written. */
  halt() {
    return this.#end(this.#command.haltSignal);
  }

  /** Kills the server as a crash does, with the processes that it has started. */
  async crash() {
    this.#isStopping = true;
    // Asked before it dies, since orphans are nobody's children; PostgreSQL's are in groups of
    // their own. A child that is missed here ends by itself.
    const children = await childrenOf(this.#child.pid);
    this.#kill('SIGKILL');
    for (const pid of children) killIfThere(pid);
    await this.#exited;
  }

  /** Freezes it, or lets it go on. */
  signal(signalName) {
    this.#kill(signalName);
  }

  async #end(signalName) {
    this.#isStopping = true;
    this.#kill(signalName);
    const patience = new AbortController();
    const isGone = await Promise.race([
      this.#exited.then(() => true),
      sleep(stopMsMax, false, { signal: patience.signal }),
    ]);
    patience.abort();
    if (!isGone) this.#kill('SIGKILL');
    await this.#exited;
  }

  #ready(signal) {
    return new Promise((resolve, reject) => {
      const fail = (what) => reject(this.#failure(what));
      const read = (text) => {
        const log = this.#log + text;
        this.#log = log.slice(-logCharsMax);
        if (!this.#isReady && log.includes(this.#command.readyText)) {
          this.#isReady = true;
          resolve();
        }
      };
      // Reading goes on after the start: a server whose pipe is full stands still.
      this.#child.stdout.on('data', read);
      this.#child.stderr.on('data', read);
      // 'close' comes after the last words were read, 'exit' may come before.
      this.#child.once('close', () => fail('ended while starting'));
      this.#child.once('error', () => fail('cannot be run'));
      signal.addEventListener('abort', () => fail('is not needed any more'), { once: true });
      setTimeout(() => fail(`was not ready in ${startMsMax} ms`), startMsMax).unref();
    });
  }

  #report() {
    if (this.#isReady && !this.#isStopping) {
      console.error(this.#failure('ended by itself').message);
    }
  }

  #failure(what) {
    return new Error(`${this.#command.path} ${what}: ${this.#log.trim()}`);
  }

  #kill(signalName) {
    // Once it has exited its pid may belong to somebody else; ChildProcess.kill knows and does
    // nothing.
    this.#child.kill(signalName);
  }
}

/** Where the system does not tell, nobody. */
async function childrenOf(pid) {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

function killIfThere(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended by itself in the meantime
  }
}
