// Where the tests of one file run: Jest's own, and behind them, whatever became of them, nothing that they have started
// is left running. A process that is left would keep its output open, and the test run would wait for it without end.
const { ChildProcess } = require('node:child_process');
const { once } = require('node:events');
const { TestEnvironment: NodeEnvironment } = require('jest-environment-node');

const running = new Set();

/** Below spawn, fork and all others. */
const { spawn } = ChildProcess.prototype;
ChildProcess.prototype.spawn = function spawnAndKeep(options) {
  const result = spawn.call(this, options);
  if (this.pid !== undefined) {
    running.add(this);
    this.once('exit', () => running.delete(this));
    this.isKeeper = options.detached === true;
  }
  return result;
};

class TestEnvironment extends NodeEnvironment {
  async teardown() {
    await Promise.all([...running].map(end));
    await super.teardown();
  }
}

/** A keeper has servers to end first, and does so when nobody is there any more. */
async function end(child) {
  const gone = once(child, 'exit');
  if (child.isKeeper) child.stdin.end();
  else child.kill('SIGKILL');
  await gone;
}

module.exports = TestEnvironment;
