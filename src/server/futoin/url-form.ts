// A call written as an address (FTN5): `<interface>/<version>/<function>[/<sec>]?name=value`. Values are text where
// their declared type takes text, else JSON.
import { ServiceError } from '../../contract/errors.ts';
import { fitsProperty } from '../../contract/validate.ts';
import type { Message } from '../rpc/message.ts';

/**
 * The call as the message that it stands for; `rest` is what follows the endpoint's own path. Throws
 * `InvalidRequest`.
 */
export function messageOfUrl(rest: string): Message {
  const mark = rest.indexOf('?');
  const path = mark < 0 ? rest : rest.slice(0, mark);
  const query = mark < 0 ? '' : rest.slice(mark + 1);
  const [name, version, method, sec, ...more] = path.replace(/\/$/, '').split('/').map(decoded);
  if (name === undefined || version === undefined || method === undefined || more.length > 0) {
    throw new ServiceError('InvalidRequest', {
      message: 'The address must end in INTERFACE/VERSION/FUNCTION, perhaps followed by a sec.',
    });
  }
  const names = [...new URLSearchParams(query).keys()];
  const doubled = names.find((each, place) => names.indexOf(each) !== place);
  if (doubled !== undefined) {
    throw new ServiceError('InvalidRequest', {
      message: `params: ${JSON.stringify(doubled)} is given twice`,
    });
  }
  const values = [...new URLSearchParams(query)].map(([key, value]) => [
    key,
    typed(`futoin/${name}.${method}`, key, value),
  ]);
  const parsed = {
    f: `${name}:${version}:${method}`,
    p: Object.fromEntries(values),
    ...(sec === undefined ? {} : { sec }),
  };
  return { text: JSON.stringify(parsed), parsed };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new ServiceError('InvalidRequest', { message: 'The address is not encoded.', cause });
  }
}

/** Text stays text where that fits; what is wrong with the rest is said when the call is checked. */
function typed(schema: string, key: string, value: string): unknown {
  if (fitsProperty(schema, key, value) !== false) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
