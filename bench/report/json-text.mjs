// A report as JSON for people to read too: numbers with six digits, and lists of them on one line, which is also how the
// project's formatter has it.

const DIGITS = 6;
const LIST_OF_NUMBERS = /\[\s+([-\d.,e\s]+?)\s+\]/g;

export function jsonText(report) {
  const text = JSON.stringify(report, (_, value) => shortened(value), 2);
  return text.replace(LIST_OF_NUMBERS, (_, list) => `[${list.replace(/,\s+/g, ', ')}]`);
}

/** Whole numbers stay as they are: a count is exact. */
function shortened(value) {
  if (typeof value !== 'number' || Number.isInteger(value)) return value;
  return Number(value.toPrecision(DIGITS));
}
