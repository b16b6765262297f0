// What a server is among several of one database.
import type { Mend } from './mend.ts';

export interface Standing {
  readonly host: string;
  readonly takesWrites: boolean;
  /** One server has the same by any of its names. */
  readonly identity: string;
  /** Of servers that all take writes together, hence the same one. */
  readonly cluster: string | null;
  /** A commit is confirmed when another one has it. */
  readonly awaitsOthers: boolean;
  /** What makes it so. */
  readonly awaitOthers: Mend;
  /** What is to be done when no other one is left, so that its commits are answered; null where they are anyway. */
  readonly goOnAlone: Mend | null;
}
