// What keeps the reference from being whole, as sentences for whoever changed the sources.
import { relative } from 'node:path';
import { Node } from 'ts-morph';
import { docOf, KNOWN_TAGS } from './doc.mjs';
import { constructorOf, membersOf, pageElsewhere } from './members.mjs';
import { referencesOf } from './references.mjs';
import { isCallable, parameterName } from './signature.mjs';

export function faultsOf(entry) {
  return entry.things.flatMap((thing) => [
    ...unexported(thing, entry),
    ...documented(thing).flatMap(({ node, name }) => faultsOfComment(node, name)),
  ]);
}

function unexported(thing, { name, things }) {
  const exported = new Set(things.map(({ node }) => node));
  return referencesOf(thing)
    .filter((node) => !exported.has(node) && pageElsewhere(node) === null)
    .map(
      (node) =>
        `${placeOf(thing.node)}: ${thing.name} shows ${node.getName()}, which ${name} does not export`,
    );
}

/** Everything with a name that a user meets. */
function documented(thing) {
  const { node, name, kind } = thing;
  if (pageElsewhere(node) !== null) return [{ node, name }];
  if (kind !== 'class' && kind !== 'interface') return [{ node, name }];
  const made = kind === 'class' ? constructorOf(thing) : null;
  return [
    { node, name },
    ...(made && made.getParameters().length > 0 ? [{ node: made, name: `new ${name}` }] : []),
    ...membersOf(node).map((member) => ({ node: member, name: `${name}.${member.getName()}` })),
  ];
}

function faultsOfComment(node, name) {
  const { text, tags } = docOf(node);
  const place = placeOf(node);
  const faults = text === '' ? [`${place}: ${name} has no doc comment`] : [];
  for (const { tag } of tags.filter(({ tag }) => !KNOWN_TAGS.includes(tag))) {
    faults.push(`${place}: ${name}: the reference knows no @${tag}`);
  }
  const parameters = isCallable(node) ? node.getParameters().map(parameterName) : [];
  for (const { name: parameter } of tags.filter(({ tag }) => tag === 'param')) {
    if (!parameters.includes(parameter))
      faults.push(`${place}: ${name} has no parameter ${parameter}`);
  }
  if (isCallable(node) && !Node.isConstructorDeclaration(node) && !node.getReturnTypeNode()) {
    faults.push(`${place}: ${name} has no written type`);
  }
  // What a property is made of says its type to a compiler, and to no reader.
  if (Node.isPropertyDeclaration(node) && !node.getTypeNode()) {
    faults.push(`${place}: ${name} has no written type`);
  }
  return faults;
}

function placeOf(node) {
  return `${relative(process.cwd(), node.getSourceFile().getFilePath())}:${node.getStartLineNumber()}`;
}
