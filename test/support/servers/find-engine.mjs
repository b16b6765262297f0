// Tells whether a server of NATS or Redis can be had here, and unpacks it when it is not installed.
//   node find-engine.mjs nats|redis
// One line on stdout: {"path": "...", "env": {...}}, or {"error": {"message", "install"}}.
import { findEngine, installEngine } from './engine-programs.mjs';

const kind = process.argv[2];
const found = await findEngine(kind).catch(({ message }) => ({
  error: { message, install: installEngine(kind) },
}));
process.stdout.write(`${JSON.stringify(found)}\n`);
