// What a published entry exports, in an order to read: each thing before the types that it shows, functions first, and
// what is about errors last.
import { join } from 'node:path';
import { Node } from 'ts-morph';
import { openingOf } from './doc.mjs';
import { referencesOf } from './references.mjs';

/**
 * @typedef {object} Thing
 * @property {string} name
 * @property {'function' | 'class' | 'const' | 'interface' | 'type'} kind
 * @property {import('ts-morph').Node} node its declaration
 * @property {boolean} isValue false = exported as a type only: nobody can make one with `new`
 * @property {string | null} where the part of the entry that has it; null = all of them
 */

export function readEntry(project, root, { page, name, parts }) {
  const sources = parts.map(({ file }) => project.addSourceFileAtPath(join(root, file)));
  project.resolveSourceFileDependencies();
  const exported = sources.map((source) => source.getExportSymbols().map(thingOf));
  const things = [];
  for (const [index, list] of exported.entries()) {
    for (const thing of list) {
      if (things.some(({ node }) => node === thing.node)) continue;
      const isEverywhere = exported.every((each) => each.some(({ node }) => node === thing.node));
      things.push({ ...thing, where: isEverywhere ? null : parts[index].where });
    }
  }
  // What the parts have for themselves comes before what they share.
  things.sort((one, other) => Number(one.where === null) - Number(other.where === null));
  return { page, name, opening: openingOf(sources[0]), things: inOrder(things) };
}

function thingOf(symbol) {
  const [specifier] = symbol.getDeclarations();
  const target = symbol.getAliasedSymbol() ?? symbol;
  const [node] = target.getDeclarations();
  const isTypeOnly =
    Node.isExportSpecifier(specifier) &&
    (specifier.isTypeOnly() || specifier.getExportDeclaration().isTypeOnly());
  return { name: symbol.getName(), kind: kindOf(node), node, isValue: !isTypeOnly };
}

function kindOf(node) {
  if (Node.isFunctionDeclaration(node)) return 'function';
  if (Node.isClassDeclaration(node)) return 'class';
  if (Node.isInterfaceDeclaration(node)) return 'interface';
  if (Node.isTypeAliasDeclaration(node)) return 'type';
  if (Node.isVariableDeclaration(node)) return 'const';
  throw new Error(`The API reference knows no ${node.getKindName()}.`);
}

function inOrder(things) {
  const isOfErrors = ({ name }) => name.includes('Error');
  const isRoot = ({ kind, isValue }) => kind === 'function' || (isValue && kind !== 'interface');
  const functions = things
    .filter((thing) => thing.kind === 'function' && !isOfErrors(thing))
    .sort((one, other) => one.name.localeCompare(other.name, 'en'));
  const ordered = [];
  add(functions);
  add(things.filter((thing) => isRoot(thing) && !isOfErrors(thing)));
  add(things.filter((thing) => !isOfErrors(thing)));
  add(things);
  return ordered;

  /** These, and everything that is met from them; what is about errors has its turn at the end. */
  function add(some) {
    const isLast = some.some(isOfErrors);
    const walk = some.filter((thing) => !ordered.includes(thing));
    for (const thing of walk) {
      ordered.push(thing);
      const met = referencesOf(thing).map((node) => things.find((one) => one.node === node));
      for (const one of met) {
        const isDue = one !== undefined && (isLast || !isOfErrors(one));
        if (isDue && !ordered.includes(one) && !walk.includes(one)) walk.push(one);
      }
    }
  }
}
