/** The import table, through ESLint itself: every row refuses something, and allows what it lists. */
import { Linter } from 'eslint';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packages, rows } from '../../../build/lint/boundaries.mjs';
import { studioPlugin } from '../../../build/lint/studio-plugin.mjs';

const root = join(import.meta.dirname, '..', '..', '..');
const config: Linter.Config[] = [
  { files: ['**/*.ts'], plugins: { studio: studioPlugin }, rules: { 'studio/boundaries': 'error' } },
];

/** What the rule says about `file` (from the root) that contains `code`. */
const complaints = (file: string, code: string) =>
  new Linter({ cwd: root }).verify(code, config, { filename: join(root, file) }).map(({ message }) => message);

/** How `file` writes an import of `target`, both from the root. */
function wayTo(file: string, target: string): string {
  const way = relative(dirname(file), target).replaceAll('\\', '/');
  return way.startsWith('.') ? way : `./${way}`;
}
const importOf = (file: string, target: string) => `import { x } from '${wayTo(file, target)}';`;
const inside = (folder: string) => (folder.endsWith('.ts') ? folder : `${folder}/some/file.ts`);

/** For each row the import that its reason speaks of. */
const tempting: Readonly<Record<string, string>> = {
  'main/base': 'main/storage/files.ts',
  'main/tensor/ir': 'main/tensor/onnx/write.ts',
  'main/tensor/trace': 'main/tensor/onnx/write.ts',
  'main/tensor/passes': 'main/tensor/trace/trace.ts',
  'main/tensor/onnx': 'main/engine/program.ts',
  'main/tensor/eager': 'main/tensor/onnx/write.ts',
  'main/tensor/ops.ts': 'main/models/dit.ts',
  'main/tensor/ops': 'main/tensor/ir/graph.ts',
  'main/tensor/tf.ts': 'main/tensor/ir/graph.ts',
  'main/tensor/tensorflow.ts': 'main/engine/program.ts',
  'main/engine': 'main/models/dit.ts',
  'main/engine/cuda': 'main/engine/program.ts',
  'main/downloads': 'main/engine/program.ts',
  'main/models': 'main/training/step.ts',
  'main/optim': 'main/training/step.ts',
  'main/consistency': 'main/storage/files.ts',
  'main/storage': 'main/projects/store.ts',
  'main/projects': 'main/runs/store.ts',
  'main/settings': 'main/projects/store.ts',
  'main/vae': 'main/training/step.ts',
  'main/datasets': 'main/training/schema.ts',
  'main/evaluation': 'main/storage/files.ts',
  'main/latents': 'main/training/step.ts',
  'main/training': 'main/runs/store.ts',
  'main/runs': 'main/generation/sample.ts',
  'main/generation': 'main/gallery/store.ts',
  'main/gallery': 'main/generation/sample.ts',
  'main/workers': 'main/api/studio.ts',
  'main/bench': 'main/app.ts',
  'main/experiment': 'main/app.ts',
  'main/api/contract': 'main/storage/files.ts',
  'main/api/studio.ts': 'main/workers/ports.ts',
  'main/api/handlers': 'main/host/host.ts',
  'main/app.ts': 'main/host/host.ts',
  'main/host': 'main/cli/main.ts',
  'main/cli': 'electron/main.ts',
  electron: 'main/host/host.ts',
  renderer: 'main/storage/files.ts',
  'renderer/api/fake': 'main/storage/files.ts',
};

test('every row has its temptation here', () => {
  expect(Object.keys(tempting).sort()).toEqual(rows.map(({ folder }) => folder).sort());
});

describe.each(rows)('$folder', ({ folder, may, why }) => {
  const file = inside(folder);

  test('is refused what its reason speaks of, however it is imported', () => {
    const target = tempting[folder]!;
    const way = wayTo(file, target);
    for (const code of [
      `import { x } from '${way}';`,
      `import '${way}';`,
      `export { x } from '${way}';`,
      `export * from '${way}';`,
      `const x = await import('${way}');`,
    ]) {
      expect(complaints(file, code), code).toEqual([`${folder} may not import ${target}: ${why}`]);
    }
  });

  test('may import itself, what it lists, and what is not ours', () => {
    const own = folder.endsWith('.ts') ? [] : [`${folder}/other.ts`];
    const base = folder === 'main/base' ? [] : ['main/base/errors.ts'];
    for (const target of [...own, ...base, ...may.map(inside)]) {
      expect(complaints(file, importOf(file, target)), target).toEqual([]);
    }
    expect(complaints(file, `import { join } from 'node:path'; import { z } from 'zod';`)).toEqual([]);
  });

  test('may not import a neighbour that only begins with an allowed name', () => {
    for (const allowed of may.filter((name) => !name.endsWith('.ts'))) {
      const covered = may.some((other) => `${allowed}-two/x.ts`.startsWith(`${other}/`));
      if (!covered) expect(complaints(file, importOf(file, `${allowed}-two/x.ts`)), allowed).toHaveLength(1);
    }
  });
});

describe.each(packages)('$name', ({ name, only, why }) => {
  const imported = name.endsWith('/*') ? name.replace('*', 'anything') : name;

  test('has its homes and no other', () => {
    for (const home of only) expect(complaints(inside(home), `import x from '${imported}';`), home).toEqual([]);
    for (const file of ['main/projects/store.ts', 'renderer/main.ts', 'main/app.ts']) {
      expect(complaints(file, `import x from '${imported}';`), file).toEqual([
        `${why}: only ${only.join(', ')} may import ${name}`,
      ]);
    }
  });

  test('is not confused with a package whose name only begins the same', () => {
    const covered = packages.some((other) => other.name.endsWith('/*') && name.startsWith(other.name.slice(0, -1)));
    if (!covered) expect(complaints('main/projects/store.ts', `import x from '${name}-other';`)).toEqual([]);
  });
});

test('the folder electron/ and the package electron are two things', () => {
  expect(
    complaints('electron/window.ts', `import 'electron'; import './security.ts'; import 'electron/main';`),
  ).toEqual([]);
  expect(complaints('main/app.ts', `import 'electron/main';`)).toHaveLength(1);
});

test('tests may import every part', () => {
  expect(complaints('tests/unit/x.test.ts', `import { x } from '../../main/workers/ports.ts';`)).toEqual([]);
});
