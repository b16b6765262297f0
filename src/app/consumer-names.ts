// What the consumers of futoin-eventstream are called from now on. There they are `<local id>:<component>`; here the
// local id becomes a principal, by name. Its archiver becomes ours: under any other name nobody would move its cursor
// again, and nothing would ever be discarded.
import { ARCHIVER, identOf, LIVE } from '../contract/consumer.ts';
import { Failure, UsageError } from './command.ts';

/** The archiver of the original as it runs beside its services. */
export const ORIGINAL_ARCHIVER = '-internal:ARCHIVER';

const PRINCIPAL = /^[A-Za-z0-9_.-]{1,64}$/;
const COMPONENT = /^[A-Za-z0-9_]{1,64}$/;

/**
 * Principals by local id, from `1=shop`. `local` and `internal`, which no credential can have, may be among them: the
 * one calls in open mode, the other from within the process.
 */
export function principalsOf(texts: readonly string[]): Map<string, string> {
  const principals = new Map<string, string>();
  for (const text of texts) {
    const at = text.lastIndexOf('=');
    const [localId, principal] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
    if (localId === '' || !PRINCIPAL.test(principal)) {
      throw new UsageError(
        `--map takes LOCAL=PRINCIPAL, a principal being up to 64 of A-Z a-z 0-9 _ . -, got ${JSON.stringify(text)}`,
      );
    }
    const known = principals.get(localId);
    if (known !== undefined && known !== principal) {
      throw new UsageError(`--map names ${localId} twice: ${known} and ${principal}`);
    }
    principals.set(localId, principal);
  }
  return principals;
}

/** The new ident of each. Throws, with the list, when one has none. */
export function nameConsumers(
  idents: readonly string[],
  principals: ReadonlyMap<string, string>,
): Map<string, string> {
  const names = new Map<string, string>();
  const unmapped: string[] = [];
  const foreign: string[] = [];
  for (const ident of idents) {
    const at = ident.lastIndexOf(':');
    const [localId, component] = [ident.slice(0, Math.max(at, 0)), ident.slice(at + 1)];
    const principal = principals.get(localId);
    if (ident === ORIGINAL_ARCHIVER) names.set(ident, ARCHIVER);
    else if (at < 0 || !COMPONENT.test(component) || component === LIVE) foreign.push(ident);
    else if (principal === undefined) unmapped.push(ident);
    else names.set(ident, identOf({ principal, component }));
  }
  if (foreign.length > 0) {
    throw new Failure(
      `Consumers without a name that we could take: ${foreign.join(', ')}. Rename or delete their rows first.`,
    );
  }
  if (unmapped.length > 0) {
    throw new Failure(
      `Consumers of nobody: ${unmapped.join(', ')}. Say whose they are, with a --map for each local id, as in ` +
        `${exampleFor(unmapped[0] as string)}; delete the rows of those that nobody needs any more.`,
    );
  }
  requireDistinct(names);
  return names;
}

function exampleFor(ident: string): string {
  const localId = ident.slice(0, ident.lastIndexOf(':'));
  return localId.startsWith('-') ? `--map=${localId}=shop` : `--map ${localId}=shop`;
}

function requireDistinct(names: ReadonlyMap<string, string>): void {
  const owners = new Map<string, string>();
  for (const [from, to] of names) {
    const other = owners.get(to);
    if (other !== undefined) {
      throw new Failure(
        `${other} and ${from} would both become ${to}: map them to two principals.`,
      );
    }
    owners.set(to, from);
  }
}
