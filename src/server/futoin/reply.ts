// The answer to one FutoIn call: with its `rid`, in its coding, signed if it was.

import type { Result } from '../rpc/call.ts';
import { toFutoinError, toServiceError } from '../rpc/errors.ts';
import type { Message } from '../rpc/message.ts';
import type { Coding } from './coding.ts';
import { futoinEventsText } from './events-text.ts';
import type { Sender } from './sender.ts';

export class Reply {
  readonly #coding: Coding;
  /** null where the call has none, or none that is text. */
  readonly #ridText: string | null;
  #sign: Sender['sign'] = null;

  constructor(coding: Coding, message: Message | null = null) {
    const { rid } = (message?.parsed ?? {}) as { rid?: unknown };
    this.#coding = coding;
    this.#ridText = typeof rid === 'string' ? JSON.stringify(rid) : null;
  }

  /** From now on as this sender's. */
  addressTo({ sign }: Sender): void {
    this.#sign = sign;
  }

  ofResult(result: Result): Buffer {
    const text = typeof result === 'string' ? result : result.events.as(futoinEventsText);
    return this.#written(`"r":${text}${this.#ridText === null ? '' : `,"rid":${this.#ridText}`}`);
  }

  ofError(error: unknown): Buffer {
    const text = JSON.stringify(toFutoinError(toServiceError(error))).slice(1, -1);
    return this.#written(`${this.#ridText === null ? '' : `"rid":${this.#ridText},`}${text}`);
  }

  #written(members: string): Buffer {
    if (this.#sign === null) return this.#coding.encode(`{${members}}`);
    const signature = this.#sign(JSON.parse(`{${members}}`));
    return this.#coding.encode(`{${members},"sec":"${signature}"}`);
  }
}
