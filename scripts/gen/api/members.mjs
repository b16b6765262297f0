// What of a declaration its users meet.
import { Node } from 'ts-morph';

/** The public members of a class or an interface, constructor apart; what overrides is told by its base. */
export function membersOf(node) {
  return node
    .getMembers()
    .filter((member) => !Node.isConstructorDeclaration(member) && !isHidden(member));
}

/** Null where nobody outside can call it. */
export function constructorOf({ node, isValue }) {
  return isValue ? (node.getConstructors()[0] ?? null) : null;
}

function isHidden(member) {
  return (
    member.getName?.().startsWith('#') ||
    ['private', 'protected', 'override'].some((word) => member.hasModifier?.(word))
  );
}

/** Types with a page of their own. */
export function pageElsewhere(node) {
  const path = node.getSourceFile().getFilePath();
  if (path.endsWith('config/generated/settings.ts')) return 'configuration.md';
  const isContract = Node.isInterfaceDeclaration(node) && node.getName() === 'Contract';
  return isContract && path.endsWith('contract/generated/types.ts') ? 'rpc.md' : null;
}
