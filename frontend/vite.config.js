// One build for the whole product: three entries (the workspace, the answering pages, the live session), and fonts cut
// to what French and English need. The Makefile then puts a compressed twin beside each text file.
import { resolve } from "node:path";

import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";

import { cutFonts } from "./fonts.js";

const OUT = resolve(import.meta.dirname, "../src/reciproque/static/built");

const fonts = { name: "reciproque-fonts", buildStart: cutFonts };

export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: [fonts, tailwindcss()],
  build: {
    outDir: OUT,
    emptyOutDir: true,
    manifest: true,
    assetsInlineLimit: 0, // a data: address would need a wider security policy
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: ["src/app.js", "src/respond.js", "src/live.js"],
      checks: { eval: false }, // htmx carries an eval that our page settings switch off (allowEval)
    },
  },
});
