import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** The whole page, compressed as it travels. */
const MAX_PAGE_BYTES = 80_000;

/** No script, style or frame but the page's own; the addresses of API and buckets are known to the server alone. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data: https: http://127.0.0.1:* http://localhost:*",
  "media-src 'self' blob: https: http://127.0.0.1:* http://localhost:*",
  "connect-src 'self' https: http://127.0.0.1:* http://localhost:*",
  "base-uri 'none'",
  "form-action 'none'",
  // Text never becomes markup: whoever tries gets an exception.
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

export default defineConfig({
  // The page works in any folder of any static host.
  base: './',
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  plugins: [contentSecurityPolicy(), pageBudget()],
});

function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    // Vite's own server needs inline scripts.
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_SECURITY_POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}

function pageBudget(): Plugin {
  return {
    name: 'page-budget',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const sizes = Object.values(bundle).map(
        (part) => gzipSync(part.type === 'chunk' ? part.code : part.source, { level: 9 }).length,
      );
      const total = sizes.reduce((sum, size) => sum + size, 0);
      if (total > MAX_PAGE_BYTES) this.error(`the page has ${total} bytes compressed, more than ${MAX_PAGE_BYTES}`);
      this.info(`the page has ${total} bytes compressed, of ${MAX_PAGE_BYTES} allowed`);
    },
  };
}
