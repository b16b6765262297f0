// Declarations as their users see them: without bodies, initial values and what is private.
import { Node } from 'ts-morph';
import { expandedText, isExpanded, typeText } from './references.mjs';

const WIDTH_MAX = 96;

export function isCallable(node) {
  return (
    Node.isFunctionDeclaration(node) ||
    Node.isMethodDeclaration(node) ||
    Node.isMethodSignature(node) ||
    Node.isConstructorDeclaration(node)
  );
}

/** A parameter that is taken apart has no name: it is always the options. */
export function parameterName(parameter) {
  return Node.isIdentifier(parameter.getNameNode()) ? parameter.getName() : 'options';
}

/** `words name<T>(a: A, options?: B): R`, on several lines when it is long. */
export function callText(words, node) {
  const head = words + genericText(node);
  const parameters = node.getParameters().map((parameter) => {
    const isOptional = parameter.hasQuestionToken() || parameter.hasInitializer();
    const mark = `${parameter.isRestParameter() ? '...' : ''}${parameterName(parameter)}`;
    return `${mark}${isOptional ? '?' : ''}: ${parameterType(parameter)}`;
  });
  const result = Node.isConstructorDeclaration(node) ? '' : `: ${resultText(node)}`;
  const line = `${head}(${parameters.join(', ')})${result};`;
  if (line.length <= WIDTH_MAX) return line;
  return `${head}(\n${parameters.map((each) => `  ${each},\n`).join('')})${result};`;
}

function parameterType(parameter) {
  const written = parameter.getTypeNode();
  return written === undefined
    ? parameter.getType().getText(parameter)
    : oneLine(typeText(written));
}

function resultText(node) {
  const written = node.getReturnTypeNode();
  return written === undefined ? 'unknown' : oneLine(typeText(written));
}

/** The type of a member for a table. */
export function memberType(member) {
  if (isCallable(member)) {
    return callText('', member)
      .replace(/;$/, '')
      .replace(/\): ([^)]*)$/, ') => $1');
  }
  const type = member.getTypeNode?.() ?? member.getReturnTypeNode?.();
  return type === undefined
    ? ''
    : oneLine(typeText(type))
        .replace(/ \| undefined$/, '')
        .replace(/^\((.*)\)$/, '$1');
}

export function aliasText(node) {
  const head = `type ${node.getName()}${genericText(node)} =`;
  const written = isExpanded(node) ? expandedText(node) : typeText(node.getTypeNode());
  const text = written.replace(/^\|\s*/, '');
  if (/\n {2}\| /.test(text)) return `${head}\n  | ${text};`;
  if (text.includes('\n') || `${head} ${text};`.length <= WIDTH_MAX) return `${head} ${text};`;
  return `${head}\n  | ${text.replaceAll(' | ', '\n  | ')};`;
}

/** Without `implements`: a port of our own says nothing to a user, and the members say the rest. */
export function classText(node) {
  const base = node.getExtends();
  const head = `class ${node.getName()}${genericText(node)}`;
  return base === undefined ? head : `${head} extends ${base.getText()}`;
}

function genericText(node) {
  const parameters = (node.getTypeParameters?.() ?? []).map((each) => each.getText());
  return parameters.length > 0 ? `<${parameters.join(', ')}>` : '';
}

function oneLine(text) {
  return text
    .replace(/\s+/g, ' ')
    .replace(/; }/g, ' }')
    .replace(/^\| /, '')
    .replace(/\( /g, '(')
    .replace(/,? \)/g, ')');
}
