// What callers may ask of copies: the port to whoever carries them out in this process. `to` says where a copy goes,
// for when two have its name.
import type { CopyFacts, StartCopyParams } from '../contract/generated/types.ts';

export interface CopyDesk {
  /** Resolves when it is begun, and mostly before it is done. */
  begin(params: StartCopyParams): Promise<CopyFacts>;
  list(): Promise<CopyFacts[]>;
  status(name: string, to: string | undefined): Promise<CopyFacts>;
  pause(name: string, to: string | undefined): Promise<CopyFacts>;
  resume(name: string, to: string | undefined): Promise<CopyFacts>;
  cancel(name: string, to: string | undefined): Promise<CopyFacts>;
}
