// Which types of this repository a declaration shows to its users, and how a type is worded for them.
import { Node, ts } from 'ts-morph';
import { constructorOf, membersOf } from './members.mjs';

/** The declarations that a thing's public part refers to, each once. */
export function referencesOf(thing) {
  const found = new Set();
  for (const part of publicParts(thing)) {
    for (const { node } of namesIn(part)) {
      if (node !== thing.node && !isPlain(node)) found.add(node);
    }
  }
  return [...found];
}

function publicParts(thing) {
  const { kind, node } = thing;
  if (kind === 'function') return signatureParts(node);
  if (kind === 'interface')
    return [...node.getExtends(), ...membersOf(node), ...node.getTypeParameters()];
  if (kind === 'class') {
    const parts = membersOf(node).flatMap(signatureParts);
    const made = constructorOf(thing);
    const base = node.getExtends();
    return [
      ...node.getTypeParameters(),
      ...parts,
      ...(made ? signatureParts(made) : []),
      ...(base ? [base] : []),
    ];
  }
  if (kind === 'type' && isExpanded(node)) return [];
  return signatureParts(node);
}

/** Without bodies and initial values. */
function signatureParts(node) {
  const parts = [
    ...(node.getTypeParameters?.() ?? []),
    ...(node.getParameters?.() ?? []).map((parameter) => parameter.getTypeNode()),
    node.getReturnTypeNode?.() ?? node.getTypeNode?.(),
  ];
  return parts.filter(Boolean);
}

/** The identifiers that name types and values of this repository. */
function namesIn(part) {
  return [part, ...part.getDescendantsOfKind(ts.SyntaxKind.Identifier)]
    .map((identifier) => ({ identifier, node: declarationOf(identifier) }))
    .filter(({ node }) => node !== null);
}

/** Null for what is no name of a type, is a parameter of one, or comes from elsewhere. */
export function declarationOf(identifier) {
  if (!Node.isIdentifier(identifier)) return null;
  const parent = identifier.getParent();
  const isReference =
    Node.isTypeReference(parent) ||
    Node.isExpressionWithTypeArguments(parent) ||
    Node.isTypeQuery(parent);
  if (!isReference) return null;
  const symbol = identifier.getSymbol();
  const node = (symbol?.getAliasedSymbol() ?? symbol)?.getDeclarations()[0];
  if (node === undefined || Node.isTypeParameterDeclaration(node)) return null;
  return node.getSourceFile().isInNodeModules() ? null : node;
}

/** The contract's names for a text or a number: what they mean, the comment of a member says. */
export function isPlain(node) {
  const isGenerated = node.getSourceFile().getFilePath().includes('/generated/');
  return isGenerated && Node.isTypeAliasDeclaration(node) && plainTypeOf(node) !== null;
}

function plainTypeOf(node) {
  const text = node.getTypeNode()?.getText() ?? '';
  return ['string', 'number'].includes(text) ? text : null;
}

/** The type as it is written, with plain names replaced. */
export function typeText(part) {
  const start = part.getStart();
  let text = part.getText();
  const plain = namesIn(part).filter(({ node }) => isPlain(node));
  for (const { identifier, node } of plain.reverse()) {
    const [from, to] = [identifier.getStart() - start, identifier.getEnd() - start];
    text = text.slice(0, from) + plainTypeOf(node) + text.slice(to);
  }
  return text;
}

/** An alias made of a constant's type says nothing as it is written. */
export function isExpanded(node) {
  return node.getDescendantsOfKind(ts.SyntaxKind.TypeQuery).length > 0;
}

export function expandedText(node) {
  const { NoTruncation, InTypeAlias, UseSingleQuotesForStringLiteralType } = ts.TypeFormatFlags;
  return node
    .getType()
    .getText(node, NoTruncation | InTypeAlias | UseSingleQuotesForStringLiteralType);
}
