// The help texts, made from the same data that the command line is parsed with.
import type { Command, CommandGroup, Flag } from './command.ts';
import { settingFlags } from './settings-flags.ts';
import { columns } from './table.ts';

const WIDTH = 100;

export function generalHelp(summaries: Readonly<Record<string, string>>): string {
  return [
    'Reliable events from your SQL database: in order, to every consumer, archived and discarded.',
    '',
    'Usage: aftercommit COMMAND [FLAGS]',
    '',
    'Commands:',
    ...indented(Object.entries(summaries)),
    '',
    'Settings: defaults < --config FILE (JSON, by name) < environment (EVT_...) < flags.',
    'Exit codes: 0 done, 1 failed, 2 wrong usage.',
    '"aftercommit COMMAND --help" tells more, "aftercommit --version" the version.',
  ].join('\n');
}

export function groupHelp(name: string, group: CommandGroup): string {
  const rows = Object.values(group.commands).map((command): [string, string] => [
    command.usage,
    command.description,
  ]);
  return [
    group.description,
    '',
    `Usage: aftercommit ${name} ${group.usual === null ? 'COMMAND' : '[COMMAND]'} [FLAGS]`,
    '',
    'Commands:',
    ...indented(rows),
    '',
    `"aftercommit ${name} COMMAND --help" tells more.`,
  ].join('\n');
}

export function commandHelp(command: Command): string {
  return [
    ...wrapped(command.description, WIDTH),
    '',
    `Usage: aftercommit ${command.usage} [FLAGS]`,
    '',
    ...section('Flags:', command.flags),
    ...section('Settings:', settingFlags(command.settings)),
    'Settings come from defaults < --config FILE < environment < flags.',
  ].join('\n');
}

function section(title: string, flags: Readonly<Record<string, Flag>>): string[] {
  const rows = Object.entries(flags).map(([name, { value, description }]): [string, string] => [
    value === undefined ? `--${name}` : `--${name} ${value}`,
    description,
  ]);
  return rows.length === 0 ? [] : [title, ...indented(rows), ''];
}

/** Two columns, the second wrapped in its place. */
function indented(rows: readonly [string, string][]): string[] {
  const left = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.flatMap(([name, text]) =>
    wrapped(text, WIDTH - left - 4).map((line, place) => [place === 0 ? name : '', line]),
  );
  return columns(lines).map((line) => `  ${line}`);
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
