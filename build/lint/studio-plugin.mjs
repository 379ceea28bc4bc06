/** ESLint rules of our own: the import table of boundaries.mjs. */
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { forbiddenFile, forbiddenPackage } from './boundaries.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
/** @param {string} path */
const fromRoot = (path) => relative(root, path).split(sep).join('/');

/** @type {import('eslint').Rule.RuleModule} */
const boundaries = {
  meta: { type: 'problem', schema: [], messages: { forbidden: '{{reason}}' } },
  create(context) {
    const file = fromRoot(context.filename);
    /** @param {import('estree').Node & { source?: unknown }} node */
    const check = (node) => {
      const source = /** @type {{ value?: unknown } | null | undefined} */ (node.source)?.value;
      if (typeof source !== 'string') return;
      const reason = source.startsWith('.')
        ? forbiddenFile(file, fromRoot(resolve(dirname(context.filename), source)))
        : forbiddenPackage(file, source);
      if (reason) context.report({ node, messageId: 'forbidden', data: { reason } });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};

export const studioPlugin = { meta: { name: 'studio' }, rules: { boundaries } };
