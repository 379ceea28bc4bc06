import js from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import { studioPlugin } from './build/lint/studio-plugin.mjs';

const noDefaultExports = {
  selector: 'ExportDefaultDeclaration',
  message: 'Named exports only: the name of a thing is the same everywhere.',
};
const noAmbient = [
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Randomness is an argument: use main/base/random.ts.',
  },
  { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
];

export default ts.config(
  {
    ignores: [
      'dist/',
      'node_modules/',
      '.cache/',
      'out/',
      'coverage/',
      '.runtime/',
      'test-results/',
      'tests/golden/reference/',
    ],
  },
  js.configs.recommended,
  // Rules that need types are Oxlint's (.oxlintrc.json), which is ten times as quick. It does not know components: for these they are here.
  { files: ['**/*.ts'], extends: [ts.configs.recommended] },
  {
    files: ['**/*.svelte'],
    extends: [ts.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.renderer.json'],
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.ts', '**/*.svelte'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': ['error', noDefaultExports, ...noAmbient],
    },
  },
  {
    plugins: { 'import-x': importX, studio: studioPlugin },
    settings: {
      'import-x/resolver-next': [
        createTypeScriptImportResolver({
          project: ['tsconfig.tests.json', 'tsconfig.renderer.json'],
          noWarnOnMultipleProjects: true,
        }),
      ],
    },
    rules: { 'import-x/no-cycle': 'error', 'import-x/no-duplicates': ['error', { 'prefer-inline': false }] },
  },
  {
    files: ['main/**/*.ts', 'electron/**/*.ts', 'renderer/**/*.ts', 'renderer/**/*.svelte'],
    rules: {
      'studio/boundaries': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 16],
    },
  },
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser }, globals: globals.browser },
    rules: {
      'no-undef': 'off',
      'prefer-const': 'off',
      // Inside markup the parser does not know the types of callbacks; svelte-check does and checks them.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // Sets and maps of a state are replaced as a whole ($state.raw), which costs nothing per element.
      'svelte/prefer-svelte-reactivity': 'off',
      // There are no stores, and looking for them takes seconds.
      'svelte/require-store-reactive-access': 'off',
    },
  },
  { files: ['renderer/**/*.ts'], languageOptions: { globals: globals.browser } },
  { files: ['**/*.mjs', '**/*.js'], languageOptions: { globals: globals.node } },
  { files: ['**/*.config.{ts,js}', '*.config.js'], rules: { 'no-restricted-syntax': 'off' } },
);
