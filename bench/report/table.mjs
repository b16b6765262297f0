// A table as text that reads well on a terminal and is Markdown at the same time.

/** The first columns hold text and are set to the left, the numbers in the others to the right. */
export function tableText(head, rows, { textColumns = 1 } = {}) {
  const isText = (at) => at < textColumns;
  const widths = head.map((title, at) =>
    Math.max(...[title, ...rows.map((row) => row[at])].map(length)),
  );
  const line = (cells) =>
    `| ${cells.map((cell, at) => (isText(at) ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join(' | ')} |`;
  const rule = widths.map((width, at) =>
    isText(at) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n');
}

const length = (text) => text.length;
