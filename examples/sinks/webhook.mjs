// A sink type of its own: each batch goes to an address by POST, as lines of JSON. It may come again after a crash, or
// when the answer was lost: the header Event-Range says which events it answers for, so that the receiver can tell.
import { registerSink, ServiceError } from 'aftercommit';

const checks = {
  url: {
    rule: 'must be an address of http or https',
    fits: (value) => typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value),
    isRequired: true,
  },
  token: { rule: 'must be a string', fits: (value) => typeof value === 'string', isSecret: true },
};

export const webhook = registerSink(
  'webhook',
  ({ url, token }, { stream, logger }) => ({
    async write({ events, after, upTo, asWritten }, signal) {
      if (events.length === 0) return; // only told that what it does not want has passed
      const headers = {
        'content-type': 'application/x-ndjson',
        'event-range': `${stream} ${after}-${upTo}`,
      };
      if (token !== undefined) headers.authorization = `Bearer ${token}`;
      const body = asWritten()
        .map(({ text }) => `${text}\n`)
        .join('');
      const answer = await post(url, { method: 'POST', headers, body, signal });
      if (answer.ok) return;
      logger.warn({ status: answer.status, upTo }, 'The webhook refuses a batch.');
      throw new Error(`The webhook answers ${answer.status}.`);
    },
  }),
  checks,
);

/** Nobody there, or a server that cannot work now, says nothing of these events: none of them is skipped for it. */
async function post(url, request) {
  let answer;
  try {
    answer = await fetch(url, request);
  } catch (cause) {
    throw new ServiceError('SinkUnavailable', { message: 'The webhook cannot be reached.', cause });
  }
  await answer.arrayBuffer();
  if (answer.status < 500 && answer.status !== 429) return answer;
  throw new ServiceError('SinkUnavailable', { message: `The webhook answers ${answer.status}.` });
}
