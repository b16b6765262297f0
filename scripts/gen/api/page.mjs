// One entry's page as Markdown, and the index of all pages.
import { anchorsOf, groupsOf, headingOf, methodHeading } from './anchors.mjs';
import { docOf, tagsOf } from './doc.mjs';
import { constructorOf, membersOf, pageElsewhere } from './members.mjs';
import { referencesOf, typeText } from './references.mjs';
import { aliasText, callText, classText, isCallable, memberType } from './signature.mjs';

const note = '<!-- Generated from the doc comments in src/ by `npm run gen`; do not edit. -->\n';

export function indexPage(entries) {
  const rows = entries.map(({ page, name, opening, things }) => {
    const values = things.filter((thing) => thing.isValue && !isType(thing));
    const names = [...new Set(values.map((thing) => `\`${thing.name}\``))];
    return `| [\`${name}\`](${page}.md) | ${names.join(', ')} | ${cell(opening)} |`;
  });
  return `${note}# API reference

One page for each entry of the package. What no page names is not public, and may change at any time.

| entry | functions, classes and constants | |
|---|---|---|
${rows.join('\n')}

Settings are in [docs/configuration.md](../configuration.md), codes of errors in [docs/errors.md](../errors.md), the
calls on the wire in [docs/rpc.md](../rpc.md).
`;
}

export function entryPage(entry) {
  const anchors = anchorsOf(entry);
  const linkTo = ({ node, name }) => `[${name}](#${anchors.get(node)})`;
  const groups = groupsOf(entry);
  const contents = groups.map(
    ({ title, things }) => `- ${title}: ${things.map(contentOf).join(', ')}`,
  );
  const parts = groups.flatMap(({ title, things }) => [
    `## ${title}`,
    ...things.flatMap((thing) => thingParts(thing, linksOf(thing))),
  ]);
  return `${[`${note}# ${entry.name}`, entry.opening, contents.join('\n'), ...parts].join('\n\n')}\n`;

  function contentOf(thing) {
    return linkTo({ ...thing, name: headingOf(thing) });
  }

  /** A line with links to the types that the thing shows. */
  function linksOf(thing) {
    const known = referencesOf(thing).flatMap((node) => {
      const found = entry.things.find((one) => one.node === node);
      if (found !== undefined) return [linkTo(found)];
      const page = pageElsewhere(node);
      return page === null ? [] : [`[${node.getName()}](../${page})`];
    });
    return known.length === 0 ? [] : [`Types: ${known.join(', ')}`];
  }
}

function thingParts(thing, links) {
  const { kind, node } = thing;
  const comment = docOf(node);
  const head = [`### ${headingOf(thing)}`, comment.text];
  if (kind === 'function') {
    return [
      ...head,
      code(callText(`function ${thing.name}`, node)),
      ...tagParts(comment),
      ...links,
    ];
  }
  if (kind === 'class') {
    return [...head, code(classText(node)), ...tagParts(comment), ...links, ...classParts(thing)];
  }
  if (kind === 'interface') {
    return [...head, ...interfaceParts(node), ...tagParts(comment), ...links];
  }
  const declaration =
    kind === 'const' ? `const ${thing.name}: ${memberType(node)};` : aliasText(node);
  return [...head, code(declaration), ...tagParts(comment), ...links];
}

function interfaceParts(node) {
  const page = pageElsewhere(node);
  if (page !== null) return [`See [docs/${page}](../${page}).`];
  const bases = node.getExtends().map((base) => `\`${typeText(base)}\``);
  return [
    ...(bases.length > 0 ? [`Also has the members of ${bases.join(', ')}.`] : []),
    memberTable(membersOf(node)),
  ];
}

function classParts(thing) {
  const { name, node } = thing;
  const members = membersOf(node);
  const made = constructorOf(thing);
  const properties = members.filter((member) => !isCallable(member));
  return [
    ...(properties.length === 0 ? [] : [memberTable(properties)]),
    ...(made === null ? [] : callParts(`#### new ${name}()`, `new ${name}`, made)),
    ...members
      .filter(isCallable)
      .flatMap((each) => callParts(`#### ${methodHeading(name, each)}`, each.getName(), each)),
  ];
}

function callParts(heading, words, node) {
  const comment = docOf(node);
  return [heading, comment.text, code(callText(words, node)), ...tagParts(comment)];
}

function memberTable(members) {
  const rows = members.map((member) => {
    const comment = docOf(member);
    const [value] = tagsOf(comment, 'default').map(({ text }) => defaultText(text));
    const mark = member.hasQuestionToken?.() ? '?' : '';
    const meaning = [comment.text, ...tagParts(comment)].join(' ');
    return [`\`${member.getName()}${mark}\``, `\`${memberType(member)}\``, value ?? '', meaning];
  });
  const hasDefaults = rows.some(([, , value]) => value !== '');
  const shown = [['name', 'type', 'default', 'meaning'], ['---', '---', '---', '---'], ...rows];
  return shown
    .map(([name, type, value, meaning]) => [name, type, ...(hasDefaults ? [value] : []), meaning])
    .map((cells) => `| ${cells.map(cell).join(' | ')} |`)
    .join('\n');
}

function tagParts(comment) {
  const parameters = tagsOf(comment, 'param').map(({ name, text }) => `- \`${name}\`: ${text}`);
  const rest = [
    ['returns', 'Gives'],
    ['throws', 'Throws'],
    ['see', 'See'],
  ].flatMap(([tag, word]) => tagsOf(comment, tag).map(({ text }) => `${word}: ${text}`));
  return [...(parameters.length > 0 ? [parameters.join('\n')] : []), ...rest];
}

/** Literals as code; words stay words. */
function defaultText(text) {
  return /^('.*'|-?[\d.]+|true|false|null|\{\})$/.test(text) ? `\`${text}\`` : text;
}

function isType({ kind }) {
  return kind === 'interface' || kind === 'type';
}

function code(text) {
  return `\`\`\`ts\n${text}\n\`\`\``;
}

function cell(text) {
  return text.replace(/\s*\n+\s*/g, ' ').replaceAll('|', '\\|');
}
