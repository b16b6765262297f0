// Doc comments as Markdown: paragraphs on one line each, tags by their names.
import { Node } from 'ts-morph';
import { declarationOf, isPlain } from './references.mjs';

export const KNOWN_TAGS = ['default', 'param', 'returns', 'see', 'throws'];

/** The doc comment of a declaration: `{text, tags: [{tag, name, text}]}`; no text = there is none. */
export function docOf(node) {
  const holder = Node.isVariableDeclaration(node) ? node.getVariableStatement() : node;
  const comment = holder.getJsDocs?.().at(-1);
  if (comment === undefined) {
    const noun = nounOf(node);
    return noun === null ? { text: '', tags: [] } : docOf(noun);
  }
  const tags = comment.getTags().map((tag) => ({
    tag: tag.getTagName(),
    name: Node.isJSDocParameterTag(tag) ? tag.getName() : null,
    text: markdownOf(textOf(tag)),
  }));
  return { text: markdownOf(comment.getDescription()), tags };
}

/** A schema cannot comment on a reference to another one: there the noun's own comment speaks. */
function nounOf(node) {
  if (!Node.isPropertySignature(node)) return null;
  const noun = declarationOf(node.getTypeNode()?.getTypeName?.());
  return noun !== null && isPlain(noun) ? noun : null;
}

export function tagsOf({ tags }, name) {
  return tags.filter(({ tag }) => tag === name);
}

/** The compiler takes the first word behind `@see` for a name of the program. */
function textOf(tag) {
  const name = Node.isJSDocSeeTag(tag) ? (tag.compilerNode.name?.getText() ?? '') : '';
  return name + (tag.getCommentText() ?? '');
}

/** What a file's first comment says, without the name of the entry before it and without pointers to other sources. */
export function openingOf(source) {
  const lines = source.getFullText().split('\n');
  const end = lines.findIndex((line) => !line.startsWith('//'));
  const text = lines.slice(0, end).map((line) => line.replace(/^\/\/ ?/, ''));
  return markdownOf(text.join('\n'))
    .replace(/ \([\w/-]+\.ts\)/g, '')
    .replace(/^The published entry [^:]+: (\w)/, (_, first) => first.toUpperCase());
}

/** Lines are joined to paragraphs; a document of the repository becomes a link. */
function markdownOf(text) {
  return text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s*\n\s*/g, ' '))
    .join('\n\n')
    .replace(/\bdocs\/([\w/-]+\.md)/g, '[docs/$1](../$1)');
}
