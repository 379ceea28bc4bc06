/**
 * What an installed Cauchy Studio consists of. `npm run package` builds for the system it runs on, because sharp's
 * native build is only installed for that one. tests/packaging/package.test.ts looks into the result.
 */
import { leftOut, onnxRuntimeFor } from './packed-files.mjs';

/** electron-builder takes a system's own list instead of the common one, so each system gets a whole list. */
const commonFiles = [
  'package.json',
  'dist/electron/**',
  'dist/main/**',
  'dist/renderer/**',
  'resources/**',
  'build/icons/icon.png',
  // The terminal and the browser host are for checkouts: the installed program can not be started as Node.
  '!dist/main/{cli,host}/**',
  ...leftOut('${arch}').map((pattern) => `!${pattern}`),
];
/** @type {import('electron-builder').Configuration} */
const config = {
  appId: 'org.cauchystudio.app',
  productName: 'Cauchy Studio',
  copyright: 'Copyright © Cauchy Studio contributors',
  directories: { output: 'out', buildResources: 'build' },
  // The Debian package must name a home page; .invalid is the domain that is nobody's.
  extraMetadata: { homepage: 'https://cauchy-studio.invalid/' },
  publish: null,
  npmRebuild: false,
  artifactName: '${productName}-${version}-${os}-${arch}.${ext}',

  asar: true,
  // Electron's main process and its pages read inside the archive. The engine's threads can not, and neither can
  // native libraries: all that the engine loads lies beside it, with the package.json that says it is ES modules.
  asarUnpack: ['package.json', 'dist/main/**', 'resources/**', 'node_modules/**'],
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    grantFileProtocolExtraPrivileges: false,
  },

  linux: {
    target: ['AppImage', 'deb'],
    icon: 'build/icons/icon.png',
    category: 'Graphics',
    executableName: 'cauchy-studio',
    synopsis: 'Train your own one-step image generator on your own pictures',
    maintainer: 'Cauchy Studio contributors <contributors@cauchy-studio.invalid>',
    // sharp's native build crashes inside Electron on Linux; its WebAssembly build comes along instead.
    files: [...commonFiles, `!${onnxRuntimeFor('win32,darwin')}`, '!node_modules/sharp/**', '!node_modules/@img/**'],
    extraResources: [{ from: '.runtime/sharp-wasm/node_modules', to: 'sharp-wasm/node_modules', filter: ['**/*'] }],
  },
  win: {
    target: ['nsis'],
    icon: 'build/icons/icon.ico',
    files: [...commonFiles, `!${onnxRuntimeFor('linux,darwin')}`],
  },
  nsis: { oneClick: false, allowToChangeInstallationDirectory: true },
  mac: {
    // ONNX Runtime has no build for Intel Macs any more.
    target: [{ target: 'dmg', arch: 'arm64' }],
    icon: 'build/icons/icon.icns',
    category: 'public.app-category.graphics-design',
    files: [
      ...commonFiles,
      `!${onnxRuntimeFor('win32,linux')}`,
      // The same bytes as libonnxruntime.1.dylib, which is the name that the binding asks for.
      '!node_modules/onnxruntime-node/bin/napi-v6/darwin/*/libonnxruntime.1.*.dylib',
    ],
  },
};

export default config;
