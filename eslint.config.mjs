import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

/** The arrows of the house: which rooms a room may import from. Rooms that are not named here are forbidden to it. */
const arrows = {
  base: [],
  topology: ['base'],
  config: ['base', 'topology'],
  status: ['base', 'topology'],
  hosts: ['base', 'topology'],
  monitor: ['base', 'topology', 'config', 'status', 'hosts'],
  operations: ['base', 'topology', 'config', 'status', 'hosts', 'monitor'],
  cli: ['base', 'topology', 'config', 'status', 'hosts', 'monitor', 'operations'],
};
const rooms = [...Object.keys(arrows), 'editor'];

/** Input and output that the pure rooms must not reach. */
const io = ['fs', 'fs/*', 'net', 'http', 'https', 'child_process', 'os', 'ssh2'].flatMap((name) => [
  name,
  `node:${name}`,
]);
const pure = new Set(['base', 'topology', 'config', 'status']);

const roomRules = Object.entries(arrows).map(([room, allowed]) => ({
  files: [`src/${room}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: [
          { name: 'vscode', message: 'Only src/editor and src/extension.ts know the editor.' },
        ],
        patterns: [
          {
            group: rooms
              .filter((other) => other !== room && !allowed.includes(other))
              .flatMap((other) => [`**/../${other}/*`, `**/../${other}/**`]),
            message: `src/${room} must not import from this room (see the arrows in eslint.config.mjs).`,
          },
          ...(pure.has(room)
            ? [{ group: io, message: `src/${room} is pure: text in, values out.` }]
            : []),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist/**', 'out/**', 'node_modules/**', '**/*.mjs', '**/*.js', '**/*.cjs'] },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './webview/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Splitting a text into code points is what `[...text]` is for.
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-non-null-assertion': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'No default exports.' },
        { selector: 'ExportAllDeclaration', message: 'No barrel files.' },
      ],
      eqeqeq: 'error',
    },
  },
  ...roomRules,
  {
    files: ['test/**/*.ts'],
    rules: {
      // node:test returns promises from describe/it that its runner awaits itself.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['describe', 'it', 'test', 'suite'] },
          ],
        },
      ],
    },
  },
);
