// One build for the whole product: two entries (the workspace, the answering pages), fonts cut to what French and
// English need, and a compressed twin of each text file so that the server never compresses at request time.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";

import { cutFonts } from "./fonts.js";

const OUT = resolve(import.meta.dirname, "../src/reciproque/static/built");

const fonts = { name: "reciproque-fonts", buildStart: cutFonts };

const compress = {
  name: "reciproque-compress",
  closeBundle() {
    for (const file of readdirSync(OUT, { recursive: true })) {
      if (!/\.(css|js|svg)$/.test(file)) continue;
      const path = join(OUT, file);
      const content = readFileSync(path);
      writeFileSync(`${path}.br`, brotliCompressSync(content));
      writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
    }
  },
};

export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: [fonts, tailwindcss(), compress],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    manifest: true,
    assetsInlineLimit: 0, // a data: address would need a wider security policy
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: ["src/app.js", "src/respond.js"],
      checks: { eval: false }, // htmx carries an eval that our page settings switch off (allowEval)
    },
  },
});
