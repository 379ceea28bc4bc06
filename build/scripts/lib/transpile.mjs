/** Turns main/ and electron/ into dist/, one JavaScript file per TypeScript file, without checking types. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { dist, root } from './paths.mjs';
import { PlainError } from './say.mjs';

/** Where a source file goes. @param {string} source from the root @returns {string} from the root */
export const outputOf = (source) => `dist/${source.replace(/\.ts$/, '.js')}`;

/** @param {readonly string[]} sources paths from the root: .ts is transpiled, anything else copied */
export async function transpile(sources) {
  const { default: ts } = await import('typescript');
  const configFile = join(root, 'tsconfig.node.json');
  const config = ts.getParsedCommandLineOfConfigFile(
    configFile,
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (problem) => {
        throw new PlainError(ts.flattenDiagnosticMessageText(problem.messageText, '\n'));
      },
    },
  );
  /** @type {import('typescript').CompilerOptions} */
  const compilerOptions = {
    ...config?.options,
    // One file at a time, TypeScript does not see package.json, which says that they are ES modules.
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  /** @type {string[]} */
  const problems = [];
  for (const source of sources) {
    const target = join(root, outputOf(source));
    await mkdir(dirname(target), { recursive: true });
    if (!source.endsWith('.ts')) {
      await writeFile(target, await readFile(join(root, source)));
      continue;
    }
    const text = await readFile(join(root, source), 'utf8');
    const { outputText, sourceMapText, diagnostics } = ts.transpileModule(text, {
      fileName: join(root, source),
      compilerOptions,
      reportDiagnostics: true,
    });
    for (const problem of diagnostics ?? []) {
      const line = problem.file?.getLineAndCharacterOfPosition(problem.start ?? 0).line ?? 0;
      problems.push(`${source}:${line + 1} ${ts.flattenDiagnosticMessageText(problem.messageText, '\n')}`);
    }
    await writeFile(target, outputText);
    if (sourceMapText !== undefined) await writeFile(`${target}.map`, pointToSource(sourceMapText, source));
  }
  if (problems.length > 0) throw new PlainError(`The program could not be built:\n${problems.slice(0, 20).join('\n')}`);
}

/** transpileModule only knows the file's name; a debugger needs the way from the output to it. @param {string} map @param {string} source */
function pointToSource(map, source) {
  const way = posix.relative(posix.dirname(outputOf(source)), posix.dirname(source));
  return JSON.stringify({ ...JSON.parse(map), sources: [`${way}/${basename(source)}`] });
}

/** Deletes the outputs of sources that are gone. @param {readonly string[]} sources */
export async function removeOutputs(sources) {
  for (const source of sources) {
    const target = join(root, outputOf(source));
    if (!target.startsWith(dist)) continue;
    await rm(target, { force: true });
    await rm(`${target}.map`, { force: true });
  }
}
