// The answering pages may weigh 80 kB of fonts at most: keep the letters French and English names need, one optical
// size and the weights in use. Written to src/fonts/ (never committed), where respond.css finds them.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import subsetFont from "subset-font";

const FROM = join(import.meta.dirname, "node_modules/@fontsource-variable");
const TO = join(import.meta.dirname, "src/fonts");

const PRINTABLE = Array.from({ length: 0x7e - 0x20 + 1 }, (_, index) => String.fromCharCode(0x20 + index)).join("");
const FRENCH = "àâäçéèêëîïôöùûüœÀÂÇÉÈÊËÎÏÔÙÛÜŒ«»’“”–—…€·\u00a0\u202f";
const NEIGHBOURS = "ñáíóúßåøæÑÅØÆ°→−‘ÿ•";

const CUTS = [
  {
    to: "newsreader.woff2",
    from: "newsreader/files/newsreader-latin-opsz-normal.woff2",
    letters: PRINTABLE + FRENCH + NEIGHBOURS,
    axes: { opsz: 24, wght: { min: 330, max: 560 } },
  },
  {
    to: "newsreader-italic.woff2",
    from: "newsreader/files/newsreader-latin-opsz-italic.woff2",
    letters: PRINTABLE + FRENCH,
    axes: { opsz: 24, wght: 430 },
  },
  {
    to: "schibsted-grotesk.woff2",
    from: "schibsted-grotesk/files/schibsted-grotesk-latin-wght-normal.woff2",
    letters: PRINTABLE + FRENCH + NEIGHBOURS,
    axes: { wght: { min: 400, max: 650 } },
  },
];

export async function cutFonts() {
  mkdirSync(TO, { recursive: true });
  for (const { to, from, letters, axes } of CUTS) {
    const target = join(TO, to);
    if (existsSync(target)) continue;
    const options = { targetFormat: "woff2", variationAxes: axes, noLayoutClosure: true };
    writeFileSync(target, await subsetFont(readFileSync(join(FROM, from)), letters, options));
  }
}
