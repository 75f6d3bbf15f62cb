import { defineConfig } from 'vite';

const daemon = process.env['HIGHWATER_DEV_DAEMON'] ?? 'http://127.0.0.1:7420';

export default defineConfig({
  root: 'dashboard',
  build: { outDir: '../dist/dashboard', emptyOutDir: true, target: 'es2023' },
  server: { host: '127.0.0.1', port: 5173, proxy: { '/api': { target: daemon, ws: true } } },
});
