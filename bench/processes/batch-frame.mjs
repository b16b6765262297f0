// The frame of an `onEvents` call, read at its head and its tail only: what stands between them is the events, and
// whoever compares them byte for byte with events that were checked needs no parser.

const HEAD = new RegExp(
  '^\\{"jsonrpc":"2\\.0","id":"([^"]+)","method":"onEvents","params":' +
    '\\{"component":"[^"]+","stream":"[^"]+","seq":(\\d+),"events":',
);
const TAIL = /,"after":"(\d+)","up_to":"(\d+)","epoch":\d+\}\}$/;
/** No head and no tail is longer: a component has at most 64 characters, a stream 30, an id 18 digits. */
const HEAD_BYTES = 240;
const TAIL_BYTES = 80;

/** Gives `{ callId, seq, after, upTo, events }`, the events as bytes; null when it is another frame. */
export function readBatchFrame(frame) {
  const head = HEAD.exec(frame.toString('latin1', 0, HEAD_BYTES));
  if (head === null) return null;
  const tail = TAIL.exec(frame.toString('latin1', Math.max(0, frame.length - TAIL_BYTES)));
  return {
    callId: head[1],
    seq: Number(head[2]),
    after: Number(tail[1]),
    upTo: Number(tail[2]),
    events: frame.subarray(head[0].length, frame.length - tail[0].length),
  };
}
