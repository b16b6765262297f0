// A consumer that acknowledges each batch, to be killed at any moment.
//   node consumer.mjs URL COMPONENT
// Prints each batch as a line {"after", "up_to", "events"} before it acknowledges it.
import { writeSync } from 'node:fs';
import { WebSocket } from 'ws';

const [url, component] = process.argv.slice(2);
const socket = new WebSocket(`${url.replace('http', 'ws')}/rpc`);
const send = (message) => socket.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
socket.once('open', () => send({ id: 1, method: 'readyToReceive', params: { component } }));
socket.on('message', (text) => {
  const { id, method, params } = JSON.parse(text);
  if (method !== 'onEvents') return;
  const { after, up_to, events } = params;
  writeSync(1, `${JSON.stringify({ after, up_to, events })}\n`);
  send({ id, result: true });
});
