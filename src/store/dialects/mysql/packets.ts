// Statements laid into packets that the server takes. Nearly always all of them fit into one, which saves a round trip
// for each; beyond `max_allowed_packet` a server answers with an error and hangs up.
import { ServiceError } from '../../../contract/errors.ts';

/** The packet's header, and some room for what servers count beside the text. */
export const PACKET_OVERHEAD_BYTES = 64;

const SEPARATOR_BYTES = 2;

/**
 * One insert for as many of the rows as fit into a packet, then the next. Throws when even one row does not fit, or is
 * larger than `rowBytesMax`, where what goes alone may be larger.
 */
export function insertStatements(
  head: string,
  rows: readonly string[],
  packetBytesMax: number,
  rowBytesMax = packetBytesMax,
): string[] {
  const restBytes = Buffer.byteLength(head) + SEPARATOR_BYTES;
  return groups(rows, packetBytesMax - restBytes).map((group) => {
    if (group.length === 1 && Buffer.byteLength(group[0] as string) > rowBytesMax - restBytes) {
      throw new ServiceError('PayloadTooLarge', {
        message: `The event does not fit into a packet of the database: ${rowBytesMax} bytes (max_allowed_packet).`,
        details: { packetBytesMax: rowBytesMax },
      });
    }
    return head + group.join(', ');
  });
}

/** The statements in their order, by packets. */
export function packetsOf(statements: readonly string[], packetBytesMax: number): string[][] {
  return groups(statements, packetBytesMax);
}

/** Texts in their order, as many in a group as fit; one always does. */
function groups(texts: readonly string[], bytesMax: number): string[][] {
  const found: string[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const text of texts) {
    const size = Buffer.byteLength(text) + SEPARATOR_BYTES;
    if (bytes + size > bytesMax) {
      found.push([]);
      bytes = 0;
    }
    found.at(-1)?.push(text);
    bytes += size;
  }
  return found;
}
