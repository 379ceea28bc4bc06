/** The studio's modules as JavaScript in a temporary folder, for tests that need a process of their own. */
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { temporaryFolder } from './folders.ts';

const root = join(import.meta.dirname, '..', '..');
const compilerOptions: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  target: ts.ScriptTarget.ES2023,
  rewriteRelativeImportExtensions: true,
  verbatimModuleSyntax: true,
};

/** Translates the TypeScript files of `folders` (from the repository root), and returns the folder they are in. */
export async function javascriptOf(folders: readonly string[]): Promise<string> {
  const target = await temporaryFolder('cauchy-js-');
  await writeFile(join(target, 'package.json'), '{ "type": "module" }');
  await symlink(join(root, 'node_modules'), join(target, 'node_modules'), 'junction');
  for (const folder of folders) {
    for (const name of await readdir(join(root, folder), { recursive: true })) {
      if (!name.endsWith('.ts')) continue;
      const source = await readFile(join(root, folder, name), 'utf8');
      const path = join(target, folder, name.replace(/\.ts$/, '.js'));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, ts.transpileModule(source, { compilerOptions }).outputText);
    }
  }
  return target;
}

/** What `main/datasets` needs to run. */
export const datasetFolders = ['main/base', 'main/storage', 'main/datasets'];
